"""Backups that took the place of the database: who was told since they were made is not known."""

from __future__ import annotations

from sqlite_utils import Database

_TABLE = """
-- Each time a backup took the place of the database. What was mailed between the two is not known here.
CREATE TABLE restores (
  id INTEGER PRIMARY KEY,
  restored INTEGER NOT NULL,
  told_until INTEGER                    -- after it no mail had gone out any more; NULL: nobody could say
)
"""

_TRIGGER = """
-- After a restore a mail is taken as sent, not sent, where its reader may have had it already. A trigger, so
-- that no way of queueing passes it by. Nothing is held back where the table is empty.
CREATE TRIGGER outbox_after_restore AFTER INSERT ON outbox
WHEN NEW.state = 'queued' AND EXISTS (
  SELECT 1 FROM restores r JOIN articles a ON a.id = NEW.article_id
  WHERE r.id = (SELECT max(id) FROM restores) AND (
    -- a story that was published before, by its publisher's clock
    (NEW.kind = 'story' AND coalesce(a.published_precision, 'none') IN ('second', 'minute')
      AND a.sort_time <= coalesce(r.told_until, r.restored))
    OR
    -- whatever the first look at a source brings: what is new to us then may be old to the reader. A source
    -- that was never looked at for 30 days was added since.
    (NOT (NEW.kind = 'story' AND r.told_until IS NOT NULL
        AND coalesce(a.published_precision, 'none') IN ('second', 'minute'))
      AND NEW.created < r.restored + 30 * 86400
      AND NOT EXISTS (
        SELECT 1 FROM source_runs s WHERE s.source = a.source AND unixepoch(s.started) >= r.restored
          AND s.deferred = 0 AND s.failed = 0
          AND s.state NOT IN ('failed', 'blocked', 'gone', 'refused', 'not-a-feed')))
  )
)
BEGIN
  UPDATE outbox SET state = 'sent', finished = NEW.created, error = 'taken as told before the restore'
  WHERE id = NEW.id;
END
"""


def apply(db: Database) -> None:
    """Make the table and the trigger."""
    db.execute(_TABLE)
    db.execute(_TRIGGER)
