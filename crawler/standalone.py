"""``scrapy crawl NAME`` by hand: the job and the database that ``wirewatch crawl`` would have handed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crawler.job import CrawlJob
from crawler.plan import plan_run
from storage.database import InstanceLock, open_database
from storage.desk import Desk
from storage.ledger import begin_run, finish_run
from storage.searches import house_searches, load_checked
from wirewatch import clock
from wirewatch.config import Config
from wirewatch.config_file import find_config
from wirewatch.errors import UsageError
from wirewatch.outcome import SourceResult
from wirewatch.source import Source


def read_config(file: str | None) -> Config:
    """The checked configuration of a run by hand (``-a config=FILE``, ``$WIREWATCH_CONFIG``, config.yaml)."""
    return load_checked(find_config(Path(file) if file else None))


def make_job(takes: Callable[[Source], bool], names: str | None, file: str | None) -> CrawlJob:
    """The job of a spider started by its name; ``names`` are source ids with commas between."""
    config = read_config(file)
    wanted = [name.strip() for name in (names or "").split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in config.sources]:
        raise UsageError(f"no source {unknown[0]!r} in {config.file}; 'wirewatch sources list' shows them")
    sources = [config.sources[name] for name in wanted] or [each for each in config.sources.values() if takes(each)]
    config.database.parent.mkdir(parents=True, exist_ok=True)
    return plan_run(open_database(config.database), sources, config.settings.crawl, clock.now())


class Store:
    """The database of a run by hand, held for its time."""

    def __init__(self, config: Config, job: CrawlJob) -> None:
        self._lock = InstanceLock(config.database)
        self._lock.__enter__()
        self._db = open_database(config.database)
        self._run = begin_run(self._db, "hand", len(job.sources), job.now)
        self._desk = Desk(self._db, house_searches(config), config.sources, job.now)

    def commit(self, result: SourceResult) -> None:
        """Store one source's result with its alerts."""
        self._desk.commit(self._run, result, clock.now())

    def close(self) -> None:
        """Finish the run and let the database go."""
        finish_run(self._db, self._run, clock.now())
        self._db.close()
        self._lock.__exit__(None, None, None)


def open_store(job: CrawlJob, file: str | None = None) -> Store:
    """Open the database of the configuration for ``job``."""
    return Store(read_config(file), job)
