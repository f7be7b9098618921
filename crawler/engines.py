"""Which engine a run gets."""

from __future__ import annotations

from crawler.engine import Engine
from crawler.job import CrawlJob
from crawler.local import LocalEngine
from wirewatch.config import Workers


def make_engine(workers: Workers, job: CrawlJob) -> Engine:
    """The engine that ``workers:`` of config.yaml names. An archive is written and read by one process here."""
    if job.record or job.replay:
        return LocalEngine(1, workers.region)
    return make_local(workers)


def make_local(workers: Workers) -> Engine:
    """The engine of this machine."""
    return LocalEngine(workers.processes, workers.region)
