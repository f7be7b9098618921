"""How long a back-test and a search take, from a small archive to a large one.

    python -m benchmarks.bench_archive --articles 10000 30000 100000 300000

Articles are made of invented words by Zipf's law with names of the region strewn in; 3,000 different texts
are repeated under new addresses and with a word of their own in the title, so that each is asked for itself, spread
evenly over the last 300 days. Peers in the same run: FTS5's own
MATCH with a count (no forms, no receipts, no story count) and LIKE over the texts.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from matching.archive import FTS_COLUMNS, index_row
from matching.query import compile_query
from storage.articles import ensure_index
from storage.backtest import run_backtest
from storage.database import open_database, write
from storage.finding import search_archive
from wirewatch.article import Article, hash_text

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 300
TEXTS = 3000
WORDS_A_TEXT = 450
RARE = 0.004
QUERIES = {
    "one word": ("corridor", "corridor"),
    "two words": ("corridor AND minister", "corridor AND minister"),
    "phrase": ('"peace treaty"', '"peace treaty"'),
    "name": ("@zangezur", "zangezur OR syunik"),
    "name and words": ("@zangezur AND (talks OR visit)", "(zangezur OR syunik) AND (talks OR visit)"),
    "prefix": ("zangez*", "zangez*"),
    "near": ("armenia NEAR/10 azerbaijan", "NEAR(armenia azerbaijan, 10)"),
    "expression": ("/zange[sz]ur/", "zangezur OR zangesur"),
}
"""Our query, and the nearest that FTS5 can be asked."""


def make_texts(rng: random.Random, count: int = TEXTS) -> list[str]:
    """``count`` texts of pseudo-words; each telling word in its share of them."""
    syllables = [a + b for a in "bcdfghjklmnprstvz" for b in "aeiou"]
    vocabulary = ["".join(rng.choice(syllables) for _ in range(rng.randint(1, 4))) for _ in range(30_000)]
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    shares = {
        "Armenia": 0.15, "Azerbaijan": 0.15, "minister": 0.2, "talks": 0.1, "visit": 0.1, "corridor": 0.02,
        "peace treaty": 0.01, "Zangezur": RARE, "Syunik": RARE,
    }  # fmt: skip
    texts = []
    for _ in range(count):
        words = rng.choices(vocabulary, weights, k=WORDS_A_TEXT)
        for word, share in shares.items():
            if rng.random() < share:
                words.insert(rng.randrange(len(words)), word)
        texts.append(" ".join(words))
    return texts


def fill(file: Path, count: int, texts: list[str]) -> Any:
    """An archive of ``count`` articles."""
    db = open_database(file)
    ensure_index(db, {})
    articles = [Article(url=f"https://x.example/{n}", title=text[:60], text=text) for n, text in enumerate(texts)]
    keys = [index_row(article) for article in articles]
    step = DAYS * 86400 / count
    begin = int((NOW - timedelta(days=DAYS)).timestamp())
    marks = ", ".join("?" for _ in FTS_COLUMNS)
    with write(db):
        db.execute("INSERT INTO runs (id, trigger, started) VALUES (1, 'hand', '2026-01-01T00:00:00+00:00')")
    for low in range(0, count, 5000):
        with write(db):
            for n in range(low, min(low + 5000, count)):
                article, when = articles[n % TEXTS], begin + int(n * step)
                stamp = datetime.fromtimestamp(when, UTC).isoformat()
                db.execute(
                    "INSERT INTO stories (id, title, first_seen) VALUES (?, ?, ?)", [f"s{n}", article.title, when]
                )
                db.execute(
                    "INSERT INTO articles (id, url, canonical_url, link_key, source, title, text, language, published,"
                    " published_precision, fetched, authors, credits, content_hash, story_id, relation, run_id,"
                    " sort_time)"
                    " VALUES (?, ?, ?, ?, 'x', ?, ?, 'en', ?, 'second', ?, '[]', '[]', ?, ?, 'original', 1, ?)",
                    [n + 1, f"{article.url}/{n}", f"{article.url}/{n}", hash_text(str(n))[:32], f"{article.title} n{n}",
                     article.text, stamp, stamp, hash_text(str(n)), f"s{n}", when],
                )  # fmt: skip
                db.execute(
                    f"INSERT INTO articles_fts (rowid, {', '.join(FTS_COLUMNS)}) VALUES (?, {marks})",
                    [n + 1, *keys[n % TEXTS]],
                )
    db.execute("CREATE VIRTUAL TABLE plain USING fts5(title, text, content='articles', content_rowid='id')")
    db.execute("INSERT INTO plain (plain) VALUES ('rebuild')")
    return db


def best_of(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of processor time of the quickest of some runs; other work on the machine counts little so."""
    spans = []
    for _ in range(times):
        start = time.process_time()
        work()
        spans.append(time.process_time() - start)
    return min(spans)


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 30_000])
    parser.add_argument("--folder", type=Path, help="where the archives are made (default: a temporary folder)")
    options = parser.parse_args()
    texts = make_texts(random.Random(1))
    print("| articles | query | found | back-test, all 300 days | 30 days | newest 20 | FTS5 count | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for count in options.articles:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            measure(fill(Path(folder) / "archive.db", count, texts), count)


def measure(db: Any, count: int) -> None:
    """One line for each query."""
    for name, (text, peer) in QUERIES.items():
        query = compile_query(text)
        found = run_backtest(db, query, {}, NOW - timedelta(days=DAYS)).articles
        whole = best_of(lambda q=query: run_backtest(db, q, {}, NOW - timedelta(days=DAYS)))
        month = best_of(lambda q=query: run_backtest(db, q, {}, NOW - timedelta(days=30)))
        newest = best_of(lambda q=query: list(search_archive(db, q, {}, limit=20)))
        plain = best_of(lambda p=peer: db.execute("SELECT count(*) FROM plain WHERE plain MATCH ?", [p]).fetchone())
        print(
            f"| {count:,} | {name} | {found:,} | {whole:.2f} s | {month:.3f} s | {newest * 1000:.0f} ms"
            f" | {plain * 1000:.1f} ms | {whole / plain:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
