"""Keys kept in the database, and the signed links by which a reader acts without a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlite_utils import Database

from storage.database import write

MESSAGE_ID_KEY = "message-id-key"
INSTANCE_KEY = "instance-key"


def get_key(db: Database, name: str) -> bytes:
    """The random 32-byte key ``name``, made on first use; opens a transaction of its own only then."""
    found = _read_key(db, name)
    if found is None:
        with write(db):
            db.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", [name, secrets.token_hex(32)])
        found = _read_key(db, name)
    assert found is not None
    return found


def name_instance(db: Database) -> str:
    """A name for this installation among others that share a cluster: 16 hex digits, the same for one database."""
    return hashlib.sha256(get_key(db, INSTANCE_KEY)).hexdigest()[:16]


def _read_key(db: Database, name: str) -> bytes | None:
    row = db.execute("SELECT value FROM meta WHERE key = ?", [name]).fetchone()
    return bytes.fromhex(row[0]) if row else None


def sign_token(purpose: str, subscriber_id: int, secret: str) -> str:
    """The word in a reader's link for one ``purpose`` (``leave``, ``manage``): ``<id>-<signature>``.

    Letters, digits, ``-`` and ``_`` only. A link for one purpose is none for another.
    """
    return f"{subscriber_id}-{sign(f'{purpose}:{subscriber_id}', secret)}"


def read_token(db: Database, purpose: str, token: str) -> int | None:
    """The subscriber's id if ``token`` is one that was signed for him and this purpose, else None."""
    number = read_number(token)
    row = db.execute("SELECT secret FROM subscribers WHERE id = ?", [number]).fetchone()
    if number is None or row is None or not is_same(sign_token(purpose, number, row[0]), token):
        return None
    return number


def read_number(token: str) -> int | None:
    """The number before the first ``-``; None where there is none."""
    number = token.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def is_same(signed: str, given: str) -> bool:
    """Whether two words are equal, without telling by the time it takes."""
    return hmac.compare_digest(signed.encode(), given.encode("utf-8", "surrogatepass"))


def sign(message: str, secret: str) -> str:
    """The first 128 bits (hex) of the HMAC-SHA-256 of ``message``."""
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()[:32]
