"""The crawl process alone, without reading, beside bare Scrapy: processor time a page beyond loading.

    python -m benchmarks.bench_crawl FOLDER…             # pages.jsonl and html/ID.gz, as for bench_path
    python -m benchmarks.bench_crawl --rounds 5 --pages 2195 FOLDER…
    python -m benchmarks.bench_crawl --set ASYNCIO_EVENT_LOOP='"uvloop.Loop"' FOLDER…

Each page goes to a reading process, which makes an article of 3.4 kB without looking at it. ``--set`` lays a
setting of Scrapy's over ours (JSON), so that another download handler or event loop is measured in the same rounds.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bench_path import HOSTS, count_pages, serving
from benchmarks.path.ways import TOGETHER, feeds, scrapy_bare
from wirewatch.article import Article
from wirewatch.source import Source

TEXT = "The two sides met again. " * 136


def take(_body: bytes, url: str, _kind: str | None, owner: Source, _hint: object, _now: datetime) -> Article:
    """Stands in for reading a page."""
    return Article(url=url, title="Report", text=TEXT, source=owner.id)


def crawl(port: int, extra: dict[str, Any]) -> tuple[int, float]:
    """Pages, and seconds of processor time, of a crawl in this process."""
    from crawler import collect, process
    from crawler.job import CrawlJob, SourceJob
    from wirewatch import clock
    from wirewatch.config import Crawl
    from wirewatch.outcome import SourceResult

    pages = 0
    write, settings = process.write_message, process.make_settings

    def count(stream: Any, message: object) -> None:
        nonlocal pages
        if isinstance(message, SourceResult):
            pages += sum(item.article is not None for item in message.items)
        write(stream, message)

    from benchmarks import bench_crawl  # by its name, under which a reading process finds it

    collect.read_page_bytes = bench_crawl.take
    process.write_message = count
    process.make_settings = lambda job: {**settings(job), **extra}
    rules = Crawl(
        delay=0,
        allow_private=("127.0.0.0/8",),
        max_items=10_000,
        concurrency=TOGETHER,
        readers=1,
        source_time=timedelta(minutes=10),
    )
    sources = tuple(SourceJob(Source(f"s{n}", f"s{n}", feeds=(url,))) for n, url in enumerate(feeds(port, HOSTS)))
    job = CrawlJob(sources, rules, clock.now())

    import crawler.spiders.feeds  # noqa: F401 - loading is not in it

    began = time.process_time()
    process.run_job(job, io.BytesIO())
    return pages, time.process_time() - began


def bare(port: int) -> tuple[int, float]:
    """The same of Scrapy that only downloads."""
    import scrapy.crawler  # noqa: F401 - loading is not in it

    began = time.process_time()
    return scrapy_bare(port, HOSTS, 0, [])["pages"], time.process_time() - began


def ask(port: int, name: str, extra: str) -> float:
    """Milliseconds a page of a contestant, in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.bench_crawl", "--one", name, str(port), extra]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    pages, seconds = json.loads(done.stdout.splitlines()[-1])
    return 1e3 * seconds / pages


def race(folders: list[Path], pages: int, rounds: int, extra: str) -> None:
    """Each contestant once a round, one after the other."""
    ways = {"ours": ("ours", "{}"), "bare": ("bare", "{}")}
    if extra != "{}":
        ways["ours, set"] = ("ours", extra)
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, settings) in ways.items():
            with serving(HOSTS, pages, folders) as port:  # its feeds name what has not been asked for
                found[name].append(ask(port, way, settings))
    for name, times in found.items():
        print(f"{name:12} {statistics.median(times):.2f} ms a page ({min(times):.2f} to {max(times):.2f})")


def main() -> None:
    """Entry."""
    if sys.argv[1:2] == ["--one"]:
        _, _, name, port, extra = sys.argv
        print(json.dumps(bare(int(port)) if name == "bare" else crawl(int(port), json.loads(extra))), flush=True)
        os._exit(0)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, help="default: each once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON")
    options = parser.parse_args()
    extra = {name: json.loads(value) for name, _, value in (each.partition("=") for each in options.set)}
    race(options.folders, options.pages or count_pages(options.folders), options.rounds, json.dumps(extra))


if __name__ == "__main__":
    main()
