"""Every address a source ever announced, and the validators of its feeds: what makes a run ask only for news."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from wirewatch.article import format_time, parse_time
from wirewatch.clock import instant, seconds
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


def was_announced(db: Database, key: str, source: str) -> bool:
    """True when ``source`` has announced the address in an earlier run, and it was asked for."""
    found = db.execute("SELECT 1 FROM links WHERE link_key = ? AND source = ?", [key, source])
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
        [key, source, state.value, left, seconds(now)],
    )


def waits_for_retry(db: Database, source: str, keys: Iterable[str]) -> bool:
    """True when one of the addresses is to be asked for ``source`` again in a later run."""
    found = db.execute(
        "SELECT 1 FROM json_each(?) k CROSS JOIN links l ON l.link_key = k.value"
        " WHERE l.source = ? AND l.tries > 0 LIMIT 1",
        [json.dumps(list(keys)), source],
    )
    return found.fetchone() is not None


@dataclass(frozen=True, slots=True)
class KnownFeed:
    """What is known of a feed from before: its validators and how far they can be believed.

    Attributes:
        body_hash: SHA-256 of the last body, hexadecimal.
        unchanged_at: when it last answered 304, where that was its last answer.
        read_whole: when a body was last taken; None is never.
        lies: how often it said "not modified" when there was news.
    """

    etag: str | None
    last_modified: str | None
    body_hash: str | None
    unchanged_at: datetime | None
    read_whole: datetime | None
    lies: int


def known_feeds(db: Database, source: str) -> dict[str, KnownFeed]:
    """The feeds of ``source`` that were asked before, by address."""
    rows = db.execute(
        "SELECT url, etag, last_modified, body_hash, CASE WHEN status = 304 THEN asked END, read_whole, lies"
        " FROM feeds WHERE source = ?",
        [source],
    )
    return {
        url: KnownFeed(etag, modified, digest, parse_time(asked), instant(whole), lies)
        for url, etag, modified, digest, asked, whole, lies in rows
    }


def waiting_feeds(db: Database, source: str, now: datetime, *, paced: bool = False) -> frozenset[str]:
    """Feeds of ``source`` whose publisher asked to be left alone until later than ``now``.

    With ``paced`` those as well that are left alone for a while because they failed.
    """
    rows = db.execute(
        "SELECT url FROM feeds WHERE source = ? AND (retry_after > ? OR (? AND backoff > ?))",
        [source, seconds(now), paced, seconds(now)],
    )
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
    row = {
        "url": feed.url,
        "source": source,
        "state": feed.state.value,
        "reason": feed.reason,
        "status": feed.status,
        "etag": feed.etag if keep else None,
        "last_modified": feed.last_modified if keep else None,
        "body_hash": feed.body_hash if keep else None,
        "asked": format_time(now),
        "answered": format_time(now) if good else None,
        "failures": 0 if good else 1,
        "retry_after": seconds(feed.retry_after) if feed.retry_after else None,
        "read_whole": seconds(now) if feed.status == 200 else None,
        "lies": int(feed.lied),
        "standing": feed.state.value,
        "streak": 1,
    }
    db.execute(
        f"INSERT INTO feeds ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})"
        " ON CONFLICT (url) DO UPDATE SET source = excluded.source, state = excluded.state, reason = excluded.reason,"
        " status = excluded.status, etag = excluded.etag, last_modified = excluded.last_modified,"
        " body_hash = excluded.body_hash, asked = excluded.asked,"
        " answered = coalesce(excluded.answered, feeds.answered),"
        " failures = CASE WHEN excluded.failures = 0 THEN 0 ELSE feeds.failures + 1 END,"
        " retry_after = excluded.retry_after, backoff = NULL,"
        " read_whole = coalesce(excluded.read_whole, feeds.read_whole), lies = feeds.lies + excluded.lies,"
        " streak = CASE WHEN excluded.state IN (feeds.standing, 'unchanged') THEN feeds.streak + 1 ELSE 1 END,"
        " standing = CASE excluded.state WHEN 'unchanged' THEN feeds.standing ELSE excluded.state END",
        list(row.values()),
    )


def failing_feeds(db: Database, at_least: int) -> list[dict[str, Any]]:
    """Feeds that gave nothing in ``at_least`` runs in a row, of sources none of whose feeds answers."""
    rows = db.execute(
        "SELECT source, url, state, reason, failures, answered FROM feeds WHERE failures >= ?"
        " AND source NOT IN (SELECT source FROM feeds WHERE failures = 0) ORDER BY source, url",
        [at_least],
    )
    return [dict(zip(("source", "feed", "state", "reason", "failures", "last_good"), row, strict=True)) for row in rows]
