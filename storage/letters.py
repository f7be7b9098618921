"""Mails about no story: to confirm a sign-up, to say that there was nothing new, and to the operator.

What a letter says is kept as data in its row; its words are made when it is composed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage.outbox import OutboxRow, seconds_of
from storage.secrets import MESSAGE_ID_KEY, get_key
from storage.subscribers import Subscriber, get_subscriber

SIGN_UP, NOTHING_NEW, ALARM, CANARY = "sign-up", "nothing-new", "alarm", "canary"


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that a letter says. ``reader`` is None for one to the operator, whose address is in ``to``.

    ``about`` is its kind, the part of ``name`` before the first ``:``; ``facts`` depend on that kind.
    """

    to: str
    about: str
    name: str
    facts: dict[str, Any]
    key: bytes
    reader: Subscriber | None = None


def queue_letter(
    db: Database, to: int | str, name: str, facts: dict[str, Any], now: datetime, *, due: datetime | None = None
) -> bool:
    """Queue the letter called ``name`` (``alarm:17``) to a subscriber (id) or an address, once.

    Runs inside the caller's transaction. Returns False when it was queued before.
    """
    subscriber_id, address = (to, None) if isinstance(to, int) else (None, to)
    when = seconds_of(due or now)
    cursor = db.execute(
        "INSERT INTO outbox (subscriber_id, address, kind, story_id, article_id, receipts, news, state, created,"
        " planned, due) VALUES (?, ?, 'letter', ?, 0, '[]', ?, 'queued', ?, ?, ?) ON CONFLICT DO NOTHING",
        [subscriber_id, address, name, json.dumps(facts, ensure_ascii=False), seconds_of(now), when, when],
    )
    return bool(cursor.rowcount == 1)


def load_letter(db: Database, row: OutboxRow) -> LetterFacts | None:
    """What the letter of an outbox row says; None when its subscriber is gone."""
    reader = get_subscriber(db, row.subscriber_id) if row.subscriber_id else None
    to = reader.email if reader else row.address
    if to is None:
        return None
    about = row.story_id.partition(":")[0]
    return LetterFacts(to, about, row.story_id, row.news or {}, get_key(db, MESSAGE_ID_KEY), reader)
