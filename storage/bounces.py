"""Addresses that take no mail any more: after several final refusals in a row their subscriber is suspended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from storage.database import write
from storage.outbox import cancel_for

RECIPIENT_REFUSED = "recipient refused: "
"""How the error of a mail begins whose recipient (not its content) was refused for good."""
MOST_REFUSALS = 3
SHORTEST_SPAN = timedelta(days=1)
"""So far apart the first and the last of these refusals must be, so that one bad hour of a server ends nothing."""


def suspend_if_dead(db: Database, subscriber_id: int, now: datetime) -> bool:
    """Suspend a subscriber whose last three mails were refused at the recipient, over at least a day.

    What waits for him is cancelled. ``subscribe`` makes him active again. Returns True when he was suspended.
    """
    rows = db.execute(
        "SELECT finished FROM (SELECT finished, error FROM outbox WHERE subscriber_id = ? AND carrier IS NULL"
        " AND state IN ('sent', 'failed') ORDER BY finished DESC, id DESC LIMIT ?) WHERE error LIKE ?",
        [subscriber_id, MOST_REFUSALS, f"{RECIPIENT_REFUSED}%"],
    ).fetchall()
    times = [finished for (finished,) in rows]
    if len(times) < MOST_REFUSALS or max(times) - min(times) < SHORTEST_SPAN.total_seconds():
        return False
    with write(db):
        db.execute("UPDATE subscribers SET state = 'suspended' WHERE id = ? AND state = 'active'", [subscriber_id])
        cancel_for(db, subscriber_id, "the address takes no mail", now)
    return True
