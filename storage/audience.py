"""Who must hear of a match: the step from the matcher's receipts to rows of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from storage.outbox import queue_alert
from storage.subscribers import EVERYTHING, Subscription, active_subscriptions
from wirewatch.search import Match

Audience = Mapping[str, Sequence[Subscription]]
"""The subscriptions that a search's id concerns: ``sub:<id>``, a topic, a house search, or ``*``."""


def read_audience(db: Database) -> Audience:
    """The subscriptions of all active subscribers, by the id of the search that sets them off."""
    audience: dict[str, list[Subscription]] = {}
    for each in active_subscriptions(db):
        audience.setdefault(each.follows or each.search_id, []).append(each)
    return audience


def queue_alerts(
    db: Database,
    audience: Audience,
    *,
    story_id: str,
    article_id: int,
    language: str | None,
    matches: Sequence[Match],
    now: datetime,
) -> int:
    """Queue one mail for each subscriber whom one of ``matches`` concerns; inside the caller's transaction.

    A subscriber gets one mail that names all his searches that fired. Returns how many were new.
    """
    found: dict[int, list[Match]] = {}
    for match in matches:
        for each in _concerned(audience, match.search):
            if each.languages and language not in each.languages:
                continue
            mine = found.setdefault(each.subscriber_id, [])
            if match not in mine:
                mine.append(match)
    return sum(queue_alert(db, who, story_id, article_id, mine, now) for who, mine in found.items())


def _concerned(audience: Audience, search_id: str) -> list[Subscription]:
    everybody = () if search_id.startswith("sub:") else audience.get(EVERYTHING, ())
    return [*audience.get(search_id, ()), *everybody]
