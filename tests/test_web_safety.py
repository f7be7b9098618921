"""What strangers can reach: the public tables and nothing of the private ones, by whatever road."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import httpx
import pytest
from sqlite_utils import Database

from matching.stories import Placement
from storage.articles import ensure_index, insert_article
from storage.database import open_database
from storage.ledger import begin_run
from storage.subscribers import subscribe
from tests.pages import make_config, serving
from web.app import make_room
from web.fence import PUBLIC, fence
from web.routes import ROUTES
from wirewatch.article import Article

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ADDRESS = "secret-reader@x.test"
QUERY = "verysecretquery"
TOKEN = "a-long-operator-token"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one article and one reader, whose address and query must never be seen."""
    file = tmp_path / "wirewatch.db"
    db = open_database(file)
    ensure_index(db, {})
    run = begin_run(db, "hand", 1, NOW)
    article = Article(url="https://x.test/1", title="Talks", text="Talks were held.", source="x", fetched=NOW)
    insert_article(db, article, Placement("s1", "original", None, (), True), run)
    subscribe(db, ADDRESS, QUERY, QUERY, now=NOW)
    db.close()
    return file


@pytest.fixture
async def client(file: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(make_config(file)) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        yield client


def tables(file: Path) -> list[str]:
    db = open_database(file)
    try:
        return [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    finally:
        db.close()


def harmless(answer: httpx.Response) -> bool:
    return ADDRESS not in answer.text and QUERY not in answer.text and answer.status_code != 500


async def test_every_table_by_every_road(file: Path, client: httpx.AsyncClient) -> None:
    """A private table answers as one that does not exist, in every form, spelling and case."""
    seen = 0
    for name, ending in product(tables(file), ("", ".json", ".csv", "/1", "/1.json", ".blob", "/1.blob", ".jsono")):
        for spelling in (name, name.upper(), f"{name}~20", f"%5B{name}%5D"):
            answer = await client.get(f"/data/{spelling}{ending}", follow_redirects=True)
            assert harmless(answer), answer.url
            if spelling == name and ending in ("", ".json"):
                assert answer.status_code == (200 if name in PUBLIC else 404), answer.url
                seen += 1
    assert seen > 2 * len(PUBLIC)


@pytest.mark.parametrize(
    "question",
    [
        "data?sql=select+*+from+subscribers",
        "data.json?sql=select+*+from+subscribers&_shape=array",
        "data.csv?sql=select+email+from+subscribers",
        "data/articles?_where=1+in+(select+1+from+subscribers)",
        "data/articles.json?_where=exists(select+*+from+subscribers)",
        "data/articles?_search=talks&_fts_table=subscribers",
        "data/articles.json?_search=talks&_fts_table=articles_fts&_fts_pk=rowid",
        "data/articles.json?_through={%22table%22:%22subscribers%22,%22column%22:%22email%22,%22value%22:%22x%22}",
        "data/articles.json?_labels=on",
        "data/articles.json?_facet=run_id",
        "data/articles/1?_extras=foreign_key_tables",
        "data/articles/1.json?_extras=foreign_key_tables",
        "data/articles/1.blob?_blob_column=text",
        "data/articles?_sort=email",
        "data/articles?_col=email",
        "_internal", "_internal/tables", "_memory", "_memory?sql=select+1", "data.db", "-/databases.json",
        "-/metadata", "-/settings", "-/plugins", "-/threads", "-/actor", "-/auth-token?token=x", "-/permissions",
        "-/messages", "-/allow-debug", "-/patterns", "-/logout", "-/versions", "static/../app.py",
        "static/%2e%2e/app.py", "-/static/..%2f..%2fapp.py",
    ],
)  # fmt: skip
async def test_every_door_of_datasette(client: httpx.AsyncClient, question: str) -> None:
    answer = await client.get(f"/{question}", follow_redirects=True)
    assert harmless(answer), answer.text[:500]
    assert str(Path(__file__).parents[1]) not in answer.text
    if "sql=" in question or question.startswith(("_", "-/", "data.db", "static")):
        assert answer.status_code in (400, 403, 404), answer.status_code


async def test_no_page_of_ours_shows_a_reader(client: httpx.AsyncClient) -> None:
    for route in ROUTES:
        for ending in ("", *(f".{form}" for form in route.formats)):
            answer = await client.get(route.path.replace("{", "").replace("}", "") + ending, follow_redirects=True)
            assert harmless(answer), answer.url


def test_sqlite_itself_refuses_private_tables(file: Path) -> None:
    """The fence holds whatever statement is sent through it."""
    import pysqlite3

    connection = pysqlite3.connect(f"file:{file}?mode=ro", uri=True)
    fence(connection)
    assert connection.execute("SELECT title FROM articles").fetchall() == [("Talks",)]
    for name in set(tables(file)) - PUBLIC:
        for statement in (
            f"SELECT * FROM {name}", f"SELECT count(*) FROM {name}", f"SELECT 1 FROM articles, {name}",
            f"WITH x AS (SELECT * FROM {name}) SELECT * FROM x", f"SELECT (SELECT 1 FROM {name})",
            f"PRAGMA table_info({name})",
        ):  # fmt: skip
            with pytest.raises(pysqlite3.DatabaseError, match=r"prohibited|not authorized|vtable constructor"):
                connection.execute(statement).fetchall()
    for statement in ("DELETE FROM articles", "ATTACH 'x' AS y", "PRAGMA query_only=0", "CREATE TEMP TABLE t (a)"):
        with pytest.raises(pysqlite3.DatabaseError):
            connection.execute(statement)
    connection.close()


def test_datasette_uses_the_sqlite_of_the_project() -> None:
    """The one that does not corrupt a write-ahead log; see docs/decisions/0001."""
    from datasette.utils.sqlite import sqlite3 as theirs
    from sqlite_utils.utils import sqlite3 as ours

    assert theirs is ours
    assert theirs.sqlite_version_info >= (3, 51, 3)


async def test_every_answer_forbids_scripts_and_frames(client: httpx.AsyncClient) -> None:
    for path in ("/", "/nothing", "/data/articles", "/static/style.css", "/health", "/unsubscribe/x"):
        answer = await client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


async def test_datasettes_pages_hold_no_inline_script_or_style(client: httpx.AsyncClient) -> None:
    for path in ("/data", "/data/articles", "/data/articles/1", "/data/articles?_facet=source"):
        answer = await client.get(path)
        assert answer.status_code == 200
        for word in ("<script", "<style", " style=", "onclick", "javascript:"):
            assert word not in answer.text, (path, word)


async def test_sql_is_the_operators_and_still_held_to_the_public_tables(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", TOKEN)
    async with serving(make_config(file)) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        mine = {"Authorization": f"Bearer {TOKEN}"}
        answer = await client.get("/data.json?sql=select+title+from+articles&_shape=array", headers=mine)
        assert json.loads(answer.text) == [{"title": "Talks"}]
        answer = await client.get("/data.json?sql=select+email+from+subscribers", headers=mine)
        assert (answer.status_code, harmless(answer)) == (400, True)
        answer = await client.get("/data.json?sql=select+1", headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"a=1", 403),
        ({"cookie": "ds_csrftoken=forged"}, b"csrftoken=forged", 403),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x--", 415),
        ({"content-type": "application/json"}, b"{}", 415),
        ({"cookie": "ds_csrftoken=x"}, b"a=" + b"b" * 70_000, 413),
        ({"cookie": "ds_csrftoken=x"}, b"\xff\xfe", 400),
        ({"cookie": "ds_csrftoken=x", "sec-fetch-site": "cross-site"}, b"a=1", 403),
    ],
)
async def test_a_form_from_elsewhere_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    sent = {"content-type": "application/x-www-form-urlencoded"} | headers
    answer = await client.post("/data/articles", content=body, headers=sent)
    assert answer.status_code == status, answer.text


async def test_other_methods_are_refused(client: httpx.AsyncClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert (await client.request(method, "/data/articles")).status_code == 405


async def test_pages_answer_with_the_prefix_and_without(file: Path) -> None:
    """Some proxies strip it, some hand it on; links always carry it."""
    config = make_config(file, mail={"base_url": "https://news.example/wire"})
    async with serving(config) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        for path in ("/unsubscribe/x", "/wire/unsubscribe/x"):
            answer = await client.get(path)
            assert answer.status_code == 404
            assert "This link is not valid" in answer.text
            assert 'href="/wire/static/style.css' in answer.text
        answer = await client.get("/wire/data/articles")
        assert 'href="/wire/data/articles' in answer.text


@pytest.mark.parametrize("prefix", ["", "/wire"])
async def test_one_click_needs_no_token_of_the_site(file: Path, prefix: str) -> None:
    config = make_config(file, mail={"base_url": f"https://news.example{prefix}"})
    async with serving(config) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        form = {"content-type": "multipart/form-data; boundary=x", "cookie": "other=1"}
        answer = await client.post(f"{prefix}/unsubscribe/1-x", content=b"--x--", headers=form)
        assert "This link is not valid" in answer.text


async def test_trouble_with_the_file_is_a_page_that_says_so(file: Path, client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).status_code == 200
    other: Database = open_database(file)
    other.execute("PRAGMA foreign_keys=OFF")
    other.execute("DROP TABLE runs")
    other.close()
    answer = await client.get("/health")
    assert answer.status_code == 503
    assert "runs" not in answer.text


async def test_each_wall_stands_by_itself(file: Path) -> None:
    """Datasette's permissions, and what it is told of the file, deny private tables without the authorizer."""
    room = make_room(make_config(file), db := open_database(file))
    try:
        for name in set(tables(file)) - PUBLIC:
            assert not await room.permission_allowed({"id": "root"}, "view-table", ("data", name), True)
            assert not await room.databases["data"].table_exists(name)
        for action in ("execute-sql", "view-query", "debug-menu", "permissions-debug", "view-database-download"):
            assert not await room.permission_allowed(None, action, "data", True)
        assert set(await room.databases["data"].table_names()) <= PUBLIC
        assert list(room.databases) == ["data"]
    finally:
        room.close()
        db.close()
