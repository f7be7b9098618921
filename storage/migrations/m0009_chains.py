"""Who had a story first and who took it from whom, kept with the story."""

from __future__ import annotations

from sqlite_utils import Database


def apply(db: Database) -> None:
    """Add the column; a chain is worked out when the story next gets a report, or when it is read."""
    # JSON: first, first_is_sure, origins, independent_origins, steps. NULL: one report alone, or not worked out yet
    db.execute("ALTER TABLE stories ADD COLUMN chain TEXT")
