"""What a crawl is told and what it answers: plain data that can travel to another process or machine."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crawler.owners import Owners
from wirewatch import clock
from wirewatch.article import Article
from wirewatch.outcome import PageMark, SourceResult
from wirewatch.source import Source

if TYPE_CHECKING:
    from crawler.reading.feed_model import FeedEntry
    from wirewatch.config import Crawl

Task = Literal["crawl", "check", "find"]
"""``crawl`` reads what is new; ``check`` asks the feeds and listings only; ``find`` looks for feeds of a site."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last run learned of a feed, for a conditional GET. All None where it is new."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    unchanged_at: datetime | None = None
    """When the publisher last answered "not modified" (304), where that was its last answer."""
    whole: bool = False
    """To be read whole this time, whatever the validators say: they may lie."""


@dataclass(frozen=True, slots=True)
class HostState:
    """What a process learned of a host: the pause between two requests (seconds), not to be asked before ``until``.

    ``site`` is its name as :func:`wirewatch.urls.site_of` gives it, with a port that is not the scheme's own.
    """

    site: str
    pause: float
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A source that another process began: what it found, and the pages that are left to read."""

    result: SourceResult
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True, slots=True)
class Recheck:
    """A stored page to be asked again, as it was read last; ``mark`` makes the request conditional."""

    article_id: int
    article: Article
    mark: PageMark


@dataclass(frozen=True, slots=True)
class SourceJob:
    """One source to ask: its feeds' validators by address, and the link keys it is known to have."""

    source: Source
    validators: dict[str, Validators] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    """Feed addresses not to be asked now (Retry-After; on the clock also after failures)."""
    begun: Begun | None = None
    """None where the source is to be asked from its start."""
    rechecks: tuple[Recheck, ...] = ()
    """Stored pages that are due to be asked again."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a crawl process needs of the ``crawl:`` section, as plain values: it does not load what checks a
    configuration, which takes as long as a third of Scrapy.
    """

    user_agent: str
    delay: float
    concurrency: int
    per_host: int
    timeout: timedelta
    source_time: timedelta
    max_items: int
    max_page_bytes: int
    max_feed_bytes: int
    read_time: timedelta
    readers: int
    obey_robots: bool
    allow_private: tuple[str, ...]
    sources_at_once: int

    @classmethod
    def of(cls, crawl: Crawl | Rules) -> Rules:
        """Those of a configuration."""
        return cls(**{each.name: getattr(crawl, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class CrawlJob:
    """One run: the sources, the rules, the time it started."""

    sources: tuple[SourceJob, ...]
    crawl: Crawl | Rules
    now: datetime
    since: datetime | None = None
    limit: int | None = None
    """New articles to read in all, over all sources; None is no limit."""
    record: Path | None = None
    replay: Path | None = None
    task: Task = "crawl"
    own: frozenset[str] | None = None
    """Hosts (without ``www.``) that this job may ask; None is all: no other job runs beside it."""
    hosts: tuple[HostState, ...] = ()
    """What is known of hosts that were asked in this run already."""
    robots: dict[str, bytes | None] = field(default_factory=dict)
    """robots.txt by site as it was read the same day; None allows all."""
    owners: Owners = field(default_factory=dict)
    """Whose pages are whose, over the whole catalogue."""

    def answered_at(self) -> datetime:
        """The present, from which a Retry-After in seconds counts; in a replay the run's own time."""
        return self.now if self.replay else max(self.now, clock.now())


@dataclass(frozen=True, slots=True)
class Errand:
    """A job as it goes into its process, and the seconds for which that may work without a sign of life from outside.

    ``lease`` is None where the process's parent is who gave the job: it ends with its parent anyway.
    """

    job: CrawlJob
    lease: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a source is: items found and items done with."""

    source: str
    found: int
    done: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """The process lives; said every second, with the hosts of which it has learned something."""

    hosts: tuple[HostState, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """A source that needs ``hosts`` which are not the job's own. ``begun`` is None where it must start anew."""

    source: str
    hosts: frozenset[str]
    begun: Begun | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The crawl has ended by itself; without this the process died."""

    reason: str


Message = Progress | SourceResult | Pulse | HandOver | Finished
