"""Answers to requests for feeds, told in words."""

from __future__ import annotations

import pytest

from crawler.reading.answers import classify_answer, find_wall
from wirewatch.outcome import FeedState

RSS = b"<rss version='2.0'><channel><title>T</title><item><title>a</title></item></channel></rss>"


def html(body: str, title: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("status", "body", "state", "words"),
    [
        (200, RSS, FeedState.OK, ""),
        (200, b"<rss version='2.0'><channel><title>T</title></channel></rss>", FeedState.EMPTY, "without entries"),
        (200, b'{"version": "https://jsonfeed.org/version/1", "items": [{}]}', FeedState.OK, ""),
        (200, b'{"version": "https://jsonfeed.org/version/1", "items": []}', FeedState.EMPTY, "without entries"),
        (304, b"", FeedState.UNCHANGED, ""),
        (301, b"", FeedState.FAILED, "redirects"),
        (404, html("Not found"), FeedState.GONE, "nothing at this address"),
        (410, b"", FeedState.GONE, "for good"),
        (401, b"", FeedState.BLOCKED, "password"),
        (403, html("Forbidden"), FeedState.BLOCKED, "refuses us"),
        (429, b"", FeedState.FAILED, "too often"),
        (500, b"", FeedState.FAILED, "server fails (500)"),
        (400, b"", FeedState.FAILED, "does not take the request (400)"),
        (200, b"<!DOCTYPE html><html><body>Warning" + RSS, FeedState.OK, ""),
        (200, b"", FeedState.NOT_A_FEED, "empty"),
        (200, b"hello", FeedState.NOT_A_FEED, "neither XML nor JSON"),
        (200, b'{"error": 1}', FeedState.NOT_A_FEED, "JSON"),
        (200, html("<p>News of today</p>", "Example daily"), FeedState.NOT_A_FEED, "a web page titled «Example daily»"),
        (200, html("This domain is for sale!"), FeedState.NOT_A_FEED, "parked domain"),
        (200, html("<form>Log in <input type='password'></form>"), FeedState.BLOCKED, "log in"),
        (503, html("Checking", "Just a moment..."), FeedState.BLOCKED, "Cloudflare (503)"),
        (403, html("<script>window._cf_chl_opt={}</script>"), FeedState.BLOCKED, "Cloudflare (403)"),
        (
            200,
            html("<script src='/.well-known/ddos-guard/js'></script>", "DDOS-GUARD"),
            FeedState.BLOCKED,
            "DDoS-Guard",
        ),
        (200, html("<iframe src='/_Incapsula_Resource?x=1'></iframe>"), FeedState.BLOCKED, "Incapsula"),
        (200, html("Please verify you are a human"), FeedState.BLOCKED, "bot check"),
        (200, b"<opml version='2.0'/>", FeedState.NOT_A_FEED, "OPML"),
    ],
)
def test_each_answer_has_its_state_and_words(status: int, body: bytes, state: FeedState, words: str) -> None:
    found, reason = classify_answer(status, "text/html", body)
    assert found is state
    assert words in reason
    assert bool(reason) is (state not in (FeedState.OK, FeedState.UNCHANGED))


def test_an_article_that_tells_of_walls_is_none() -> None:
    text = "<p>The site was behind DDoS-Guard and Cloudflare when readers tried to log in, officials said.</p>" * 40
    assert find_wall(html(text + "<script>window._cf_chl_opt={}</script>").decode()) == ""


def test_a_feed_that_tells_of_walls_is_a_feed() -> None:
    assert (
        classify_answer(200, None, RSS.replace(b">a<", b">DDoS-Guard fails; this domain is for sale<"))[0]
        is FeedState.OK
    )


def test_a_page_of_a_million_tags_is_judged_soon() -> None:
    assert classify_answer(200, None, b"<html>" + b"<script>" * 500_000)[0] is FeedState.NOT_A_FEED
