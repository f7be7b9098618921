"""What a reader does himself on the page behind his signed link: change, stop, leave, be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from storage.database import write
from storage.secrets import read_token
from storage.subscribers import (
    Subscriber,
    Subscription,
    Wish,
    check_wish,
    check_zone,
    end_subscriptions,
    find_subscriptions,
    get_subscriber,
    put_wish,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A reader and his searches, oldest first."""

    reader: Subscriber
    searches: tuple[Subscription, ...]


def read_account(db: Database, token: str) -> Account | None:
    """The account that a manage link names; None where the token is wrong."""
    subscriber_id = read_token(db, "manage", token)
    reader = get_subscriber(db, subscriber_id) if subscriber_id is not None else None
    if reader is None:
        return None
    return Account(reader, tuple(find_subscriptions(db, "subscriber_id = ?", [reader.id])))


def change_search(db: Database, account: Account, search: int, wish: Wish, now: datetime) -> None:
    """Give one search of the account new settings; its query and what it follows stay as they are.

    Raises:
        UsageError: a setting that cannot be used.
        LookupError: the account has no such search.
    """
    old = _find(account, search)
    checked = check_wish(
        Wish(
            old.name, old.query, old.follows, wish.every, wish.at, wish.quiet, wish.languages, wish.per_day,
            wish.nothing_new,
        )
    )  # fmt: skip
    with write(db):
        put_wish(db, account.reader.id, checked, old.managed_by, now)


def stop_search(db: Database, account: Account, search: int, now: datetime) -> None:
    """End one search; what waits for it alone is cancelled. The reader stays, also without any search.

    Raises:
        LookupError: the account has no such search.
    """
    old = _find(account, search)
    with write(db):
        end_subscriptions(db, account.reader.id, [old], now)


def change_zone(db: Database, account: Account, zone: str) -> None:
    """Count the reader's local times in another zone from now on.

    Raises:
        UsageError: it is no IANA zone.
    """
    db.execute("UPDATE subscribers SET zone = ? WHERE id = ?", [check_zone(zone), account.reader.id])


def _find(account: Account, search: int) -> Subscription:
    for each in account.searches:
        if each.id == search:
            return each
    raise LookupError(f"search {search}")
