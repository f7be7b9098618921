"""The reading room in a real browser: find, read, subscribe, confirm from the mail, leave; and axe on every page."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlite_utils import Database

from alerts.deliver import deliver_due
from demo.mailbox import Mailbox
from storage.database import open_database
from storage.outbox import count_waiting
from storage.subscribers import find_subscriber, find_subscriptions
from tests.archive import SOURCES, TOPIC, fill
from tests.mailing import tell
from tests.pages import make_config, serving
from wirewatch.config import Config

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
WORD = "a-long-operator-word"
READER = "reader@mail.test"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("default::ResourceWarning"),  # playwright's own pipes at its end
    pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
async def chromium() -> AsyncIterator[Any]:
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    fill(tmp_path / "wirewatch.db")
    return tmp_path / "wirewatch.db"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def opened(chromium: Any, site: str, **context: Any) -> AsyncIterator[Any]:
    """A page that must ask nobody but ``site`` and report nothing on its console."""
    holder = await chromium.new_context(**context)
    page = await holder.new_page()
    troubles: list[str] = []
    page.on("request", lambda request: request.url.startswith(site) or troubles.append(f"asked {request.url}"))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    await holder.close()
    assert troubles == []


async def send(config: Config, db: Database, mailbox: Mailbox) -> Any:
    """Deliver what waits; the newest mail."""
    before = len(mailbox.messages)
    await deliver_due(db, config)
    mailbox.wait_for(before + 1)
    return mailbox.messages[-1].message


def link_in(mail: Any, path: str) -> str:
    text = mail.get_body(("plain",)).get_content()
    return next(word for word in text.split() if f"/{path}/" in word)


async def test_find_read_subscribe_confirm_and_leave(chromium: Any, file: Path) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    db = open_database(file)
    with Mailbox() as mailbox:
        mail = {"host": "127.0.0.1", "port": mailbox.port, "base_url": site}
        config = make_config(file, SOURCES, topics=[TOPIC], mail=mail)
        async with serving(config, db, port), opened(chromium, site) as page:
            await page.goto(f"{site}/")
            await page.get_by_role("searchbox").fill("survey")
            await page.get_by_role("button", name="Search").click()
            await page.get_by_role("link", name="Story", exact=True).click()
            assert await page.get_by_role("heading", level=1).inner_text() == "Ministers hold talks in Gudauri"
            assert await page.locator(".column").count() == 4
            assert await page.locator('[lang="fa"][dir="rtl"]').first.is_visible()

            await page.goto(f"{site}/search?q=survey")
            await page.get_by_role("link", name="Mail me this").click()
            assert await page.locator(".figures dd").first.inner_text() == "1"
            await page.get_by_label("E-mail address").fill(READER)
            await page.get_by_label("Time zone").fill("Asia/Baku")
            await page.get_by_role("button", name="Send me the link").click()
            assert await page.get_by_role("heading", level=1).inner_text() == "Look into your mail"

            await page.goto(link_in(await send(config, db, mailbox), "confirm"))
            reader = find_subscriber(db, READER)
            assert reader
            assert reader.state == "pending"  # opening the link is not yet a yes
            await page.get_by_role("button", name="Begin these alerts").click()
            reader = find_subscriber(db, READER)
            assert reader
            assert (reader.state, reader.zone) == ("active", "Asia/Baku")

            [search] = find_subscriptions(db, "subscriber_id = ?", [reader.id])
            tell(db, "first", search)
            alert = await send(config, db, mailbox)
            assert "Title of first" in alert["Subject"]
            tell(db, "second", search)
            assert count_waiting(db) == 1
            await page.goto(re.findall(r"<(http[^>]+)>", alert["List-Unsubscribe"])[0])
            await page.get_by_role("button", name="Stop these alerts").click()
            assert await page.get_by_role("heading", level=1).inner_text() == "You have left"
            assert count_waiting(db) == 0
    db.close()


PAGES = (
    "/", "/search", "/search?q=talks", "/search?q=talks+AND+(", "/story/gudauri", "/story/evil", "/article/4",
    "/sources", "/source/baku", "/topics", f"/topic/{TOPIC}", "/names", "/name/azerbaijan", "/subscribe?q=talks",
    "/operator",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_fault(
    chromium: Any, file: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contrast, names, order, languages; on a narrow screen nothing sticks out sideways."""
    from axe_playwright_python.async_playwright import Axe

    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", WORD)
    width = 1200 if scheme == "light" else 390
    found = []
    async with serving(make_config(file, SOURCES, topics=[TOPIC])) as pages:
        holder = await chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
        page = await holder.new_page()
        await page.goto(f"{pages.address}/operator")
        await page.get_by_label("The word").fill(WORD)
        await page.get_by_role("button", name="Enter").click()
        for path in (*PAGES, "/operator/run/1", "/nothing"):
            await page.goto(pages.address + path)
            for fault in (await Axe().run(page)).response["violations"]:
                if fault["impact"] in ("serious", "critical"):
                    found.append((path, fault["id"], [node["html"][:120] for node in fault["nodes"][:3]]))
            if await page.evaluate("document.documentElement.scrollWidth") > width:
                found.append((path, "wider than the screen", []))
        await holder.close()
    assert found == []


async def test_axe_finds_no_serious_fault_in_the_tables(chromium: Any, file: Path) -> None:
    """Datasette's own pages, in our frame."""
    from axe_playwright_python.async_playwright import Axe

    async with serving(make_config(file, SOURCES)) as pages:
        holder = await chromium.new_context(viewport={"width": 1200, "height": 800})
        page = await holder.new_page()
        for path in ("/data/articles", "/data/articles/1"):
            await page.goto(pages.address + path)
            assert await page.locator("table.rows-and-columns").count() == 1
            faults = (await Axe().run(page)).response["violations"]
            assert [fault["id"] for fault in faults if fault["impact"] in ("serious", "critical")] == []
        await holder.close()


async def test_nothing_of_a_hostile_story_runs(chromium: Any, file: Path) -> None:
    async with serving(make_config(file, SOURCES)) as pages, opened(chromium, pages.address) as page:
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        for path in ("/", "/story/evil", "/article/5", "/search?q=talks", "/source/evil"):
            await page.goto(pages.address + path)
            assert await page.locator("script, iframe").count() == 0
        assert dialogs == []


@pytest.mark.parametrize("width", [1200, 390])
async def test_no_word_sticks_out_of_the_picture_of_a_story(chromium: Any, file: Path, width: int) -> None:
    """Long names, in wide letters too, at the size of a large screen and of a narrow one."""
    names = [
        "The Peachtree Courier-Herald and Weekly",
        "Խոշոր լրատվական գործակալություն",
        "გაერთიანებული საინფორმაციო სამსახური",
    ]
    sources = {at: replace(SOURCES[at], name=names[turn % 3]) for turn, at in enumerate(SOURCES)}
    async with serving(make_config(file, sources)) as pages:
        page = await chromium.new_page(viewport={"width": width, "height": 800})
        await page.goto(f"{pages.address}/story/gudauri")
        words = page.locator("svg.chain text")
        assert await words.count() >= 8
        outside = """texts => texts.map(text => [text.textContent, text.getBBox()])
            .filter(([, box]) => box.x < 0 || box.x + box.width > 860).map(([words]) => words)"""
        assert await words.evaluate_all(outside) == []
        await page.close()


async def test_the_keyboard_reaches_the_content_first(chromium: Any, file: Path) -> None:
    async with serving(make_config(file, SOURCES)) as pages, opened(chromium, pages.address) as page:
        await page.goto(pages.address)
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
        await page.keyboard.press("Enter")
        assert page.url.endswith("#main")


async def test_pages_work_under_a_prefix_that_the_proxy_takes_off(chromium: Any, file: Path) -> None:
    """A proxy in front of the site shows it under /wire and hands requests on without it."""
    from tests.pages import proxied

    config = make_config(file, SOURCES, topics=[TOPIC], mail={"base_url": "http://127.0.0.1/wire"})
    async with serving(config) as pages, proxied(pages.address, "/wire") as site, opened(chromium, site) as page:
        await page.goto(f"{site}/wire/")
        await page.locator(".card h2 a").last.click()
        assert page.url == f"{site}/wire/story/gudauri"
        await page.get_by_role("link", name="Search").click()
        await page.get_by_role("searchbox").fill("survey")
        await page.get_by_role("button", name="Search").click()
        assert await page.locator(".hit").count() == 1
        await page.get_by_role("link", name="Mail me this").click()
        await page.get_by_label("E-mail address").fill(READER)
        await page.get_by_role("button", name="Send me the link").click()
        assert await page.get_by_role("heading", level=1).inner_text() == "Look into your mail"
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{site}/wire/stories.json")).status_code == 200
