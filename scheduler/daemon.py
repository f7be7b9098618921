"""The service: one process, one event loop, which joins the parts in ``scheduler/service``.

The crawl runs in a child process and its results are committed in a worker thread with a connection of its
own, so that the clock, the mail and signals never wait.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from sqlite_utils import Database

from scheduler.service.canary import CanaryFeed, canary_of
from scheduler.service.crawling import Crawling
from scheduler.service.heart import Heart
from scheduler.service.keeping import Keeping
from scheduler.service.mailing import Mailing
from scheduler.service.monitor import monitor_of
from scheduler.service.notify import Notifier
from scheduler.service.pages import pages_of
from scheduler.service.reload import Reloader
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
    """Crawls on time, mails what is due, stops cleanly. Holds the database while it runs.

    ``read`` gives the configuration anew at SIGHUP; ``notifier`` speaks to systemd.
    """

    def __init__(
        self, config: Config, read: Callable[[], Config] | None = None, notifier: Notifier | None = None
    ) -> None:
        self._service = Service(config)
        self._read = read or (lambda: config)
        self._notifier = notifier or Notifier()
        self._errands: set[asyncio.Task[Any]] = set()

    async def serve(self) -> None:
        """Work until SIGTERM or SIGINT.

        Raises:
            InstanceError: another process holds the database.
            StorageError: the database cannot be used, or was moved away while in use.
            UsageError: an address of ``web`` or ``monitor`` cannot be listened on.
        """
        config = self._service.config
        with InstanceLock(config.database) as lock:
            is_new = not config.database.exists()
            db = open_database(config.database)
            lock.note_database()
            if is_new:
                log.warning("made a new, empty database: %s", config.database)
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
        timetable = Timetable(crawling.crawl, self._service.config.settings.schedule, crawling.next_due(db))

        def say() -> str:
            return f"watching {len(crawling.sources())} sources; next run {timetable.next_run:%Y-%m-%dT%H:%M:%S%z}"

        reloader = Reloader(self._service, db, crawling, timetable, self._read, self._notifier, say)
        self._listen_to_signals(mailing, crawling, reloader)
        timetable.start()
        log.info("%s", say())
        async with pages_of(self._service, db), monitor_of(self._service):
            self._notifier.ready(say())
            heart = Heart(self._notifier, self._service.config.database, say)
            keeping = Keeping(self._service)
            stop = self._service.stop
            await self._run_parts(
                mailing.keep(), timetable.watch(stop), heart.beat(stop), keeping.keep(), crawling=crawling
            )
            timetable.pause()
            await crawling.wait(STOP_SECONDS)
        timetable.close()
        log.info("stopped")

    async def _run_parts(self, *parts: Coroutine[Any, Any, None], crawling: Crawling) -> None:
        """Until the stop. A part that fails ends the service: better no process than half of one."""
        tasks = [asyncio.create_task(part) for part in parts]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self._service.stop.set()
        self._notifier.stopping()
        crawling.stop()
        await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in tasks:
            if task.done():
                task.result()

    def _listen_to_signals(self, mailing: Mailing, crawling: Crawling, reloader: Reloader) -> None:
        def stop() -> None:
            """A crawl under way is cut short (the rest comes next time), a mail is finished."""
            log.info("stopping")
            self._service.stop.set()
            mailing.wake()
            crawling.stop()

        def reload() -> None:
            task = asyncio.create_task(reloader.reload())
            self._errands.add(task)
            task.add_done_callback(self._errands.discard)

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        loop.add_signal_handler(signal.SIGHUP, reload)
