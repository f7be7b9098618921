"""Threads, letters about no story, limits a day, and sign-ups."""

from __future__ import annotations

from sqlite_utils import Database

from storage.migrations.statements import split_statements

_SQL = """
-- limit: mails a day of this search, the rest comes as a digest; NULL: no limit.
ALTER TABLE subscriptions ADD COLUMN per_day INTEGER;
-- 1: a mail says so when a digest had nothing to tell
ALTER TABLE subscriptions ADD COLUMN nothing_new INTEGER NOT NULL DEFAULT 0;
-- the digest time up to which that was looked at; NULL: not yet
ALTER TABLE subscriptions ADD COLUMN noted INTEGER;

-- What waits to be mailed: see m0001. Here a row may also be a reply in a story's thread, or a letter about no story.
CREATE TABLE outbox_new (
  id INTEGER PRIMARY KEY,
  subscriber_id INTEGER REFERENCES subscribers(id) ON DELETE CASCADE, -- NULL: to 'address'
  address TEXT,                         -- of a letter to nobody who subscribes (the operator); NULL: the subscriber's
  kind TEXT NOT NULL DEFAULT 'story' CHECK (kind IN ('story', 'update', 'letter')),
  story_id TEXT NOT NULL,               -- of a letter: what it is about, so that it is written once
  sequence INTEGER NOT NULL DEFAULT 0,  -- 0: the first alert of the story
  form TEXT NOT NULL DEFAULT 'alert' CHECK (form IN ('alert', 'digest')),
  carrier INTEGER REFERENCES outbox_new(id) ON DELETE CASCADE, -- the row whose digest tells it; NULL: its own mail
  article_id INTEGER NOT NULL,          -- the report that fired; 0: a letter
  receipts TEXT NOT NULL,               -- JSON array of {search, terms}
  news TEXT,                            -- JSON: changes that an update tells, or what a letter says; NULL: neither
  state TEXT NOT NULL CHECK (state IN ('queued', 'frozen', 'sent', 'failed', 'cancelled')),
  created INTEGER NOT NULL,
  planned INTEGER NOT NULL,             -- when it was first due: the day whose limit it counts in
  due INTEGER NOT NULL,                 -- not before; moved on by each failed attempt
  catch_up INTEGER NOT NULL DEFAULT 0,  -- 1: an old story, held until its run ends
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,                           -- the last answer that was not 250; NULL: none yet
  message_id TEXT UNIQUE,               -- NULL until frozen
  subject TEXT,                         -- what replies are titled with; NULL until frozen
  upto INTEGER,                         -- the newest report of the story it knows of; NULL until frozen
  message BLOB,                         -- NULL until frozen, and again some time after it was sent
  finished INTEGER,                     -- sent, failed or cancelled; NULL while it waits
  CHECK ((subscriber_id IS NULL) <> (address IS NULL)),
  UNIQUE (subscriber_id, story_id, sequence)
);
INSERT INTO outbox_new (id, subscriber_id, story_id, sequence, form, carrier, article_id, receipts, state, created,
  planned, due, attempts, error, message_id, message, finished, upto)
  SELECT id, subscriber_id, story_id, sequence, form, carrier, article_id, receipts, state, created,
  created, due, attempts, error, message_id, message, finished, CASE state WHEN 'queued' THEN NULL ELSE article_id END
  FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
-- what is due next
CREATE INDEX outbox_due ON outbox (due) WHERE state IN ('queued', 'frozen');
-- what a digest tells
CREATE INDEX outbox_carried ON outbox (carrier) WHERE carrier IS NOT NULL;
-- whose bytes have been kept long enough
CREATE INDEX outbox_kept ON outbox (finished) WHERE message IS NOT NULL AND finished IS NOT NULL;
-- a letter to an address is written once
CREATE UNIQUE INDEX outbox_letters ON outbox (address, story_id, sequence) WHERE address IS NOT NULL;
-- who was told of this story
CREATE INDEX outbox_by_story ON outbox (story_id);
-- how many mails a reader gets on a day
CREATE INDEX outbox_by_day ON outbox (subscriber_id, planned);

-- A wish somebody sent in on the web, until its address confirms it.
CREATE TABLE signups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers(id) ON DELETE CASCADE,
  wish TEXT NOT NULL,                   -- JSON of the search and its settings
  zone TEXT NOT NULL,                   -- IANA zone
  secret TEXT NOT NULL,                 -- random; keys the confirmation link
  created INTEGER NOT NULL,
  confirmed INTEGER                     -- NULL until then
);
-- those that were never confirmed are dropped
CREATE INDEX signups_by_age ON signups (created);

-- How often the web form was used, by keyed hash of address and of network; rows live a day.
CREATE TABLE signup_tries (
  bucket TEXT NOT NULL,
  at INTEGER NOT NULL
);
-- "how many since"
CREATE INDEX signup_tries_by_bucket ON signup_tries (bucket, at);
"""


def apply(db: Database) -> None:
    """Rebuild the outbox with the new columns, and make the new tables."""
    for statement in split_statements(_SQL):
        db.execute(statement)
