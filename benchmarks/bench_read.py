"""Our page reading against that of other libraries, on saved pages with known truth given by path.

    python -m benchmarks.bench_read FOLDER [FOLDER…]              text, headline, time, authors
    python -m benchmarks.bench_read --peers all FOLDER…           with every peer of page_peers.py
    python -m benchmarks.bench_read --time [--pages 60] FOLDER…   CPU a page and the median ratio

FOLDER holds ``pages.jsonl`` ({"id", "url", "text", "title"?, "published"?, "authors"?} a line) and ``html/ID.gz``.
``--half 0`` or ``--half 1`` takes every second page, to check on one half what was made on the other; ``--worst N``
names the pages with the lowest score. A page on which a library raises counts as read empty.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import signal
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import scores
from benchmarks.page_peers import PEERS
from crawler.reading.bench import extract

Extractor = Callable[[bytes, str], dict[str, Any]]
_LIMIT = 60
"""Seconds that a library may take over a page."""


USUAL = ("trafilatura precision", "trafilatura default")


def load_pages(folder: Path, half: int | None) -> list[tuple[dict[str, Any], bytes]]:
    rows = [json.loads(line) for line in (folder / "pages.jsonl").read_text("utf-8").splitlines()]
    rows = rows if half is None else rows[half::2]
    return [(row, gzip.decompress((folder / "html" / f"{row['id']}.gz").read_bytes())) for row in rows]


class LateError(Exception):
    """A library took longer over a page than its limit."""


def read_all(reader: Extractor, pages: list[tuple[dict[str, Any], bytes]]) -> tuple[list[Any], int]:
    """(truth, what was read) of each page, and on how many the library raised or took more than a minute.

    Raises:
        ImportError: the library is not installed.
    """
    found, failed = [], 0
    for row, html in pages:
        signal.alarm(_LIMIT)
        try:
            found.append((row, reader(html, row["url"]) or {}))
        except ImportError:
            raise
        except Exception:  # noqa: BLE001  every library has errors of its own
            found.append((row, {}))
            failed += 1
        finally:
            signal.alarm(0)
    return found, failed


def score_reader(reader: Extractor, pages: list[tuple[dict[str, Any], bytes]]) -> tuple[dict[str, float], list[Any]]:
    """Figures in per cent (and how many pages failed), and (F1, id) of each page."""
    found, failed = read_all(reader, pages)
    texts = [scores.score_text(row["text"], got.get("text")) for row, got in found]
    f1, precision, recall = scores.mean_f1(texts)
    figures = {"F1": f1, "precision": precision, "recall": recall, "failed": failed}
    for name, field, judge in (
        ("headline", "title", scores.is_same_title),
        ("day", "published", scores.is_same_day),
        ("instant", "published", scores.is_same_instant),
        ("authors", "authors", scores.is_same_authors),
    ):
        told = [(row[field], got.get(field)) for row, got in found if row.get(field)]
        if not any(got for _, got in told):
            continue  # a library that does not read the field
        if name == "instant":
            told = [(right, got) for right, got in told if getattr(scores.read_time(right), "tzinfo", None)]
        if told:
            figures[name] = 100 * statistics.mean(judge(right, got) for right, got in told)
    worst = sorted((scores.mean_f1([pair])[0], row["id"]) for pair, (row, _) in zip(texts, found, strict=True))
    return figures, worst


def print_scores(folder: Path, peers: dict[str, Extractor], half: int | None, worst: int) -> None:
    pages = load_pages(folder, half)
    print(f"\n### {folder.name} ({len(pages)} pages)\n")
    told: dict[str, dict[str, float]] = {}
    for name, reader in {"wirewatch": extract, **peers}.items():
        try:
            told[name], ranking = score_reader(reader, pages)
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            continue
        if name == "wirewatch":
            low = ranking[:worst]
    head = list(told["wirewatch"])
    print("| reader | " + " | ".join(head) + " |\n|---|" + "---|" * len(head))
    for name, figures in sorted(told.items(), key=lambda item: -item[1]["F1"]):
        print(f"| {name} | " + " | ".join(_cell(figures, key) for key in head) + " |")
    for f1, page in low:
        print(f"  {f1:.0f} {page}")


def _cell(figures: dict[str, float], key: str) -> str:
    """One figure as the table shows it: text figures of a reader of dates alone, and fields not read, are blank."""
    if key not in figures or (key in ("F1", "precision", "recall") and not figures["F1"]):
        return ""
    return f"{figures[key]:.0f}" if key == "failed" else f"{figures[key]:.1f}"


def print_times(folder: Path, peers: dict[str, Extractor], count: int) -> None:
    pages = load_pages(folder, None)
    pages = pages[:: max(1, len(pages) // count)][:count]
    readers = {"wirewatch": extract, **peers}
    spent: dict[str, list[float]] = {name: [] for name in readers}
    for reader in readers.values():  # warm up imports and caches
        reader(pages[0][1], pages[0][0]["url"])
    for row, html in pages:
        for name, reader in readers.items():
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
    parser.add_argument("--peers", default=",".join(USUAL), help="all, or names of page_peers.py parted by commas")
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--worst", type=int, default=0)
    options = parser.parse_args()
    peers = PEERS if options.peers == "all" else {name: PEERS[name] for name in options.peers.split(",")}
    signal.signal(signal.SIGALRM, _stop)
    for folder in options.folders:
        if options.time:
            print_times(folder, {name: peers[name] for name in peers if name in USUAL}, options.pages)
        else:
            print_scores(folder, peers, options.half, options.worst)


def _stop(*_: Any) -> None:
    raise LateError


if __name__ == "__main__":
    main()
