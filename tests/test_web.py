"""Leaving: one click from the mail program, or by the page behind the link; opening a link changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from sqlite_utils import Database

from storage.database import open_database
from storage.outbox import count_waiting
from storage.secrets import sign_token
from storage.subscribers import find_subscriber, subscribe
from tests.mailing import queue_alert
from tests.pages import make_config, serving

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path / "wirewatch.db")


@pytest.fixture
async def site(db: Database, tmp_path: Path) -> AsyncIterator[str]:
    async with serving(make_config(tmp_path / "wirewatch.db"), db) as pages:
        yield pages.address


@pytest.fixture
def token(db: Database) -> str:
    subscribe(db, "reader@x.test", "peace", "peace", now=NOW)
    reader = find_subscriber(db, "reader@x.test")
    assert reader is not None
    queue_alert(db, reader.id, "story", 1, [], NOW)
    return sign_token("leave", reader.id, reader.secret)


def state(db: Database) -> str:
    reader = find_subscriber(db, "reader@x.test")
    assert reader is not None
    return reader.state


async def test_opening_the_link_asks_and_changes_nothing(site: str, db: Database, token: str) -> None:
    async with aiohttp.ClientSession() as client, client.get(f"{site}/unsubscribe/{token}") as answer:
        assert answer.status == 200
        assert "Stop these alerts" in await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert state(db) == "active"
    assert count_waiting(db) == 1


async def test_one_click_takes_effect_before_the_answer_for_mails_that_wait_as_well(
    site: str, db: Database, token: str
) -> None:
    data = {"List-Unsubscribe": "One-Click"}
    async with aiohttp.ClientSession() as client, client.post(f"{site}/unsubscribe/{token}", data=data) as answer:
        assert answer.status == 200
        assert state(db) == "left"
        assert count_waiting(db) == 0
    async with aiohttp.ClientSession() as client, client.get(f"{site}/unsubscribe/{token}") as answer:
        assert "You have left" in await answer.text()


@pytest.mark.parametrize("wrong", ["x", "1-0", "1-" + "0" * 32, "99-" + "a" * 32, "%00", "<script>"])
async def test_a_wrong_token_is_a_page_that_says_so(site: str, db: Database, token: str, wrong: str) -> None:
    async with aiohttp.ClientSession() as client, client.post(f"{site}/unsubscribe/{wrong}") as answer:
        assert answer.status == 404
        assert "<script>" not in await answer.text()
    assert state(db) == "active"


async def test_the_file_itself_is_not_served(site: str, token: str) -> None:
    async with aiohttp.ClientSession() as client:
        for path in ("/unsubscribe/", "/wirewatch.db", "/../wirewatch.db", "/data.db", "/static/../app.py"):
            async with client.get(site + path) as answer:
                assert answer.status == 404
        async with client.get(f"{site}/health") as answer:
            assert (await answer.json())["ok"] is True
        async with client.get(f"{site}/static/style.css") as answer:
            assert answer.content_type == "text/css"
