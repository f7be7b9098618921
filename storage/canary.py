"""The canary: a test story of ours that takes the way of all stories, from a feed to a mail, and leaves no trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from storage.database import write
from storage.letters import CANARY, queue_letter
from storage.outbox import seconds_of

SOURCE_ID = "wirewatch-canary"
"""Id of the canary's source, and of the search that finds its stories: no reader is told of them."""
KEEP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CanaryState:
    """When a canary last came out as a mail, and when the newest one was stored; None: never."""

    mailed: datetime | None
    stored: datetime | None


def pass_canary(db: Database, address: str, now: datetime) -> int:
    """Queue the mail of each canary that was matched and stored, and take its story out of the archive again.

    Returns how many there were.
    """
    with write(db):
        rows = db.execute(
            "SELECT a.id, a.story_id, a.sort_time, a.url FROM articles a JOIN matches m ON m.article_id = a.id"
            " WHERE a.source = ? AND m.search = ?",
            [SOURCE_ID, SOURCE_ID],
        ).fetchall()
        for article_id, story_id, planted, url in rows:
            queue_letter(db, address, f"{CANARY}:{url}", {"planted": planted}, now)
            db.execute("DELETE FROM articles_fts WHERE rowid = ?", [article_id])
            db.execute("DELETE FROM articles WHERE id = ?", [article_id])
            db.execute("DELETE FROM stories WHERE id = ? AND id NOT IN (SELECT story_id FROM articles)", [story_id])
        if rows:
            db.execute("DELETE FROM feeds WHERE source = ?", [SOURCE_ID])
        db.execute("DELETE FROM links WHERE source = ? AND seen < ?", [SOURCE_ID, seconds_of(now - KEEP)])
        db.execute(
            "DELETE FROM outbox WHERE kind = 'letter' AND story_id LIKE ? AND finished < ?",
            [f"{CANARY}:%", seconds_of(now - KEEP)],
        )
    return len(rows)


def read_canary(db: Database) -> CanaryState:
    """How the canary fares."""
    row = db.execute(
        "SELECT max(CASE state WHEN 'sent' THEN finished END), max(created) FROM outbox"
        " WHERE kind = 'letter' AND story_id LIKE ?",
        [f"{CANARY}:%"],
    ).fetchone()
    return CanaryState(*(each and datetime.fromtimestamp(each, UTC) for each in row))
