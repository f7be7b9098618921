"""Versions of stored pages that were changed after they had been told, and when each page is asked again."""

from __future__ import annotations

from sqlite_utils import Database

from storage.migrations.statements import split_statements

_SQL = """
-- One row a version of a page that has changed since it was stored. A page that never changed has none.
CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,              -- 1: as first stored
  seen TEXT NOT NULL,                   -- when it was fetched
  title TEXT NOT NULL,
  text TEXT NOT NULL,                   -- '' where the page had been taken down
  modified TEXT,                        -- as the page states it; NULL: it does not
  UNIQUE (article_id, number)
);

-- How a version differs from the one before it: one row a passage.
CREATE TABLE changes (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,                   -- headline, number, name, place, quote, attribution, wording, cosmetic, removed
  is_material INTEGER NOT NULL CHECK (is_material IN (0, 1)), -- 1: those who were told the old version hear of it
  before TEXT NOT NULL,                 -- '' where it is new
  after TEXT NOT NULL                   -- '' where it is gone
);
-- the changes of a version
CREATE INDEX changes_by_version ON changes (version_id);

-- When the publisher was seen to have taken the page down; NULL: it stands.
ALTER TABLE articles ADD COLUMN withdrawn TEXT;

-- Which stored pages are asked again, and what makes that request conditional.
CREATE TABLE rechecks (
  article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  source TEXT NOT NULL,
  due INTEGER,                          -- not before; NULL: never again
  asked TEXT,                           -- last time; NULL: not yet
  etag TEXT,                            -- NULL: the publisher sends none
  last_modified TEXT,                   -- as received; NULL: the publisher sends none
  body_hash TEXT,                       -- SHA-256 of the body as received; NULL until it was asked again
  reader TEXT,                          -- by which form of the reader it was read last; NULL: not known
  missing INTEGER NOT NULL DEFAULT 0    -- answers in a row that said that the page is gone
);
-- what is due of a source
CREATE INDEX rechecks_due ON rechecks (source, due) WHERE due IS NOT NULL;

-- What became of the stored pages that a run asked again: the account adds up or the row is refused.
CREATE TABLE recheck_runs (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  source TEXT NOT NULL,
  asked INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  cosmetic INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  missing INTEGER NOT NULL,             -- gone for the first time: to be seen once more
  withdrawn INTEGER NOT NULL,
  unanswered INTEGER NOT NULL,          -- no answer, a block page, or nothing that could be read
  PRIMARY KEY (run_id, source),
  CONSTRAINT adds_up CHECK (asked = unchanged + cosmetic + edited + missing + withdrawn + unanswered)
) WITHOUT ROWID;
"""


def apply(db: Database) -> None:
    """Make the tables; what was stored in the last month is asked again from now on."""
    for statement in split_statements(_SQL):
        db.execute(statement)
    db.execute(
        "INSERT INTO rechecks (article_id, source, due)"
        " SELECT id, source, CAST(strftime('%s', 'now') AS INTEGER) FROM articles"
        " WHERE fetched >= strftime('%Y-%m-%d', 'now', '-30 days') AND canonical_url LIKE 'http%'"
    )
