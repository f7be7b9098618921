"""SIGHUP: the configuration is read anew and taken over, if all of it is right."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlite_utils import Database

from scheduler.service.crawling import Crawling
from scheduler.service.logs import start_logs
from scheduler.service.notify import Notifier
from scheduler.service.state import Service
from scheduler.service.timetable import Timetable
from storage.database import DatabaseError, explain
from storage.named_readers import sync_config
from wirewatch import clock
from wirewatch.config import Config
from wirewatch.errors import ConfigError, WirewatchError

log = logging.getLogger("wirewatch")

AT_START = ("database", "web", "monitor")
"""Settings that a running service cannot change: it holds the file and listens on the addresses."""


def keep_at_start(new: Config, old: Config) -> tuple[Config, list[str]]:
    """``new`` with the settings of ``old`` that need a restart, and the names of those that differ."""
    kept = {name: getattr(old.settings, name) for name in AT_START}
    differ = [name for name, value in kept.items() if getattr(new.settings, name) != value]
    return new.model_copy(update={"settings": new.settings.model_copy(update=kept)}), differ


class Reloader:
    """Takes over what ``read`` returns; a configuration with a mistake is refused whole, and the old one stays."""

    def __init__(
        self,
        service: Service,
        db: Database,
        crawling: Crawling,
        timetable: Timetable,
        read: Callable[[], Config],
        notifier: Notifier,
        say: Callable[[], str],
    ) -> None:
        self._service, self._db, self._crawling, self._timetable = service, db, crawling, timetable
        self._read, self._notifier, self._say = read, notifier, say
        self._busy = asyncio.Lock()

    async def reload(self) -> bool:
        """Read, check, take over; True when the new configuration is in force."""
        async with self._busy:
            self._notifier.reloading()
            problems = await self._try()
            for line in problems:
                log.error("not taken over: %s", line)
            if problems:
                log.error("the new configuration has mistakes; the old one stays in force")
            else:
                log.info("the new configuration is in force: %s", self._say())
            self._notifier.ready(self._say())
            return not problems

    async def _try(self) -> list[str]:
        try:
            self._take_over(await asyncio.to_thread(self._read))
        except ConfigError as error:
            return error.problems
        except WirewatchError as error:
            return [str(error)]
        return []

    def _take_over(self, read: Config) -> None:
        old = self._service.config
        new, later = keep_at_start(read, old)
        try:
            sync_config(self._db, new.settings.subscribers, clock.now())
        except DatabaseError as error:
            raise explain(error, old.database) from error
        self._service.config = new
        start_logs(new.settings.log)
        self._timetable.change(new.settings.schedule, self._crawling.next_due(self._db))
        for name in later:
            log.warning("%s: changed, but takes effect only at the next start", name)
