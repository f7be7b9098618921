"""The crawl of the service: in a worker thread with a connection of its own, so that clock and mail never wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlite_utils import Database

from crawler.plan import Scope
from scheduler.due import due_sources, next_due, next_start
from scheduler.run import Order, Run, RunReport
from scheduler.service.canary import CanaryFeed
from scheduler.service.state import Service
from storage.database import DatabaseError, explain, open_database
from storage.desk import Committed
from storage.plans import read_plans
from storage.searches import house_searches
from wirewatch import clock
from wirewatch.source import Source

log = logging.getLogger("wirewatch")


class Crawling:
    """Makes a run at each call; ``on_commit`` is called, in the loop, whenever a source has been committed."""

    def __init__(self, service: Service, on_commit: Callable[[], None], canary: CanaryFeed | None = None) -> None:
        self._service, self._on_commit, self._canary = service, on_commit, canary
        self._loop = asyncio.get_running_loop()
        self._run: Run | None = None

    def sources(self) -> tuple[Source, ...]:
        """What is watched."""
        return tuple(source for source in self._service.config.sources.values() if source.enabled)

    def next_due(self, db: Database) -> datetime:
        """When the next source is due."""
        return next_due(self.sources(), read_plans(db), self._service.config.settings.schedule.limits, clock.now())

    async def crawl(self) -> datetime:
        """One run over the sources that are due, to its end or its stop; returns when the next run is to start."""
        began = clock.now()
        report, due = await asyncio.to_thread(self._crawl_in_thread)
        if report:
            self._on_commit()
            self._say(report)
        return next_start(due, began, self._service.config.settings.schedule.limits)

    @staticmethod
    def _say(report: RunReport) -> None:
        if report.finished:
            failed = f", {report.failed_sources} sources failed" if report.failed_sources else ""
            log.info(
                "run %s: %s stored, alerts queued: %s%s",
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

    def _crawl_in_thread(self) -> tuple[RunReport | None, datetime]:
        """What the run did (None: nothing was due), and when the next source is due."""
        config = self._service.config
        try:
            db = open_database(config.database, migrate=False)
            try:
                limits = config.settings.schedule.limits
                due = due_sources(self.sources(), read_plans(db), limits, clock.now())
                report = self._execute(db, due) if due else None
                return report, self.next_due(db)
            finally:
                self._run = None
                db.close()
        except DatabaseError as error:
            raise explain(error, config.database) from error

    def _execute(self, db: Database, sources: tuple[Source, ...]) -> RunReport:
        config = self._service.config
        searches, crawl, workers = tuple(house_searches(config)), config.settings.crawl, config.workers
        if self._canary and self._canary.is_due(clock.now(), config.settings.schedule.every):
            source, search = self._canary.plant(clock.now())
            sources, searches, crawl = (*sources, source), (*searches, search), self._canary.let_in(crawl)
        order = Order(
            sources,
            searches,
            config.sources,
            "clock",
            Scope(paced=True),
            config.settings.alerts,
            config.settings.schedule.limits,
        )
        self._run = Run(db, db, crawl, on_commit=self._tell, workers=workers)
        if self._service.stop.is_set():
            self._run.stop()
        return self._run.execute(order)

    def _tell(self, committed: Committed) -> None:
        for notice in committed.notices:
            log.warning("%s", notice, extra={"source": notice.subject, "notice": notice.kind})
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
