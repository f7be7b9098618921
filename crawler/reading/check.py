"""Judging one feed for `sources check`: what an editor should know about it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from crawler.reading.addresses import is_same_site
from crawler.reading.answers import classify_answer
from crawler.reading.feed import read_feed
from crawler.reading.feed_model import Feed, FeedEntry
from wirewatch.errors import UnreadableError
from wirewatch.outcome import FeedState

STALE_AFTER = timedelta(days=30)
"""A wire without news for so long was probably left behind."""

_STALE = "stale"
_WRONG_TYPES = ("text/html", "application/xhtml+xml", "application/octet-stream", "image/")


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What came of asking one feed once.

    Attributes:
        state: as in a run's ledger.
        facts: what it holds (``30 entries, newest 2 h ago, 7 h deep``), '' where it is no feed.
        problems: what an editor should look at, each in words; empty where all is well.
        moved_to: where it answers now, '' where it did not move.
    """

    state: FeedState
    facts: str = ""
    problems: tuple[str, ...] = ()
    moved_to: str = ""

    @property
    def words(self) -> str:
        """One line for a person."""
        return "; ".join(filter(None, [self.facts, *self.problems])) or self.state.value


def check_feed(
    asked: str, url: str, status: int, content_type: str | None, body: bytes, *, zone: tzinfo, now: datetime
) -> FeedCheck:
    """Judge the answer to one request.

    Args:
        asked: the address in the catalogue.
        url: the address that answered, after redirects.
        status: its HTTP status.
        content_type: its Content-Type header.
        body: the answer, decompressed.
        zone: the source's zone.
        now: aware.
    """
    moved = describe_move(asked, url)
    state, reason = classify_answer(status, content_type, body)
    if state is not FeedState.OK:
        return FeedCheck(state, "", _filled(reason, moved), url if moved else "")
    try:
        feed = read_feed(body, url, content_type=content_type, zone=zone, now=now)
    except UnreadableError as error:
        return FeedCheck(FeedState.NOT_A_FEED, "", _filled(str(error), moved), url if moved else "")
    age = _describe_age(feed, now)
    state = FeedState.PARTIAL if feed.partial else FeedState.STALE if age.startswith(_STALE) else FeedState.OK
    problems = _filled(moved, _describe_type(content_type), age, feed.problem)
    return FeedCheck(state, describe_depth(feed, now), problems, url if moved else "")


def _filled(*words: str) -> tuple[str, ...]:
    return tuple(filter(None, words))


def describe_move(asked: str, url: str) -> str:
    """That an address answers from elsewhere; '' where only scheme, slash, ``www`` or nothing changed."""
    before, after = urlsplit(asked), urlsplit(url)
    if is_same_site(asked, url) and before.path.rstrip("/") == after.path.rstrip("/"):
        return "answers by https: change the address" if before.scheme == "http" and after.scheme == "https" else ""
    return f"moved to {url}"


def _describe_type(content_type: str | None) -> str:
    kind = (content_type or "").partition(";")[0].strip().lower()
    return f"a feed, but served as {kind}" if kind.startswith(_WRONG_TYPES) else ""


def _describe_age(feed: Feed, now: datetime) -> str:
    newest = max(_times(feed), default=None)
    if newest is None:
        return "no entry has a date that can be read" if feed.entries else ""
    return f"{_STALE}: nothing new since {newest.date().isoformat()}" if now - newest > STALE_AFTER else ""


def _times(feed: Feed) -> list[datetime]:
    return [time for entry in feed.entries if (time := _time_of(entry))]


def _time_of(entry: FeedEntry) -> datetime | None:
    return entry.published or entry.modified


def describe_depth(feed: Feed, now: datetime) -> str:
    """How much a feed holds: `30 entries, newest 2 h ago, 7 h deep` (how often it must be asked follows from it)."""
    if feed.kind == "sitemap-index":
        return f"an index of {len(feed.links)} sitemaps"
    times = _times(feed)
    count = "1 entry" if len(feed.entries) == 1 else f"{len(feed.entries):,} entries"
    if not times:
        return count
    return f"{count}, newest {_span(now - max(times))} ago, {_span(max(times) - min(times))} deep"


def _span(span: timedelta) -> str:
    hours = max(span, timedelta()).total_seconds() / 3600
    if hours < 1:
        return f"{round(hours * 60)} min"
    return f"{round(hours)} h" if hours < 48 else f"{round(hours / 24):,} d"
