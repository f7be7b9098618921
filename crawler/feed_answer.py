"""What the answer to a request for a feed is worth: its state, and whether "not modified" was true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.exchange import Answer, conditional_headers, parse_retry_after
from crawler.job import Validators
from crawler.reading.feed_model import Feed, FeedEntry
from wirewatch.outcome import FeedResult, FeedState, State
from wirewatch.pacing import is_stale
from wirewatch.urls import clean_link, link_key, site_of

LATE_STAMP = timedelta(minutes=10)
"""An entry may come out this much after the time that it states."""


def judge_feed(feed: Feed, now: datetime) -> tuple[FeedState, str]:
    """The state of a feed that could be read, and in words what is odd about it."""
    if feed.partial:
        return FeedState.PARTIAL, feed.problem
    if not feed.entries:
        return (FeedState.OK if feed.links else FeedState.EMPTY), feed.problem
    dates = [entry.published for entry in feed.entries if entry.published]
    if is_stale(dates, now):
        return FeedState.STALE, f"its newest entry is of {max(dates).date().isoformat()}"
    return FeedState.OK, feed.problem


def judge_failure(answer: Answer) -> FeedState:
    """The state of a feed or listing that gave no answer, or another one than 200."""
    if answer.failure is State.REFUSED:
        return FeedState.REFUSED
    return FeedState.GONE if answer.status in (404, 410) else FeedState.FAILED


def judge_unmodified(known: Validators) -> tuple[FeedState, str]:
    """The state of a feed that answered 304; it may do so only where it was asked for changes."""
    if {"If-None-Match", "If-Modified-Since"} & conditional_headers(known).keys():
        return FeedState.UNCHANGED, ""
    return FeedState.FAILED, "answers that it has not changed (304), which it was not asked"


def with_validators(result: FeedResult, answer: Answer | None, before: Validators, now: datetime) -> FeedResult:
    """``result`` with status, wait and validators of ``answer``; those of ``before`` where it gives none."""
    headers = answer.headers if answer else {}
    return replace(
        result,
        status=(answer.status or None) if answer else None,
        etag=headers.get("etag", before.etag),
        last_modified=headers.get("last-modified", before.last_modified),
        body_hash=result.body_hash or before.body_hash,
        retry_after=parse_retry_after(headers.get("retry-after"), now),
    )


def with_waits(feeds: Iterable[FeedResult], waits: Mapping[str, datetime]) -> list[FeedResult]:
    """The feeds, those of a host that asked to be left alone (``waits``: until when, by site) with that wish."""
    return [
        replace(feed, retry_after=max(filter(None, (feed.retry_after, waits.get(site_of(feed.url)))), default=None))
        for feed in feeds
    ]


def new_entries(feed: Feed, known: Set[str]) -> list[FeedEntry]:
    """Entries whose address was never announced before."""
    links = ((entry, clean_link(entry.link)) for entry in feed.entries)
    return [entry for entry, link in links if link and link_key(link) not in known]


def hid_news(known: Validators, answer: Answer, new: list[FeedEntry]) -> bool:
    """True when the publisher last said "not modified" although ``new`` entries were out by then.

    It shows by their dates, or where it was asked without conditions and gives the same validators as before.
    """
    if known.unchanged_at is None or not new:
        return False
    before = known.unchanged_at - LATE_STAMP
    times = filter(None, map(announced, new))
    same = (answer.headers.get("etag"), answer.headers.get("last-modified")) == (known.etag, known.last_modified)
    return (known.whole and same) or any(time < before for time in times)


def announced(entry: FeedEntry) -> datetime | None:
    """When the entry says it was published, where it says more than the day."""
    return entry.published if entry.published_precision != "day" else None
