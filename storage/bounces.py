"""Addresses that take no mail any more: after several final refusals in a row their subscriber is suspended."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from storage.database import write
from storage.outbox import cancel_for
from wirewatch.config import Mail

RECIPIENT_REFUSED = "recipient refused: "
"""How the error of a mail begins whose recipient (not its content) was refused for good."""
BOUNCED = f"{RECIPIENT_REFUSED}bounced: "
"""How the error of a mail begins that the server took and then sent back."""


def suspend_if_dead(db: Database, subscriber_id: int, mail: Mail, now: datetime) -> bool:
    """Suspend a subscriber whose last ``mail.refusals`` mails were refused at the recipient or came back, over at
    least ``mail.refusal_span``.

    What waits for him is cancelled. ``subscribe`` makes him active again. Returns True when he was suspended.
    """
    rows = db.execute(
        "SELECT finished FROM (SELECT finished, error FROM outbox WHERE subscriber_id = ? AND carrier IS NULL"
        " AND state IN ('sent', 'failed') ORDER BY finished DESC, id DESC LIMIT ?) WHERE error LIKE ?",
        [subscriber_id, mail.refusals, f"{RECIPIENT_REFUSED}%"],
    ).fetchall()
    times = [finished for (finished,) in rows]
    is_short = len(times) > 1 and max(times) - min(times) < mail.refusal_span.total_seconds()
    if len(times) < mail.refusals or is_short:
        return False
    with write(db):
        db.execute("UPDATE subscribers SET state = 'suspended' WHERE id = ? AND state = 'active'", [subscriber_id])
        cancel_for(db, subscriber_id, "the address takes no mail", now)
    return True


def note_bounce(db: Database, message_id: str | None, subscriber_id: int | None, detail: str) -> int | None:
    """A mail came back: the row of that Message-ID, or else the subscriber's last sent mail, has failed.

    Returns the id of its subscriber; None where there is no such mail, or it was noted before.
    """
    row = db.execute(
        "SELECT id, subscriber_id FROM outbox WHERE state = 'sent' AND carrier IS NULL AND subscriber_id IS NOT NULL"
        " AND (message_id = ? OR ? IS NULL AND subscriber_id = ?) ORDER BY finished DESC, id DESC LIMIT 1",
        [message_id, message_id, subscriber_id],
    ).fetchone()
    if row is None:
        return None
    with write(db):
        db.execute(
            "UPDATE outbox SET state = 'failed', error = ? WHERE id = ? OR carrier = ?",
            [f"{BOUNCED}{detail}"[:500], row[0], row[0]],
        )
    return int(row[1])
