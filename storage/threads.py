"""The thread of a story for one reader: what he was told of it, and the row that tells him next.

At most one row of a thread waits at a time: what comes meanwhile joins it. The first is the story itself; later
ones are updates, which reply to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from storage.outbox import Form, Receipt, read_receipts, seconds_of
from wirewatch.search import Match

MOST_DOUBLINGS = 5
"""The wait before an update is doubled with each update, up to so often."""


@dataclass(frozen=True, slots=True)
class Thread:
    """How far a reader knows a story. ``waiting`` is the id of the row to be mailed, None where none waits.

    ``told`` is the number of mails about it, ``upto`` the newest article (row id) that they knew of,
    ``last`` when the last one was due (None where none was told), ``rows`` how many rows there are.
    """

    waiting: int | None
    waiting_form: Form
    told: int
    upto: int
    last: datetime | None
    rows: int

    def earliest(self, now: datetime, wait: timedelta) -> datetime:
        """When the next mail of the thread may come: ``wait`` after the last, doubled with each update."""
        if self.last is None:
            return now
        return max(now, self.last + wait * 2 ** min(self.told - 1, MOST_DOUBLINGS))


def read_thread(db: Database, subscriber_id: int, story_id: str) -> Thread:
    """The thread of a story for a subscriber."""
    waiting, form, told, upto, last, rows = None, "alert", 0, 0, None, 0
    found = db.execute(
        "SELECT id, state, form, coalesce(upto, article_id), planned, sequence FROM outbox"
        " WHERE subscriber_id = ? AND story_id = ? ORDER BY sequence",
        [subscriber_id, story_id],
    )
    for row_id, state, row_form, knows, planned, sequence in found:
        rows = sequence + 1
        if state == "queued":
            waiting, form = row_id, row_form
        elif state != "cancelled":
            told, upto, last = told + 1, max(upto, knows), datetime.fromtimestamp(planned, UTC)
    return Thread(waiting, form, told, upto, last, rows)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be told next: which article fired which searches, what changed, how and when."""

    article_id: int
    matches: Sequence[Match] = ()
    changes: Sequence[dict[str, Any]] = ()
    form: Form = "alert"
    due: datetime | None = None
    catch_up: bool = False


def queue_telling(
    db: Database, subscriber_id: int, story_id: str, telling: Telling, now: datetime, thread: Thread | None = None
) -> bool:
    """Let a subscriber hear of a story; runs inside the caller's transaction. ``due`` None means at once.

    A row that waits already takes in the searches and changes, and becomes a mail of its own if this is to be one.
    Returns True when a row is new or became such a mail; False also for who is not active or knows that report.
    """
    thread = thread or read_thread(db, subscriber_id, story_id)
    if thread.told and not telling.changes and telling.article_id <= thread.upto:
        return False
    if thread.waiting is not None:
        return _join(db, thread, telling, now)
    receipts = [Receipt(match.search, match.terms, telling.article_id) for match in telling.matches]
    due = seconds_of(telling.due or now)
    cursor = db.execute(
        "INSERT INTO outbox (subscriber_id, kind, story_id, sequence, article_id, receipts, news, state, created,"
        " planned, due, form, catch_up) SELECT id, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ? FROM subscribers"
        " WHERE id = ? AND state = 'active'",
        [
            "update" if thread.told else "story",
            story_id,
            thread.rows,
            telling.article_id,
            _dump(receipts),
            json.dumps(list(telling.changes), ensure_ascii=False) if telling.changes else None,
            seconds_of(now),
            due,
            due,
            telling.form,
            int(telling.catch_up),
            subscriber_id,
        ],
    )
    return bool(cursor.rowcount == 1)


def _join(db: Database, thread: Thread, telling: Telling, now: datetime) -> bool:
    """Add to the row that waits; an instant search (or a change told at once) does not wait for the digest."""
    receipts, article_id, news, due = db.execute(
        "SELECT receipts, article_id, news, due FROM outbox WHERE id = ?", [thread.waiting]
    ).fetchone()
    before = read_receipts(receipts, article_id)
    known = {each.search for each in before}
    added = [Receipt(match.search, match.terms, telling.article_id) for match in telling.matches]
    added = [each for each in added if each.search not in known]
    changes = [*json.loads(news or "[]"), *telling.changes]
    sooner = telling.form == "alert" and not telling.catch_up and thread.waiting_form == "digest"
    when = seconds_of(telling.due or now)
    due = when if sooner else min(due, when) if telling.form == thread.waiting_form else due
    db.execute(
        "UPDATE outbox SET receipts = ?, news = ?, form = ?, due = ?, planned = CASE attempts WHEN 0 THEN ? ELSE"
        " planned END, catch_up = CASE WHEN ? THEN 0 ELSE catch_up END WHERE id = ?",
        [
            _dump([*before, *added]),
            json.dumps(changes, ensure_ascii=False) if changes else None,
            "alert" if sooner else thread.waiting_form,
            due,
            due,
            sooner,
            thread.waiting,
        ],
    )
    return sooner


def release_catch_up(db: Database, now: datetime) -> int:
    """A run has ended: what it found of old stories is due. Returns how many rows that are."""
    cursor = db.execute(
        "UPDATE outbox SET due = ?, catch_up = 0 WHERE catch_up = 1 AND state = 'queued'", [seconds_of(now)]
    )
    return int(cursor.rowcount)


def count_on_day(db: Database, subscriber_id: int, search_id: str, start: datetime, end: datetime) -> int:
    """Mails of their own that a search (``*``: any of the house's) brings a subscriber from ``start`` up to ``end``."""
    which = (
        "json_extract(value, '$.search') NOT LIKE 'sub:%'"
        if search_id == "*"
        else ("json_extract(value, '$.search') = ?")
    )
    values: list[Any] = [subscriber_id, seconds_of(start), seconds_of(end)]
    row = db.execute(
        "SELECT count(*) FROM outbox WHERE subscriber_id = ? AND planned >= ? AND planned < ? AND form = 'alert'"
        f" AND state <> 'cancelled' AND EXISTS (SELECT 1 FROM json_each(outbox.receipts) WHERE {which})",
        values if search_id == "*" else [*values, search_id],
    ).fetchone()
    return int(row[0])


def _dump(receipts: Iterable[Receipt]) -> str:
    return json.dumps([each.to_json() for each in receipts], ensure_ascii=False)
