"""Standing searches against a batch of articles, beside the usual ways to do it, in one run.

    python -m benchmarks.bench_match [--searches 100000] [--articles 200] [--peers]
    python -m benchmarks.bench_match --grow

Articles are read from ``WIREWATCH_SHARED/domain/labelled.dev.jsonl`` where that is set (or from
``--articles-file``, JSON Lines with title and text), else made up from the names file. Searches are two or
three words of those articles, joined by AND, OR or as a phrase; "rare" draws each word of the vocabulary
alike, "common" draws words as often as they stand in the texts, leaving out those of more than a fifth of the
articles (nobody saves a search for "the"), "stop words" leaves none out. The peers only count hits, without
grammatical forms.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pysqlite3 as sqlite3

from matching.fold import fold
from matching.matcher import Matcher
from matching.names import load_names
from matching.tokens import find_words
from wirewatch.article import Article
from wirewatch.search import Search


def read_articles(path: Path | None, count: int) -> list[Article]:
    """``count`` articles of the file, or made up where there is none."""
    if path is None:
        return [make_article(number) for number in range(count)]
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows = sorted(rows, key=lambda row: -len(row.get("text") or ""))[:count]
    return [Article(url=str(n), title=row.get("title") or "", text=row.get("text") or "") for n, row in enumerate(rows)]


def make_article(number: int) -> Article:
    """An article of made-up words and real names, in one language."""
    dice = random.Random(number)
    language = dice.choice(("en", "ru", "az", "hy", "ka", "tr", "fa"))
    names = [form for entity in load_names().entities.values() for form in entity.forms.get(language, ())]
    words = [dice.choice(names) if dice.random() < 0.1 else f"w{int(dice.paretovariate(0.6))}" for _ in range(350)]
    return Article(url=str(number), title=" ".join(words[:9]), text=" ".join(words[9:]), language=language)


KINDS = ("rare", "common", "stop words")


def make_searches(articles: Sequence[Article], count: int, kind: str) -> list[Search]:
    """Two- and three-word searches from the words of the articles."""
    dice = random.Random(7)
    sets = [{fold(w) for _, _, w in find_words(f"{a.title} {a.text}")} for a in articles]
    counts = Counter(word for words in sets for word in words)
    stop = {word for word, count in counts.items() if count > len(articles) / 5}
    running = [fold(w) for a in articles for _, _, w in find_words(f"{a.title} {a.text}") if w.isalpha() and len(w) > 2]
    words = {
        "rare": sorted(set(running)),
        "common": [word for word in running if word not in stop],
        "stop words": running,
    }[kind]
    return [Search(f"s{n}", make_query(dice, words)) for n in range(count)]


def make_query(dice: random.Random, words: Sequence[str]) -> str:
    """A query: most are AND, some OR with AND, some phrases."""
    one, two, three = dice.choice(words), dice.choice(words), dice.choice(words)
    kind = dice.random()
    if kind < 0.6:
        return f"{one} AND {two}"
    if kind < 0.8:
        return f"({one} OR {two}) AND {three}"
    return f'"{one} {two}"' if kind < 0.9 else f"{one} AND {two} NOT {three}"


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds of processor time, and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def resident() -> float:
    """Memory of this process in MB, after what is unreachable has been freed."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 1e6


def grow(articles: Sequence[Article]) -> None:
    """Two tables: cost by number of searches, and by number of articles; each line in a process of its own."""
    print("| searches | articles | kind | first call | later calls | hits | building | memory for the searches |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    sizes = [(count, 200, kind) for kind in ("rare", "common") for count in (1_000, 10_000, 100_000, 1_000_000)]
    for count, share, kind in [*sizes, *((100_000, share, "rare") for share in (1, 10, 50, 100, 200, 371))]:
        line = multiprocessing.get_context("fork").Process(
            target=measure, args=(articles[:share], count, kind, articles[:200])
        )
        line.start()
        line.join()


def measure(articles: Sequence[Article], count: int, kind: str, vocabulary: Sequence[Article]) -> None:
    """One line of the tables: the first call knows no word yet, of three later ones the quickest counts."""
    searches = make_searches(vocabulary, count, kind)
    before = resident()
    built, matcher = timed(lambda: Matcher(searches))
    assert isinstance(matcher, Matcher)
    memory = resident() - before
    cold, hits = timed(lambda: sum(map(len, matcher.match(articles))))
    later = min(timed(lambda: sum(map(len, matcher.match(articles))))[0] for _ in range(3))
    print(
        f"| {count:,} | {len(articles)} | {kind} | {cold:.2f} s | {later:.2f} s | {hits:,} | {built:.1f} s"
        f" | {memory:.0f} MB |",
        flush=True,
    )


def ask_fts(articles: Sequence[Article], searches: Sequence[Search]) -> int:
    """The usual way: the batch in an in-memory FTS5 table, one MATCH a search, no receipts."""
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE batch USING fts5(title, text)")
    table.executemany("INSERT INTO batch VALUES (?, ?)", [(a.title, a.text) for a in articles])
    hits = 0
    for search in searches:
        expression = search.query.replace("AND NOT", "NOT") if " NOT " not in search.query else _fts_not(search.query)
        hits += len(table.execute("SELECT rowid FROM batch WHERE batch MATCH ?", (expression,)).fetchall())
    return hits


def _fts_not(query: str) -> str:
    positive, _, negative = query.partition(" NOT ")
    return f"({positive}) NOT {negative}"


def ask_sets(articles: Sequence[Article], searches: Sequence[Search]) -> int:
    """A pure-Python evaluator: each article's word set, each search's words by an index of its first word."""
    texts = [[fold(w) for _, _, w in find_words(f"{a.title} \0 {a.text}")] for a in articles]
    parsed = [
        (search.query.replace("(", "").replace(")", "").replace('"', "").split(), search.query) for search in searches
    ]
    index: dict[str, list[int]] = {}
    for number, (words, query) in enumerate(parsed):
        for word in (words[0], words[2]) if " OR " in query else (words[0],):
            index.setdefault(word, []).append(number)
    hits = 0
    for running in texts:
        have = set(running)
        joined = " " + " ".join(running) + " "
        candidates = {number for word in have for number in index.get(word, ())}
        hits += sum(_true(*parsed[number], have, joined) for number in candidates)
    return hits


def _true(words: list[str], query: str, have: set[str], joined: str) -> bool:
    if query.startswith('"'):
        return f" {words[0]} {words[1]} " in joined
    if " OR " in query:
        return (words[0] in have or words[2] in have) and words[4] in have
    if " NOT " in query:
        return words[0] in have and words[2] in have and words[4] not in have
    return words[0] in have and words[2] in have


def run(articles: Sequence[Article], count: int, kind: str, *, peers: bool) -> None:
    """One line a way."""
    searches = make_searches(articles, count, kind)
    before = resident()
    built, matcher = timed(lambda: Matcher(searches))
    assert isinstance(matcher, Matcher)
    memory = resident() - before
    cold, first = timed(lambda: matcher.match(articles))
    del first
    took, result = timed(lambda: matcher.match(articles))
    hits = sum(len(matches) for matches in result)  # type: ignore[attr-defined]
    print(f"{kind:10} {count:>9,} searches x {len(articles)} articles")
    print(f"  wirewatch      {took:7.2f} s ({cold:.2f} s with cold caches), {hits:,} hits with receipts")
    print(f"  building       {built:7.2f} s ({built / count * 1e6:.0f} us a search), about {memory:,.0f} MB more")
    some = searches[:1000]
    dropped, _ = timed(lambda: [matcher.remove(search.id) for search in some])
    added, _ = timed(lambda: [matcher.add(search) for search in some])
    print(f"  changing       {dropped * 1000:.1f} us to remove one, {added * 1000:.0f} us to add one")
    if peers:
        for name, ask in (("FTS5 a search", ask_fts), ("word sets", ask_sets)):
            seconds, other = timed(lambda ask=ask: ask(articles, searches))  # type: ignore[misc]
            print(f"  {name:14} {seconds:7.2f} s, {other:,} hits; {seconds / took:.1f} times ours")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--articles-file", type=Path)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--grow", action="store_true", help="cost by number of searches and articles instead")
    options = parser.parse_args()
    shared = os.environ.get("WIREWATCH_SHARED")
    path = options.articles_file or (Path(shared) / "domain" / "labelled.dev.jsonl" if shared else None)
    articles = read_articles(path, options.articles)
    if options.grow:
        grow(read_articles(path, max(options.articles, 371)) if path else articles)
        return
    for kind in KINDS:
        run(articles, options.searches, kind, peers=options.peers)


if __name__ == "__main__":
    main()
