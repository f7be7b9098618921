"""Who gets alerts and for which searches.

A subscriber is one address; a subscription is one search of his, either a query of his own or the
wish to follow a search of the house (a topic). Those named in config.yaml are ``managed_by``
``config`` and follow that file; those added by command are ``hand``.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import email_validator
from email_validator import EmailNotValidError, validate_email
from sqlite_utils import Database

from storage.database import write
from storage.outbox import cancel_for, drop_receipts
from storage.rhythm import DAYS, Rhythm
from storage.secrets import read_token
from wirewatch.clock import is_zone
from wirewatch.config import CHANNEL_NAME
from wirewatch.errors import UsageError
from wirewatch.search import Search

Manager = Literal["hand", "config"]
CHANNEL = "channel:"
"""How the address of a subscriber begins that is a channel of config.yaml, such as ``channel:newsroom``."""
EVERYTHING = "*"
"""What a subscription follows that wants all the house stores."""
LONGEST_QUERY = 4000
LONGEST_NAME = 120
# The library's documented way: a private mail server may well live under .local, .internal or .test.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_AT = rf"(?:(?:{'|'.join(DAYS)}) )?{_CLOCK}"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One address. ``zone`` is the IANA zone of the times in its mails; ``created`` ISO 8601."""

    id: int
    email: str
    state: str
    zone: str
    created: str
    secret: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """One search of a subscriber; ``query`` is '' where it follows the house search ``follows``."""

    id: int
    subscriber_id: int
    managed_by: Manager
    name: str
    query: str
    follows: str
    every: Rhythm
    at: str | None
    quiet: str | None
    languages: tuple[str, ...]
    per_day: int | None = None
    nothing_new: bool = False

    @property
    def search_id(self) -> str:
        """The id under which this subscription's own query appears in receipts."""
        return f"sub:{self.id}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be told of, checked; see the table ``subscriptions`` for the fields."""

    name: str
    query: str = ""
    follows: str = ""
    every: Rhythm = "instant"
    at: str | None = None
    quiet: str | None = None
    languages: tuple[str, ...] = ()
    per_day: int | None = None
    nothing_new: bool = False


def normalise_email(email: str) -> str:
    """The address in the one form that is stored: ASCII, domain in lower case, no display name.

    Raises:
        UsageError: it is no address that plain SMTP can carry.
    """
    try:
        checked = validate_email(
            email, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False, strict=True
        )
    except EmailNotValidError as error:
        raise UsageError(f"{email[:100]!r} is not a usable e-mail address: {error}") from error
    if not checked.ascii_email:
        raise UsageError(f"{email[:100]!r} is not a usable e-mail address: it cannot be written in ASCII")
    return checked.ascii_email


def normalise_address(address: str) -> str:
    """The address of a mailbox as :func:`normalise_email` gives it, or a channel's (``channel:newsroom``) as it is.

    Raises:
        UsageError: it is neither.
    """
    if not address.startswith(CHANNEL):
        return normalise_email(address)
    if not re.fullmatch(CHANNEL_NAME, address.removeprefix(CHANNEL)):
        raise UsageError(f"{address[:60]!r} names no channel; write channel: and a name from 'channels' of config.yaml")
    return address


def check_zone(zone: str) -> str:
    """``zone`` itself if it is an IANA zone.

    Raises:
        UsageError: it is not.
    """
    if not is_zone(zone):
        raise UsageError(f"{zone[:60]!r} is not a time zone; write one such as Asia/Baku or UTC")
    return zone


def subscribe(
    db: Database,
    email: str,
    name: str,
    query: str,
    *,
    every: Rhythm = "instant",
    at: str | None = None,
    zone: str | None = None,
    quiet: str | None = None,
    languages: Sequence[str] = (),
    per_day: int | None = None,
    nothing_new: bool = False,
    follows: str = "",
    managed_by: Manager = "hand",
    now: datetime,
) -> Subscription:
    """Add a search to an address (made if new), or change that search's settings; one who had left is back.

    The caller has checked that the query can be understood. ``at`` is HH:MM (of a week also ``fri HH:MM``),
    ``quiet`` HH:MM-HH:MM, both local to ``zone`` (None: the reader's own so far, UTC for a new one). With
    ``follows`` the query is ''. More mails than ``per_day`` on a local day come as a digest; ``nothing_new``
    asks for a mail also when a digest has nothing to tell.

    Raises:
        UsageError: an address, zone, time or name that cannot be used.
    """
    address, checked_zone = normalise_address(email), zone and check_zone(zone)
    short_name = " ".join(name.split())[:LONGEST_NAME]
    wish = check_wish(Wish(short_name, query, follows, every, at, quiet, tuple(languages), per_day, nothing_new))
    with write(db):
        subscriber_id = ensure_subscriber(db, address, checked_zone, now)
        db.execute("UPDATE subscribers SET state = 'active' WHERE id = ?", [subscriber_id])
        put_wish(db, subscriber_id, wish, managed_by, now)
    rows = find_subscriptions(db, "subscriber_id = ? AND query = ? AND follows = ?", [subscriber_id, query, follows])
    return rows[0]


def check_wish(wish: Wish) -> Wish:
    """``wish`` itself if each of its fields can be used.

    Raises:
        UsageError: naming the field.
    """
    if bool(wish.query.strip()) == bool(wish.follows):
        raise UsageError("a subscription needs either a query or a topic to follow")
    if len(wish.query) > LONGEST_QUERY:
        raise UsageError(f"the query is longer than {LONGEST_QUERY} characters")
    if not wish.name.strip() or len(wish.name) > LONGEST_NAME or not wish.name.isprintable():
        raise UsageError(f"the name of a search must be one line of 1 to {LONGEST_NAME} characters")
    if wish.at is not None and not re.fullmatch(_AT, wish.at):
        raise UsageError(f"{wish.at[:20]!r} is not a time of day; write it as 08:00, or of a week as 'fri 08:00'")
    if wish.at is not None and " " in wish.at and wish.every != "weekly":
        raise UsageError(f"{wish.at[:20]!r} names a day of the week, but the rhythm is {wish.every}")
    if wish.quiet is not None and not re.fullmatch(f"{_CLOCK}-{_CLOCK}", wish.quiet):
        raise UsageError(f"{wish.quiet[:20]!r} are not hours of the day; write them as 22:00-07:00")
    if wish.every not in ("instant", "hourly", "daily", "weekly"):
        raise UsageError(f"{wish.every!r} is not a rhythm; use instant, hourly, daily or weekly")
    if wish.per_day is not None and not 1 <= wish.per_day <= 1000:
        raise UsageError("the limit a day must be a number from 1 to 1000")
    if wish.nothing_new and wish.every not in ("daily", "weekly"):
        raise UsageError("a mail that there is nothing new is possible for daily and weekly digests only")
    return wish


def ensure_subscriber(db: Database, email: str, zone: str | None, now: datetime) -> int:
    """The id of the subscriber of that address, made (active) if new; ``zone`` None keeps his own."""
    db.execute(
        "INSERT INTO subscribers (email, state, zone, created, secret) VALUES (?, 'active', coalesce(?, 'UTC'), ?, ?)"
        " ON CONFLICT (email) DO UPDATE SET zone = coalesce(?, zone)",
        [email, zone, now.isoformat(timespec="seconds"), secrets.token_urlsafe(24), zone],
    )
    return int(db.execute("SELECT id FROM subscribers WHERE email = ?", [email]).fetchone()[0])


def put_wish(db: Database, subscriber_id: int, wish: Wish, managed_by: Manager, now: datetime) -> None:
    """Add a search of a subscriber, or give one he has these settings; inside the caller's transaction."""
    db.execute(
        "INSERT INTO subscriptions (subscriber_id, managed_by, name, query, follows, every, at, quiet, languages,"
        " per_day, nothing_new, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (subscriber_id, query, follows) DO UPDATE SET"
        " managed_by = excluded.managed_by, name = excluded.name, every = excluded.every, at = excluded.at,"
        " quiet = excluded.quiet, languages = excluded.languages, per_day = excluded.per_day,"
        " nothing_new = excluded.nothing_new, noted = NULL",
        [
            subscriber_id,
            managed_by,
            wish.name,
            wish.query,
            wish.follows,
            wish.every,
            wish.at,
            wish.quiet,
            json.dumps(list(wish.languages)),
            wish.per_day,
            wish.nothing_new,
            now.isoformat(timespec="seconds"),
        ],
    )


def unsubscribe(db: Database, email: str, query: str | None = None, *, now: datetime) -> int:
    """End one search of an address, or (without ``query``) all; mail that waits for it is cancelled.

    Returns how many searches ended. Whoever has no search left has left.

    Raises:
        UsageError: the address is not subscribed, or not to that query.
    """
    with write(db):
        found = find_subscriber(db, email)
        if found is None:
            raise UsageError(f"{email[:100]!r} is not subscribed; 'wirewatch subscribers' lists who is")
        mine = find_subscriptions(db, "subscriber_id = ?", [found.id])
        ended = [each for each in mine if query is None or query in (each.query, each.name)]
        if query is not None and not ended:
            raise UsageError(f"{found.email} has no search {query[:100]!r}")
        end_subscriptions(db, found.id, ended, now)
        if len(ended) == len(mine):
            _leave(db, found.id, now)
    return len(ended)


def unsubscribe_by_token(db: Database, token: str, *, now: datetime) -> bool:
    """What the unsubscribe link does: True when ``token`` is right and the reader has now left."""
    with write(db):
        subscriber_id = read_token(db, "leave", token)
        if subscriber_id is None:
            return False
        end_subscriptions(db, subscriber_id, find_subscriptions(db, "subscriber_id = ?", [subscriber_id]), now)
        _leave(db, subscriber_id, now)
    return True


def find_by_token(db: Database, token: str) -> Subscriber | None:
    """The reader whom an unsubscribe link names; None where the token is wrong."""
    subscriber_id = read_token(db, "leave", token)
    return None if subscriber_id is None else get_subscriber(db, subscriber_id)


def _leave(db: Database, subscriber_id: int, now: datetime) -> None:
    """Who never confirmed and wants no more requests is suspended: the web form writes to him no more."""
    db.execute(
        "UPDATE subscribers SET state = CASE state WHEN 'pending' THEN 'suspended' ELSE 'left' END WHERE id = ?",
        [subscriber_id],
    )
    cancel_for(db, subscriber_id, "left", now)


def end_subscriptions(db: Database, subscriber_id: int, ended: Iterable[Subscription], now: datetime) -> None:
    """Delete these searches and cancel what only they had caused; inside the caller's transaction."""
    for each in ended:
        db.execute("DELETE FROM subscriptions WHERE id = ?", [each.id])
        drop_receipts(db, subscriber_id, {each.search_id, *filter(None, [each.follows])}, now)


def find_subscriber(db: Database, email: str) -> Subscriber | None:
    """The subscriber of that address (whatever its case), or None."""
    rows = find_subscribers(db, "email = ?", [email.strip()])
    return rows[0] if rows else None


def get_subscriber(db: Database, subscriber_id: int) -> Subscriber | None:
    """The subscriber of that number, or None."""
    rows = find_subscribers(db, "id = ?", [subscriber_id])
    return rows[0] if rows else None


def list_subscribers(db: Database) -> list[tuple[Subscriber, list[Subscription]]]:
    """All subscribers by address, each with its searches."""
    searches: dict[int, list[Subscription]] = {}
    for each in find_subscriptions(db, "1", []):
        searches.setdefault(each.subscriber_id, []).append(each)
    return [(who, searches.get(who.id, [])) for who in find_subscribers(db, "1", [])]


def active_searches(db: Database) -> list[Search]:
    """The queries of all who are to be told, as ``sub:<subscription id>``, for the matcher."""
    rows = db.execute(
        "SELECT s.id, s.query FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id"
        " WHERE p.state = 'active' AND s.query <> '' ORDER BY s.id"
    )
    return [Search(f"sub:{number}", query) for number, query in rows]


def active_subscriptions(db: Database) -> list[tuple[Subscription, str]]:
    """The subscriptions of all who are to be told, each with its subscriber's zone."""
    zones = {who.id: who.zone for who in find_subscribers(db, "state = 'active'", [])}
    return [
        (each, zones[each.subscriber_id]) for each in find_subscriptions(db, "1", []) if each.subscriber_id in zones
    ]


def find_subscribers(db: Database, where: str, values: list[Any]) -> list[Subscriber]:
    """The subscribers for whom ``where`` (our own SQL) holds, by address."""
    sql = f"SELECT id, email, state, zone, created, secret FROM subscribers WHERE {where} ORDER BY email"
    return [Subscriber(*row) for row in db.execute(sql, values)]


def find_subscriptions(db: Database, where: str, values: list[Any]) -> list[Subscription]:
    """The subscriptions for which ``where`` (our own SQL) holds, oldest first."""
    sql = (
        "SELECT id, subscriber_id, managed_by, name, query, follows, every, at, quiet, languages,"
        f" per_day, nothing_new FROM subscriptions WHERE {where} ORDER BY id"
    )
    return [_read_subscription(list(row)) for row in db.execute(sql, values)]


def _read_subscription(fields: list[Any]) -> Subscription:
    fields[9], fields[11] = tuple(json.loads(fields[9])), bool(fields[11])
    return Subscription(*fields)
