"""The service: one process, one event loop, which joins the parts in ``scheduler/service``.

The crawl runs in a child process and its results are committed in a worker thread with a connection of its
own, so that the clock, the mail and signals never wait.
"""

from __future__ import annotations

import asyncio
import logging
import signal

from sqlite_utils import Database

from scheduler.service.canary import CanaryFeed, canary_of
from scheduler.service.crawling import Crawling
from scheduler.service.mailing import Mailing
from scheduler.service.pages import pages_of
from scheduler.service.state import Service
from scheduler.service.timetable import Timetable
from storage.database import InstanceLock, open_database
from storage.named_readers import sync_config
from wirewatch import clock
from wirewatch.config import Config

log = logging.getLogger("wirewatch")

STOP_SECONDS = 20
"""How long the daemon waits for what is under way after SIGTERM."""


class Daemon:
    """Crawls on time, mails what is due, stops cleanly. Holds the database while it runs."""

    def __init__(self, config: Config) -> None:
        self._service = Service(config)

    async def serve(self) -> None:
        """Work until SIGTERM or SIGINT.

        Raises:
            InstanceError: another process holds the database.
            StorageError: the database cannot be used.
        """
        config = self._service.config
        with InstanceLock(config.database):
            db = open_database(config.database)
            try:
                sync_config(db, config.settings.subscribers, clock.now())
                await self._work(db)
            finally:
                db.close()

    async def _work(self, db: Database) -> None:
        async with canary_of(self._service) as canary:
            await self._join_parts(db, canary)

    async def _join_parts(self, db: Database, canary: CanaryFeed | None) -> None:
        mailing = Mailing(self._service, db)
        crawling = Crawling(self._service, mailing.wake, canary)
        self._listen_to_signals(mailing, crawling)
        timetable = Timetable(crawling.crawl, self._service.config.settings.schedule, crawling.next_due(db))
        timetable.start()
        log.info(
            "watching %s sources; next run %s", len(crawling.sources()), timetable.next_run.isoformat("T", "seconds")
        )
        async with pages_of(self._service, db):
            sending = asyncio.create_task(mailing.keep())
            watching = asyncio.create_task(timetable.watch(self._service.stop))
            await asyncio.wait([sending, watching], return_when=asyncio.FIRST_COMPLETED)
            self._service.stop.set()  # a part that failed ends the service: better no process than half of one
            timetable.pause()
            await asyncio.wait([sending, watching], timeout=STOP_SECONDS)
            crawling.stop()
            await crawling.wait(STOP_SECONDS)
        timetable.close()
        for part in (sending, watching):
            if part.done():
                part.result()
        log.info("stopped")

    def _listen_to_signals(self, mailing: Mailing, crawling: Crawling) -> None:
        def stop() -> None:
            """A crawl under way is cut short (the rest comes next time), a mail is finished."""
            log.info("stopping")
            self._service.stop.set()
            mailing.wake()
            crawling.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
