"""A reader's own pages over HTTP: confirming, changing, stopping, leaving, and the feed of a search."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import feedparser
import pytest
from sqlite_utils import Database

from storage.database import open_database
from storage.outbox import count_waiting
from storage.search_feed import sign_feed_token
from storage.secrets import sign_token
from storage.signup import sign_up
from storage.subscribers import Subscription, Wish, find_subscriber, list_subscribers
from tests.mailing import SOURCES, tell, wish
from tests.pages import make_config, serving


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path / "wirewatch.db")


@pytest.fixture
async def site(db: Database, tmp_path: Path) -> AsyncIterator[str]:
    async with serving(make_config(tmp_path / "wirewatch.db", SOURCES), db) as pages:
        yield pages.address


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        yield client


async def press(browser: aiohttp.ClientSession, address: str, **fields: str) -> tuple[int, str]:
    """Open a page and send its form."""
    async with browser.get(address) as page:
        found = re.search(r'name="csrftoken" value="([^"]+)"', await page.text())
    assert found, "the page has a form"
    async with browser.post(address, data={"csrftoken": found[1], **fields}) as answer:
        return answer.status, await answer.text()


def manage_address(site: str, db: Database, email: str = "a@x.test") -> str:
    reader = find_subscriber(db, email)
    assert reader is not None
    return f"{site}/manage/{sign_token('manage', reader.id, reader.secret)}"


def mine(db: Database) -> list[Subscription]:
    return [search for _, searches in list_subscribers(db) for search in searches]


async def test_opening_the_confirmation_begins_nothing_and_the_button_does(site, browser, db):
    sign_up(db, "a@x.test", Wish("Border", "border AND talks"), "Asia/Baku", "192.0.2.1", datetime.now(UTC))
    token = db.execute("SELECT json_extract(news, '$.token') FROM outbox").fetchone()[0]
    for method in (browser.get, browser.head):
        async with method(f"{site}/confirm/{token}") as page:
            assert page.status == 200
    assert mine(db) == []
    status, text = await press(browser, f"{site}/confirm/{token}")
    assert (status, "Your search has begun" in text) == (200, True)
    assert [search.query for search in mine(db)] == ["border AND talks"]
    async with browser.get(f"{site}/confirm/{token}") as page:
        assert "This search has begun" in await page.text()


async def test_a_post_without_the_pages_own_token_begins_and_changes_nothing(site, browser, db):
    search = wish(db, "a@x.test", "Border")
    for fields in ({"action": "leave"}, {"action": "leave", "csrftoken": "guessed"}):
        async with browser.post(manage_address(site, db), data=fields) as answer:
            assert answer.status == 403
    assert mine(db) == [search]


async def test_a_reader_changes_a_search_and_is_told_what_cannot_be(site, browser, db):
    search = wish(db, "a@x.test", "Border")
    address, number = manage_address(site, db), str(search.id)
    settings = {"every": "weekly", "at": "Fri 18:00", "quiet": "22:00-07:00", "languages": "en, RU", "limit": "4"}
    status, text = await press(browser, address, action="change", search=number, **settings)
    (changed,) = mine(db)
    assert (status, "Saved." in text) == (200, True)
    assert (changed.every, changed.at, changed.quiet, changed.languages, changed.per_day, changed.query) == (
        "weekly", "fri 18:00", "22:00-07:00", ("en", "ru"), 4, "border",
    )  # fmt: skip
    for wrong in ({"at": "8 o'clock"}, {"quiet": "<script>"}, {"limit": "-1"}, {"limit": "0"}, {"limit": "9" * 90}):
        status, text = await press(browser, address, action="change", search=number, **{**settings, **wrong})
        assert (status, "Not saved:" in text) == (422, True)
        assert "<script>" not in text
    assert mine(db) == [changed]
    for broken in ({"action": "no"}, {"action": "change"}, {"action": "stop", "search": "x"}, {"search": "1"}):
        assert (await press(browser, address, **broken))[0] == 400


async def test_a_reader_stops_a_search_his_mails_and_himself(site, browser, db):
    one, two = wish(db, "a@x.test", "Border"), wish(db, "a@x.test", "Talks")
    tell(db, "s1", one)
    await press(browser, manage_address(site, db), action="stop", search=str(one.id))
    assert mine(db) == [two]
    assert count_waiting(db) == 0
    status, text = await press(browser, manage_address(site, db), action="leave")
    assert (status, "You have left" in text) == (200, True)
    assert find_subscriber(db, "a@x.test").state == "left"
    _, text = await press(browser, manage_address(site, db), action="forget")
    assert "You are forgotten" in text
    assert find_subscriber(db, "a@x.test") is None


async def test_no_reader_reaches_the_search_of_another(site, browser, db):
    wish(db, "a@x.test", "Border")
    other = wish(db, "b@x.test", "Talks")
    assert (await press(browser, manage_address(site, db), action="stop", search=str(other.id)))[0] == 400
    reader = find_subscriber(db, "a@x.test")
    for wrong in (sign_token("leave", reader.id, reader.secret), "1-x", "2-" + "0" * 32, "é"):
        async with browser.get(f"{site}/manage/{wrong}") as page:
            assert page.status == 404
    assert len(mine(db)) == 2


async def test_a_search_has_a_feed_that_a_feed_reader_understands_and_that_ends_with_it(site, browser, db):
    search = wish(db, "a@x.test", "Border")
    for story in ("s1", "s2"):
        tell(db, story, search)
    address = f"{site}/feeds/{sign_feed_token(search, find_subscriber(db, 'a@x.test'))}"
    async with browser.get(f"{address}/atom") as answer:
        feed = feedparser.parse(await answer.read())
        assert answer.content_type == "application/atom+xml"
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["Title of s2", "Title of s1"]
    assert feed.entries[0].author == "Hill Post"
    assert "border" in feed.entries[0].summary
    async with browser.get(f"{address}/json") as answer:
        data = await answer.json(content_type="application/feed+json")
    assert [item["id"] for item in data["items"]] == [entry.id for entry in feed.entries]
    assert data["version"] == "https://jsonfeed.org/version/1.1"
    await press(browser, manage_address(site, db), action="stop", search=str(search.id))
    async with browser.get(f"{address}/atom") as answer:
        assert answer.status == 404


async def test_what_a_publisher_wrote_breaks_no_feed(site, browser, db):
    search = wish(db, "a@x.test", "Border")
    tell(db, "s1", search)
    db.execute(
        "UPDATE articles SET title = ?, text = ?", ["<b>&\x0b ]]> \ud800".encode("utf-8", "replace").decode(), "a\x00b"]
    )
    async with browser.get(f"{site}/feeds/{sign_feed_token(search, find_subscriber(db, 'a@x.test'))}/atom") as answer:
        feed = feedparser.parse(await answer.read())
    assert not feed.bozo
    assert len(feed.entries) == 1
