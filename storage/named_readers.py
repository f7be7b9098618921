"""The subscribers that config.yaml names: the database is made to follow the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.database import write
from storage.outbox import cancel_for
from storage.subscribers import (
    EVERYTHING,
    LONGEST_NAME,
    Wish,
    check_wish,
    check_zone,
    end_subscriptions,
    ensure_subscriber,
    find_subscriptions,
    normalise_address,
    put_wish,
)
from wirewatch.config import SubscriberEntry


def sync_config(db: Database, entries: Iterable[SubscriberEntry], now: datetime) -> None:
    """Make the subscribers with ``managed_by`` ``config`` those of config.yaml.

    One who is no longer named there (and has no search added by hand) becomes ``removed``; one who asked
    to leave stays so although he is named. An entry without topics, searches and query follows all.

    Raises:
        UsageError: an address or zone that cannot be used; nothing is changed then.
    """
    wanted = [(normalise_address(entry.email), check_zone(entry.tz), _wishes(entry)) for entry in entries]
    with write(db):
        kept = set()
        for email, zone, wishes in wanted:
            subscriber_id = ensure_subscriber(db, email, zone, now)
            db.execute("UPDATE subscribers SET state = 'active' WHERE id = ? AND state = 'removed'", [subscriber_id])
            _replace_config_wishes(db, subscriber_id, wishes, now)
            kept.add(subscriber_id)
        _remove_unnamed(db, kept, now)


def _wishes(entry: SubscriberEntry) -> list[Wish]:
    """The searches of an entry, all with its settings."""
    plain = Wish(
        "all stories", "", EVERYTHING, entry.every, entry.at, entry.quiet, entry.languages, entry.limit,
        entry.nothing_new,
    )  # fmt: skip
    wishes = [replace(plain, name=each, follows=each) for each in (*entry.topics, *entry.searches)]
    if entry.query:
        name = " ".join(entry.query.split())[:LONGEST_NAME]
        wishes.append(replace(plain, name=name, query=entry.query, follows=""))
    return [check_wish(each) for each in wishes or [plain]]


def _replace_config_wishes(db: Database, subscriber_id: int, wishes: list[Wish], now: datetime) -> None:
    wanted = {(each.query, each.follows) for each in wishes}
    old = find_subscriptions(db, "subscriber_id = ? AND managed_by = 'config'", [subscriber_id])
    gone = [each for each in old if (each.query, each.follows) not in wanted]
    end_subscriptions(db, subscriber_id, gone, now)
    for wish in wishes:
        put_wish(db, subscriber_id, wish, "config", now)


def _remove_unnamed(db: Database, kept: set[int], now: datetime) -> None:
    named_before = {each.subscriber_id for each in find_subscriptions(db, "managed_by = 'config'", [])}
    for subscriber_id in named_before - kept:
        _replace_config_wishes(db, subscriber_id, [], now)
        if not find_subscriptions(db, "subscriber_id = ?", [subscriber_id]):
            db.execute("UPDATE subscribers SET state = 'removed' WHERE id = ? AND state = 'active'", [subscriber_id])
            cancel_for(db, subscriber_id, "removed from the configuration", now)
