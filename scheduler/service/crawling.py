"""The crawl of the service: in a worker thread with a connection of its own, so that clock and mail never wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from scheduler.run import Order, Run, RunReport
from scheduler.service.state import Service
from storage.database import DatabaseError, explain, open_database
from storage.searches import house_searches
from wirewatch.source import Source

log = logging.getLogger("wirewatch")


class Crawling:
    """Makes a run at each call; ``on_commit`` is called, in the loop, whenever a source has been committed."""

    def __init__(self, service: Service, on_commit: Callable[[], None]) -> None:
        self._service, self._on_commit = service, on_commit
        self._loop = asyncio.get_running_loop()
        self._run: Run | None = None

    def sources(self) -> tuple[Source, ...]:
        """What a run asks."""
        return tuple(source for source in self._service.config.sources.values() if source.enabled)

    async def crawl(self) -> None:
        """One run, to its end or its stop."""
        report = await asyncio.to_thread(self._crawl_in_thread)
        self._on_commit()
        if report.finished:
            failed = f", {report.failed_sources} sources failed" if report.failed_sources else ""
            log.info(
                "run %s: %s stored, %s alerts queued%s",
                report.run_id,
                report.stored,
                report.alerts,
                failed,
                extra={
                    "run": report.run_id,
                    "stored": report.stored,
                    "alerts": report.alerts,
                    "failed_sources": report.failed_sources,
                },
            )

    def _crawl_in_thread(self) -> RunReport:
        config = self._service.config
        try:
            db = open_database(config.database, migrate=False)
            try:
                searches = tuple(house_searches(config))
                order = Order(self.sources(), searches, config.sources, "clock", alerts=config.settings.alerts)
                crawl, workers = config.settings.crawl, config.workers
                self._run = Run(db, db, crawl, on_commit=lambda _: self._tell(), workers=workers)
                if self._service.stop.is_set():
                    self._run.stop()
                return self._run.execute(order)
            finally:
                self._run = None
                db.close()
        except DatabaseError as error:
            raise explain(error, config.database) from error

    def _tell(self) -> None:
        self._loop.call_soon_threadsafe(self._on_commit)

    def stop(self) -> None:
        """Cut the run short; what is left of it comes next time."""
        if run := self._run:
            run.stop()

    async def wait(self, seconds: float) -> None:
        """Until no run is under way, at most so long."""
        for _ in range(int(seconds * 10)):
            if self._run is None:
                return
            await asyncio.sleep(0.1)
