"""Delivering what is due: freeze, then hand over to the mail server, then write down how it ended.

The order makes the promise. A mail's bytes are committed before the first attempt, and its end is
committed before its connection takes the next mail; so a crash at any instant loses nothing, and can
repeat only a mail whose "250" was not yet written down – with the same bytes and Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from alerts.compose import compose_alert, read_base_url, read_sender
from alerts.smtp import Answer, Attempt, Connection, ServerError
from storage import outbox
from storage.database import write
from storage.material import load_alert
from storage.outbox import FrozenMail, HostPause, OutboxRow
from wirewatch import clock
from wirewatch.config import Config, Mail

log = logging.getLogger(__name__)

BATCH = 40
"""Mails composed ahead; what is in memory is bounded by it."""
LONGEST_PAUSE = timedelta(minutes=15)
"""The mail server is tried again at least so often, by one connection."""
MOST_BREAKS = 3
"""Connections lost in a row, without a mail accepted in between, after which the server is left alone."""
GRACE_SECONDS = 10
"""How long a mail under way may still take after the stop."""


@dataclass(slots=True)
class DeliveryReport:
    """What one call of :func:`deliver_due` did. ``problem`` is one line; None when the server served us."""

    composed: int = 0
    sent: int = 0
    deferred: int = 0
    failed: int = 0
    cancelled: int = 0
    waiting: int = 0
    connections: int = 0
    problem: str | None = None
    paused_until: datetime | None = None
    stopped: bool = False

    @property
    def ok(self) -> bool:
        """True when nothing was refused and the server served us."""
        return self.problem is None and not self.failed


async def deliver_due(
    db: Database,
    config: Config,
    *,
    stop: asyncio.Event | None = None,
    now: Callable[[], datetime] = clock.now,
) -> DeliveryReport:
    """Send all that is due, over up to ``mail.connections`` reused connections; return when nothing is.

    Nothing is sent while the server is paused after trouble, or without ``mail.host``. When ``stop`` is
    set, mails under way are finished (for at most 10 s) and the rest waits. ``db`` is not to be inside a
    transaction, and used by this thread only.

    Raises:
        ConfigError: mail.sender or mail.base_url cannot be used.
        StorageError, sqlite3 errors: the database cannot be written; nothing more is sent then.
    """
    mail = config.settings.mail
    read_sender(mail)
    read_base_url(mail)
    delivery = _Delivery(db, config, stop or asyncio.Event(), now)
    delivery.report.cancelled += outbox.cancel_inactive(db, now())
    if mail.host is None:
        if outbox.count_waiting(db):
            delivery.report.problem = "no mail server is set (mail.host); alerts wait in the outbox"
    elif not delivery.is_paused():
        await delivery.run()
    delivery.report.waiting = outbox.count_waiting(db)
    outbox.prune_messages(db, now())
    return delivery.report


class _Delivery:
    """One run: a queue of frozen mails, workers with a connection each, and the server's state."""

    def __init__(self, db: Database, config: Config, stop: asyncio.Event, now: Callable[[], datetime]) -> None:
        self._db, self._config, self._stop, self._now = db, config, stop, now
        self._mail = config.settings.mail
        self._server = f"{self._mail.host}:{self._mail.port}"
        self._ready: deque[int] = deque()
        self._busy: set[int] = set()
        self._refill_lock = asyncio.Lock()
        self._breaks = 0
        self._workers = 1
        self._serving = False
        self._halt = False
        self.report = DeliveryReport()

    def is_paused(self) -> bool:
        """True while the server's pause lasts; it is then in the report."""
        pause = outbox.read_pause(self._db, self._server)
        if pause is None or pause.until <= self._now().timestamp():
            return False
        self.report.problem = pause.error
        self.report.paused_until = datetime.fromtimestamp(pause.until, UTC)
        return True

    async def run(self) -> None:
        """Send until nothing is due, the server is in trouble, or the stop is asked for."""
        workers = asyncio.create_task(self._run_workers())
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({workers, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not workers.done():
                self.report.stopped = True
                await asyncio.wait({workers}, timeout=GRACE_SECONDS)
        finally:
            stopping.cancel()
            if not workers.done():
                workers.cancel()
            with suppress(asyncio.CancelledError):
                await workers

    async def _run_workers(self) -> None:
        """One connection first; the others join once the server has answered for a mail, so it is not stormed."""
        connections = [self._connect() for _ in range(self._mail.connections)]
        try:
            while not self._serving:
                if not await self._send_next(connections[0]):
                    return
            self._workers = len(connections)
            async with asyncio.TaskGroup() as group:
                for connection in connections:
                    group.create_task(self._work(connection))
        finally:
            await asyncio.gather(*(connection.close() for connection in connections))
            self.report.connections = sum(connection.opened for connection in connections)

    def _connect(self) -> Connection:
        return Connection(self._mail, self._config.mail_password(), read_sender(self._mail).addr_spec)

    async def _work(self, connection: Connection) -> None:
        while await self._send_next(connection):
            pass

    async def _send_next(self, connection: Connection) -> bool:
        """Send one mail; False when there is no more to do."""
        row_id = await self._take()
        if row_id is None:
            return False
        try:
            frozen = outbox.read_frozen(self._db, row_id)
            if frozen is not None:
                self._settle(frozen, await connection.send(frozen.email, frozen.message))
        except ServerError as trouble:
            return self._give_back(row_id, str(trouble))
        finally:
            self._busy.discard(row_id)
        return True

    def _give_back(self, row_id: int, why: str) -> bool:
        """No connection for this mail: a server that limits connections serves the others; the last one pauses."""
        self._ready.appendleft(row_id)
        self._workers -= 1
        if self._workers <= 0:
            self._pause(why)
        return False

    async def _take(self) -> int | None:
        async with self._refill_lock:
            if self._halt or self._stop.is_set():
                return None
            if not self._ready:
                await self._refill()
            if not self._ready or self._stop.is_set():
                return None
            row_id = self._ready.popleft()
            self._busy.add(row_id)
            return row_id

    async def _refill(self) -> None:
        """Compose and freeze the next batch: one transaction for it, one mail at a time in memory besides."""
        rows = outbox.due(self._db, self._now(), BATCH, self._busy)
        made: list[tuple[OutboxRow, str, bytes]] = []
        for row in rows:
            if row.state == "queued" and (mail := self._compose(row)):
                made.append((row, *mail))
            await asyncio.sleep(0)
        with write(self._db):
            fixed = {row.id for row, message_id, data in made if outbox.freeze(self._db, row.id, message_id, data)}
        self.report.composed += len(fixed)
        self._ready.extend(row.id for row in rows if row.state == "frozen" or row.id in fixed)

    def _compose(self, row: OutboxRow) -> tuple[str, bytes] | None:
        alert = load_alert(self._db, row, self._config.sources)
        if alert is None:
            self._fail(row.id, "the article is no longer in the database")
            return None
        try:
            message = compose_alert(alert, self._mail, now=self._now())
            return str(message["Message-ID"]), message.as_bytes()
        except Exception as error:  # one bad article must not hold up everybody's mail
            log.exception("alert %s could not be composed", row.id)
            self._retry(row.id, row.created, row.attempts, f"could not be composed: {error!r}")
            return None

    def _settle(self, mail: FrozenMail, attempt: Attempt) -> None:
        """Write down how the attempt ended."""
        self._serving |= attempt.answer in (Answer.ACCEPTED, Answer.LATER, Answer.REFUSED)
        match attempt.answer:
            case Answer.ACCEPTED:
                outbox.mark_sent(self._db, mail.id, self._now())
                self.report.sent += 1
                self._serve()
            case Answer.REFUSED:
                self._fail(mail.id, attempt.detail)
            case Answer.LATER:
                self._retry(mail.id, mail.created, mail.attempts, attempt.detail)
            case Answer.BROKEN:
                self._retry(mail.id, mail.created, mail.attempts, attempt.detail)
                self._breaks += 1
                if self._breaks >= MOST_BREAKS:
                    self._pause(f"mail server {self._server} breaks off: {attempt.detail}")
            case Answer.SERVER:
                self._pause(attempt.detail)

    def _serve(self) -> None:
        if self._breaks or outbox.read_pause(self._db, self._server):
            self._breaks = 0
            outbox.set_pause(self._db, None)

    def _fail(self, row_id: int, why: str) -> None:
        outbox.mark_failed(self._db, row_id, why, self._now())
        self.report.failed += 1
        log.warning("alert %s was refused for good: %s", row_id, why)

    def _retry(self, row_id: int, created: int, attempts: int, why: str) -> None:
        now = self._now()
        if now.timestamp() - created > self._mail.give_up.total_seconds():
            self._fail(row_id, f"given up after {attempts + 1} attempts; the last: {why}")
            return
        outbox.mark_retry(self._db, row_id, why, now + retry_delay(self._mail, attempts))
        self.report.deferred += 1

    def _pause(self, why: str) -> None:
        """Leave the server alone for a while; no mail's attempts are spent on it."""
        if self._halt:
            return
        self._halt = True
        before = outbox.read_pause(self._db, self._server)
        failures = before.failures + 1 if before else 1
        until = self._now() + min(retry_delay(self._mail, failures - 1), LONGEST_PAUSE)
        pause = HostPause(self._server, int(until.timestamp()) + 1, failures, why)
        outbox.set_pause(self._db, pause)
        self.report.problem, self.report.paused_until = why, until
        log.warning("%s; next attempt at %s", why, until.isoformat(timespec="seconds"))


def retry_delay(mail: Mail, attempts: int) -> timedelta:
    """The wait after ``attempts`` earlier failures: ``mail.retry`` doubled each time up to ``mail.retry_max``,
    plus up to a fifth by chance, so that mails refused together do not come back together."""
    doubled: timedelta = mail.retry * 2 ** min(attempts, 30)
    return min(doubled, mail.retry_max) * random.uniform(1.0, 1.2)  # noqa: S311 - no secret
