"""The spider in code: a site whose listing and pages are JSON in an attribute (our own words in that form)."""

import html
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.inertia import find_page_data, list_articles, show_article
from crawler.spiders.armenpress import address_of
from crawler.spiders.registry import collector_for, spiders_by_name
from tests.crawling import run_crawl
from wirewatch.catalogue import load_catalogue
from wirewatch.outcome import FeedState
from wirewatch.source import Listing, Source

TITLES = {9100 + number: f"Sample talks in Dilijan, day {number}" for number in range(1, 6)}
PARAGRAPHS = (
    "DILIJAN, NOVEMBER 23, SAMPLEPRESS. The negotiators of both countries met for the third time this month.",
    "They agreed to mark two more kilometres of the border before the winter, the hosts said in a statement.",
)


def page_of(component, data):
    """A page as the framework sends it: no element but the one that carries the data."""
    shown = html.escape(json.dumps({"component": component, "props": {"locale": "en", "data": data}, "url": "/en"}))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sample</title></head>'
        f'<body><div id="app" data-page="{shown}"></div></body></html>'
    ).encode()


def listing_page(number):
    rows = [{"article_id": key, "title": title} for key, title in TITLES.items()]
    return page_of("Articles/Search", {"data": {"hits": rows[3 * (number - 1) : 3 * number], "total": 5}})


def article_page(key):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return page_of("Articles/Show", {"article_id": key, "title": TITLES[key], "body": body})


class Site(BaseHTTPRequestHandler):
    """Answers as the publisher's site does."""

    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path == "/en/articles":
            body = listing_page(int(parse_qs(parts.query).get("page", ["1"])[0]))
        elif parts.path.startswith("/en/article/"):
            body = article_page(int(parts.path.rsplit("/", 1)[1]))
        else:
            body = b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def root():
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def source_at(root, **changes):
    listing = Listing(f"{root}/en/articles?query=", pages=3)
    return Source(**{"id": "armenpress", "name": "Sample", "listings": (listing,), "spider": "armenpress"} | changes)


def test_the_catalogue_names_the_spider():
    assert load_catalogue()["armenpress"].spider == "armenpress"
    assert set(spiders_by_name()) >= {"feeds", "listing", "armenpress"}
    for source in load_catalogue().values():
        if source.spider:
            assert collector_for(source.spider)


def test_all_pages_of_the_listing_are_read_and_every_article_of_them(root, tmp_path):
    source = source_at(root, feeds=(f"{root}/rss/",))
    first = run_crawl(tmp_path / "wire.db", [source])
    assert first.read_urls() == {f"{root}/en/article/{key}" for key in TITLES}
    assert {article.title for article in first.articles} == set(TITLES.values())
    assert all("two more kilometres" in article.text for article in first.articles)
    assert first.feeds[f"{root}/rss/"]["state"] == FeedState.GONE
    assert first.feeds[f"{root}/en/articles?query="]["state"] == FeedState.OK
    assert run_crawl(tmp_path / "wire.db", [source]).articles == []


def test_a_listing_that_is_gone_is_said_to_be_gone(root, tmp_path):
    source = source_at(root, listings=(Listing(f"{root}/nowhere"),))
    outcome = run_crawl(tmp_path / "wire.db", [source])
    assert [account.state for account in outcome.report.accounts] == [FeedState.GONE]


def test_an_address_is_put_together_in_the_language_of_the_listing():
    assert address_of("https://armenpress.am/ru/articles?query=", 7) == "https://armenpress.am/ru/article/7"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b'<div data-page="">', b'<div data-page="{broken">', b'<div data-page="[1]">', b"{}",
     b"[", b'{"props": 3}', b'<div data-page="' + b"[" * 100_000 + b'">', b"\xff\xfe",
     b'<div data-page="{&quot;props&quot;:{}}">'],
)  # fmt: skip
def test_a_page_of_another_kind_has_no_articles(body):
    assert list_articles(body, "article_id") == []
    assert show_article(body) is None


def test_data_of_wrong_kinds_is_passed_over():
    rows = [{"article_id": value, "title": 5} for value in (True, -1, "x", None, [], 1.5, "12", "9" * 30, 13)]
    assert list_articles(page_of("x", rows), "article_id") == [(12, ""), (13, "")]
    assert find_page_data(json.dumps({"props": {"a": 1}}).encode()) == {"a": 1}
