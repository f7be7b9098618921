"""Keys kept in the database, and the signed links by which a reader leaves without a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlite_utils import Database

from storage.database import write

MESSAGE_ID_KEY = "message-id-key"


def get_key(db: Database, name: str) -> bytes:
    """The random 32-byte key ``name``, made on first use; opens a transaction of its own only then."""
    found = _read_key(db, name)
    if found is None:
        with write(db):
            db.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", [name, secrets.token_hex(32)])
        found = _read_key(db, name)
    assert found is not None
    return found


def _read_key(db: Database, name: str) -> bytes | None:
    row = db.execute("SELECT value FROM meta WHERE key = ?", [name]).fetchone()
    return bytes.fromhex(row[0]) if row else None


def sign_leave_token(subscriber_id: int, secret: str) -> str:
    """The word in a reader's unsubscribe link: ``<id>-<signature>``; letters, digits, ``-`` and ``_`` only."""
    return f"{subscriber_id}-{_sign(f'leave:{subscriber_id}', secret)}"


def read_leave_token(db: Database, token: str) -> int | None:
    """The subscriber's id if ``token`` is one that was signed for him, else None."""
    number, _, _ = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    row = db.execute("SELECT secret FROM subscribers WHERE id = ?", [int(number)]).fetchone()
    if row is None or not hmac.compare_digest(sign_leave_token(int(number), row[0]).encode(), token.encode()):
        return None
    return int(number)


def _sign(message: str, secret: str) -> str:
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()[:32]
