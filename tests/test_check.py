"""What `sources check` says of one feed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading.check import FeedCheck, check_feed, describe_move
from wirewatch.outcome import FeedState

NOW = datetime(2025, 8, 1, 12, 0, tzinfo=UTC)
URL = "https://example.az/rss"


def rss(*dates: str) -> bytes:
    items = "".join(f"<item><title>T</title><link>/a</link><pubDate>{date}</pubDate></item>" for date in dates)
    return f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()


def check(body: bytes, url: str = URL, status: int = 200, content_type: str = "application/rss+xml") -> FeedCheck:
    return check_feed(URL, url, status, content_type, body, zone=UTC, now=NOW)


def test_a_good_feed_is_told_by_its_size_freshness_and_depth() -> None:
    found = check(rss("2025-08-01T10:00:00Z", "2025-08-01T03:00:00Z"))
    assert (found.state, found.words) == (FeedState.OK, "2 entries, newest 2 h ago, 7 h deep")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (check(rss("2025-03-01T10:00:00Z")), FeedState.STALE, "stale: nothing new since 2025-03-01"),
        (check(rss("no date")), FeedState.OK, "no entry has a date that can be read"),
        (check(rss("2025-08-01"), content_type="text/html"), FeedState.OK, "a feed, but served as text/html"),
        (check(rss("2025-08-01"), url="https://example.az/en/rss"), FeedState.OK, "moved to https://example.az/en/rss"),
        (check(rss("2025-08-01")[:-30]), FeedState.PARTIAL, "damaged"),
        (check(rss()), FeedState.EMPTY, "a feed without entries"),
        (check(b"", status=410), FeedState.GONE, "taken down for good"),
        (check(b"<html><title>Home</title></html>", url="https://example.az/"), FeedState.NOT_A_FEED, "titled «Home»"),
        (check(b"<html><title>Just a moment...</title>", status=403), FeedState.BLOCKED, "Cloudflare"),
        (check(b"<rss><item " + b"a" * 70_000 + b"/></rss>"), FeedState.NOT_A_FEED, "too-complex"),
        (
            check(b"<sitemapindex><sitemap><loc>/a</loc></sitemap></sitemapindex>"),
            FeedState.OK,
            "an index of 1 sitemaps",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(found: FeedCheck, state: FeedState, words: str) -> None:
    assert found.state is state
    assert words in found.words


def test_a_move_is_told_from_a_changed_scheme() -> None:
    assert describe_move("https://a.am/rss", "https://www.a.am/rss/") == ""
    assert describe_move("http://a.am/rss", "https://a.am/rss") == "answers by https: change the address"
    assert describe_move("https://a.am/rss", "https://b.am/rss") == "moved to https://b.am/rss"
    assert check(b"", url="https://b.am/", status=404).moved_to == "https://b.am/"
