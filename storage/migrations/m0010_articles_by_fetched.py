"""The articles of the last days, which stories begin with: their number, not that of the archive, is the cost."""

from __future__ import annotations

from sqlite_utils import Database


def apply(db: Database) -> None:
    """Make the index."""
    db.execute("CREATE INDEX articles_by_fetched ON articles (fetched)")
