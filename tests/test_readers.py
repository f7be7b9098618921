"""The processes that read: a page that takes too long, or kills its reader, is named, and the next one is read."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from crawler.readers import Readers
from crawler.reading.work import read_page_bytes
from tests.crawling import crawl_rules, run_crawl
from tests.feeds import rss
from tests.reader_jobs import die, hog, stumble, whoami
from tests.small_site import serve
from wirewatch.article import Article
from wirewatch.errors import UnreadableError
from wirewatch.outcome import State
from wirewatch.source import Source

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = Source(id="small", name="Small Wire")
SENTENCE = "The two ministers met in the capital on Monday and agreed to open three new crossings before the autumn."
SHORT = f"<html><body><article><h1>Crossings</h1>{f'<p>{SENTENCE}</p>' * 5}</article></body></html>"
ENDLESS = f"<html><body><article><h1>Crossings</h1>{'<p>The trains run here.</p>' * 250_000}</article></body></html>"
"""Several seconds of reading."""


@pytest_asyncio.fixture
async def readers() -> AsyncIterator[Readers]:
    with Readers(1, 1.0) as pool:
        yield pool


async def read(pool: Readers, page: str) -> Article:
    return await pool.run(read_page_bytes, page.encode(), "https://wire.example/1", None, SOURCE, None, NOW)


async def refuse(pool: Readers, work: object, *args: object) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        await pool.run(work, *args)  # type: ignore[arg-type]
    return caught.value


async def test_a_page_that_takes_long_is_cut_off_at_its_limit_and_the_next_is_read(readers: Readers) -> None:
    began = time.monotonic()
    error = await refuse(readers, read_page_bytes, ENDLESS.encode(), "https://wire.example/1", None, SOURCE, None, NOW)
    assert (error.reason, error.detail) == ("time-limit", "reading took longer than 1 s")
    assert time.monotonic() - began < 20
    assert (await read(readers, SHORT)).title == "Crossings"


@pytest.mark.parametrize(("work", "reason"), [(die, "reader-died"), (hog, "too-large")])
async def test_a_reader_that_dies_or_needs_too_much_is_named_and_replaced(
    readers: Readers, work: object, reason: str
) -> None:
    assert (await refuse(readers, work)).reason == reason
    assert (await read(readers, SHORT)).title == "Crossings"


def test_a_crawl_names_the_page_that_was_cut_off_and_reads_its_neighbours(tmp_path: Path) -> None:
    items = "".join(
        f"<item><title>Crossings {name}</title><link>{{root}}/{name}</link></item>" for name in ("long", "short")
    )
    with serve({"/rss": rss(items), "/long": ENDLESS, "/short": SHORT}) as root:
        source = Source(id="small", name="Small Wire", feeds=(f"{root}/rss",))
        outcome = run_crawl(tmp_path / "wire.db", [source], crawl=crawl_rules(read_time="1s", timeout="20s"))
    told = {item["url"].rpartition("/")[2]: (item["state"], item["reason"]) for item in outcome.items}
    assert told["long"] == (State.UNREADABLE, "time-limit: reading took longer than 1 s")
    assert [article.title for article in outcome.articles] == ["Crossings"]


async def test_a_page_that_waits_behind_one_that_is_cut_off_is_read_by_the_next_process(readers: Readers) -> None:
    late = asyncio.ensure_future(
        refuse(readers, read_page_bytes, ENDLESS.encode(), "https://wire.example/1", None, SOURCE, None, NOW)
    )
    await asyncio.sleep(0.1)
    behind = await asyncio.gather(*(read(readers, SHORT) for _ in range(5)))
    assert [article.title for article in behind] == ["Crossings"] * 5
    assert (await late).reason == "time-limit"


async def test_an_error_of_ours_is_that_pages_matter(readers: Readers, caplog: pytest.LogCaptureFixture) -> None:
    error = await refuse(readers, stumble)
    assert (error.reason, error.detail) == ("internal-error", "ZeroDivisionError")
    assert "in stumble" in caplog.text
    assert (await read(readers, SHORT)).title == "Crossings"


async def test_processes_are_renewed_after_many_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.readers._JOBS_BEFORE_RENEWAL", 5)
    with Readers(2, 10.0) as pool:
        answers = await asyncio.gather(*(pool.run(whoami, number) for number in range(60)))
    assert [number for number, _ in answers] == list(range(60))
    by_process = Counter(process for _, process in answers)
    assert len(by_process) >= 60 // 5
    assert max(by_process.values()) == 5


async def test_an_idle_reader_that_was_killed_costs_no_later_page() -> None:
    with Readers(1, 10.0) as pool:
        _, process = await pool.run(whoami, 0)
        os.kill(process, signal.SIGKILL)
        await asyncio.sleep(0.2)
        assert (await pool.run(whoami, 1))[1] != process


async def test_no_reader_outlives_its_pool() -> None:
    with Readers(2, 10.0) as pool:
        found = await asyncio.gather(*(pool.run(whoami, number) for number in range(20)))
    for process in {process for _, process in found}:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_what_is_loaded_before_the_fork_is_all_that_reading_a_page_loads():
    code = """
import sys
from datetime import UTC, datetime
from importlib import import_module

from crawler.reader import PRELOADED

for name in PRELOADED:
    import_module(name)
before = set(sys.modules)
from crawler.reading import trim, warm
from crawler.reading.page import read_page
from crawler.reading.wire_forms import foot, houses

tables = [trim._calls, foot._boilerplate, houses._pattern, houses._table, houses._folded]
assert all(table.cache_info().currsize for table in tables), tables
article = read_page(warm.PAGE.encode(), "https://sample.example/1", fetched=datetime(2026, 3, 2, tzinfo=UTC))
assert article.place == "Tbilisi" and article.published and len(article.text.split("\\n\\n")) == 3, article
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
