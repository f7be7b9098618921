"""What it costs to add an article, and to start, while the archive grows: the whole commit, with stories and chains.

    python -m benchmarks.bench_stored --stored 10000 100000 1000000

The archive is filled with short old articles (each a story of its own, indexed for searches). Then, at each size,
made-up articles of 190 words are committed as a run commits them, into a window that holds 1,500 and more.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from benchmarks.bench_stories import stream_articles
from matching.archive import FTS_COLUMNS
from storage.database import open_database, write
from storage.desk import Desk
from storage.ledger import begin_run
from wirewatch.article import Article
from wirewatch.outcome import FeedResult, FeedState, ItemResult, SourceResult
from wirewatch.search import Search

EVERYTHING = Search("everything", "NOT zzzzunheardof")
WINDOW_ARTICLES = 1_500
MEASURED = 300
FILL_STEP = 10_000_000
"""Old articles get numbers from multiples of this, so that they never meet those of articles committed in between."""
BATCH = 20
"""Articles of one source in a run, committed together."""


def fill(db: Database, low: int, high: int) -> None:
    """Old articles with the numbers from ``low`` up to ``high``."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {high})"
    marks = ", ".join("'word' || (i % 5000)" for _ in FTS_COLUMNS)
    with write(db):
        db.execute(f"{numbers} INSERT INTO stories (id, title, first_seen) SELECT 'old' || i, 'Old ' || i, i FROM n")
        db.execute(
            f"{numbers} INSERT INTO articles (id, url, canonical_url, link_key, source, title, text, language, fetched,"
            " authors, credits, content_hash, story_id, relation, run_id, sort_time)"
            " SELECT i, 'https://old.example/' || i, 'https://old.example/' || i, 'old' || i, 'old' || (i % 90),"
            " 'Old ' || i, 'An old report, number ' || i, 'en', '2001-01-01T00:00:00+00:00', '[]', '[]', 'old' || i,"
            " 'old' || i, 'original', 1, i FROM n"
        )
        db.execute(f"{numbers} INSERT INTO articles_fts (rowid, {', '.join(FTS_COLUMNS)}) SELECT i, {marks} FROM n")


def commit(desk: Desk, db: Database, articles: Iterator[Article], count: int) -> float:
    """Commit the next ``count`` articles; returns milliseconds of processor time an article."""
    spent = 0.0
    for _ in range(count // BATCH):
        batch = list(itertools.islice(articles, BATCH))
        now = batch[-1].fetched
        assert now is not None
        items = [ItemResult(each.url, None, "", each.title, each) for each in batch]
        feed = FeedResult("https://new.example/rss", FeedState.OK, entries=len(items))
        run = begin_run(db, "hand", 1, now)
        before = time.process_time()
        desk.commit(run, SourceResult("new", now, now, [feed], items), now)
        spent += time.process_time() - before
    return spent / count * 1e3


def main() -> None:
    """Print a line for each size of the archive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="where the archive is made (default: a temporary folder)")
    options = parser.parse_args()
    print("| stored | ms an article, committed | start, s | file, MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        measure(Path(folder) / "archive.db", sorted(options.stored))


def measure(file: Path, sizes: list[int]) -> None:
    """Grow the archive from size to size."""
    db = open_database(file)
    articles = stream_articles(WINDOW_ARTICLES + MEASURED * len(sizes) + BATCH)
    first = next(articles)
    assert first.fetched is not None
    begin_run(db, "hand", 1, first.fetched)
    desk = Desk(db, [EVERYTHING], {}, first.fetched)
    commit(desk, db, articles, WINDOW_ARTICLES)
    filled = 0
    for number, size in enumerate(sizes, 1):
        low = FILL_STEP * number
        fill(db, low, low + size - filled)
        filled = size
        each = commit(desk, db, articles, MEASURED)
        before = time.process_time()
        desk = Desk(db, [EVERYTHING], {}, first.fetched + timedelta(hours=12))
        started = time.process_time() - before
        print(f"| {size:,} | {each:.1f} | {started:.1f} | {file.stat().st_size / 1e6:.0f} |", flush=True)
    db.close()


if __name__ == "__main__":
    main()
