"""OPML in and out."""

from __future__ import annotations

import pytest

from crawler.reading.opml import read_opml, write_opml
from wirewatch.catalogue import load_catalogue
from wirewatch.errors import UnreadableError
from wirewatch.source import Source

SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Caucasus"><outline text="Armenia">
  <outline type="rss" text="Example &amp; Co" xmlUrl="https://news.example.am/rss?a=1&amp;b=2"
    htmlUrl="https://www.example.am/" language="hy"/>
  <outline type="rss" title="Example English" text="x" xmlURL="https://news.example.am/en/rss"
    htmlUrl="https://example.am/en"/>
</outline></outline>
<outline text="No site" xmlUrl="https://feeds.example.org/one"/>
<outline text="" xmlUrl="https://feeds.example.org/two"/>
<outline text="Folder only"/><outline text="Bad" xmlUrl="file:///etc/passwd"/><outline text="Bad" xmlUrl="feed.xml"/>
</body></opml>"""


def test_nested_outlines_become_sources_one_a_website() -> None:
    first, second, third = read_opml(SAMPLE.encode())
    assert first.id == "example-am"
    assert first.name == "Example & Co"
    assert first.feeds == ("https://news.example.am/rss?a=1&b=2", "https://news.example.am/en/rss")
    assert first.languages == ("hy",)
    assert (second.id, second.name) == ("feeds-example-org", "No site")
    assert (third.id, third.name) == ("feeds-example-org-2", "feeds.example.org")


def test_what_is_written_is_read_back() -> None:
    sources = [source for source in load_catalogue().values() if source.feeds]
    back = read_opml(write_opml(sources).encode())
    assert {feed for source in back for feed in source.feeds} == {feed for source in sources for feed in source.feeds}
    assert {source.name for source in back} <= {source.name for source in sources}


def test_names_are_escaped() -> None:
    text = write_opml([Source(id="x", name='A "b" <c> & d', feeds=("https://x.az/?a=1&b=2",))])
    assert "<c>" not in text
    assert read_opml(text.encode())[0].name == 'A "b" & d'


def test_cut_file_gives_the_feeds_before_the_cut() -> None:
    assert len(read_opml(SAMPLE[: SAMPLE.index("</outline></outline>")].encode())) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"<opml><body/></opml>",
        b"not xml",
        b"<rss/>",
        b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body><outline text="&x;"/></body></opml>',
    ],
)
def test_anything_else_is_named(body: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_opml(body)
    assert caught.value.reason == "not-opml"


def test_entities_are_not_expanded() -> None:
    body = SAMPLE.replace("<opml", '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml').replace(
        "No site", "No &x; site"
    )
    assert read_opml(body.encode())[1].name == "No &x; site"
