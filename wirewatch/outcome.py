"""What became of a source and of each item it announced: fixed words, so that the ledger adds up.

Every item a run finds ends in exactly one :class:`State` with a reason; every feed or listing asked
ends in exactly one :class:`FeedState`. One source's failure is such a value, never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from wirewatch.article import Article


class State(StrEnum):
    """Where an item ended."""

    STORED = "stored"
    """New, read, and at least one topic or search fired: it is in the database."""
    OFF_TOPIC = "off-topic"
    """New and read, but nothing fired; only its address is remembered."""
    KNOWN = "known"
    """Seen in an earlier run, or under another address in this one."""
    COPY = "copy"
    """Word for word a story that is stored already, at another address of the same publisher."""
    OLD = "old"
    """Published before the time asked for."""
    UNREADABLE = "unreadable"
    """Fetched, but no article could be read from it."""
    REFUSED = "refused"
    """Not asked, or not taken, by rule: robots.txt, a private address, too large, not http."""
    FAILED = "failed"
    """The publisher did not answer with a page: network, HTTP status, time limit."""
    DEFERRED = "deferred"
    """Left for the next run: a cap was reached or the run was stopped."""


RETRIED_STATES = frozenset({State.UNREADABLE, State.FAILED, State.DEFERRED, State.REFUSED})
"""States after which a later run asks for the item again (a few times)."""


class FeedState(StrEnum):
    """How a feed, sitemap or listing answered."""

    OK = "ok"
    UNCHANGED = "unchanged"
    """304 Not Modified, or the same bytes as before."""
    EMPTY = "empty"
    """A right feed without entries."""
    PARTIAL = "partial"
    """Damaged or cut: what could be read was taken."""
    STALE = "stale"
    """A right feed whose newest entry is weeks old, by its own rhythm: it has ended or hangs."""
    SILENT = "silent"
    """Said of a source, not of one feed: it answers, but published nothing when its rhythm makes that unlikely."""
    NOT_A_FEED = "not-a-feed"
    BLOCKED = "blocked"
    """A challenge page, 401 or 403."""
    GONE = "gone"
    """404 or 410."""
    REFUSED = "refused"
    """robots.txt, a private address, too large."""
    NO_WORKER = "no-worker"
    """Not asked: no worker stands in the region that the source is to be asked from."""
    FAILED = "failed"
    """Network, certificate, HTTP 5xx, time limit."""


GOOD_FEED_STATES = frozenset(
    {FeedState.OK, FeedState.UNCHANGED, FeedState.EMPTY, FeedState.PARTIAL, FeedState.STALE, FeedState.SILENT}
)
"""States in which a publisher gave what was asked for."""


@dataclass(frozen=True, slots=True)
class FeedResult:
    """How one feed or listing answered in a run; validators are kept for the next conditional GET."""

    url: str
    state: FeedState
    reason: str = ""
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """SHA-256 of the body as received, against feeds whose validators lie."""
    entries: int = 0
    retry_after: datetime | None = None
    asked: bool = True
    """False where the publisher's wish to be left alone was kept: nothing new is known of the feed."""
    lied: bool = False
    """It had said "not modified" when entries that it now shows were out already."""


@dataclass(frozen=True, slots=True)
class PageMark:
    """By what a page is known again: its validators, a SHA-256 of its bytes, and the form of the reader that read it.

    A page read by another form of the reader may read otherwise without having been changed.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one announced item.

    ``state`` is None where the item was read (``article`` is set then; ``mark`` where its page was): whether it is
    stored or off-topic is decided when it is committed.
    """

    url: str
    state: State | None
    reason: str = ""
    title: str = ""
    article: Article | None = None
    published: datetime | None = None
    """As it was announced, to the minute at least; None where that was not stated."""
    mark: PageMark | None = None


class Answered(StrEnum):
    """How a stored page answered when it was asked again."""

    UNCHANGED = "unchanged"
    """304 Not Modified, or the same bytes as before."""
    READ = "read"
    """It was read anew: whether anything changed is decided when it is committed."""
    GONE = "gone"
    """404 or 410."""
    NOT = "not"
    """No answer, a refusal, a block page, or nothing that could be read: nothing is known."""


@dataclass(frozen=True, slots=True)
class RecheckResult:
    """A stored page that was asked again; ``article`` is set where it was READ."""

    article_id: int
    url: str
    answered: Answered
    reason: str = ""
    article: Article | None = None
    mark: PageMark = field(default_factory=PageMark)


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """robots.txt of a site (scheme, host and port) as it was read in a run; ``body`` None allows all."""

    site: str
    body: bytes | None


@dataclass(slots=True)
class SourceResult:
    """All that one run learned from one source; committed in one transaction."""

    source: str
    started: datetime
    finished: datetime | None = None
    feeds: list[FeedResult] = field(default_factory=list)
    items: list[ItemResult] = field(default_factory=list)
    robots: list[RobotsFile] = field(default_factory=list)
    """What was read of robots.txt meanwhile, of whatever site."""
    note: str = ""
    """How it was asked, where that was not as the configuration says; '' as a rule."""
    rechecks: list[RecheckResult] = field(default_factory=list)
    """Stored pages that were asked again; they are no items and have an account of their own."""

    @property
    def failed(self) -> bool:
        """True when no feed, listing or page of the source gave anything usable."""
        if self.feeds:
            return all(feed.state not in GOOD_FEED_STATES for feed in self.feeds)
        return bool(self.items) and all(item.article is None for item in self.items)
