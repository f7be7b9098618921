"""Mails that say there was nothing: for readers who asked to hear also when a digest has nothing to tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from storage.database import write
from storage.ledger import last_run
from storage.letters import NOTHING_NEW, queue_letter
from storage.outbox import seconds_of
from storage.rhythm import leave_quiet, next_digest
from storage.subscribers import Subscription, active_subscriptions


@dataclass(frozen=True, slots=True)
class _Slot:
    """A digest's time that has passed, and since when its search was looked at."""

    search: Subscription
    zone: str
    since: datetime
    at: datetime


def queue_nothing_new(db: Database, now: datetime) -> int:
    """Queue a letter for each digest time that has passed and brought nothing; returns how many.

    One letter for all searches of a reader with the same time. The first time counted is the first one after
    the search began (or was changed).
    """
    letters: dict[tuple[int, datetime], list[_Slot]] = {}
    with write(db):
        for slot in _find_slots(db, now):
            db.execute("UPDATE subscriptions SET noted = ? WHERE id = ?", [seconds_of(slot.at), slot.search.id])
            if not _has_news(db, slot):
                letters.setdefault((slot.search.subscriber_id, slot.at), []).append(slot)
        return sum(_queue(db, who, at, slots, now) for (who, at), slots in letters.items())


def _find_slots(db: Database, now: datetime) -> Iterator[_Slot]:
    noted = dict(db.execute("SELECT id, noted FROM subscriptions WHERE nothing_new = 1").fetchall())
    for search, zone in active_subscriptions(db) if noted else ():
        if search.id not in noted:
            continue
        if noted[search.id] is None:
            db.execute("UPDATE subscriptions SET noted = ? WHERE id = ?", [seconds_of(now), search.id])
            continue
        since = datetime.fromtimestamp(noted[search.id], UTC)
        at = next_digest(search.every, search.at, zone, since)
        while (later := next_digest(search.every, search.at, zone, at)) <= now:
            at = later
        if at <= now:
            yield _Slot(search, zone, since, at)


def _has_news(db: Database, slot: _Slot) -> bool:
    found = db.execute(
        "SELECT 1 FROM outbox WHERE subscriber_id = ? AND planned > ? AND planned <= ? AND kind <> 'letter'"
        " AND state <> 'cancelled' AND EXISTS (SELECT 1 FROM json_each(outbox.receipts)"
        " WHERE json_extract(value, '$.search') = ? OR ? = '*' AND json_extract(value, '$.search') NOT LIKE 'sub:%')",
        [
            slot.search.subscriber_id,
            seconds_of(slot.since),
            seconds_of(slot.at),
            slot.search.follows or slot.search.search_id,
            slot.search.follows,
        ],
    )
    return found.fetchone() is not None


def _queue(db: Database, who: int, at: datetime, slots: list[_Slot], now: datetime) -> bool:
    run = last_run(db, finished=True)
    facts = {
        "since": seconds_of(min(slot.since for slot in slots)),
        "searches": [slot.search.name for slot in slots],
        "last_run": seconds_of(run.started) if run else None,
    }
    due = leave_quiet(now, slots[0].search.quiet, slots[0].zone)
    return queue_letter(db, who, f"{NOTHING_NEW}:{seconds_of(at)}", facts, now, due=due)
