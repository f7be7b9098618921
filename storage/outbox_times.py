"""When mails went out, and since when they should have."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlite_utils import Database


def sent_since(db: Database, since: datetime) -> list[int]:
    """When mails (not the stories in them) were handed over after ``since``: seconds since 1970 UTC, oldest first."""
    rows = db.execute(
        "SELECT finished FROM outbox INDEXED BY outbox_kept WHERE message IS NOT NULL AND finished IS NOT NULL"
        " AND finished > ? AND state = 'sent' ORDER BY finished",
        [int(since.timestamp())],
    )
    return [finished for (finished,) in rows]


def overdue_since(db: Database, limit: datetime) -> datetime | None:
    """When the longest waiting mail was first due, if that was before ``limit``; None where none is so late."""
    row = db.execute(
        "SELECT min(planned) FROM outbox INDEXED BY outbox_due WHERE state IN ('queued', 'frozen') AND planned < ?",
        [int(limit.timestamp())],
    ).fetchone()
    return datetime.fromtimestamp(row[0], UTC) if row[0] is not None else None
