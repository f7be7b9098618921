"""The mail of the service: what is due goes out, whatever else happens."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from sqlite_utils import Database

from alerts.deliver import deliver_due
from scheduler.service.rounds import Rounds
from scheduler.service.state import Service
from storage.database import DatabaseError, explain
from wirewatch import clock
from wirewatch.errors import WirewatchError

log = logging.getLogger("wirewatch")

MAIL_EVERY = timedelta(seconds=5)
"""How often the outbox is looked at for mails whose time has come (a crawl's alerts go out at once)."""


class Mailing:
    """Sends what is due whenever a crawl has committed alerts, and every few seconds for retries."""

    def __init__(self, service: Service, db: Database) -> None:
        self._service, self._db = service, db
        self._now = asyncio.Event()
        self._said: str | None = None
        self._rounds = Rounds(clock.now())

    def wake(self) -> None:
        """Look at the outbox now."""
        self._now.set()

    async def keep(self) -> None:
        """Until the stop. Trouble with the server, the database or the settings is said once and tried again."""
        while not self._service.stop.is_set():
            self._now.clear()
            self._say(await self._send())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._now.wait(), MAIL_EVERY.total_seconds())

    async def _send(self) -> str | None:
        """What stood in the way, in one line; None when nothing did."""
        config = self._service.config
        try:
            self._rounds.go(self._db, config, clock.now())
            report = await deliver_due(self._db, config, stop=self._service.stop)
        except DatabaseError as error:
            return str(explain(error, config.database))
        except WirewatchError as error:
            return str(error)
        if report.sent:
            figures = {"sent": report.sent, "waiting": report.waiting}
            log.info("%s mails sent, %s wait", report.sent, report.waiting, extra=figures)
        return report.problem

    def _say(self, problem: str | None) -> None:
        if problem and problem != self._said:
            log.warning("%s", problem)
        self._said = problem
