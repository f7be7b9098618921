"""Sign-up on the web: nothing is mailed to an address before it has confirmed, and nobody learns who reads.

Whatever an address is (new, waiting, active, gone), the answer is the same. What the visitor typed in does not
get into the mail. Each wish has a link of its own, which a page shows and only its button confirms.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from matching.query import compile_query
from storage.database import write
from storage.letters import SIGN_UP, queue_letter
from storage.outbox import seconds_of
from storage.secrets import get_key, is_same, read_number, sign
from storage.subscribers import (
    Subscriber,
    Subscription,
    Wish,
    check_wish,
    check_zone,
    ensure_subscriber,
    find_subscriber,
    find_subscriptions,
    get_subscriber,
    normalise_email,
    subscribe,
)

VALID = timedelta(days=3)
"""How long a confirmation link works; then the wish is dropped."""
MEMORY = timedelta(days=30)
LIMITS: tuple[tuple[str, int, timedelta], ...] = (
    ("address", 2, timedelta(days=1)),
    ("address", 5, MEMORY),
    ("network", 5, timedelta(hours=1)),
    ("network", 20, timedelta(days=1)),
    ("all", 300, timedelta(days=1)),
)
"""How many confirmation mails are sent at most: to one address, for one network (an IPv4 address or an IPv6 /64),
and in all."""
_KEY = "sign-up-key"


@dataclass(frozen=True, slots=True)
class SignUp:
    """A wish that waits to be confirmed (or was). ``zone`` is the IANA zone of its local times."""

    id: int
    reader: Subscriber
    wish: Wish
    zone: str
    confirmed: bool


def sign_up(db: Database, email: str, wish: Wish, zone: str, host: str, now: datetime) -> None:
    """Take a wish from the web form: mail a confirmation link to the address, unless a limit says no.

    ``host`` is the network address of the visitor. The caller tells the visitor the same whatever happened.
    With ``wish.follows`` the caller has checked that there is such a topic.

    Raises:
        UsageError: an address, zone, time or name that cannot be used (whoever the address belongs to).
        QueryError: a query that cannot be understood.
    """
    address, checked_zone, checked = normalise_email(email), check_zone(zone), check_wish(wish)
    if checked.query:
        compile_query(checked.query)
    key = get_key(db, _KEY)
    buckets = {
        "address": _bucket(key, f"address:{address.lower()}"),
        "network": _bucket(key, f"network:{_network(host)}"),
        "all": "all",
    }
    with write(db):
        _drop_old(db, now)
        if not _is_allowed(db, buckets, now):
            return
        db.conn.executemany(
            "INSERT INTO signup_tries (bucket, at) VALUES (?, ?)",
            [(each, seconds_of(now)) for each in buckets.values()],
        )
        found = find_subscriber(db, address)
        if found is None or found.state != "suspended":
            _ask(db, found.id if found else _add_pending(db, address, checked_zone, now), checked, checked_zone, now)


def _add_pending(db: Database, address: str, zone: str, now: datetime) -> int:
    subscriber_id = ensure_subscriber(db, address, zone, now)
    db.execute("UPDATE subscribers SET state = 'pending' WHERE id = ?", [subscriber_id])
    return subscriber_id


def _ask(db: Database, subscriber_id: int, wish: Wish, zone: str, now: datetime) -> None:
    cursor = db.execute(
        "INSERT INTO signups (subscriber_id, wish, zone, secret, created) VALUES (?, ?, ?, ?, ?)",
        [
            subscriber_id,
            json.dumps(asdict(wish), ensure_ascii=False),
            zone,
            secrets.token_urlsafe(24),
            seconds_of(now),
        ],
    )
    number = cursor.lastrowid
    secret = db.execute("SELECT secret FROM signups WHERE id = ?", [number]).fetchone()[0]
    queue_letter(db, subscriber_id, f"{SIGN_UP}:{number}", {"token": _sign(int(number or 0), secret)}, now)


def find_sign_up(db: Database, token: str, now: datetime) -> SignUp | None:
    """The wish behind a confirmation link; None where the link is wrong or too old."""
    number = read_number(token)
    row = db.execute(
        "SELECT id, subscriber_id, wish, zone, secret, confirmed FROM signups WHERE id = ? AND created > ?",
        [number, seconds_of(now - VALID)],
    ).fetchone()
    if row is None or not is_same(_sign(row[0], row[4]), token):
        return None
    reader, wish = get_subscriber(db, row[1]), json.loads(row[2])
    if reader is None:
        return None
    return SignUp(row[0], reader, Wish(**{**wish, "languages": tuple(wish["languages"])}), row[3], row[5] is not None)


def confirm(db: Database, token: str, now: datetime) -> Subscription | None:
    """What the button of the confirmation page does: the search begins, and the reader is active (again).

    Pressing it again changes nothing. None where the link is wrong or too old.
    """
    found = find_sign_up(db, token, now)
    if found is None:
        return None
    wish = found.wish
    settings = asdict(wish) | {"zone": found.zone}
    name, query = settings.pop("name"), settings.pop("query")
    if found.confirmed:
        return _existing(db, found)
    made = subscribe(db, found.reader.email, name, query, now=now, **settings)
    db.execute("UPDATE signups SET confirmed = ? WHERE id = ?", [seconds_of(now), found.id])
    return made


def _existing(db: Database, found: SignUp) -> Subscription | None:
    mine = find_subscriptions(
        db,
        "subscriber_id = ? AND query = ? AND follows = ?",
        [found.reader.id, found.wish.query, found.wish.follows],
    )
    return mine[0] if mine else None


def _drop_old(db: Database, now: datetime) -> None:
    """Forget wishes that nobody confirmed, addresses that only such wishes brought, and old tries."""
    db.execute("DELETE FROM signups WHERE created <= ?", [seconds_of(now - VALID)])
    db.execute("DELETE FROM subscribers WHERE state = 'pending' AND id NOT IN (SELECT subscriber_id FROM signups)")
    db.execute("DELETE FROM signup_tries WHERE at <= ?", [seconds_of(now - MEMORY)])


def _is_allowed(db: Database, buckets: dict[str, str], now: datetime) -> bool:
    return all(
        db.execute(
            "SELECT count(*) FROM signup_tries WHERE bucket = ? AND at > ?", [buckets[kind], seconds_of(now - span)]
        ).fetchone()[0]
        < most
        for kind, most, span in LIMITS
    )


def _network(host: str) -> str:
    """One subscriber line: the IPv4 address, the /64 of an IPv6 one; any other name as it is."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:100]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _bucket(key: bytes, name: str) -> str:
    return hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _sign(number: int, secret: str) -> str:
    return f"{number}-{sign(f'confirm:{number}', secret)}"
