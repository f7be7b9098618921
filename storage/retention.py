"""What is kept how long, and letting go of the rest in small steps that hold nobody up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from storage.database import write
from storage.outbox import prune_messages
from wirewatch.article import format_time
from wirewatch.config import Keep
from wirewatch.outcome import State

STEP = 500
"""Rows that go in one transaction."""


def prune(db: Database, keep: Keep, now: datetime) -> Counter[str]:
    """Remove what is older than ``keep`` says; how many rows of each kind went.

    Nobody is told anything twice by it: the address of a stored article is remembered for ever, and a mail's row
    stays until long after its story can get another report.
    """
    gone: Counter[str] = Counter(messages=prune_messages(db, now, keep.messages))
    if keep.ledger:
        gone["items"] = _prune_items(db, now - keep.ledger)
    if keep.accounts:
        gone["accounts"] = _prune_accounts(db, now - keep.accounts)
    if keep.mails:
        gone["mails"] = _in_steps(db, "outbox", "finished < ?", [int((now - keep.mails).timestamp())])
    if keep.links:
        where = "seen < ? AND state <> ?"
        gone["links"] = _in_steps(
            db, "links", where, [int((now - keep.links).timestamp()), State.STORED.value], key="link_key, source"
        )
    if keep.articles:
        gone["articles"] = _prune_articles(db, now - keep.articles)
    with write(db):
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('pruned', ?)", [format_time(now)])
    db.execute("PRAGMA optimize")
    return gone


def is_due(db: Database, now: datetime, every: timedelta = timedelta(days=1)) -> bool:
    """True when the last pruning began longer than ``every`` ago, or never."""
    row = db.execute("SELECT value FROM meta WHERE key = 'pruned'").fetchone()
    return row is None or not now - every < datetime.fromisoformat(row[0]) <= now


def _prune_items(db: Database, before: datetime) -> int:
    """The listed items of old runs; ``find_gaps`` does not miss them, since it is told up to where they are gone."""
    last = _last_run_before(db, before)
    if last is None:
        return 0
    with write(db):
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('ledger-from', ?)", [str(last + 1)])
    return _in_steps(db, "ledger", "run_id <= ?", [last], key="rowid")


def _prune_accounts(db: Database, before: datetime) -> int:
    """The accounts of sources in old runs, as far as their items are gone; the runs themselves stay."""
    last = _last_run_before(db, before)
    if last is None:
        return 0
    _in_steps(db, "recheck_runs", "run_id <= ?", [last], key="run_id, source")
    where = "run_id <= ? AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.run_id = source_runs.run_id)"
    return _in_steps(db, "source_runs", where, [last], key="run_id, source")


def _prune_articles(db: Database, before: datetime) -> int:
    """Old articles with their receipts and their place in the index, then stories that have no report left."""
    gone = 0
    find = "SELECT id FROM articles WHERE sort_time < ? ORDER BY sort_time LIMIT ?"
    while rows := db.execute(find, [int(before.timestamp()), STEP]).fetchall():
        with write(db):
            for (article_id,) in rows:
                db.execute("DELETE FROM articles_fts WHERE rowid = ?", [article_id])
                db.execute("DELETE FROM articles WHERE id = ?", [article_id])
        gone += len(rows)
    where = "first_seen < ? AND NOT EXISTS (SELECT 1 FROM articles WHERE story_id = stories.id)"
    _in_steps(db, "stories", where, [int(before.timestamp())])
    return gone


def _last_run_before(db: Database, before: datetime) -> int | None:
    """The newest run that began before a time."""
    found: int | None = db.execute("SELECT max(id) FROM runs WHERE started < ?", [format_time(before)]).fetchone()[0]
    return found


def _in_steps(db: Database, table: str, where: str, values: Sequence[Any], key: str = "id") -> int:
    """Delete the rows for which ``where`` is true, STEP a transaction: the crawl and the mail come in between."""
    gone = 0
    sql = f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {where} LIMIT {STEP})"
    while True:
        with write(db):
            count = int(db.execute(sql, values).rowcount)
        gone += count
        if count < STEP:
            return gone
