"""Asking sources without a crawl, and saying in words how they answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crawler.job import Task
from crawler.launch import CrawlProcess
from crawler.plan import plan_run
from wirewatch.clock import now
from wirewatch.config import Crawl
from wirewatch.outcome import FeedResult, FeedState, SourceResult
from wirewatch.source import Source

_WORDS = {
    FeedState.OK: "well",
    FeedState.UNCHANGED: "well (unchanged)",
    FeedState.EMPTY: "answers, but is empty",
    FeedState.PARTIAL: "damaged, read in part",
    FeedState.STALE: "answers, but gives nothing new",
    FeedState.SILENT: "answers, but gives nothing new",
    FeedState.NOT_A_FEED: "is no feed",
    FeedState.BLOCKED: "blocked",
    FeedState.GONE: "dead",
    FeedState.REFUSED: "not asked by rule",
    FeedState.NO_WORKER: "not asked",
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


def say_feed(feed: FeedResult) -> str:
    """One line: the address, how it is, and in words what is wrong."""
    reason = _REASONS.get(feed.reason, feed.reason)
    return f"{feed.url}  {_WORDS[feed.state]}" + (f": {reason}" if reason else "")


def describe_feed(feed: FeedResult) -> dict[str, Any]:
    """The same as data: ``{feed, state, words, status}``."""
    return {
        "feed": feed.url,
        "state": feed.state.value,
        "words": _REASONS.get(feed.reason, feed.reason),
        "status": feed.status,
    }
