"""Delivering what is due: freeze, then hand over to the mail server, then write down how it ended.

The order makes the promise. A mail's bytes are committed before the first attempt, and its end is
committed before its connection takes the next mail; so a crash at any instant loses nothing, and can
repeat only a mail whose "250" was not yet written down – with the same bytes and Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from alerts.answers import Answer, Attempt, ServerError
from alerts.carriers import Carrier, Channels, Post, Sendmail
from alerts.envelope import read_base_url, read_sender
from alerts.freezing import freeze_due
from alerts.patience import MINUTE, Pace, read_hint, retry_delay
from alerts.recorder import Recorder
from alerts.returns import Returns
from alerts.smtp import Connection
from storage import outbox, pauses
from storage.bounces import suspend_if_dead
from storage.outbox import FrozenMail
from storage.outbox_times import sent_since
from storage.pauses import HostPause
from wirewatch import clock
from wirewatch.config import Config

log = logging.getLogger(__name__)

BATCH = 40
"""Mails composed ahead; what is in memory is bounded by it."""
LONGEST_PAUSE = timedelta(minutes=15)
"""The mail server is tried again at least so often, by one connection."""
MOST_BREAKS = 3
"""Connections lost in a row, without a mail accepted in between, after which the server is left alone."""
SHORT_WAIT_SECONDS = 5
"""A connection that could not be made is tried again after so long (or ``mail.retry``, if shorter)."""
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
    suspended: int = 0
    waiting: int = 0
    connections: int = 0
    problem: str | None = None
    paused_until: datetime | None = None
    next_due: datetime | None = None
    """When the next call has something to do; None when nothing waits."""
    free_at: datetime | None = None
    """When ``mail.per_minute`` lets the next mail go; None where it stopped none."""
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
    set, mails under way are finished (for at most 10 s) and the rest waits. One call at a time on a
    database (the instance lock sees to that between processes); ``db`` is not to be inside a transaction,
    and is used by this thread only.

    Raises:
        ConfigError: mail.sender, mail.base_url or the password file cannot be used.
        sqlite3 errors: the database cannot be written (see ``storage.database.explain``); nothing more is
            sent then.
    """
    mail = config.settings.mail
    read_base_url(mail)
    outbox.bring_back(db, now(), mail.retry_max)
    connections = _make_connections(config)
    delivery = _Delivery(db, config, connections, stop or asyncio.Event(), now)
    delivery.report.cancelled += outbox.cancel_inactive(db, now())
    if mail.goes_out and not delivery.is_paused():
        await delivery.run("all")
    elif config.settings.channels:
        await delivery.run("channels")
    if not mail.goes_out and outbox.due(db, now(), 1, reach="mail"):
        delivery.report.problem = "no mail server is set (mail.host); alerts wait in the outbox"
    outbox.prune_messages(db, now(), config.settings.keep.messages)
    return delivery.finish()


def _make_connections(config: Config) -> list[Carrier]:
    mail, password, urls = config.settings.mail, config.mail_password(), config.channel_urls()
    channels = Channels(urls, mail.timeout.total_seconds())
    return [
        Post(Sendmail(mail) if mail.sendmail else Connection(mail, password), channels) for _ in range(mail.connections)
    ]


class _Delivery:
    """One run: a queue of frozen mails, workers with a connection each, and the server's state."""

    def __init__(
        self,
        db: Database,
        config: Config,
        connections: list[Carrier],
        stop: asyncio.Event,
        now: Callable[[], datetime],
    ) -> None:
        self._db, self._config, self._connections, self._stop, self._now = db, config, connections, stop, now
        self._mail = config.settings.mail
        self._server = str(self._mail.sendmail or f"{self._mail.host}:{self._mail.port}")
        self._returns = Returns(db, self._mail, read_sender(self._mail).addr_spec)
        self._pace = Pace(self._mail.per_minute, sent_since(db, now() - MINUTE))
        self._reach: outbox.Reach = "all"
        self._ready: deque[int] = deque()
        self._busy: set[int] = set()
        self._recorder = Recorder(db, self._note_trouble)
        self._refill_lock = asyncio.Lock()
        self._breaks = 0
        self._workers = 1
        self._serving = False
        self._halt = False
        self.report = DeliveryReport()

    def is_paused(self) -> bool:
        """True while the server's pause lasts; it is then in the report."""
        pause = pauses.read_pause(self._db, self._server)
        if pause is None:
            return False
        until = datetime.fromtimestamp(pause.until, UTC)
        if not self._now() < until < self._now() + 2 * LONGEST_PAUSE:  # over, or set by a clock that was wrong
            return False
        self.report.problem, self.report.paused_until = pause.error, until
        return True

    async def run(self, reach: outbox.Reach) -> None:
        """Send until nothing is due, the server is in trouble, or the stop is asked for."""
        self._reach = reach
        workers = asyncio.create_task(self._run_workers())
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({workers, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not workers.done():
                self.report.stopped = True
                await asyncio.wait({workers}, timeout=GRACE_SECONDS)
        finally:
            stopping.cancel()
            workers.cancel()
            with suppress(asyncio.CancelledError):
                await workers
            self._recorder.flush()

    def finish(self) -> DeliveryReport:
        """The report, with what is left to do."""
        self.report.waiting, next_due = outbox.count_late(self._db, self._now()), outbox.next_due(self._db)
        if next_due is not None:
            due = datetime.fromtimestamp(next_due, UTC)
            self.report.next_due = max(due, self.report.paused_until or due, self.report.free_at or due)
        return self.report

    async def _run_workers(self) -> None:
        """One connection first; the others join once the server has answered for a mail, so it is not stormed."""
        connections = self._connections
        try:
            while not self._serving:
                if not await self._send_next(connections[0]):
                    return
            self._workers = len(connections)
            tasks = [asyncio.create_task(self._work(connection)) for connection in connections]
            await self._gather(tasks)
        finally:
            await asyncio.gather(*(connection.close() for connection in connections))
            self.report.connections = sum(connection.opened for connection in connections)

    async def _gather(self, tasks: list[asyncio.Task[None]]) -> None:
        """Wait for all workers; when one fails, the others still finish and write down the mail they have begun."""
        try:
            await asyncio.wait(tasks)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _work(self, connection: Carrier) -> None:
        try:
            while await self._send_next(connection):
                pass
        except BaseException:
            self._halt = True
            raise

    async def _send_next(self, connection: Carrier) -> bool:
        """Send one mail; False when there is no more to do."""
        row_id = await self._take()
        if row_id is None:
            return False
        trouble = None
        try:
            frozen = outbox.read_frozen(self._db, row_id)
            if frozen is not None and frozen.due <= self._now().timestamp():
                sender = self._returns.address_for(frozen.subscriber_id)
                attempt = await connection.send(frozen.email, frozen.message, sender)
                await self._record(frozen, attempt)
        except ServerError as error:
            trouble = str(error)
            self._ready.appendleft(row_id)
        finally:
            self._busy.discard(row_id)
        return trouble is None or await self._wait_or_leave(connection, trouble)

    async def _wait_or_leave(self, connection: Carrier, why: str) -> bool:
        """Turned away: try again soon while the server serves others, else leave; the last one pauses all.

        Returns False for leaving. A server that limits connections so loses only those above its limit.
        """
        if self._serving and connection.failures < MOST_BREAKS:
            seconds = min(self._mail.retry.total_seconds(), SHORT_WAIT_SECONDS) * connection.failures
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), seconds)
            return True
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
            if not self._ready or self._stop.is_set() or not self._is_free():
                return None
            row_id = self._ready.popleft()
            self._busy.add(row_id)
            return row_id

    def _is_free(self) -> bool:
        """False where as many mails as ``mail.per_minute`` allows went out in the last minute."""
        now = self._now()
        free_at = self._pace.next_free(now)
        if free_at > now:
            self._halt, self.report.free_at = True, free_at
            return False
        self._pace.note(now)
        return True

    async def _refill(self) -> None:
        batch = await freeze_due(self._db, self._config, self._now(), BATCH, self._busy, self._reach)
        self._ready.extend(batch.ready)
        self.report.composed += batch.composed
        bad = [*((row, "the article is no longer in the database", True) for row in batch.gone)]
        bad += [(row, why, self._is_too_old(row.created)) for row, why in batch.failed]
        for row, why, for_good in bad:
            await self._put_off(row.id, None, row.attempts, why, for_good=for_good)

    async def _record(self, mail: FrozenMail, attempt: Attempt) -> None:
        """Write down how the attempt ended, and what that says about the server."""
        self._serving |= attempt.answer in (Answer.ACCEPTED, Answer.LATER, Answer.REFUSED)
        match attempt.answer:
            case Answer.ACCEPTED:
                await self._recorder.commit(lambda: outbox.mark_sent(self._db, mail.id, self._now()))
                self.report.sent += 1
                self._end_pause()
            case Answer.REFUSED:
                await self._put_off(mail.id, mail.subscriber_id, mail.attempts, attempt.detail, for_good=True)
                self._suspend_if_dead(mail)
            case Answer.LATER | Answer.BROKEN:
                too_old = self._is_too_old(mail.created)
                why = f"given up after {mail.attempts + 1} attempts; the last: " if too_old else ""
                detail, reader = why + attempt.detail, mail.subscriber_id if attempt.answer is Answer.LATER else None
                await self._put_off(mail.id, reader, mail.attempts, detail, for_good=too_old)
                if attempt.answer is Answer.BROKEN:
                    self._count_break(attempt.detail)

    async def _put_off(self, row_id: int, reader: int | None, attempts: int, why: str, *, for_good: bool) -> None:
        """Try again later, with all that waits for that ``reader``; or not any more."""
        if for_good:
            await self._recorder.commit(lambda: outbox.mark_failed(self._db, row_id, why, self._now()))
            self.report.failed += 1
            log.warning("alert %s was given up: %s", row_id, why)
            return
        due = self._now() + max(retry_delay(self._mail, attempts), read_hint(why, self._mail))

        def put_off() -> None:
            outbox.mark_retry(self._db, row_id, why, due)
            if reader is not None:
                outbox.hold_back(self._db, reader, due)

        await self._recorder.commit(put_off)
        self.report.deferred += 1

    def _is_too_old(self, created: int) -> bool:
        return self._now().timestamp() - created > self._mail.give_up.total_seconds()

    def _note_trouble(self, problem: str) -> None:
        """An accepted mail that is not written down would be sent again: begin no other meanwhile."""
        self._halt, self.report.problem = True, problem
        log.warning("%s; trying again", problem)

    def _count_break(self, why: str) -> None:
        """One broken connection may be that mail's fault; several in a row are the server's."""
        self._breaks += 1
        if self._serving:
            most = max(MOST_BREAKS, 2 * len(self._connections))
        else:
            most = MOST_BREAKS - 1 if pauses.read_pause(self._db, self._server) else MOST_BREAKS
        if self._breaks >= most:
            self._pause(f"mail server {self._server} breaks off: {why}")

    def _end_pause(self) -> None:
        self._breaks = 0
        if pauses.read_pause(self._db, self._server):
            pauses.set_pause(self._db, None)

    def _suspend_if_dead(self, mail: FrozenMail) -> None:
        if mail.subscriber_id and suspend_if_dead(self._db, mail.subscriber_id, self._mail, self._now()):
            self.report.suspended += 1
            log.warning("subscriber %s is suspended: the address takes no mail", mail.subscriber_id)

    def _pause(self, why: str) -> None:
        """Leave the server alone for a while; no mail's attempts are spent on it."""
        if self._halt:
            return
        self._halt = True
        before = pauses.read_pause(self._db, self._server)
        failures = before.failures + 1 if before else 1
        until = self._now() + min(retry_delay(self._mail, failures - 1), LONGEST_PAUSE)
        pauses.set_pause(self._db, HostPause(self._server, int(until.timestamp()) + 1, failures, why))
        self.report.problem, self.report.paused_until = why, until
        log.warning("%s; next attempt at %s", why, until.isoformat(timespec="seconds"))
