"""Retention in the service: once a day what is older than ``keep`` says is let go."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import closing, suppress

from scheduler.service.state import Service
from storage.database import DatabaseError, explain, open_database
from storage.retention import is_due, prune
from wirewatch import clock
from wirewatch.errors import StorageError

log = logging.getLogger("wirewatch")

LOOK_SECONDS = 600.0


class Keeping:
    """Prunes in a worker thread with a connection of its own, in steps that hold up neither crawl nor mail."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def keep(self) -> None:
        """Until the stop; trouble with the database is said and tried again."""
        stop = self._service.stop
        while not stop.is_set():
            try:
                gone = await asyncio.to_thread(self._prune)
            except StorageError as error:
                log.warning("nothing old could be removed: %s", error)
            else:
                if words := ", ".join(f"{count} {kind}" for kind, count in gone.items() if count):
                    log.info("removed what was kept long enough: %s", words, extra={"removed": dict(gone)})
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    def _prune(self) -> Counter[str]:
        config = self._service.config
        try:
            with closing(open_database(config.database, migrate=False)) as db:
                now = clock.now()
                return prune(db, config.settings.keep, now) if is_due(db, now) else Counter()
        except DatabaseError as error:
            raise explain(error, config.database) from error
