"""The hourly job: APScheduler's clock over one coordinator that crawls, then mails.

One process, one event loop. The crawl runs in a child process and its results are committed in a
worker thread with a connection of its own, so that the clock, the mail and signals never wait.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlite_utils import Database

from alerts.deliver import deliver_due
from scheduler.run import Order, Run, RunReport
from storage.database import InstanceLock, open_database
from storage.ledger import last_run
from storage.named_readers import sync_config
from storage.searches import house_searches
from web.app import make_room
from web.server import Pages, start_pages
from wirewatch import clock
from wirewatch.config import Config

log = logging.getLogger("wirewatch")

MAIL_EVERY = timedelta(seconds=5)
"""How often the outbox is looked at for mails whose time has come (a crawl's alerts go out at once)."""
CLOCK_CHECK_SECONDS = 15.0
OVERDUE = timedelta(seconds=60)
"""How far off its time a run may be before the clock is taken to have been changed."""
STOP_SECONDS = 20
"""How long the daemon waits for what is under way after SIGTERM."""


def next_start(last: datetime | None, every: timedelta, now: datetime) -> datetime:
    """When the next crawl is due: ``every`` after the last one began; at once where that is past, there was
    none, or the clock has been set back (a last run in the future says nothing).

    All three are instants (aware), so summer time has no part in it.
    """
    if last is None or last > now:
        return now
    return max(last + every, now)


def is_astray(due: datetime, every: timedelta, now: datetime) -> bool:
    """True when a run due at ``due`` is overdue (and did not start by itself) or further off than an interval."""
    return due < now - OVERDUE or due > now + every + OVERDUE


class Daemon:
    """The service: crawls on time, mails what is due, stops cleanly. Holds the database while it runs."""

    def __init__(self, config: Config, announce: Callable[[str], None] = log.info) -> None:
        self.config = config
        self._announce = announce
        self._stop = asyncio.Event()
        self._mail_now = asyncio.Event()
        self._run: Run | None = None
        self._loop: asyncio.AbstractEventLoop

    async def serve(self) -> None:
        """Work until SIGTERM or SIGINT.

        Raises:
            InstanceError: another process holds the database.
            StorageError: the database cannot be used.
        """
        self._loop = asyncio.get_running_loop()
        with InstanceLock(self.config.database):
            db = open_database(self.config.database)
            try:
                sync_config(db, self.config.settings.subscribers, clock.now())
                self._listen_to_signals()
                await self._work(db)
            finally:
                db.close()

    def _listen_to_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self.stop)

    def stop(self) -> None:
        """End the service: a crawl under way is cut short (the rest comes next time), a mail is finished."""
        self._announce("stopping")
        self._stop.set()
        self._mail_now.set()
        if self._run:
            self._run.stop()

    async def _work(self, db: Database) -> None:
        scheduler = self._make_scheduler(db)
        scheduler.start()
        self._announce(f"watching {len(self._sources())} sources; next run {self._next_run(scheduler)}")
        pages = await self._serve_pages(db)
        mailing = asyncio.create_task(self._keep_mailing(db))
        await self._keep_time(scheduler)
        scheduler.pause()
        await asyncio.wait([mailing], timeout=STOP_SECONDS)
        await self._wait_for_crawl()
        if pages:
            await pages.stop()
        scheduler.shutdown(wait=False)  # cancels what is still under way, so it comes last
        self._announce("stopped")

    def _make_scheduler(self, db: Database) -> AsyncIOScheduler:
        schedule = self.config.settings.schedule
        last = last_run(db, finished=True, trigger="clock")  # a run by hand may have asked one page
        first = next_start(last.started if last else None, schedule.every, clock.now())
        jitter = random.uniform(0, schedule.jitter.total_seconds())  # noqa: S311 - spreads load, protects nothing
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(
            self._crawl,
            IntervalTrigger(seconds=max(1, int(schedule.every.total_seconds())), timezone="UTC"),
            id="crawl",
            next_run_time=first + timedelta(seconds=jitter),
            coalesce=True,  # a night asleep is one late run, not ten
            max_instances=1,  # never two at once
            misfire_grace_time=None,  # late is better than never
        )
        scheduler.add_listener(self._report_error, EVENT_JOB_ERROR)
        return scheduler

    async def _serve_pages(self, db: Database) -> Pages | None:
        """The reading room, where ``web.with_daemon`` asks for it."""
        web = self.config.settings.web
        if not web.with_daemon:
            return None
        room = await asyncio.to_thread(make_room, self.config, db)  # it may have to make the index anew
        pages = await start_pages(room, web.host, web.port)
        self._announce(f"pages on {pages.address}")
        return pages

    async def _keep_time(self, scheduler: AsyncIOScheduler) -> None:
        """Until the stop: see that the next run is where the wall clock says.

        APScheduler sleeps by the monotonic clock. After a suspend or a clock set forward the run would come
        late; after a clock set back it would stay out for as long as the clock went back.
        """
        every = self.config.settings.schedule.every
        while not self._stop.is_set():
            job, now = scheduler.get_job("crawl"), clock.now()
            if is_astray(job.next_run_time, every, now):
                scheduler.modify_job("crawl", next_run_time=now)
                log.warning("the clock was changed or stood still; the next run starts now")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), CLOCK_CHECK_SECONDS)

    def _next_run(self, scheduler: AsyncIOScheduler) -> str:
        return str(scheduler.get_job("crawl").next_run_time.isoformat(timespec="seconds"))

    def _sources(self) -> list[str]:
        return [source.id for source in self.config.sources.values() if source.enabled]

    def _report_error(self, event: JobExecutionEvent) -> None:
        log.error("the crawl failed: %s", event.exception, exc_info=event.exception)

    async def _crawl(self) -> None:
        """One run in a worker thread; its alerts are mailed as soon as they are committed."""
        report = await asyncio.to_thread(self._crawl_in_thread)
        self._mail_now.set()
        if report.finished:
            failed = f", {report.failed_sources} sources failed" if report.failed_sources else ""
            self._announce(f"run {report.run_id}: {report.stored} stored, {report.alerts} alerts queued{failed}")

    def _crawl_in_thread(self) -> RunReport:
        db = open_database(self.config.database, migrate=False)
        try:
            sources = tuple(source for source in self.config.sources.values() if source.enabled)
            order = Order(
                sources,
                tuple(house_searches(self.config)),
                self.config.sources,
                "clock",
                alerts=self.config.settings.alerts,
            )
            self._run = Run(db, db, self.config.settings.crawl, on_commit=lambda _: self._wake_mail())
            if self._stop.is_set():
                self._run.stop()
            return self._run.execute(order)
        finally:
            self._run = None
            db.close()

    def _wake_mail(self) -> None:
        self._loop.call_soon_threadsafe(self._mail_now.set)

    async def _keep_mailing(self, db: Database) -> None:
        """Send what is due whenever a crawl has committed alerts, and every few seconds for retries."""
        said: str | None = None
        while not self._stop.is_set():
            self._mail_now.clear()
            report = await deliver_due(db, self.config, stop=self._stop)
            if report.sent:
                self._announce(f"{report.sent} mails sent, {report.waiting} wait")
            if report.problem != said and report.problem:
                log.warning("%s", report.problem)
            said = report.problem
            with suppress(TimeoutError):
                await asyncio.wait_for(self._mail_now.wait(), MAIL_EVERY.total_seconds())

    async def _wait_for_crawl(self) -> None:
        for _ in range(STOP_SECONDS * 10):
            if self._run is None:
                return
            await asyncio.sleep(0.1)
