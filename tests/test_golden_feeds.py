"""The feed of each publisher: a golden feed of our own writing in its own form, with what is odd about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.publishers.table import PUBLISHERS
from crawler.reading.feed import Feed, read_feed
from crawler.reading.page import read_entry
from wirewatch.catalogue import load_catalogue
from wirewatch.urls import link_key

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("golden").joinpath("feeds.yaml").read_text("utf-8")
)
SOURCES = load_catalogue()
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONG = "".join(
    f"<p>The {word} train on the new line will leave Tbilisi before the end of the month, the operator of the railway "
    "said on Monday, and tickets will be sold at the stations of both capitals from the first day of August on.</p>"
    for word in ("first", "second", "third", "last")
)


def read_golden(name: str) -> Feed:
    case, source = CASES[name], SOURCES[name]
    charset = case.get("charset", "utf-8")
    document = (
        f'{case.get("head", "")}<?xml version="1.0" encoding="{charset}"?><rss version="2.0"><channel>'
        f"<title>{source.name}</title>{case['items'].replace('{long}', LONG)}</channel></rss>"
    )
    return read_feed(document.encode(charset), source.feeds[0], content_type=None, zone=source.tzinfo, now=NOW)


@pytest.mark.parametrize("name", CASES)
def test_golden_feed_gives_its_entries(name: str) -> None:
    found = [
        [entry.link, entry.published.isoformat() if entry.published else None, entry.is_whole]
        for entry in read_golden(name).entries
    ]
    assert found == CASES[name]["give"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "titles" in case])
def test_golden_feed_gives_its_titles(name: str) -> None:
    assert [entry.title for entry in read_golden(name).entries] == CASES[name]["titles"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if any(row[2] for row in case["give"])])
def test_whole_texts_are_read_from_the_feed(name: str) -> None:
    (entry,) = read_golden(name).entries
    article = read_entry(entry, fetched=NOW, source=SOURCES[name])
    assert article.text.startswith("The first train on the new line")
    assert article.text.endswith("from the first day of August on.")
    assert article.source == name


def test_items_that_share_a_guid_are_apart_and_one_item_twice_is_one() -> None:
    assert len({link_key(entry.link) for entry in read_golden("qafqazinfo").entries}) == 2
    assert len({link_key(entry.link) for entry in read_golden("tass").entries}) == 1


PAGES = {path.stem.partition("-")[0] for path in Path(__file__).with_name("golden").glob("*.html")}
KNOWN = {publisher.id for publisher in PUBLISHERS}


def test_menafn_azernews_and_azertac_and_twenty_more_have_a_golden_page_and_a_golden_feed() -> None:
    both = PAGES & CASES.keys() & KNOWN
    assert {"menafn", "azernews", "azertag"} <= both
    assert len(both) >= 29


def test_publishers_without_a_golden_feed_are_those_whose_catalogue_entry_has_none() -> None:
    assert {name for name in KNOWN if not SOURCES[name].feeds} == KNOWN - CASES.keys()
    assert KNOWN - CASES.keys() <= PAGES
