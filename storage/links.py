"""Every address a source ever announced, and the validators of its feeds: what makes a run ask only for news."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from wirewatch.article import format_time
from wirewatch.outcome import GOOD_FEED_STATES, RETRIED_STATES, FeedResult, SourceResult, State

MOST_TRIES = 3
"""Runs in which an address that failed or could not be read is asked again."""
KNOWN_A_SOURCE = 20_000
"""Newest addresses of a source that travel with its crawl job; an older one is caught when it is committed."""
_NOT_REMEMBERED = frozenset({State.KNOWN, State.OLD, State.DEFERRED})


def known_links(db: Database, source: str) -> frozenset[str]:
    """Link keys of ``source`` that need not be asked again."""
    rows = db.execute(
        "SELECT link_key FROM links WHERE source = ? AND tries <= 0 ORDER BY seen DESC LIMIT ?",
        [source, KNOWN_A_SOURCE],
    )
    return frozenset(row[0] for row in rows)


def is_stored(db: Database, key: str) -> bool:
    """True when the page at the address is in the archive, whoever announced it.

    What another source failed to read, or found off-topic, says nothing: it could have named the address
    before its publisher put anything there.
    """
    found = db.execute("SELECT 1 FROM links WHERE link_key = ? AND state = ?", [key, State.STORED.value])
    return found.fetchone() is not None


def is_done(db: Database, key: str, source: str) -> bool:
    """True when ``source`` itself needs the address no more: read, or given up."""
    found = db.execute("SELECT 1 FROM links WHERE link_key = ? AND source = ? AND tries <= 0", [key, source])
    return found.fetchone() is not None


def remember_link(db: Database, key: str, source: str, state: State, now: datetime) -> None:
    """Note how an address ended. ``tries`` counts down to 0; then, or for a final state, it is known."""
    if state in _NOT_REMEMBERED:
        return
    left = MOST_TRIES - 1 if state in RETRIED_STATES else 0
    db.execute(
        "INSERT INTO links (link_key, source, state, tries, seen) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (link_key, source) DO UPDATE SET state = excluded.state, seen = excluded.seen,"
        " tries = min(excluded.tries, max(links.tries - 1, 0))",
        [key, source, state.value, left, int(now.timestamp())],
    )


def waits_for_retry(db: Database, source: str, keys: Iterable[str]) -> bool:
    """True when one of the addresses is to be asked for ``source`` again in a later run."""
    return any(
        db.execute("SELECT 1 FROM links WHERE link_key = ? AND source = ? AND tries > 0", [key, source]).fetchone()
        for key in keys
    )


def feed_validators(db: Database, source: str) -> dict[str, tuple[str | None, str | None, str | None]]:
    """ETag, Last-Modified and body hash of each feed of ``source``, by address."""
    rows = db.execute("SELECT url, etag, last_modified, body_hash FROM feeds WHERE source = ?", [source])
    return {url: (etag, modified, digest) for url, etag, modified, digest in rows}


def waiting_feeds(db: Database, source: str, now: datetime) -> frozenset[str]:
    """Feeds of ``source`` whose publisher asked to be left alone until later than ``now``."""
    rows = db.execute("SELECT url FROM feeds WHERE source = ? AND retry_after > ?", [source, int(now.timestamp())])
    return frozenset(row[0] for row in rows)


def remember_feeds(db: Database, result: SourceResult, *, complete: bool, now: datetime) -> None:
    """Keep how each feed answered. Validators are kept only when every item was dealt with (``complete``):
    otherwise a 304 of the next run would hide what was left over.
    """
    for feed in (each for each in result.feeds if each.asked):
        _remember_feed(db, result.source, feed, complete, now)


def _remember_feed(db: Database, source: str, feed: FeedResult, complete: bool, now: datetime) -> None:
    good = feed.state in GOOD_FEED_STATES
    keep = complete and good
    db.execute(
        "INSERT INTO feeds (url, source, state, reason, status, etag, last_modified, body_hash, asked, answered,"
        " failures, retry_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (url) DO UPDATE SET source = excluded.source, state = excluded.state, reason = excluded.reason,"
        " status = excluded.status, etag = excluded.etag, last_modified = excluded.last_modified,"
        " body_hash = excluded.body_hash, asked = excluded.asked,"
        " answered = coalesce(excluded.answered, feeds.answered),"
        " failures = CASE WHEN excluded.failures = 0 THEN 0 ELSE feeds.failures + 1 END,"
        " retry_after = excluded.retry_after",
        [
            feed.url,
            source,
            feed.state.value,
            feed.reason,
            feed.status,
            feed.etag if keep else None,
            feed.last_modified if keep else None,
            feed.body_hash if keep else None,
            format_time(now),
            format_time(now) if good else None,
            0 if good else 1,
            int(feed.retry_after.timestamp()) if feed.retry_after else None,
        ],
    )


def failing_feeds(db: Database, at_least: int) -> list[dict[str, Any]]:
    """Feeds that gave nothing in ``at_least`` runs in a row, of sources none of whose feeds answers."""
    rows = db.execute(
        "SELECT source, url, state, reason, failures, answered FROM feeds WHERE failures >= ?"
        " AND source NOT IN (SELECT source FROM feeds WHERE failures = 0) ORDER BY source, url",
        [at_least],
    )
    return [dict(zip(("source", "feed", "state", "reason", "failures", "last_good"), row, strict=True)) for row in rows]
