"""Who must hear of a match, and when: the step from the matcher's receipts to rows of the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from storage.outbox import Form, queue_alert
from storage.rhythm import next_mail
from storage.subscribers import EVERYTHING, Subscription, active_subscriptions
from wirewatch.search import Match


@dataclass(frozen=True, slots=True)
class Follower:
    """A subscription and the zone of its subscriber."""

    subscription: Subscription
    zone: str


Audience = Mapping[str, Sequence[Follower]]
"""The subscriptions that a search's id concerns: ``sub:<id>``, a topic, a house search, or ``*``."""


def read_audience(db: Database) -> Audience:
    """The subscriptions of all active subscribers, by the id of the search that sets them off."""
    audience: dict[str, list[Follower]] = {}
    for each, zone in active_subscriptions(db):
        audience.setdefault(each.follows or each.search_id, []).append(Follower(each, zone))
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

    A subscriber hears of it once, with all his searches that fired: at once if one of them is instant,
    else in the first digest that one of them brings. Returns how many rows were new.
    """
    found: dict[int, list[tuple[Match, Follower]]] = {}
    for match in matches:
        for follower in _concerned(audience, match.search):
            wanted = follower.subscription.languages
            if not wanted or language in wanted:
                found.setdefault(follower.subscription.subscriber_id, []).append((match, follower))
    new = 0
    for who, fired in found.items():
        form, due = decide_form((follower for _, follower in fired), now)
        receipts = list({match.search: match for match, _ in fired}.values())
        new += queue_alert(db, who, story_id, article_id, receipts, now, due=due, form=form)
    return new


def decide_form(fired: Iterable[Follower], now: datetime) -> tuple[Form, datetime]:
    """A mail of its own or a place in a digest, and when, for a subscriber whose searches ``fired`` at ``now``."""
    times: dict[Form, list[datetime]] = {"alert": [], "digest": []}
    for each in fired:
        wish = each.subscription
        due = next_mail(wish.every, wish.at, wish.quiet, each.zone, now)
        times["alert" if wish.every == "instant" else "digest"].append(due)
    form: Form = "alert" if times["alert"] else "digest"
    return form, min(times[form])


def _concerned(audience: Audience, search_id: str) -> list[Follower]:
    everybody = () if search_id.startswith("sub:") else audience.get(EVERYTHING, ())
    return [*audience.get(search_id, ()), *everybody]
