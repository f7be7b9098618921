"""Who must hear of a match or a change, and when: from the matcher's receipts to rows of the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from storage.outbox import Form, read_receipts
from storage.rhythm import day_around, leave_quiet, next_digest, next_mail
from storage.subscribers import EVERYTHING, Subscription, active_subscriptions
from storage.threads import Telling, count_on_day, queue_telling, read_thread
from wirewatch.config import Alerts
from wirewatch.search import Match

HOUSEKEEPING = "wirewatch-"
"""How ids of searches begin that are ours (the canary): no reader follows them."""
CATCH_UP_WAIT = timedelta(hours=1)
"""Old stories wait for the end of their run, but no longer than this (the run may be killed)."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A subscription and the zone of its subscriber."""

    subscription: Subscription
    zone: str


Audience = Mapping[str, Sequence[Follower]]
"""The subscriptions that a search's id concerns: ``sub:<id>``, a topic, a house search, or ``*``."""


@dataclass(frozen=True, slots=True)
class Find:
    """A stored report that searches fired on. ``published`` is None where the publisher did not state it;
    ``relation`` is ``original``, ``copy``, ``rewrite`` or ``report``."""

    story_id: str
    article_id: int
    matches: Sequence[Match]
    language: str | None = None
    published: datetime | None = None
    relation: str = "original"


@dataclass(frozen=True, slots=True)
class Change:
    """What a publisher did to a report after readers were told of it.

    ``edit`` and ``correction`` say what ``field`` (``title``, ``text``, ``time`` …) was ``before`` and is
    ``after``; a ``withdrawal`` has the publisher's own words in ``after``, '' where it gave none. Each is a
    short passage, not a whole text.
    """

    kind: Literal["edit", "correction", "withdrawal"]
    article_id: int
    field: str = ""
    before: str = ""
    after: str = ""


def read_audience(db: Database) -> Audience:
    """The subscriptions of all active subscribers, by the id of the search that sets them off."""
    audience: dict[str, list[Follower]] = {}
    for each, zone in active_subscriptions(db):
        audience.setdefault(each.follows or each.search_id, []).append(Follower(each, zone))
    return audience


def queue_alerts(db: Database, audience: Audience, find: Find, now: datetime, alerts: Alerts | None = None) -> int:
    """Queue one mail for each subscriber whom one of the find's matches concerns; inside the caller's transaction.

    A subscriber hears of it once, with all his searches that fired: at once if one of them is instant and has
    not reached its limit of the day, else in a digest. A later report of a story he knows is told as an update
    of its thread, unless it is a copy. Returns how many mails that makes more.
    """
    if any(match.search.startswith(HOUSEKEEPING) for match in find.matches):
        return 0
    alerts = alerts or Alerts()
    found: dict[int, list[tuple[Match, Follower]]] = {}
    for match in find.matches:
        for follower in _concerned(audience, match.search):
            wanted = follower.subscription.languages
            if not wanted or find.language in wanted:
                found.setdefault(follower.subscription.subscriber_id, []).append((match, follower))
    return sum(_queue_find(db, who, fired, find, now, alerts) for who, fired in found.items())


def _queue_find(
    db: Database, who: int, fired: list[tuple[Match, Follower]], find: Find, now: datetime, alerts: Alerts
) -> bool:
    thread = read_thread(db, who, find.story_id)
    if thread.told and find.relation == "copy" and thread.waiting is None:
        return False
    followers = [follower for _, follower in fired]
    form, due = _choose(db, who, followers, thread.earliest(now, alerts.follow_up))
    old = find.published is not None and find.published < now - alerts.max_age
    catch_up = old and form == "alert" and not thread.told
    if catch_up:
        form, due = "digest", due + CATCH_UP_WAIT
    receipts = tuple({match.search: match for match, _ in fired}.values())
    telling = Telling(find.article_id, receipts, (), form, due, catch_up)
    return queue_telling(db, who, find.story_id, telling, now, thread)


def queue_changes(
    db: Database,
    audience: Audience,
    story_id: str,
    changes: Sequence[Change],
    now: datetime,
    alerts: Alerts | None = None,
) -> int:
    """Tell those who were told of a story what its publishers changed since; inside the caller's transaction.

    A reader whose mails did not know of the changed report is not told. The changes go as an update of the
    thread, in the rhythm of the searches that brought the story; a withdrawal does not wait for the thread's next
    update. What is not told yet needs none: a waiting mail is composed from what the archive then holds, and a
    story whose only report was withdrawn is not mailed.
    Returns how many mails that makes more.
    """
    alerts = alerts or Alerts()
    news = [asdict(each) for each in changes]
    gone = {each.article_id for each in changes if each.kind == "withdrawal"}
    return sum(
        _queue_change(db, audience, who, story_id, news, bool(gone), now, alerts)
        for (who,) in db.execute(
            "SELECT DISTINCT subscriber_id FROM outbox WHERE story_id = ? AND kind <> 'letter'"
            " AND subscriber_id IS NOT NULL",
            [story_id],
        ).fetchall()
    )


def _queue_change(
    db: Database,
    audience: Audience,
    who: int,
    story_id: str,
    news: list[dict[str, object]],
    urgent: bool,
    now: datetime,
    alerts: Alerts,
) -> bool:
    thread = read_thread(db, who, story_id)
    followers, matches = _told_by(db, audience, who, story_id)
    news = [each for each in news if int(str(each["article_id"])) <= thread.upto]
    if not thread.told or not followers or not news:
        return False
    form, due = _choose(db, who, followers, now if urgent else thread.earliest(now, alerts.follow_up))
    article_id = int(str(news[0]["article_id"]))
    return queue_telling(db, who, story_id, Telling(article_id, matches, news, form, due), now, thread)


def _told_by(db: Database, audience: Audience, who: int, story_id: str) -> tuple[list[Follower], list[Match]]:
    """The searches by which a reader learned of a story and that he still has; as matches without places."""
    searches: dict[str, None] = {}
    for receipts, article_id in db.execute(
        "SELECT receipts, article_id FROM outbox WHERE subscriber_id = ? AND story_id = ? AND state <> 'cancelled'"
        " ORDER BY sequence",
        [who, story_id],
    ):
        searches.update(dict.fromkeys(each.search for each in read_receipts(receipts, article_id)))
    mine = {
        search: [each for each in _concerned(audience, search) if each.subscription.subscriber_id == who]
        for search in searches
    }
    followers = [each for found in mine.values() for each in found]
    return followers, [Match(search, ()) for search, found in mine.items() if found]


def _choose(db: Database, who: int, followers: Sequence[Follower], now: datetime) -> tuple[Form, datetime]:
    """As :func:`decide_form`, but an instant search that has reached its limit of that day sends a digest."""
    form, due = decide_form(followers, now)
    if form == "digest" or any(_has_room(db, who, each, due) for each in followers if _is_instant(each)):
        return form, due
    return "digest", min(_digest_after_limit(each, due) for each in followers if _is_instant(each))


def _has_room(db: Database, who: int, follower: Follower, due: datetime) -> bool:
    wish = follower.subscription
    if wish.per_day is None:
        return True
    start, end = day_around(due, follower.zone)
    return count_on_day(db, who, wish.follows or wish.search_id, start, end) < wish.per_day


def _digest_after_limit(follower: Follower, due: datetime) -> datetime:
    wish = follower.subscription
    return leave_quiet(next_digest("daily", wish.at, follower.zone, due), wish.quiet, follower.zone)


def decide_form(fired: Iterable[Follower], now: datetime) -> tuple[Form, datetime]:
    """A mail of its own or a place in a digest, and when, for a subscriber whose searches ``fired`` at ``now``."""
    times: dict[Form, list[datetime]] = {"alert": [], "digest": []}
    for each in fired:
        wish = each.subscription
        due = next_mail(wish.every, wish.at, wish.quiet, each.zone, now)
        times["alert" if _is_instant(each) else "digest"].append(due)
    form: Form = "alert" if times["alert"] else "digest"
    return form, min(times[form])


def _is_instant(follower: Follower) -> bool:
    return follower.subscription.every == "instant"


def _concerned(audience: Audience, search_id: str) -> list[Follower]:
    everybody = () if search_id.startswith("sub:") else audience.get(EVERYTHING, ())
    return [*audience.get(search_id, ()), *everybody]
