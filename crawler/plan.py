"""From the database to a crawl job: which feeds are asked with which validators, and what is known already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from crawler.job import CrawlJob, Recheck, SourceJob, Validators
from crawler.owners import map_owners, sites_of
from storage.links import KnownFeed, known_feeds, known_links, waiting_feeds
from storage.plans import read_rhythm
from storage.rechecks import due_rechecks
from storage.robots import known_robots
from wirewatch.config import Crawl
from wirewatch.pacing import is_overdue, reads_whole
from wirewatch.source import Source


@dataclass(frozen=True, slots=True)
class Scope:
    """What narrows a run by hand, and where its answers come from or go to."""

    since: datetime | None = None
    limit: int | None = None
    record: Path | None = None
    replay: Path | None = None
    paced: bool = False
    """By the clock: feeds that failed are left alone for a while. By hand they are asked."""
    stored: Literal["due", "all", "none"] = "due"
    """Which stored pages of the last month are asked again, to see silent edits."""


def plan_run(
    db: Database | None,
    sources: Iterable[Source],
    crawl: Crawl,
    now: datetime,
    scope: Scope | None = None,
    catalogue: Iterable[Source] = (),
) -> CrawlJob:
    """The job of one run. Without a database (none made yet) everything is new.

    ``catalogue`` are all publishers that are known: what lies on the site of one is that one's.
    """
    scope, sources = scope or Scope(), tuple(sources)
    owners = map_owners({each.id: each for each in (*catalogue, *sources)}.values())
    jobs = tuple(_plan_source(db, source, crawl, now, scope) for source in sources)
    robots = known_robots(db, sites_of(sources), now) if db and not (scope.record or scope.replay) else {}
    return CrawlJob(
        jobs, crawl, now, scope.since, scope.limit, scope.record, scope.replay, robots=robots, owners=owners
    )


def _plan_source(db: Database | None, source: Source, crawl: Crawl, now: datetime, scope: Scope) -> SourceJob:
    if db is None:
        return SourceJob(source)
    if scope.replay:  # an archive is read anew as a whole: what is known is compared when it is committed
        return SourceJob(source)
    known = known_links(db, source.id)
    restless = is_overdue(read_rhythm(db, source.id), now, source.tzinfo)
    validators = {url: _validators(feed, now, restless) for url, feed in known_feeds(db, source.id).items()}
    waiting = waiting_feeds(db, source.id, now, paced=scope.paced)
    limit = 0 if scope.stored == "none" else crawl.rechecks
    due = due_rechecks(db, source.id, now, limit, whatever=scope.stored == "all")
    return SourceJob(source, validators, known, waiting, rechecks=tuple(Recheck(*one) for one in due))


def _validators(feed: KnownFeed, now: datetime, restless: bool) -> Validators:
    whole = reads_whole(feed.read_whole, feed.lies, now, restless)
    return Validators(feed.etag, feed.last_modified, feed.body_hash, feed.unchanged_at, whole)
