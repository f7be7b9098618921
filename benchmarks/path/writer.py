"""The single writer alone: articles that are read already go through ``Desk.commit`` into one SQLite file."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.bench_match import make_searches
from benchmarks.path.site import Sites
from benchmarks.path.ways import read_rows
from matching.languages import recognise_language
from storage.database import open_database
from storage.desk import Desk
from storage.ledger import begin_run
from storage.subscribers import subscribe
from wirewatch import clock
from wirewatch.article import Article
from wirewatch.outcome import FeedResult, FeedState, ItemResult, SourceResult
from wirewatch.search import Search
from wirewatch.source import Source

A_SOURCE = 10
"""Articles that one source brings at once."""
READERS = 100
EVERYTHING = Search("everything", "NOT zzzzunheardof")


def make_articles(folders: list[Path], count: int) -> list[Article]:
    """So many different articles from the saved texts, their language told as a reader does."""
    rows = read_rows(folders)
    saved = [
        ({**row, "url": row["url"] or "http://x.test/"}, f">{row.get('title') or 'Report'}<>{row['text']}<".encode())
        for row in rows
        if row["text"]
    ]
    sites = Sites(1, 0, saved)
    now = clock.now()
    articles = []
    for n in range(count):
        title, text = sites.deal_out(n % len(saved), n // len(saved) + 1).decode()[1:-1].split("<>", 1)
        article = Article(
            url=f"http://a.test/{n}",
            title=title,
            text=text,
            fetched=now,
            published=now,
            published_precision="second",
        )
        articles.append(article)
    return [replace(each, language=recognise_language(f"{each.title}\n{each.text}")) for each in articles]


def measure(folders: list[Path], count: int = 2000) -> str:
    """Articles a second of processor time: 10,000 searches, grouping, index, ledger, outbox of 100 readers."""
    articles = make_articles(folders, count)
    searches = [*make_searches(articles[:200], 10_000, "rare"), EVERYTHING]
    sources = {f"s{n}": Source(f"s{n}", f"s{n}") for n in range(count // A_SOURCE)}
    lines = ["| articles stored | CPU an article | articles a second |\n|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder, closing(open_database(Path(folder) / "w.db")) as db:
        for n in range(READERS):
            subscribe(db, f"r{n}@x.test", "one of the searches", searches[n].query, now=clock.now())
        run = begin_run(db, "hand", len(sources), clock.now())
        desk = Desk(db, searches, sources, clock.now())
        began, stored = time.process_time(), 0
        for number, name in enumerate(sources):
            some = [replace(each, source=name) for each in articles[number * A_SOURCE : (number + 1) * A_SOURCE]]
            items = [ItemResult(each.url, None, "", each.title, each) for each in some]
            feed = FeedResult(f"http://{name}.test/rss", FeedState.OK, entries=A_SOURCE)
            desk.commit(run, SourceResult(name, clock.now(), clock.now(), [feed], items), clock.now())
            stored += len(some)
            if stored % (count // 4) == 0:
                spent = (time.process_time() - began) / (count // 4)
                lines.append(f"| {stored:,} | {1e3 * spent:.1f} ms | {1 / spent:.0f} |")
                began = time.process_time()
    return "\n".join(lines)
