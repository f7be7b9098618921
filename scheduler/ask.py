"""Asking sources without a crawl, and saying in words how they answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from crawler.job import Task
from crawler.launch import CrawlProcess
from crawler.plan import plan_run
from wirewatch.article import format_time
from wirewatch.clock import now
from wirewatch.config import Crawl
from wirewatch.outcome import FeedResult, FeedState, SourceResult
from wirewatch.source import Source

STALE = timedelta(days=14)
"""A feed whose newest entry is older says nothing new any more."""
_WORDS = {
    FeedState.OK: "well",
    FeedState.UNCHANGED: "well (unchanged)",
    FeedState.EMPTY: "answers, but is empty",
    FeedState.PARTIAL: "damaged, read in part",
    FeedState.NOT_A_FEED: "is no feed",
    FeedState.BLOCKED: "blocked",
    FeedState.GONE: "dead",
    FeedState.REFUSED: "not asked by rule",
    FeedState.FAILED: "no answer",
}
_REASONS = {
    "no-such-host": "the host name does not exist, or there is no network",
    "robots": "robots.txt forbids it",
    "certificate": "its certificate cannot be verified",
    "timeout": "it did not answer in time",
    "private-address": "it leads to a private address",
    "too-large": "it is larger than crawl.max_feed_bytes",
    "connection-refused": "the host refuses the connection",
    "redirect-loop": "it redirects in a circle",
}


def ask_sources(sources: tuple[Source, ...], crawl: Crawl, task: Task) -> Iterator[SourceResult]:
    """The answers of ``sources``, each as soon as it is there; nothing is stored."""
    job = replace(plan_run(None, sources, crawl, now()), task=task)
    with CrawlProcess(job) as process:
        for message in process.messages():
            if isinstance(message, SourceResult):
                yield message


def is_stale(feed: FeedResult, at: datetime) -> bool:
    """True when the feed answers but its newest entry is more than two weeks old at ``at``."""
    return feed.newest is not None and at - feed.newest > STALE


def say_feed(feed: FeedResult, at: datetime) -> str:
    """One line: the address, how it is, and in words what is wrong."""
    parts = [_WORDS[feed.state]]
    if feed.reason:
        parts.append(_REASONS.get(feed.reason, feed.reason))
    if feed.entries:
        parts.append(f"{feed.entries} entries")
    if is_stale(feed, at):
        parts.append(f"stale since {feed.newest:%Y-%m-%d}")
    if feed.moved_to:
        parts.append(f"moved to {feed.moved_to}")
    return f"{feed.url}  " + "; ".join(parts)


def describe_feed(feed: FeedResult, at: datetime) -> dict[str, Any]:
    """The same as data."""
    row = {key: value for key, value in asdict(feed).items() if key not in {"body_hash", "etag", "last_modified"}}
    row |= {"state": feed.state.value, "newest": format_time(feed.newest), "stale": is_stale(feed, at)}
    return row | {"retry_after": format_time(feed.retry_after), "words": say_feed(feed, at)}
