"""The pages over the archive: what an analyst finds on them, in every form."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree, html

from matching.edits import compare_versions
from matching.stories import Placement
from scheduler.standing import follow
from storage.articles import insert_article, update_article
from storage.chains import write_chain
from storage.database import open_database, write
from storage.ledger import begin_run
from storage.stories import read_report
from storage.versions import record_version
from tests.archive import SOURCES, TOPIC, articles, fill
from tests.pages import make_config, serving
from web.routes import ROUTES
from wirewatch import clock
from wirewatch.article import Credit

ATOM = "{http://www.w3.org/2005/Atom}"
LISTS = (
    "/stories", "/search?q=talks", "/story/gudauri", "/sources", "/source/baku", "/source/baku/led", "/topics",
    f"/topic/{TOPIC}", "/names", "/name/azerbaijan",
)  # fmt: skip
PAGES = (*LISTS, "/", "/search", "/article/1", "/article/5", "/story/evil", "/source/evil", f"/subscribe?topic={TOPIC}",
         "/subscribe?q=talks")  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    fill(tmp_path / "wirewatch.db")
    return tmp_path / "wirewatch.db"


@pytest.fixture
async def client(file: Path) -> AsyncIterator[httpx.AsyncClient]:
    config = make_config(file, SOURCES, topics=[TOPIC], web={"zone": "Asia/Baku"})
    async with serving(config) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        yield client


async def page(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.text[:300])
    return html.fromstring(answer.text)


def text(node: Any) -> str:
    return " ".join(" ".join(node.itertext()).split())


def suffixed(path: str, form: str) -> str:
    before, question, after = path.partition("?")
    return f"{before}.{form}{question}{after}"


async def test_the_front_page_says_who_was_first_from_where_and_why(client: httpx.AsyncClient) -> None:
    cards = (await page(client, "/")).cssselect("article.card")
    assert len(cards) == 2
    words = text(cards[1])
    assert "First: Baku Wire , Baku" in words
    assert "4 reports" in words
    assert "3 independent origins" in words  # Tehran's report credits Baku Wire
    assert [text(name) for name in cards[1].cssselect("dt")] == ["Baku", "Yerevan", "Tbilisi", "Tehran"]
    assert "Peace process – talks" in words


async def test_newest_stories_come_first_and_the_list_goes_on(client: httpx.AsyncClient) -> None:
    items = (await client.get("/stories.json")).json()["items"]
    assert [item["story"] for item in items] == ["evil", "gudauri"]
    latest = [item["latest"] for item in items]
    assert latest == sorted(latest, reverse=True)
    assert (await client.get("/stories.json?before=5")).json()["items"] == []
    assert (await client.get("/stories?before=x")).status_code == 400


async def test_each_headline_has_its_language_and_direction(client: httpx.AsyncClient) -> None:
    root = await page(client, "/story/gudauri")
    found = {(node.get("lang"), node.get("dir")) for node in root.cssselect(".column > div")}
    assert found == {("en", "ltr"), ("hy", "ltr"), ("ka", "ltr"), ("fa", "rtl")}


async def test_a_story_shows_lags_who_took_it_from_whom_and_receipts(client: httpx.AsyncClient) -> None:
    root = await page(client, "/story/gudauri")
    rows = [[text(cell) for cell in row.cssselect("td")] for row in root.cssselect("tbody tr")]
    assert [row[1] for row in rows] == ["first", "25 min later", "1 h later", "1 h 30 min later"]
    assert rows[3][3:] == ["Baku Wire", "Baku Wire reports"]
    assert root.cssselect("svg.chain path.tie")
    assert [text(mark) for mark in root.cssselect(".column mark")][:2] == ["talks", "Gudauri"]
    assert root.cssselect('.column a[href="https://baku.example/120"]')
    assert root.cssselect('.column a[href="/article/1"]')


async def test_a_search_marks_what_it_found_and_draws_it_over_time(client: httpx.AsyncClient) -> None:
    root = await page(client, "/search?q=survey")
    assert "1 article" in text(root.cssselect("#found")[0])
    assert text(root.cssselect(".hit .line mark")[0]) == "survey"
    bars = root.cssselect("svg.chart a")
    assert [bar.get("aria-label").split(": ")[1] for bar in bars] == ["1"]
    assert (await client.get(bars[0].get("href"))).text.count('class="hit"') == 1
    assert root.cssselect('a.button[href="/subscribe?q=survey"]')


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("country=AM", 1), ("country=am&q=talks", 0), ("lang=fa", 1), ("source=baku", 1), (f"topic={TOPIC}", 5),
        ("source=baku&country=GE", 0), ("from=2020-01-01", 5), ("to=2020-01-01", 0), ("relation=taken", 1),
        ("name=azerbaijan", 0), ("q=talks&name=azerbaijan", 0), ("q=talks", 2), ("source=nobody", 0),
    ],
)  # fmt: skip
async def test_filters_narrow(client: httpx.AsyncClient, question: str, count: int) -> None:
    answer = (await client.get(f"/search.json?{question}")).json()
    assert (len(answer["items"]), answer["count"]) == (count, count)


@pytest.mark.parametrize("question", ["from=yesterday", "to=2026-13-01", "after=1", "limit=0&q=x", "relation=x"])
async def test_a_filter_that_is_none_is_refused(client: httpx.AsyncClient, question: str) -> None:
    assert (await client.get(f"/search.json?{question}")).status_code == 400


async def test_an_error_in_the_query_is_shown_where_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/search?q=talks+AND+(peace")
    assert answer.status_code == 400
    root = html.fromstring(answer.text)
    assert root.cssselect("#q")[0].get("aria-invalid") == "true"
    assert "Not understood at character" in text(root.cssselect("#q-error")[0])
    found = (await client.get("/search.json?q=talks+AND+(peace")).json()
    assert (found["ok"], found["position"]) == (False, len("talks AND "))


async def test_search_goes_on_without_loss_or_repetition(client: httpx.AsyncClient) -> None:
    seen: list[int] = []
    address = f"/search.json?topic={TOPIC}&limit=2"
    while address:
        answer = (await client.get(address)).json()
        seen += [item["article"] for item in answer["items"]]
        address = answer["next"] and f"{answer['next']}&limit=2"
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_is_json_csv_and_atom_as_well(client: httpx.AsyncClient, path: str) -> None:
    items = (await client.get(suffixed(path, "json"))).json()["items"]
    table = list(csv.reader(io.StringIO((await client.get(suffixed(path, "csv"))).text)))
    answer = await client.get(suffixed(path, "atom"))
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    assert len(table) == len(items) + 1
    assert all(len(row) == len(table[0]) for row in table)
    assert len(feed.findall(f"{ATOM}entry")) == len(items)
    for node in (feed, *feed.findall(f"{ATOM}entry")):
        assert all(node.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    root = await page(client, path)
    links = {link.get("href") for link in root.cssselect(".forms a")}
    assert {suffixed(path, form) for form in ("json", "csv", "atom")} == links


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_of_a_feed_becomes_markup_or_a_dangerous_link(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    root = html.fromstring(answer.text)
    assert not root.cssselect("script, iframe, img, object, embed, b > b, style, [style]")
    for node in root.iter():
        assert not [name for name in node.attrib if name.lower().startswith("on")]
    for link in root.cssselect("[href], [src], [action]"):
        address = link.get("href") or link.get("src") or link.get("action")
        assert re.match(r"https?://|/|#", address), address
        if link.tag == "link":
            assert address.startswith("/")
    assert "\u202e" not in answer.text
    assert len(answer.content) < 200_000


async def test_a_cell_is_no_formula(client: httpx.AsyncClient) -> None:
    from web.lists import _safe_cell

    assert [_safe_cell(cell) for cell in ("=1+1", "+1", "-1", "@x", "x", 5, None)] == [
        "'=1+1", "'+1", "'-1", "'@x", "x", 5, "",
    ]  # fmt: skip
    assert ",=" not in (await client.get("/search.csv?q=talks")).text


async def test_a_sources_figures_link_to_what_they_count(client: httpx.AsyncClient) -> None:
    root = await page(client, "/source/baku")
    figures = {text(pair.find("dt")): pair.cssselect("dd a")[0] for pair in root.cssselect(".figures > div")}
    assert [text(link) for link in figures.values()] == ["1", "0 %", "100 %", "–", "0 %"]
    for link in figures.values():
        assert (await client.get(link.get("href"))).status_code == 200
    items = (await client.get("/source/baku/led.json")).json()["items"]
    assert [item["story"] for item in items] == ["gudauri"]
    assert (await client.get("/source/yerevan.json")).json()["figures"]["median_lag"] == 25 * 60


async def test_a_sources_figures_are_those_of_the_command(file: Path) -> None:
    family = {name: replace(SOURCES[name], family="house") for name in ("baku", "yerevan", "tbilisi", "tehran")}
    async with serving(make_config(file, family)) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        shown = (await client.get("/source/yerevan.json")).json()["figures"]
        assert (await client.get("/source/yerevan/followed.json")).json()["items"] == []
    db = open_database(file)
    [standing] = follow(db, family, ["yerevan"], clock.now(), 90, None)
    db.close()
    assert shown == standing.figures.to_json()
    assert shown["contested"] == 0  # all the others are of its house


async def test_the_stories_behind_a_figure_go_on(file: Path, client: httpx.AsyncClient) -> None:
    """Several of one second: none is lost, none comes twice."""
    db = open_database(file)
    run, now = begin_run(db, "hand", 1, clock.now()), clock.now().replace(microsecond=0)
    with write(db):
        for number in range(65):
            for source, minutes in (("baku", 10 + number // 20), ("yerevan", 5)):
                told = articles(now)[0][-1].with_changes(
                    url=f"https://{source}.example/more/{number}", canonical_url=None, source=source,
                    title=f"Report {number}", published=now - timedelta(minutes=minutes),
                )  # fmt: skip
                insert_article(db, told, Placement(f"more{number}", "report", None, (), False), run, SOURCES[source])
    db.close()
    seen: list[str] = []
    address = "/source/baku/led.json"
    while address:
        answer = (await client.get(address)).json()
        seen += [item["story"] for item in answer["items"]]
        address = answer["next"]
    assert len(seen) == 66
    assert set(seen) == {"gudauri", *(f"more{number}" for number in range(65))}
    assert (await page(client, "/source/baku/led")).cssselect('a[rel="next"]')
    assert (await client.get("/source/baku/led?after=x")).status_code == 400


async def test_a_kept_chain_is_shown_and_an_edit_renews_it(file: Path, client: httpx.AsyncClient) -> None:
    db = open_database(file)
    with write(db):
        kept = write_chain(db, "gudauri", SOURCES)
    assert (await client.get("/story/gudauri.json")).json()["provenance"] == kept
    [(report, _)] = [found for found in [read_report(db, 2)] if found]
    with write(db):
        update_article(
            db, 2, report.article.with_changes(credits=(Credit("Interfax", "origin", "says"),)), SOURCES["yerevan"]
        )
        renewed = write_chain(db, "gudauri", SOURCES)
    db.close()
    assert (await client.get("/story/gudauri.json")).json()["provenance"] == renewed != kept


async def test_a_count_says_only_what_is_known(file: Path, client: httpx.AsyncClient) -> None:
    """Of a regular expression all finds are counted where they stand in one part; else no number is stated."""
    whole = (await client.get("/search.json?q=/talk./")).json()
    assert (whole["count"], whole["count_is_exact"]) == (2, True)
    part = (await client.get("/search.json?q=/talk./&limit=1")).json()
    assert (part["count"], part["count_is_exact"], part["by_day"]) == (None, False, {})
    words = (await client.get('/search.json?q=title:"hold talks"&limit=1')).json()
    assert (words["count"], words["count_is_exact"]) == (1, True)


async def test_what_a_publisher_changed_later_stands_on_the_pages(file: Path, client: httpx.AsyncClient) -> None:
    db = open_database(file)
    [(report, _)] = [found for found in [read_report(db, 1)] if found]
    changed = report.article.with_changes(title="Ministers postpone talks in Gudauri <b>")
    with write(db):
        record_version(db, 1, report.article, changed, compare_versions(report.article, changed), clock.now())
        update_article(db, 1, changed, SOURCES["baku"])
    db.close()
    for path in ("/story/gudauri", "/article/1"):
        root = await page(client, path)
        section = root.cssselect('section[aria-labelledby="changed"]')[0]
        assert "Ministers hold talks in Gudauri" in text(section.cssselect("del")[0])
        assert "Ministers postpone talks in Gudauri <b>" in text(section.cssselect("ins")[0])
        assert "headline" in text(section)
        assert not section.cssselect("ins b")
    assert [each["number"] for each in (await client.get("/article/1.json")).json()["versions"]] == [1, 2]
    assert (await client.get("/source/baku.json")).json()["figures"]["edited_share"] == 1
    assert [item["story"] for item in (await client.get("/source/baku/edited.json")).json()["items"]] == ["gudauri"]
    assert (await client.get("/data/versions.json")).status_code == 200


async def test_a_topic_shows_which_words_each_outlet_uses(client: httpx.AsyncClient) -> None:
    spellings = (await client.get(f"/topic/{TOPIC}.json")).json()["spellings"]
    assert spellings["tehran"] == {"گودائوری": 1}
    assert spellings["baku"] == {"talks": 1, "Gudauri": 1}
    assert "گودائوری" in (await client.get(f"/topic/{TOPIC}")).text


async def test_a_name_is_found_by_any_spelling(client: httpx.AsyncClient) -> None:
    answer = await client.get("/name/%D0%90%D0%B7%D0%B5%D1%80%D0%B1%D0%B0%D0%B9%D0%B4%D0%B6%D0%B0%D0%BD")
    assert (answer.status_code, answer.headers["location"]) == (302, "/name/azerbaijan")
    assert (await client.get("/name/nobody-at-all")).status_code == 404


async def test_what_is_not_there_is_404(client: httpx.AsyncClient) -> None:
    for path in ("/story/x", "/article/99", "/article/x", "/source/x", "/topic/x", "/day/x", "/source/baku/x", "/x"):
        for form in ("", ".json"):
            answer = await client.get(path + form)
            assert answer.status_code == 404, path
            if form:
                assert answer.json()["ok"] is False


async def test_the_description_names_every_list_and_each_answers(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    listed = {route.path for route in ROUTES if route.listed}
    named = {re.sub(r"\.(json|csv|atom)$", "", path) for path in described["paths"]}
    assert {re.sub(r"\.json$", "", path) for path in listed} == named
    values = {"story": "gudauri", "article": "1", "source": "baku", "part": "led", "topic": TOPIC,
              "name": "azerbaijan", "day": "2026-11-02"}  # fmt: skip
    for path, operations in described["paths"].items():
        answer = await client.get(path.format(**values))
        assert answer.status_code == 200, path
        [kind] = operations["get"]["responses"]["200"]["content"]
        assert answer.headers["content-type"].startswith(kind)


async def test_an_empty_archive_has_pages_too(tmp_path: Path) -> None:
    config = make_config(tmp_path / "empty.db", SOURCES)
    async with serving(config) as pages, httpx.AsyncClient(base_url=pages.address) as client:
        assert "no stories here yet" in (await client.get("/")).text
        for path in ("/search?q=talks", "/sources", "/source/baku", "/topics", "/name/azerbaijan", "/subscribe?q=x"):
            assert (await client.get(path)).status_code == 200, path
        assert (await client.get("/search.json?q=talks")).json()["items"] == []


async def test_an_older_archive_leads_to_its_newest_day(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    fill(tmp_path / "old.db", datetime(2026, 3, 1, 12, tzinfo=UTC))
    async with serving(make_config(tmp_path / "old.db", SOURCES)) as pages, httpx.AsyncClient() as client:
        root = html.fromstring((await client.get(f"{pages.address}/")).text)
        [link] = root.cssselect(".empty a")
        assert link.get("href") == "/day/2026-03-01"
        assert len(html.fromstring((await client.get(pages.address + link.get("href"))).text).cssselect(".card")) == 2
