"""The operator's page: closed by default, opened by the word alone, and what it shows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from storage.database import open_database
from storage.subscribers import find_subscriber, subscribe
from tests.archive import SOURCES, TOPIC, fill
from tests.pages import make_config, serving
from wirewatch.errors import ConfigError

WORD = "a-long-operator-word"
READER = "reader@x.test"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    fill(tmp_path / "wirewatch.db")
    db = open_database(tmp_path / "wirewatch.db")
    subscribe(db, READER, "talks", "talks", now=datetime(2026, 11, 2, tzinfo=UTC))
    db.close()
    return tmp_path / "wirewatch.db"


@pytest.fixture
async def client(file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", WORD)
    config = make_config(file, SOURCES, topics=[TOPIC])
    async with serving(config) as pages, httpx.AsyncClient(base_url=pages.address, follow_redirects=True) as client:
        yield client


async def enter(client: httpx.AsyncClient, word: str) -> httpx.Response:
    return await post(client, "/operator", "/operator/enter", word=word)


async def post(client: httpx.AsyncClient, page: str, path: str, **fields: str) -> httpx.Response:
    """Send a form with the token of a page that has one."""
    found = re.search(r'name="csrftoken" value="([^"]+)"', (await client.get(page)).text)
    assert found
    return await client.post(path, data={"csrftoken": found[1], **fields})


async def test_it_is_closed_where_no_word_is_set(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIREWATCH_WEB_TOKEN", raising=False)
    async with serving(make_config(file, SOURCES)) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer None"}):
            for path in ("/operator", "/operator.json", "/operator/run/1", "/operator/run/1.json"):
                answer = await client.get(path, headers=headers)
                assert answer.status_code == 403
                assert READER not in answer.text


async def test_the_word_opens_it_and_nothing_else(client: httpx.AsyncClient) -> None:
    for wrong in ("", "wrong", WORD[:-1], WORD + "x"):
        assert (await enter(client, wrong)).status_code == 401
    assert (await client.get("/operator.json")).status_code == 401
    answer = await enter(client, WORD)
    assert answer.status_code == 200
    for words in (READER, "Runs", "Outbox", "1 reader"):
        assert words in answer.text
    facts = (await client.get("/operator.json")).json()
    assert [reader["email"] for reader in facts["subscribers"]] == [READER]
    assert "secret" not in str(facts)


async def test_its_cookie_is_for_the_server_alone_and_ends(client: httpx.AsyncClient) -> None:
    client.follow_redirects = False
    answer = await enter(client, WORD)
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Max-Age=43200"))
    assert WORD not in cookie
    client.follow_redirects = True
    assert (await post(client, "/operator", "/operator/leave")).status_code == 401


async def test_a_forged_cookie_opens_nothing(client: httpx.AsyncClient) -> None:
    for forged in ("x", "eyJ1bnRpbCI6OTk5OTk5OTk5OX0.x", '{"until": 9999999999}'):
        answer = await client.get("/operator", headers={"Cookie": f"wirewatch_operator={forged}"})
        assert answer.status_code == 401


async def test_another_word_ends_every_session(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", WORD)
    async with serving(make_config(file)) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        await enter(client, WORD)
        cookie = client.cookies["wirewatch_operator"]
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", WORD + "-new")
    async with serving(make_config(file)) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        answer = await client.get("/operator", headers={"Cookie": f"wirewatch_operator={cookie}"})
        assert answer.status_code == 401


async def test_many_wrong_tries_close_the_door_for_a_while(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.operator._PAUSE", 0)
    for _ in range(10):
        assert (await enter(client, "wrong")).status_code == 401
    assert (await enter(client, WORD)).status_code == 429


async def test_a_run_has_its_ledger(client: httpx.AsyncClient) -> None:
    mine = {"Authorization": f"Bearer {WORD}"}
    assert "Run 1" in (await client.get("/operator/run/1", headers=mine)).text
    assert (await client.get("/operator/run/1.json", headers=mine)).json()["run"] == 1
    assert (await client.get("/operator/run/9", headers=mine)).status_code == 404


def test_a_word_that_is_too_short_or_a_file_that_holds_none_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", "short")
    with pytest.raises(ConfigError, match="12 characters"):
        make_config(file).operator_token()
    monkeypatch.delenv("WIREWATCH_WEB_TOKEN")
    with pytest.raises(ConfigError, match="token_file"):
        make_config(file, web={"token_file": "nothing"}).operator_token()
    (file.parent / "word").write_text(f"{WORD}\n")
    assert make_config(file, web={"token_file": "word"}).operator_token() == WORD


async def sign_up(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    form: dict[str, Any] = {"q": "talks", "email": "new@x.test", "every": "daily", "zone": "Asia/Baku", **fields}
    return await post(client, "/subscribe?q=talks", "/subscribe", **form)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nobody", "e-mail address"), ("zone", "Mars/Base", "time zone"), ("at", "25:00", "time of day"),
        ("quiet", "night", "hours"), ("every", "often", "rhythm"),
    ],
)  # fmt: skip
async def test_a_wish_that_cannot_be_used_is_said_on_the_form(
    client: httpx.AsyncClient, field: str, value: str, words: str
) -> None:
    answer = await sign_up(client, **{field: value})
    assert answer.status_code == 422
    assert "Not taken" in answer.text
    assert words in answer.text


async def test_a_wish_is_taken_and_says_nothing_of_the_address(file: Path, client: httpx.AsyncClient) -> None:
    first, known = await sign_up(client), await sign_up(client, email=READER)
    assert first.status_code == known.status_code == 200
    assert first.text == known.text
    db = open_database(file)
    reader = find_subscriber(db, "new@x.test")
    db.close()
    assert reader
    assert reader.state == "pending"


async def test_nothing_to_mail_is_said(client: httpx.AsyncClient) -> None:
    assert (await client.get("/subscribe")).status_code == 400
    assert (await client.get("/subscribe?q=talks+AND+(")).status_code == 400
    assert (await client.get("/subscribe?topic=nothing")).status_code == 404
