"""Our page reading against trafilatura, on saved pages with known truth given by path.

    python benchmarks/bench_read.py FOLDER [FOLDER…]              text, headline, time, authors
    python benchmarks/bench_read.py --time [--pages 60] FOLDER…   CPU a page and the median ratio

FOLDER holds ``pages.jsonl`` ({"id", "url", "text", "title"?, "published"?, "authors"?} a line) and ``html/ID.gz``.
``--half 0`` or ``--half 1`` takes every second page, to check on one half what was made on the other; ``--worst N``
names the pages with the lowest score.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import scores
from crawler.reading.bench import extract

Extractor = Callable[[bytes, str], dict[str, Any]]


def read_trafilatura(html: bytes, url: str, **options: Any) -> dict[str, Any]:
    import trafilatura

    found = trafilatura.bare_extraction(html, url=url or None, include_comments=False, with_metadata=True, **options)
    if found is None:
        return {}
    authors = [name for name in (found.author or "").split("; ") if name]
    return {"title": found.title, "text": found.text, "published": found.date, "authors": authors}


def read_trafilatura_precision(html: bytes, url: str) -> dict[str, Any]:
    return read_trafilatura(html, url, favor_precision=True)


READERS: dict[str, Extractor] = {
    "wirewatch": extract,
    "trafilatura precision": read_trafilatura_precision,
    "trafilatura default": read_trafilatura,
}


def load_pages(folder: Path, half: int | None) -> list[tuple[dict[str, Any], bytes]]:
    rows = [json.loads(line) for line in (folder / "pages.jsonl").read_text("utf-8").splitlines()]
    rows = rows if half is None else rows[half::2]
    return [(row, gzip.decompress((folder / "html" / f"{row['id']}.gz").read_bytes())) for row in rows]


def score_reader(reader: Extractor, pages: list[tuple[dict[str, Any], bytes]]) -> tuple[dict[str, float], list[Any]]:
    """Figures in per cent, and (F1, id) of each page."""
    found = [(row, reader(html, row["url"]) or {}) for row, html in pages]
    texts = [scores.score_text(row["text"], got.get("text")) for row, got in found]
    f1, precision, recall = scores.mean_f1(texts)
    figures = {"F1": f1, "precision": precision, "recall": recall}
    for name, field, judge in (
        ("headline", "title", scores.is_same_title),
        ("day", "published", scores.is_same_day),
        ("instant", "published", scores.is_same_instant),
        ("authors", "authors", scores.is_same_authors),
    ):
        told = [(row[field], got.get(field)) for row, got in found if row.get(field)]
        if name == "instant":
            told = [(right, got) for right, got in told if getattr(scores.read_time(right), "tzinfo", None)]
        if told:
            figures[name] = 100 * statistics.mean(judge(right, got) for right, got in told)
    worst = sorted((scores.mean_f1([pair])[0], row["id"]) for pair, (row, _) in zip(texts, found, strict=True))
    return figures, worst


def print_scores(folder: Path, half: int | None, worst: int) -> None:
    pages = load_pages(folder, half)
    print(f"\n### {folder.name} ({len(pages)} pages)\n")
    head: list[str] = []
    for name, reader in READERS.items():
        figures, ranking = score_reader(reader, pages)
        if not head:
            head = list(figures)
            print("| reader | " + " | ".join(head) + " |\n|---|" + "---|" * len(head))
        print(f"| {name} | " + " | ".join(f"{figures.get(key, float('nan')):.1f}" for key in head) + " |")
        if name == "wirewatch":
            low = ranking[:worst]
    for f1, page in low:
        print(f"  {f1:.0f} {page}")


def print_times(folder: Path, count: int) -> None:
    pages = load_pages(folder, None)
    pages = pages[:: max(1, len(pages) // count)][:count]
    spent: dict[str, list[float]] = {name: [] for name in READERS}
    for reader in READERS.values():  # warm up imports and caches
        reader(pages[0][1], pages[0][0]["url"])
    for row, html in pages:
        for name, reader in READERS.items():
            started = time.process_time()
            reader(html, row["url"])
            spent[name].append(time.process_time() - started)
    base = spent["trafilatura default"]
    print(
        f"\n### {folder.name}: CPU of {len(pages)} pages\n\n"
        "| reader | ms a page (median) | median ratio |\n|---|---|---|"
    )
    for name, times in spent.items():
        ratio = statistics.median(own / other for own, other in zip(times, base, strict=True))
        print(f"| {name} | {1e3 * statistics.median(times):.1f} | {ratio:.2f} |")


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--worst", type=int, default=0)
    options = parser.parse_args()
    for folder in options.folders:
        if options.time:
            print_times(folder, options.pages)
        else:
            print_scores(folder, options.half, options.worst)


if __name__ == "__main__":
    main()
