"""Publishers: a golden page of our own writing a layout, and what the table promises."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.publishers import Publisher, find_publisher
from crawler.publishers.apply import prepare_tree, respace_quotes
from crawler.publishers.embedded import read_embedded
from crawler.publishers.table import PUBLISHERS
from crawler.reading.document import parse_document, text_of
from crawler.reading.feed_model import FeedEntry
from crawler.reading.page import read_entry, read_page
from wirewatch.article import Article
from wirewatch.errors import UnreadableError

GOLDEN = sorted(Path(__file__).with_name("golden").glob("*.json"))
FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in GOLDEN}


LOSING = (
    "armenpress azadliq azatutyun azernews azertag ekho frontnews interfax irna jamnews massispost mehr "
    "menafn mfaaz moscowbaku newsam qafqazinfo rferl ria tass tasnim tavisupleba tehrantimes turan verelq "
    "vestikavkaza"
)
"""Publishers of whose pages generic reading loses something: text, the hour, the headline, or that it is their own."""


def read_golden(name: str) -> Article:
    case = CASES[name]
    body = (Path(__file__).with_name("golden") / f"{name}.html").read_bytes()
    hint = FeedEntry(case["url"], **case["entry"]) if "entry" in case else None
    return read_page(body, case["url"], fetched=FETCHED, hint=hint)


@pytest.mark.parametrize("name", CASES)
def test_golden_page_gives_its_text(name):
    assert read_golden(name).text == CASES[name]["text"]


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, case in CASES.items() for field in case["expect"]])
def test_golden_page_gives_its_field(name, field):
    row = read_golden(name).to_json()
    row["credits"] = [[credit["name"], credit["role"]] for credit in row["credits"]]
    assert row[field] == CASES[name]["expect"][field]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["absent"]])
def test_golden_page_leaves_out_what_is_no_text(name):
    text = read_golden(name).text
    assert [words for words in CASES[name]["absent"] if words in text] == []


def read_generically(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any] | None:
    """The golden page as it is read without the table; None where it cannot be."""
    monkeypatch.setattr("crawler.reading.page.find_publisher", lambda _: None)
    try:
        return read_golden(name).to_json()
    except UnreadableError:
        return None
    finally:
        monkeypatch.undo()


@pytest.mark.parametrize("publisher", LOSING.split())
def test_generic_reading_loses_what_the_entry_keeps(publisher, monkeypatch):
    names = [name for name in CASES if name.partition("-")[0] == publisher]
    fields = ("text", "title", "published", "language", "credits")
    told = [(read_golden(name).to_json(), read_generically(name, monkeypatch)) for name in names]
    assert any(not plain or [own[key] for key in fields] != [plain[key] for key in fields] for own, plain in told)


def test_each_entry_is_whole():
    ids = [publisher.id for publisher in PUBLISHERS]
    assert len(ids) == len(set(ids)) >= 23
    for publisher in PUBLISHERS:
        assert publisher.hosts
        ZoneInfo(publisher.zone)
        for pattern in (*publisher.cut, *publisher.end, publisher.date, publisher.title_cut):
            re.compile(pattern)


def test_publisher_is_found_by_host_subdomain_and_mirror():
    assert find_publisher("https://en.trend.az/a/1.html").id == "trend"
    assert find_publisher("https://dev.report.az/x/").id == "report"
    assert find_publisher("https://kaaf.at/en/1").id == "tasnim"
    assert find_publisher("https://elsewhere.example/1") is None
    assert find_publisher("https://[bad") is None


def test_body_and_drop_selectors_narrow_the_tree():
    page = (
        "<html><body><div id=a>Side</div><div id=b><p class=x>Ad</p>Rest<p>"
        + "The trains run. " * 20
        + "</p></div></body></html>"
    )
    document = parse_document(page)
    prepare_tree(document, Publisher("t", ("t.example",), body="#b", drop=(".x",)))
    text = text_of(document.body)
    assert "Side" not in text
    assert "Ad" not in text
    assert text.startswith("Rest")


def test_body_selector_that_finds_nothing_changes_nothing():
    document = parse_document("<html><body><p>The trains run.</p></body></html>")
    prepare_tree(document, Publisher("t", ("t.example",), body="#b"))
    assert text_of(document.body) == "The trains run."


def test_quotes_get_their_blanks_back():
    assert respace_quotes("on Friday“sincerely”and well") == "on Friday “sincerely” and well"


def test_embedded_article_is_found_in_next_data():
    text = "<p>" + "The trains will run this year. " * 10 + "</p>"
    data = json.dumps({"props": {"pageProps": {"post": {"title": "Trains", "date": "2025-01-02", "body": text}}}})
    page = f'<html><body><div></div><script id="__NEXT_DATA__" type="application/json">{data}</script></body></html>'
    found = read_embedded(parse_document(page), "next")
    assert found is not None
    assert (found.title, found.published) == ("Trains", "2025-01-02")
    assert read_embedded(parse_document("<html><body><div data-page='{broken'></div></body></html>"), "inertia") is None


FED = "".join(
    f"<p>The {word} trains will run on the new line before the end of the year.</p>" for word in ("first", "next")
)


def test_feed_body_stands_in_where_the_page_holds_hardly_any_text():
    page = b"<html><body><h1>Trains to run</h1><p>Tehran, IRNA - Trains will run, officials said.</p></body></html>"
    entry = FeedEntry("https://en.irna.ir/news/1/trains", title="Trains to run", content=FED * 3)
    article = read_page(page, entry.link, fetched=FETCHED, hint=entry)
    assert article.text.startswith("The first trains will run")


def test_entry_with_its_whole_text_needs_no_page():
    entry = FeedEntry(
        "https://www.azernews.az/nation/1.html", title="Trains to run", content=FED, authors=("Leyla Probeova",),
        published=datetime(2025, 7, 21, 10, 1, tzinfo=UTC), published_precision="minute",
    )  # fmt: skip
    article = read_entry(entry, fetched=FETCHED)
    assert article.title == "Trains to run"
    assert article.text.count("\n\n") == 1
    assert article.published == entry.published
    assert article.published_precision == "minute"
    assert article.authors == ("Leyla Probeova",)
