"""From the database to a crawl job: which feeds are asked with which validators, and what is known already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from crawler.job import CrawlJob, Recheck, SourceJob, Validators
from storage.links import feed_validators, known_links, waiting_feeds
from storage.rechecks import due_rechecks
from wirewatch.config import Crawl
from wirewatch.source import Source


@dataclass(frozen=True, slots=True)
class Scope:
    """What narrows a run by hand, and where its answers come from or go to."""

    since: datetime | None = None
    limit: int | None = None
    record: Path | None = None
    replay: Path | None = None
    stored: Literal["due", "all", "none"] = "due"
    """Which stored pages of the last month are asked again, to see silent edits."""


def plan_run(
    db: Database | None, sources: Iterable[Source], crawl: Crawl, now: datetime, scope: Scope | None = None
) -> CrawlJob:
    """The job of one run. Without a database (none made yet) everything is new."""
    scope = scope or Scope()
    jobs = tuple(_plan_source(db, source, crawl, now, scope) for source in sources)
    return CrawlJob(jobs, crawl, now, scope.since, scope.limit, scope.record, scope.replay)


def _plan_source(db: Database | None, source: Source, crawl: Crawl, now: datetime, scope: Scope) -> SourceJob:
    if db is None:
        return SourceJob(source)
    if scope.replay:  # an archive is read anew as a whole: what is known is compared when it is committed
        return SourceJob(source)
    known = known_links(db, source.id)
    validators = {url: Validators(*row) for url, row in feed_validators(db, source.id).items()}
    limit = 0 if scope.stored == "none" else crawl.rechecks
    due = due_rechecks(db, source.id, now, limit, whatever=scope.stored == "all")
    return SourceJob(source, validators, known, waiting_feeds(db, source.id, now), tuple(Recheck(*one) for one in due))
