"""Which engine a run gets."""

from __future__ import annotations

from crawler import spare
from crawler.engine import Engine
from crawler.job import CrawlJob
from crawler.local import LocalEngine
from wirewatch.config import Workers


def make_engine(workers: Workers, job: CrawlJob, instance: str) -> Engine:
    """The engine that ``workers:`` of config.yaml names. An archive is written and read by one process here.

    ``instance`` names this installation among others on the same cluster.
    """
    if job.record or job.replay:
        return LocalEngine(1, workers.region)
    if workers.at == "local":
        return make_local(workers)
    spare.drop()
    from crawler.cluster import ClusterEngine  # Dask is loaded by those who have a cluster

    return ClusterEngine(workers, instance)


def make_local(workers: Workers) -> Engine:
    """The engine of this machine."""
    return LocalEngine(workers.processes, workers.region)
