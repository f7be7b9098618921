"""What is wrong with a source or with the machine, so that a person is told once, and again when it ends."""

from __future__ import annotations

from sqlite_utils import Database

from storage.migrations.statements import split_statements

_SQL = """
-- What is wrong with a source or with the machine: opened once, closed once. Both ends are reported once.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,                -- id of a source, or a part of the machine such as 'mail' or 'disk'
  kind TEXT NOT NULL,                   -- silent, stale, empty, partial, blocked, gone … for a source
  words TEXT NOT NULL,                  -- a sentence for a person, as it was when it opened
  opened INTEGER NOT NULL,
  closed INTEGER,                       -- NULL while it lasts
  reported INTEGER,                     -- when a person was told that it opened; NULL: not yet
  recovery_reported INTEGER             -- when a person was told that it closed; NULL: not yet
);
-- one open notice of a kind for each subject
CREATE UNIQUE INDEX notices_open ON notices (subject, kind) WHERE closed IS NULL;
-- what a person has not been told
CREATE INDEX notices_to_report ON notices (opened) WHERE reported IS NULL OR recovery_reported IS NULL;
"""


def apply(db: Database) -> None:
    """Make the table."""
    for statement in split_statements(_SQL):
        db.execute(statement)
