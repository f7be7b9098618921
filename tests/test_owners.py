"""Whose page it is: another publisher's page is kept under its own name, and read without what others say of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.collect import Collector
from crawler.exchange import Answer, Ask, Budget
from crawler.owners import map_owners, owner_of
from crawler.plan import plan_run
from demo.hostile.case import item, page, rss
from tests.crawling import crawl_rules
from tests.test_lying_feeds import ReadersHere
from wirewatch.source import Listing, Source
from wirewatch.urls import site_of

ARAKS = Source("araks", "Araks", home="https://www.araks.example/", feeds=("https://feeds.host.example/araks",))
BOGAZ = Source("bogaz", "Bogaz", feeds=("http://127.0.0.1:8001/rss",), hosts=("bogaz-mirror.example",))
DARYAL = Source("daryal", "Daryal", feeds=("http://127.0.0.1:8002/rss",))
ENGLISH = Source("araks-en", "Araks", home="https://araks.example/en/", listings=(Listing("https://araks.example/en"),))
OWNERS = map_owners([ARAKS, BOGAZ, DARYAL, ENGLISH])


@pytest.mark.parametrize(
    ("url", "asker", "owner"),
    [
        ("https://araks.example/1", ARAKS, ARAKS),
        ("https://www.araks.example/1", BOGAZ, ARAKS),
        ("https://araks.example/1", ENGLISH, ENGLISH),
        ("https://bogaz-mirror.example/1", DARYAL, BOGAZ),
        ("http://127.0.0.1:8002/1", DARYAL, DARYAL),
        ("https://elsewhere.example/1", ARAKS, ARAKS),
        ("https://feeds.host.example/x", ARAKS, ARAKS),
        ("https://feeds.host.example/x", BOGAZ, BOGAZ),
        ("not an address", ARAKS, ARAKS),
    ],
)
def test_a_page_belongs_to_the_publisher_on_whose_site_it_lies(url, asker, owner):
    assert owner_of(url, asker, OWNERS) is owner


def test_another_port_is_another_publisher():
    assert owner_of("http://127.0.0.1:8002/1", Source("x", "X", feeds=("http://127.0.0.1:9/rss",)), OWNERS) is DARYAL


def test_without_a_catalogue_everything_is_the_askers():
    assert owner_of("https://araks.example/1", BOGAZ, {}) is BOGAZ


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.Araks.example/x", "araks.example"),
        ("https://araks.example:443/x", "araks.example"),
        ("http://araks.example:8080/x", "araks.example:8080"),
        ("http://[::1]:80/", "[::1]"),
        ("http://[", ""),
        ("mailto:a@b.example", ""),
    ],
)
def test_a_site_is_a_host_and_a_port(url, site):
    assert site_of(url) == site


def test_the_whole_text_that_a_feed_gives_of_anothers_story_is_not_believed():
    stolen = "<p>A long text that the neighbour never wrote, in a sentence of its own.</p>" * 60
    whole = f'<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA[{stolen}]]></content:encoded>'
    feed = rss(item("https://araks.example/1", "Retitled by a thief", whole)).encode()

    async def fetch(ask: Ask) -> Answer:
        if ask.url == DARYAL.feeds[0]:
            return Answer(ask.url, 200, {}, feed)
        return Answer(ask.url, 200, {"content-type": "text/html"}, page("What Araks wrote").encode())

    job = plan_run(None, [DARYAL], crawl_rules(), datetime(2026, 11, 2, tzinfo=UTC), catalogue=[ARAKS])
    readers: Any = ReadersHere()
    collector = Collector(job.sources[0], job, fetch, readers, Budget(), lambda _: None)
    [found] = asyncio.run(collector.collect()).items
    assert (found.article.title, found.article.source) == ("What Araks wrote", "araks")
    assert "never wrote" not in found.article.text
