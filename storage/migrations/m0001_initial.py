"""Runs, ledger, archive, subscribers and outbox."""

from __future__ import annotations

from sqlite_utils import Database

from storage.migrations.statements import split_statements

_SQL = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- One row a run of the crawl. finished is NULL while it runs, and for ever if it was killed.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  trigger TEXT NOT NULL,                -- 'hand' or 'clock'
  started TEXT NOT NULL,
  finished TEXT,
  sources INTEGER NOT NULL DEFAULT 0    -- how many sources were to be asked
);

-- What one run learned from one source: the account adds up or the row is refused.
CREATE TABLE source_runs (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  source TEXT NOT NULL,
  started TEXT NOT NULL,
  finished TEXT NOT NULL,
  state TEXT NOT NULL,                  -- the best FeedState of its feeds
  reason TEXT NOT NULL,                 -- '' where there is nothing to say
  found INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  off_topic INTEGER NOT NULL,
  known INTEGER NOT NULL,
  copy INTEGER NOT NULL,
  old INTEGER NOT NULL,
  unreadable INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  deferred INTEGER NOT NULL,
  PRIMARY KEY (run_id, source),
  CONSTRAINT adds_up CHECK (
    found = stored + off_topic + known + copy + old + unreadable + refused + failed + deferred)
) WITHOUT ROWID;
-- "the last runs of this source", for status and silence
CREATE INDEX source_runs_by_source ON source_runs (source, run_id DESC);

-- One row for each feed, sitemap or listing: its validators and how it answered last.
CREATE TABLE feeds (
  url TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  status INTEGER,                       -- HTTP status; NULL without an answer
  etag TEXT,                            -- NULL: the publisher sends none
  last_modified TEXT,                   -- as received; NULL: the publisher sends none
  body_hash TEXT,                       -- NULL until a body was read
  asked TEXT NOT NULL,
  answered TEXT,                        -- last good answer; NULL: never
  failures INTEGER NOT NULL,            -- in a row
  retry_after INTEGER                   -- not to be asked before; NULL: no such wish
) WITHOUT ROWID;

-- Reports of one event share a story.
CREATE TABLE stories (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  first_seen INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  canonical_url TEXT NOT NULL,
  link_key TEXT NOT NULL UNIQUE,        -- identity: hash of the canonical address
  source TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  summary TEXT,
  language TEXT,                        -- NULL: not recognised
  published TEXT,                       -- NULL: the publisher did not state it
  published_precision TEXT,
  modified TEXT,
  fetched TEXT NOT NULL,
  authors TEXT NOT NULL,                -- JSON array
  place TEXT,
  agency TEXT,
  credits TEXT NOT NULL,                -- JSON array of {name, role, evidence}
  content_hash TEXT NOT NULL,
  story_id TEXT NOT NULL REFERENCES stories(id),
  relation TEXT NOT NULL,               -- original, copy, rewrite, report
  origin TEXT,                          -- address it was taken from; NULL: its own
  run_id INTEGER NOT NULL REFERENCES runs(id),
  sort_time INTEGER NOT NULL            -- published, or fetched where that is unknown
);
-- newest first is the archive's usual order
CREATE INDEX articles_by_time ON articles (sort_time DESC);
-- the same words at another address of a publisher are no new story
CREATE INDEX articles_by_content ON articles (content_hash);
-- the reports of a story, and the articles of a run for its table
CREATE INDEX articles_by_story ON articles (story_id);
CREATE INDEX articles_by_run ON articles (run_id);

-- Why an article is here: one receipt for each topic or search that fired.
CREATE TABLE matches (
  article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  search TEXT NOT NULL,
  receipt TEXT NOT NULL,                -- JSON array of {term, form, field, start, end}
  PRIMARY KEY (article_id, search)
) WITHOUT ROWID;
-- "all articles of this topic"
CREATE INDEX matches_by_search ON matches (search, article_id DESC);

-- Every address a source ever announced and how it ended, so that nothing is asked or told twice.
CREATE TABLE links (
  link_key TEXT NOT NULL,
  source TEXT NOT NULL,                 -- who announced it; one page may be announced by several
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,               -- further runs that may ask for it; 0: known, not to be asked again
  seen INTEGER NOT NULL,
  PRIMARY KEY (link_key, source)
) WITHOUT ROWID;
-- the newest addresses of a source go with its crawl job
CREATE INDEX links_by_source ON links (source, seen DESC);

-- The ledger: each found item of a run that was not known before.
CREATE TABLE ledger (
  run_id INTEGER NOT NULL,
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  title TEXT NOT NULL,
  FOREIGN KEY (run_id, source) REFERENCES source_runs (run_id, source)
);
-- the ledger is read by run
CREATE INDEX ledger_by_run ON ledger (run_id, source);

-- AUTOINCREMENT: a number is never given to another person or search, so old receipts stay true.
CREATE TABLE subscribers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  -- pending: has not confirmed yet. left: asked to leave, stays so whatever config.yaml says.
  -- removed: no longer named in config.yaml. suspended: the address bounces.
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'left', 'removed', 'suspended')),
  zone TEXT NOT NULL,                   -- IANA zone for the times in mails
  created TEXT NOT NULL,
  secret TEXT NOT NULL                  -- random; keys the links that manage or stop this subscription
);

CREATE TABLE subscriptions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers(id) ON DELETE CASCADE,
  managed_by TEXT NOT NULL CHECK (managed_by IN ('hand', 'config')),
  name TEXT NOT NULL,                   -- shown in the mail as the reason
  query TEXT NOT NULL,                  -- '': it follows a search of the house instead
  follows TEXT NOT NULL DEFAULT '',     -- id of a topic or house search, or '*' for all; '': it has its own query
  every TEXT NOT NULL CHECK (every IN ('instant', 'hourly', 'daily', 'weekly')),
  at TEXT,                              -- local time of a digest, HH:MM; NULL: any
  quiet TEXT,                           -- local hours without mail, HH:MM-HH:MM; NULL: none
  languages TEXT NOT NULL,              -- JSON array; empty: all
  created TEXT NOT NULL,
  UNIQUE (subscriber_id, query, follows)
);

-- What waits to be mailed. Written in the transaction that stores the match; the mail's bytes and its
-- Message-ID are frozen here before the first attempt and never change after.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers(id) ON DELETE CASCADE,
  story_id TEXT NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0,  -- 0: the first alert of the story
  form TEXT NOT NULL DEFAULT 'alert' CHECK (form IN ('alert', 'digest')),
  carrier INTEGER REFERENCES outbox(id) ON DELETE CASCADE, -- the row whose digest tells it; NULL: its own mail
  article_id INTEGER NOT NULL,
  receipts TEXT NOT NULL,               -- JSON array of {search, terms}
  state TEXT NOT NULL CHECK (state IN ('queued', 'frozen', 'sent', 'failed', 'cancelled')),
  created INTEGER NOT NULL,
  due INTEGER NOT NULL,                 -- not before; moved on by each failed attempt
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,                           -- the last answer that was not 250; NULL: none yet
  message_id TEXT UNIQUE,               -- NULL until frozen
  message BLOB,                         -- NULL until frozen, and again some time after it was sent
  finished INTEGER,                     -- sent, failed or cancelled; NULL while it waits
  UNIQUE (subscriber_id, story_id, sequence)
);
-- what is due next
CREATE INDEX outbox_due ON outbox (due) WHERE state IN ('queued', 'frozen');
-- what a digest tells
CREATE INDEX outbox_carried ON outbox (carrier) WHERE carrier IS NOT NULL;
-- whose bytes have been kept long enough
CREATE INDEX outbox_kept ON outbox (finished) WHERE message IS NOT NULL AND finished IS NOT NULL;
"""


def apply(db: Database) -> None:
    """Make the tables and indexes of the first version."""
    for statement in split_statements(_SQL):
        db.execute(statement)
