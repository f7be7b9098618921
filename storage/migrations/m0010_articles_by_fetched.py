"""The articles of the last days, which the stories of a run begin with: their number, not the archive's, is the cost."""

from __future__ import annotations

from sqlite_utils import Database


def apply(db: Database) -> None:
    """Make the index."""
    db.execute("CREATE INDEX articles_by_fetched ON articles (fetched)")
