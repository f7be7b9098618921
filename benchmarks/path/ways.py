"""The contestants, each a whole program: ``python -m benchmarks.path.ways NAME PORT HOSTS PAGES [FOLDER…]``.

Each gets the addresses of the feeds (those that cannot read a feed: of the pages), fetches every page over
loopback and prints ``{"pages": …, "articles": …}``. What stands here runs in the environment of Wirewatch
or, for the peers, in the one that the benchmark makes; imports are therefore local.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

LINK = re.compile(r"<link>(http[^<]+/p/[^<]+)</link>")
TOGETHER = 32
A_RUN = 250
"""New articles of one source in a run of Wirewatch (a configuration has 100): as many as a feed of the site names."""


def read_rows(folders: list[Path]) -> list[dict[str, str]]:
    """The lines of each folder's ``pages.jsonl``."""
    return [json.loads(line) for folder in folders for line in (folder / "pages.jsonl").read_text("utf-8").splitlines()]


def host_name(number: int) -> str:
    return f"127.1.{number // 250}.{number % 250 + 1}"


def feeds(port: int, hosts: int) -> list[str]:
    return [f"http://{host_name(number)}:{port}/feed.xml" for number in range(hosts)]


def links(port: int, hosts: int, pages: int) -> list[str]:
    share = -(-pages // hosts)
    return [f"http://{host_name(n // share)}:{port}/p/{n}.html" for n in range(pages)]


def write_searches(folders: list[Path], file: Path) -> None:
    """The standing searches of the race, made from the words of the pages: 10,000, and one that takes everything."""
    from benchmarks.bench_match import make_searches
    from wirewatch.article import Article

    rows = read_rows(folders)
    texts = [Article(url=row["id"], title=row.get("title") or "", text=row["text"]) for row in rows]
    made = [(each.id, each.query) for each in make_searches(texts, 10_000, "rare")]
    file.write_text(json.dumps([*made, ("everything", "NOT zzzzunheardof")]), "utf-8")


def wirewatch(port: int, hosts: int, announced: int, _folders: list[Path]) -> dict[str, Any]:
    """The scheduler's own runs into a fresh database: 10,000 searches, stories, ledger; every article is stored.

    The searches are in the file that BENCH_SEARCHES names. A run reads what the feeds name, at most A_RUN new articles
    of a source; as many runs follow one another as it takes, or as BENCH_SECONDS allow.
    """
    from contextlib import closing
    from datetime import timedelta

    from crawler import spare

    spare.prepare()  # as ``wirewatch crawl`` does
    from scheduler.run import Order, Run
    from storage.database import open_database
    from storage.desk import Committed
    from wirewatch.config import Crawl, Workers
    from wirewatch.outcome import State
    from wirewatch.search import Search
    from wirewatch.source import Source

    seconds = float(os.environ["BENCH_SECONDS"])
    searches = [Search(*pair) for pair in json.loads(Path(os.environ["BENCH_SEARCHES"]).read_text("utf-8"))]
    sources = [Source(f"s{n}", f"s{n}", feeds=(url,)) for n, url in enumerate(feeds(port, hosts))]
    crawl = Crawl(
        delay=0,
        allow_private=("127.0.0.0/8",),
        max_items=A_RUN,
        concurrency=TOGETHER,
    )
    progress, stored = Path(os.environ["BENCH_PROGRESS"]), Counter[str]()

    def note(committed: Committed) -> None:
        stored.update(pages=committed.account.counts[State.STORED])
        progress.write_text(str(stored["pages"]))

    with tempfile.TemporaryDirectory() as folder, closing(open_database(Path(folder) / "w.db")) as db:
        began, cpu, pages, articles, runs = time.monotonic(), time.process_time(), 0, 0, 0
        order = Order(tuple(sources), tuple(searches), {source.id: source for source in sources})
        new = 1
        while new and pages < announced and time.monotonic() - began < seconds:
            rest = timedelta(seconds=max(1.0, seconds - (time.monotonic() - began)))
            some = crawl.model_copy(update={"source_time": rest})
            report = Run(db, db, some, on_commit=note, workers=Workers()).execute(order)
            states = sum((account.counts for account in report.accounts), Counter[State]())
            new = states.total() - states[State.DEFERRED] - states[State.KNOWN]
            runs, pages, articles = runs + 1, pages + new, articles + report.stored
        spent = {"seconds": time.monotonic() - began, "writer_cpu": time.process_time() - cpu}
    return {"pages": pages, "articles": articles, "runs": runs, **spent}


def _crawl_with_scrapy(urls: list[str], read: Callable[[Any], bool]) -> dict[str, Any]:
    """Read the pages that the feeds at ``urls`` name."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    counts = {"pages": 0, "articles": 0}

    class Spider(scrapy.Spider):
        name = "plain"
        start_urls = urls

        def parse(self, response: Any) -> Any:
            for link in LINK.findall(response.text):
                yield scrapy.Request(link, callback=self.read)

        def read(self, response: Any) -> Any:
            counts["pages"] += 1
            counts["articles"] += read(response)

    process = AsyncCrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "CONCURRENT_REQUESTS": TOGETHER,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        }
    )
    process.crawl(Spider)
    process.start()
    return counts


def scrapy_bare(port: int, hosts: int, _pages: int, _folders: list[Path]) -> dict[str, Any]:
    """Scrapy that only downloads."""
    return _crawl_with_scrapy(feeds(port, hosts), lambda response: bool(response.body))


def _read_with_trafilatura(urls: list[str]) -> dict[str, Any]:
    import trafilatura

    def read(response: Any) -> bool:
        found = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True, include_comments=False)
        return found is not None and bool(found.text)

    return _crawl_with_scrapy(urls, read)


def scrapy_trafilatura(port: int, hosts: int, _pages: int, _folders: list[Path]) -> dict[str, Any]:
    """Scrapy with trafilatura in its callback: text, title, date and author, nothing stored."""
    return _read_with_trafilatura(feeds(port, hosts))


def scrapy_trafilatura_twice(port: int, hosts: int, _pages: int, _folders: list[Path]) -> dict[str, Any]:
    """The same as two processes, each with half of the feeds: both cores are busy, as they are with Wirewatch."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    urls = feeds(port, hosts)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        found = list(pool.map(_read_with_trafilatura, (urls[::2], urls[1::2])))
    return {name: sum(each[name] for each in found) for name in found[0]}


def aiohttp_selectolax(port: int, hosts: int, pages: int, _folders: list[Path]) -> dict[str, Any]:
    """About as fast as Python can fetch and parse: no robots.txt, no limits, the title and the paragraphs."""
    import aiohttp
    from selectolax.lexbor import LexborHTMLParser

    counts = {"pages": 0, "articles": 0}

    async def main() -> None:
        gate = asyncio.Semaphore(TOGETHER)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=TOGETHER)) as session:

            async def read(url: str) -> None:
                async with gate, session.get(url) as answer:
                    tree = LexborHTMLParser(await answer.read())
                text = "\n".join(node.text() for node in tree.css("p"))
                counts["pages"] += 1
                counts["articles"] += bool(text)

            await asyncio.gather(*map(read, links(port, hosts, pages)))

    asyncio.run(main())
    return counts


def _in_threads(urls: list[str], read: Callable[[str], bool]) -> dict[str, Any]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read, urls))
    return {"pages": len(found), "articles": sum(found)}


def newspaper4k(port: int, hosts: int, pages: int, _folders: list[Path]) -> dict[str, Any]:
    """newspaper4k downloads and parses each page, eight threads."""
    import newspaper

    def read(url: str) -> bool:
        try:
            article = newspaper.Article(url, fetch_images=False)
            article.download()
            article.parse()
        except (newspaper.ArticleException, ImportError):  # it wants more packages for some languages
            return False
        return bool(article.text)

    return _in_threads(links(port, hosts, pages), read)


def news_please(port: int, hosts: int, pages: int, _folders: list[Path]) -> dict[str, Any]:
    """news-please fetches and reads each address in its own way, one after the other."""
    from newsplease import NewsPlease

    urls = links(port, hosts, pages)
    found = NewsPlease.from_urls(urls, request_args={"timeout": 20}, fetch_images=False)
    return {"pages": len(urls), "articles": sum(bool(article and article.maintext) for article in found.values())}


def fundus(port: int, hosts: int, pages: int, folders: list[Path]) -> dict[str, Any]:
    """Fundus's parsers on the pages of publishers it knows (ids ``country_Publisher_…``), eight threads."""
    import datetime

    import requests
    from fundus import PublisherCollection

    rows = read_rows(folders)
    session = requests.Session()
    known: list[tuple[str, Any]] = []
    for url, row in zip(links(port, hosts, pages), rows * (pages // len(rows) + 1), strict=False):
        country, _, rest = row["id"].partition("_")
        publisher = getattr(getattr(PublisherCollection, country, None), rest.partition("_")[0], None)
        if publisher is not None:
            known.append((url, publisher))

    def read(number: int) -> bool:
        url, publisher = known[number]
        html = session.get(url, timeout=20).text
        parser = publisher.parser(datetime.datetime.now(tz=datetime.UTC).date())
        return bool(parser.parse(html, error_handling="suppress").get("body"))

    if not known:
        return {"pages": 0, "articles": 0}
    return _in_threads([str(n) for n in range(len(known))], lambda number: read(int(number)))


OURS = (wirewatch, scrapy_bare, scrapy_trafilatura, scrapy_trafilatura_twice, aiohttp_selectolax)
PEERS = (newspaper4k, news_please, fundus)
WAYS = {way.__name__: way for way in (*OURS, *PEERS)}


if __name__ == "__main__":
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    name, port, hosts, pages, *folders = sys.argv[1:]
    print(json.dumps(WAYS[name](int(port), int(hosts), int(pages), [Path(folder) for folder in folders])))
