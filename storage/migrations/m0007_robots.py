"""robots.txt of the sites that were asked, so that a run need not ask for it again the same day."""

from __future__ import annotations

from sqlite_utils import Database

from storage.migrations.statements import split_statements

_SQL = """
CREATE TABLE robots (
  site TEXT PRIMARY KEY,                -- scheme://host[:port]
  body BLOB,                            -- NULL: it has none, which allows all
  fetched INTEGER NOT NULL
) WITHOUT ROWID;
"""


def apply(db: Database) -> None:
    """Make the table."""
    for statement in split_statements(_SQL):
        db.execute(statement)
