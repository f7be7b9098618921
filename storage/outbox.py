"""What waits to be mailed, and what became of it: one row a subscriber, story and sequence.

A row is written in the transaction that stores the match. Its life: ``queued`` → ``frozen`` (the bytes
and the Message-ID are fixed) → ``sent``, ``failed`` or ``cancelled``. Rows are kept for ``keep.mails``,
without their bytes after a while: they are the memory that nobody is told the same story twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Literal

from sqlite_utils import Database

from storage.database import write
from storage.pauses import read_any_pause, set_pause
from wirewatch import clock
from wirewatch.search import Match, Term

Form = Literal["alert", "digest"]
"""A mail of its own, or a place in the reader's next digest."""
Kind = Literal["story", "update", "letter"]
"""The first telling of a story, a reply in its thread, or a mail about no story."""
KEEP_SENT = timedelta(days=7)
"""How long the bytes of a finished mail are kept."""
Reach = Literal["all", "mail", "channels"]
"""Which recipients: all, mailboxes only, or channels only."""
_TO_CHANNEL = (
    "(coalesce(address, '') LIKE 'channel:%' OR subscriber_id IN (SELECT id FROM subscribers WHERE email LIKE"
    " 'channel:%'))"
)
_REACHES: dict[Reach, str] = {"all": "1", "mail": f"NOT {_TO_CHANNEL}", "channels": _TO_CHANNEL}
_ROW = (
    "id, subscriber_id, address, kind, story_id, sequence, article_id, receipts, news, state, created, due, attempts,"
    " message_id, form"
)
_KNOWS = "upto = (SELECT max(a.id) FROM articles a WHERE a.story_id = outbox.story_id)"
_MAY_GET = (
    "(p.id IS NULL OR p.state = 'active' OR o.kind = 'letter' AND o.story_id LIKE 'sign-up:%'"
    " AND p.state IN ('pending', 'left', 'removed'))"
)
_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """A search that fired, where it found what, and on which article (its row id)."""

    search: str
    terms: tuple[Term, ...]
    article_id: int

    def to_json(self) -> dict[str, Any]:
        """``{"search", "terms": […], "article"}``."""
        return {**Match(self.search, self.terms).to_json(), "article": self.article_id}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail to be, or one place in a digest. Times are seconds since 1970 UTC.

    ``subscriber_id`` is None and ``address`` set for a letter to nobody who subscribes; ``news`` holds what a
    letter says or which changes an update tells; ``message_id`` is None until frozen.
    """

    id: int
    subscriber_id: int | None
    address: str | None
    kind: Kind
    story_id: str
    sequence: int
    article_id: int
    receipts: tuple[Receipt, ...]
    news: Any
    state: str
    created: int
    due: int
    attempts: int
    message_id: str | None
    form: Form


@dataclass(frozen=True, slots=True)
class FrozenMail:
    """A mail ready for the wire: to whom, and the bytes that every attempt sends."""

    id: int
    subscriber_id: int | None
    email: str
    message_id: str
    message: bytes
    created: int
    attempts: int
    due: int


@dataclass(frozen=True, slots=True)
class OutboxSummary:
    """The outbox in figures. Times are ISO 8601 UTC; None where there is nothing of the kind.

    ``waiting`` rows are due or were put off; ``planned`` ones (digests, updates) have their time still to come.
    ``oldest`` is since when the first of the waiting ones is there.
    """

    counts: dict[str, int]
    waiting: int
    planned: int
    oldest: str | None
    next_due: str | None
    last_error: str | None
    paused_until: str | None

    def to_json(self) -> dict[str, Any]:
        """The summary as ``outbox --json`` prints it."""
        figures = asdict(self)
        return {**figures.pop("counts"), **figures}


def due(db: Database, now: datetime, limit: int, without: Iterable[int] = (), reach: Reach = "all") -> list[OutboxRow]:
    """Up to ``limit`` rows that may be mailed now, the longest due first, but not those in ``without``.

    ``reach`` leaves out channels, or mail.
    """
    sql = (
        f"SELECT {_ROW} FROM outbox WHERE state IN ('queued', 'frozen') AND due <= ? AND carrier IS NULL"
        f" AND id NOT IN (SELECT value FROM json_each(?)) AND {_REACHES[reach]} ORDER BY due, id LIMIT ?"
    )
    return [_read_row(row) for row in db.execute(sql, [int(now.timestamp()), json.dumps(list(without)), limit])]


def due_for_digest(db: Database, subscriber_id: int | None, now: datetime, limit: int) -> list[OutboxRow]:
    """What a subscriber's digest tells now, oldest first: all of it goes into one mail."""
    sql = (
        f"SELECT {_ROW} FROM outbox WHERE subscriber_id = ? AND state = 'queued' AND form = 'digest' AND due <= ?"
        " ORDER BY id LIMIT ?"
    )
    return [_read_row(row) for row in db.execute(sql, [subscriber_id, int(now.timestamp()), limit])]


def waiting_for(db: Database, subscriber_id: int) -> list[OutboxRow]:
    """All rows that wait for a subscriber, whenever they are due, the next one first."""
    sql = f"SELECT {_ROW} FROM outbox WHERE subscriber_id = ? AND state IN ('queued', 'frozen') ORDER BY due, id"
    return [_read_row(row) for row in db.execute(sql, [subscriber_id])]


def _read_row(row: Sequence[Any]) -> OutboxRow:
    fields: list[Any] = list(row)
    fields[7] = read_receipts(row[7], row[6])
    fields[8] = json.loads(row[8]) if row[8] else None
    return OutboxRow(*fields)


def read_receipts(receipts: str, article_id: int) -> tuple[Receipt, ...]:
    """The receipts of a row; those of the first version name no article and belong to the row's own."""
    rows = [(Match.from_json(each), each.get("article", article_id)) for each in json.loads(receipts)]
    return tuple(Receipt(match.search, match.terms, fired_on) for match, fired_on in rows)


def freeze(db: Database, row_id: int, message_id: str, message: bytes, subject: str = "") -> bool:
    """Fix the bytes and the Message-ID of a queued row, for ever; False when it is queued no more."""
    cursor = db.execute(
        f"UPDATE outbox SET state = 'frozen', message_id = ?, message = ?, subject = ?, {_KNOWS}"
        " WHERE id = ? AND state = 'queued'",
        [message_id, message, subject, row_id],
    )
    return bool(cursor.rowcount == 1)


def carry(db: Database, carrier_id: int, subjects: Mapping[int, str]) -> None:
    """Let the digest of one row tell others too (row id → subject); in the transaction that freezes it."""
    for row_id, subject in subjects.items():
        db.execute(
            f"UPDATE outbox SET state = 'frozen', carrier = ?, subject = ?, {_KNOWS}"
            " WHERE state = 'queued' AND id = ? AND id <> ?",
            [carrier_id, subject, row_id, carrier_id],
        )


def read_frozen(db: Database, row_id: int) -> FrozenMail | None:
    """The mail of a row if it may still be sent; read just before sending.

    Frozen, and its subscriber active; a letter about a sign-up goes to who has yet to confirm, too.
    """
    row = db.execute(
        "SELECT o.id, o.subscriber_id, coalesce(p.email, o.address), o.message_id, o.message, o.created, o.attempts,"
        " o.due FROM outbox o LEFT JOIN subscribers p ON p.id = o.subscriber_id"
        f" WHERE o.id = ? AND o.state = 'frozen' AND {_MAY_GET}",
        [row_id],
    ).fetchone()
    return FrozenMail(*row) if row else None


def mark_sent(db: Database, row_id: int, now: datetime) -> None:
    """The server took it; true also for one cancelled while it was under way.

    This and the next three run inside the caller's transaction, or commit by themselves without one.
    """
    db.execute(
        "UPDATE outbox SET state = 'sent', finished = ?, attempts = attempts + 1, error = NULL"
        " WHERE (id = ? OR carrier = ?) AND state <> 'sent'",
        [seconds_of(now), row_id, row_id],
    )


def mark_retry(db: Database, row_id: int, error: str, next_try: datetime) -> None:
    """The attempt failed for now; the row is due again at ``next_try``."""
    db.execute(
        "UPDATE outbox SET due = ?, attempts = attempts + 1, error = ? WHERE id = ? AND state IN ('queued', 'frozen')",
        [seconds_of(next_try), error[:_LONGEST_ERROR], row_id],
    )


def hold_back(db: Database, subscriber_id: int, until: datetime) -> None:
    """Let all that waits for a subscriber wait with the mail that was just put off, inside the caller's transaction."""
    db.execute(
        "UPDATE outbox SET due = max(due, ?) WHERE subscriber_id = ? AND state IN ('queued', 'frozen')",
        [seconds_of(until), subscriber_id],
    )


def mark_failed(db: Database, row_id: int, error: str, now: datetime) -> None:
    """It will not be tried again (but see :func:`retry_now`)."""
    db.execute(
        "UPDATE outbox SET state = 'failed', finished = ?, attempts = attempts + 1, error = ?"
        " WHERE (id = ? OR carrier = ?) AND state IN ('queued', 'frozen')",
        [seconds_of(now), error[:_LONGEST_ERROR], row_id, row_id],
    )


def cancel_for(db: Database, subscriber_id: int, why: str, now: datetime) -> int:
    """Cancel all that waits for a subscriber, inside the caller's transaction; returns how many."""
    cursor = db.execute(
        "UPDATE outbox SET state = 'cancelled', finished = ?, error = ?, message = NULL"
        " WHERE subscriber_id = ? AND state IN ('queued', 'frozen')",
        [seconds_of(now), why, subscriber_id],
    )
    return int(cursor.rowcount)


def cancel_row(db: Database, row_id: int, why: str, now: datetime) -> None:
    """Cancel one row that waits to be composed; commits by itself, or in the caller's transaction."""
    db.execute(
        "UPDATE outbox SET state = 'cancelled', finished = ?, error = ? WHERE id = ? AND state = 'queued'",
        [seconds_of(now), why, row_id],
    )


def cancel_inactive(db: Database, now: datetime) -> int:
    """Cancel all that waits for subscribers who are not active (any more); returns how many."""
    with write(db):
        cursor = db.execute(
            "UPDATE outbox SET state = 'cancelled', finished = ?, message = NULL, error = 'no longer subscribed'"
            " WHERE id IN (SELECT o.id FROM outbox o INDEXED BY outbox_due LEFT JOIN subscribers p"
            f" ON p.id = o.subscriber_id WHERE o.state IN ('queued', 'frozen') AND NOT {_MAY_GET})",
            [seconds_of(now)],
        )
    return int(cursor.rowcount)


def drop_receipts(db: Database, subscriber_id: int, searches: set[str], now: datetime) -> None:
    """Searches ended: cancel the waiting mails that only they had caused, inside the caller's transaction."""
    rows = db.execute(
        "SELECT id, receipts FROM outbox WHERE subscriber_id = ? AND kind <> 'letter'"
        " AND (state = 'queued' OR state = 'frozen' AND form = 'alert')",
        [subscriber_id],
    ).fetchall()
    for row_id, receipts in rows:
        left = [each for each in json.loads(receipts) if each["search"] not in searches]
        if left:
            db.execute("UPDATE outbox SET receipts = ? WHERE id = ?", [json.dumps(left, ensure_ascii=False), row_id])
        else:
            db.execute(
                "UPDATE outbox SET state = 'cancelled', finished = ?, error = 'search ended', message = NULL"
                " WHERE id = ?",
                [seconds_of(now), row_id],
            )


def prune_messages(db: Database, now: datetime, keep: timedelta = KEEP_SENT) -> int:
    """Drop the bytes of mails that ended longer than ``keep`` ago (failed ones: four times that)."""
    with write(db):
        cursor = db.execute(
            "UPDATE outbox SET message = NULL WHERE message IS NOT NULL AND finished IS NOT NULL"
            " AND finished < CASE state WHEN 'failed' THEN ? ELSE ? END",
            [seconds_of(now - 4 * keep), seconds_of(now - keep)],
        )
    return int(cursor.rowcount)


def retry_now(db: Database, now: datetime, *, failed: bool = False) -> int:
    """Make all that waits due at once, and end the pause of the mail server; returns how many rows wait.

    With ``failed`` those given up on are tried again too, as long as their bytes are kept.
    """
    with write(db):
        if failed:
            db.execute(
                "UPDATE outbox SET state = 'frozen', finished = NULL WHERE state = 'failed' AND"
                " (message IS NOT NULL OR carrier IN (SELECT id FROM outbox WHERE message IS NOT NULL))"
            )
        cursor = db.execute(
            "UPDATE outbox SET due = min(due, ?) WHERE state IN ('queued', 'frozen')", [seconds_of(now)]
        )
        set_pause(db, None)
    return int(cursor.rowcount)


def bring_back(db: Database, now: datetime, longest: timedelta) -> int:
    """Make due what a wrong clock put off too far: a retry beyond 1.2 × ``longest``, a digest beyond 8 days."""
    with write(db):
        cursor = db.execute(
            "UPDATE outbox SET due = ? WHERE state IN ('queued', 'frozen')"
            " AND due > CASE attempts WHEN 0 THEN ? ELSE ? END",
            [seconds_of(now), seconds_of(now + timedelta(days=8)), seconds_of(now + 1.2 * longest) + 1],
        )
    return int(cursor.rowcount)


def count_waiting(db: Database) -> int:
    """How many mails are neither sent nor given up, whenever they are due."""
    row = db.execute("SELECT count(*) FROM outbox INDEXED BY outbox_due WHERE state IN ('queued', 'frozen')").fetchone()
    return int(row[0])


def count_late(db: Database, now: datetime) -> int:
    """How many rows should be gone by now: due, or tried before. A digest or update still to come is not late."""
    row = db.execute(
        "SELECT count(*) FROM outbox INDEXED BY outbox_due WHERE state IN ('queued', 'frozen')"
        " AND (due <= ? OR attempts > 0)",
        [int(now.timestamp())],
    ).fetchone()
    return int(row[0])


def next_due(db: Database) -> int | None:
    """When the next row that waits is due (seconds since 1970 UTC); None when none waits."""
    row = db.execute("SELECT min(due) FROM outbox INDEXED BY outbox_due WHERE state IN ('queued', 'frozen')").fetchone()
    found: int | None = row[0]
    return found


def summary(db: Database, now: datetime | None = None) -> OutboxSummary:
    """The outbox in figures at ``now`` (None: the clock's), for ``outbox --json`` and ``status``."""
    now = now or clock.now()
    counts = dict.fromkeys(("queued", "frozen", "sent", "failed", "cancelled"), 0)
    counts.update(db.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    late = count_late(db, now)
    oldest = db.execute(
        "SELECT min(created) FROM outbox WHERE state IN ('queued', 'frozen') AND (due <= ? OR attempts > 0)",
        [int(now.timestamp())],
    ).fetchone()[0]
    pause = read_any_pause(db)
    return OutboxSummary(
        counts=counts,
        waiting=late,
        planned=counts["queued"] + counts["frozen"] - late,
        oldest=_iso(oldest),
        next_due=_iso(next_due(db)),
        last_error=pause.error if pause else _last_error(db),
        paused_until=_iso(pause.until) if pause else None,
    )


def _last_error(db: Database) -> str | None:
    row = db.execute(
        "SELECT error FROM outbox WHERE error IS NOT NULL AND state IN ('queued', 'frozen', 'failed')"
        " ORDER BY coalesce(finished, due) DESC LIMIT 1"
    ).fetchone()
    return str(row[0]) if row else None


def seconds_of(when: datetime) -> int:
    """``when`` as whole seconds since 1970 UTC, never earlier than it."""
    return ceil(when.timestamp())


def _iso(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
