"""When each source is asked next and why, its rhythm, and how far its feeds' validators can be believed."""

from __future__ import annotations

from sqlite_utils import Database

from storage.migrations.statements import split_statements

_SQL = """
CREATE TABLE plans (
  source TEXT PRIMARY KEY,
  asked INTEGER NOT NULL,               -- when the run began that asked it last
  due INTEGER NOT NULL,                 -- the clock does not ask it before
  interval INTEGER NOT NULL,            -- seconds: its pace, without what a failure or a wish to wait adds
  why TEXT NOT NULL,                    -- in words
  rhythm TEXT NOT NULL                  -- JSON (wirewatch.pacing.Rhythm)
) WITHOUT ROWID;

-- after failures the clock does not ask it before; NULL: it answers
ALTER TABLE feeds ADD COLUMN backoff INTEGER;
-- when a body was last taken; NULL: never
ALTER TABLE feeds ADD COLUMN read_whole INTEGER;
-- how often it said that nothing had changed when there was news
ALTER TABLE feeds ADD COLUMN lies INTEGER NOT NULL DEFAULT 0;
-- the last state that said something of its own ('unchanged' does not), and for how many answers it has lasted
ALTER TABLE feeds ADD COLUMN standing TEXT NOT NULL DEFAULT 'ok';
ALTER TABLE feeds ADD COLUMN streak INTEGER NOT NULL DEFAULT 0;
"""


def apply(db: Database) -> None:
    """Make the table and the columns."""
    for statement in split_statements(_SQL):
        db.execute(statement)
