"""Time to the first byte of every page, over a large archive, beside Datasette's own pages of the same file.

    python -m benchmarks.bench_pages --stories 300000
    python -m benchmarks.bench_pages --stories 300000 --file archive.db     # made where it is not there, and kept

The archive: invented texts with names of the region (see bench_archive), spread evenly over 300 days up to now,
over the outlets of the catalogue; 1 to 3 reports a story. The site runs as ``serve`` runs it, and is asked over
loopback, one request at a time. Peers in the same run: stock Datasette over the same file, its table page and its
own full-text search (over an index of whole texts, which is made for it).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from benchmarks.bench_archive import make_texts
from matching.archive import FTS_COLUMNS, index_row
from matching.query import compile_query
from storage.articles import ensure_index
from storage.database import open_database, write
from web.app import make_room
from web.server import start_pages
from wirewatch.article import Article, hash_text
from wirewatch.catalogue import load_catalogue
from wirewatch.config import Config, Settings

DAYS = 300
SIZES = (1, 1, 1, 1, 1, 1, 1, 1, 2, 3)
"""Reports of ten stories in turn."""
TOPIC = "south-caucasus-diplomacy"
TIMES = 7
DIFFERENT, WORDS = 500, 150
"""Different texts, which the rest repeats, and their length in words."""
PAGES = {
    "front page": "/",
    "a day": "/day/{day}",
    "story": "/story/s{middle}",
    "stored article": "/article/{middle}",
    "search, rare word": "/search?q=zangezur",
    "search, frequent word": "/search?q=minister",
    "search, two words": "/search?q=corridor+AND+minister",
    "search, phrase": "/search?q=%22peace+treaty%22",
    "search, near": "/search?q=armenia+NEAR/10+azerbaijan",
    "search, name": "/search?q=%40armenia",
    "search, frequent word of one source": "/search?q=minister&source={source}",
    "search, regular expression": "/search?q=%2Fcorrido.%2F",
    "country, no query": "/search?country=AM",
    "topic": "/topic/" + TOPIC,
    "name": "/name/armenia",
    "source": "/source/{source}",
    "sources": "/sources",
    "forecast before subscribing": "/subscribe?q=corridor",
    "front page as JSON": "/stories.json",
    "search as Atom": "/search.atom?q=corridor",
}
PEERS = {"Datasette: table, newest first": "/{file}/articles?_sort_desc=sort_time",
         "Datasette: ?_search=minister": "/{file}/articles?_search=minister&_sort_desc=sort_time",
         "Datasette: ?_search=zangezur": "/{file}/articles?_search=zangezur&_sort_desc=sort_time"}  # fmt: skip


def fill(file: Path, stories: int, sources: list[str], *, peers: bool) -> None:
    """An archive of so many stories; with ``peers`` also the index that Datasette's own search needs."""
    rng = random.Random(1)
    texts = [" ".join(text.split()[-WORDS:]) for text in make_texts(rng, DIFFERENT)]
    articles = [Article(url=f"https://x.example/{n}", title=text[:60], text=text) for n, text in enumerate(texts)]
    keys = [index_row(article) for article in articles]
    talks = compile_query("armenia OR azerbaijan OR talks")
    receipts = [json.dumps([asdict(term) for term in talks.match(article) or ()]) for article in articles]
    db = open_database(file)
    ensure_index(db, {})
    db.execute("PRAGMA synchronous=OFF")  # it is made anew where it breaks
    now = datetime.now(UTC).replace(microsecond=0)
    begin, step = int((now - timedelta(days=DAYS)).timestamp()), DAYS * 86400 / stories
    marks = ", ".join("?" for _ in FTS_COLUMNS)
    with write(db):
        db.execute("INSERT INTO runs (id, trigger, started) VALUES (1, 'hand', '2026-01-01T00:00:00+00:00')")
    number = 0
    for low in range(0, stories, 4000):
        rows: list[Any] = []
        cells: list[Any] = []
        why: list[Any] = []
        told: list[Any] = []
        for story in range(low, min(low + 4000, stories)):
            when = begin + int(story * step)
            first = rng.randrange(len(articles))
            told.append((f"s{story}", articles[first].title, when))
            for report in range(SIZES[story % len(SIZES)]):
                number += 1
                text = first if report == 0 or rng.random() < 0.5 else rng.randrange(len(articles))
                at = when + report * rng.randrange(60, 7200)
                stamp = datetime.fromtimestamp(at, UTC).isoformat()
                url = f"https://x.example/{number}"
                rows.append(
                    (
                        number,
                        url,
                        url,
                        hash_text(str(number))[:32],
                        rng.choice(sources),
                        articles[text].title,
                        articles[text].text,
                        "en",
                        stamp,
                        "second",
                        stamp,
                        "[]",
                        "[]",
                        hash_text(str(number)),
                        f"s{story}",
                        "original" if report == 0 else "copy" if text == first else "report",
                        1,
                        at,
                    )
                )
                cells.append((number, *keys[text]))
                why.append((number, TOPIC, receipts[text]))
        with write(db):
            db.conn.executemany("INSERT INTO stories (id, title, first_seen) VALUES (?, ?, ?)", told)
            db.conn.executemany(
                "INSERT INTO articles (id, url, canonical_url, link_key, source, title, text, language, published,"
                " published_precision, fetched, authors, credits, content_hash, story_id, relation, run_id, sort_time)"
                f" VALUES ({', '.join('?' * 18)})",
                rows,
            )
            db.conn.executemany(
                f"INSERT INTO articles_fts (rowid, {', '.join(FTS_COLUMNS)}) VALUES (?, {marks})", cells
            )
            db.conn.executemany("INSERT INTO matches VALUES (?, ?, ?)", why)
    if peers:
        index_for_peers(db)
    db.close()


def index_for_peers(db: Any) -> None:
    """Whole texts, in the form that Datasette finds by itself."""
    db.execute("CREATE VIRTUAL TABLE articles_plain USING fts5(title, text, content=\"articles\", content_rowid='id')")
    db.execute("INSERT INTO articles_plain (articles_plain) VALUES ('rebuild')")


async def first_byte(client: httpx.AsyncClient, path: str) -> tuple[float, int]:
    """Seconds to the first byte of the body, and its length."""
    start = time.perf_counter()
    async with client.stream("GET", path) as answer:
        body = answer.aiter_raw()
        first = await anext(body, b"")
        span = time.perf_counter() - start
        size = len(first)
        async for part in body:
            size += len(part)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: HTTP {answer.status_code}")
    return span, size


async def measure(client: httpx.AsyncClient, path: str) -> tuple[float, float, int]:
    """First time, median of the following, bytes."""
    cold, size = await first_byte(client, path)
    return cold, statistics.median([(await first_byte(client, path))[0] for _ in range(TIMES)]), size


def show(name: str, cold: float, warm: float, size: int, unit: float) -> None:
    """One line of the table."""
    print(f"| {name} | {cold * 1000:.0f} | {warm * 1000:.0f} | {size / 1000:.0f} | {warm / unit:.1f} |", flush=True)


async def measure_pages(file: Path, stories: int, sources: Any) -> float:
    """A line for each page; returns the seconds of the first one."""
    settings = Settings.model_validate({"database": str(file), "topics": [TOPIC]})
    config = Config(file=file.parent / "config.yaml", settings=settings, sources=sources)
    db = open_database(file)
    count = db.execute("SELECT count(*) FROM articles").fetchone()[0]
    print(f"{stories:,} stories, {count:,} articles, {file.stat().st_size / 2**30:.1f} GiB\n")
    print("| page | first time, ms | then, ms | kB | front page = 1 |")
    print("|---|---|---|---|---|")
    names = {
        "day": (datetime.now(UTC) - timedelta(days=9)).date().isoformat(),
        "middle": stories // 2,
        "source": next(iter(sources)),
    }
    unit = 0.0
    pages = await start_pages(make_room(config, db), "127.0.0.1", 0)
    async with httpx.AsyncClient(base_url=pages.address, timeout=60) as client:
        await first_byte(client, "/topics")
        for name, path in PAGES.items():
            cold, warm, size = await measure(client, path.format(**names))
            unit = unit or warm
            show(name, cold, warm, size, unit)
    await pages.stop()
    db.close()
    return unit


async def measure_peers(file: Path, unit: float) -> None:
    """Datasette as it is, in a process of its own, over the same file."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = ["-m", "datasette", "serve", str(file), "--port", str(port), "--setting", "sql_time_limit_ms", "30000"]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            for _ in range(300):
                try:
                    await client.get("/-/versions.json")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            for name, path in PEERS.items():
                show(name, *await measure(client, path.format(file=file.stem)), unit)
    finally:
        process.terminate()
        await process.wait()


def main() -> None:
    """Make the archive and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=20_000)
    parser.add_argument("--file", type=Path, help="the archive; made where it is not there, and kept")
    parser.add_argument("--without-peers", action="store_true", help="leave out Datasette's own pages and their index")
    options = parser.parse_args()
    sources = load_catalogue()
    with tempfile.TemporaryDirectory() as folder:
        file = options.file or Path(folder) / "archive.db"
        if not file.exists():
            fill(file, options.stories, list(sources), peers=not options.without_peers)
        unit = asyncio.run(measure_pages(file, options.stories, sources))
        if not options.without_peers:
            asyncio.run(measure_peers(file, unit))


if __name__ == "__main__":
    main()
