"""Feeds that mean harm, or mean nothing: read within bounds, or refused by name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading.feed_model import MAX_ENTRIES
from tests.feeds import ITEM, read, rss
from wirewatch.errors import UnreadableError


def _bomb() -> str:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return rss(ITEM.replace("Ministers", "&l9;"), f'<!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}]>')


@pytest.mark.parametrize(
    "document",
    [
        _bomb(),
        rss(ITEM.replace("Ministers", "&x;"), '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        rss(ITEM, '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">'),
        _bomb().replace("rss", "urlset"),
    ],
    ids=["entity bomb", "external entity", "external DTD", "sitemap"],
)
def test_entities_of_a_document_are_never_expanded(document: str) -> None:
    feed = read(document)
    text = repr(feed)
    assert "root:" not in text
    assert "lollol" not in text
    assert len(text) < 2_000


@pytest.mark.parametrize(
    "document",
    [
        rss("<item/>" * 600_000),
        rss(ITEM * 20_000),
        rss("<item>" * 300_000),
        rss(ITEM + "<" * 300_000),
        rss(ITEM.replace("</item>", f"<author>{'a' * 1_000_000}</author></item>")),
        rss(ITEM.replace("Ministers", "&lt;script&gt;" * 50_000)),
        rss(ITEM.replace("Mon, 21 Jul", "1 " * 100_000)),
        rss(ITEM, "<!DOCTYPE rss [" + "<!-- x -->" * 100_000 + "]>"),
        "<urlset>" + "<url>" * 100_000,
        "{" + '"a":{' * 100_000,
    ],
    ids=[
        "600k items",
        "20k items",
        "open items",
        "less-thans",
        "author",
        "scripts",
        "date",
        "doctype",
        "sitemap",
        "json",
    ],
)
@pytest.mark.slow
def test_monstrous_feeds_end_soon_and_capped(document: str) -> None:
    begin = time.process_time()
    try:
        feed = read(document)
    except UnreadableError:
        pass
    else:
        assert len(feed.entries) <= MAX_ENTRIES
    assert time.process_time() - begin < 10


def test_a_tag_of_monstrous_length_is_refused() -> None:
    with pytest.raises(UnreadableError, match="too-complex"):
        read(rss("<item " + " ".join(f'a{n}="1"' for n in range(20_000)) + "/>"))


def test_capped_feed_says_how_many_there_were() -> None:
    feed = read(rss(ITEM * (MAX_ENTRIES + 7)))
    assert len(feed.entries) == MAX_ENTRIES
    assert not feed.partial
    assert feed.problem == "only 5,000 of 5,007 entries were read"


def _reason(body: bytes) -> str:
    try:
        read(body)
    except UnreadableError as error:
        return error.reason
    return ""


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_feed_or_a_named_error(body: bytes) -> None:
    assert _reason(body) in ("", "not-a-feed", "too-complex")


@given(st.data())
def test_a_feed_with_random_damage_never_raises_otherwise(data: st.DataObject) -> None:
    body = bytearray(rss(ITEM * 2).encode())
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert _reason(bytes(body)) in ("", "not-a-feed", "too-complex")
