"""robots.txt as it was read last; RFC 9309 (section 2.4) lets it be used for a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from wirewatch.clock import seconds
from wirewatch.outcome import RobotsFile
from wirewatch.urls import site_of

USED_FOR = timedelta(hours=24)
LARGEST = 64 * 1024
"""Bytes of a robots.txt that is kept; a larger one is asked for in each run."""


def remember_robots(db: Database, files: Iterable[RobotsFile], now: datetime) -> None:
    """Keep what was read in a run, drop what may not be used any more; inside the caller's transaction."""
    kept = [(each.site, each.body, seconds(now)) for each in files if len(each.body or b"") <= LARGEST]
    if kept:
        db.execute("DELETE FROM robots WHERE fetched <= ?", [seconds(now - USED_FOR)])
        db.conn.executemany("INSERT OR REPLACE INTO robots (site, body, fetched) VALUES (?, ?, ?)", kept)


def known_robots(db: Database, sites: Iterable[str], now: datetime) -> dict[str, bytes | None]:
    """The files that may still be used of these sites (``wirewatch.urls.site_of``), by scheme, host and port."""
    wanted = set(sites)
    rows = db.execute(
        "SELECT site, body FROM robots WHERE fetched > ? AND fetched <= ?", [seconds(now - USED_FOR), seconds(now)]
    )
    return {site: body for site, body in rows if site_of(site) in wanted}
