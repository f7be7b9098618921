"""Our feed reading against feedparser alone, on feeds and date strings given by path.

    python -m benchmarks.bench_feeds --feeds FOLDER          files of one feed each, perhaps gzipped
    python -m benchmarks.bench_feeds --dates FILE.jsonl      {"raw": "…", "utc": "…"|null|"?"} a line
    python -m benchmarks.bench_feeds --peers …               both with every reader of feed_peers.py that is installed

A date's ``utc`` is the right instant, null where the text must not be read, "?" where it must be read somehow.
Feeds have no given truth: the table says what each reads and where the two differ; ``--show`` lists the differences.
With ``--peers`` an entry's right link, title and date are what at least two of the other readers say.
"""

from __future__ import annotations

import argparse
import calendar
import gzip
import json
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
from feedparser import api

from benchmarks.feed_peers import DATE_PEERS, FEED_PEERS, FIELDS, DateReader, agreed, judge, row
from crawler.reading import buffered_expat
from crawler.reading.dates import read_feed_date
from crawler.reading.feed import read_feed
from wirewatch.errors import UnreadableError

NOW = datetime.now(UTC)
Rows = list[tuple[str, str, int | None]]
"""Link, title and instant (seconds since 1970) of each entry."""


def read_ours(body: bytes) -> Rows:
    try:
        feed = read_feed(body, "", content_type=None, zone=UTC, now=NOW)
    except UnreadableError:
        return []
    return [(entry.link, " ".join(entry.title.split()), _seconds(entry.stated)) for entry in feed.entries]


def read_feedparser(body: bytes) -> Rows:
    """As it is installed, with its own XML reader."""
    api.PREFERRED_XML_PARSERS.remove(buffered_expat.__name__)
    try:
        return _read_plainly(body)
    finally:
        buffered_expat.install()


def _read_plainly(body: bytes) -> Rows:
    entries = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries
    return [
        (entry.get("link") or "", " ".join((entry.get("title") or "").split()), _parsed(entry)) for entry in entries
    ]


def _parsed(entry: Any) -> int | None:
    parsed = entry.get("published_parsed") or dict.get(entry, "updated_parsed")
    return calendar.timegm(parsed) if parsed else None


def _seconds(when: datetime | None) -> int | None:
    return None if when is None else int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


READERS: dict[str, Callable[[bytes], Rows]] = {"wirewatch": read_ours, "feedparser": read_feedparser}


def load_feeds(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        data = path.read_bytes()
        yield path.name, gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def compare_feeds(folder: Path, show: bool) -> None:
    feeds = list(load_feeds(folder))
    times: dict[str, list[float]] = {name: [] for name in READERS}
    totals: dict[str, Counter[str]] = {name: Counter() for name in READERS}
    differences: Counter[str] = Counter()
    for file, body in feeds:
        rows = {name: _timed(reader, body, times[name]) for name, reader in READERS.items()}
        for name, found in rows.items():
            totals[name].update(feeds=bool(found), entries=len(found), dated=sum(row[2] is not None for row in found))
        for words in _differences(rows["wirewatch"], rows["feedparser"]):
            differences[words.partition(":")[0]] += 1
            if show:
                print(file, words)
    print(f"{len(feeds)} files\n\n| reader | feeds read | entries | with a date | ms a feed, median | p95 | total s |")
    print("|---|---|---|---|---|---|---|")
    for name, counts in totals.items():
        spent = sorted(times[name])
        median, p95 = statistics.median(spent) * 1e3, spent[int(0.95 * (len(spent) - 1))] * 1e3
        row = f"{counts['feeds']} | {counts['entries']:,} | {counts['dated']:,} | {median:.1f} | {p95:.0f}"
        print(f"| {name} | {row} | {sum(spent):.1f} |")
    print("\nDifferences by kind:", dict(differences))


def _timed(reader: Callable[[bytes], Rows], body: bytes, spent: list[float]) -> Rows:
    begin = time.process_time()
    rows = reader(body)
    spent.append(time.process_time() - begin)
    return rows


def _differences(ours: Rows, theirs: Rows) -> Iterator[str]:
    if len(ours) != len(theirs):
        yield f"entry count: {len(ours)} and {len(theirs)}"
        return
    for one, other in zip(ours, theirs, strict=True):
        for field, mine, yours in zip(("link", "title", "date"), one, other, strict=True):
            if mine != yours:
                yield f"{field}: {mine!r} and {yours!r}"


def vote(folder: Path) -> None:
    """Every reader against what the others agree on."""
    readers = {name: _guarded(reader) for name, reader in {**READERS, **FEED_PEERS}.items() if _is_there(reader)}
    score: dict[str, Counter[str]] = {name: Counter() for name in readers}
    total: Counter[str] = Counter()
    for _, body in load_feeds(folder):
        read = {name: [row(*entry) for entry in reader(body)] for name, reader in readers.items()}
        truth = agreed([rows for name, rows in read.items() if name != "wirewatch"])
        if truth is None:
            continue
        total.update({"feeds": 1, "entry": len(truth)})
        for field, name in enumerate(FIELDS):
            total[name] += sum(right[field] is not None for right in truth)
        for name, rows in read.items():
            score[name].update({"feeds": len(rows) == len(truth)})
            score[name].update(field for field, right in judge(rows, truth) if right)
    print(f"\n{total['feeds']} feeds, {total['entry']:,} entries\n")
    head = ("reader", "right number of entries", "entries all right %", "link %", "title %", "date %")
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for name, right in sorted(score.items(), key=lambda item: -item[1]["entry"]):
        shares = " | ".join(f"{100 * right[key] / max(1, total[key]):.1f}" for key in ("entry", *FIELDS))
        print(f"| {name} | {right['feeds']} | {shares} |")


def _guarded(reader: Callable[..., Any]) -> Callable[..., Any]:
    """A library that raises has read nothing."""

    def read(given: Any) -> Any:
        try:
            return reader(given)
        except Exception:  # noqa: BLE001  every library has errors of its own
            return [] if isinstance(given, bytes) else None

    return read


def _is_there(reader: Callable[..., Any]) -> bool:
    """Whether the library is installed."""
    for probe in (b"<rss><channel/></rss>", "2024-01-01"):
        try:
            reader(probe)
        except ImportError:
            return False
        except Exception:  # noqa: BLE001  what it thinks of the probe does not matter
            continue
    return True


def judge_dates(file: Path, peers: dict[str, DateReader]) -> None:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    kinds = Counter(_kind_of(row["utc"]) for row in rows)
    print(f"\n{len(rows)} date texts\n\n| reader | " + " | ".join(f"{kind} ({kinds[kind]})" for kind in kinds), end="")
    print(" | wrong | µs each |\n|" + "---|" * (len(kinds) + 3))
    for name, reader in {"wirewatch": _date_ours, "feedparser": _date_feedparser, **peers}.items():
        begin = time.process_time()
        found = [(row["utc"], reader(row["raw"])) for row in rows]
        each = (time.process_time() - begin) / len(rows) * 1e6
        right = Counter(_kind_of(utc) for utc, got in found if _judge(got, utc) in ("right", "refused"))
        wrong = sum(_judge(got, utc) == "wrong" for utc, got in found)
        print(f"| {name} | " + " | ".join(str(right[kind]) for kind in kinds) + f" | {wrong} | {each:.0f} |")


def _kind_of(utc: str | None) -> str:
    return "to be refused" if utc is None else "to be read somehow" if utc == "?" else "with a known instant"


def _judge(found: int | None, utc: str | None) -> str:
    if utc is None:
        return "refused" if found is None else "wrong"
    if found is None:
        return "not read"
    return "right" if utc == "?" or found == _seconds(datetime.fromisoformat(utc)) else "wrong"


def _date_ours(text: str) -> int | None:
    found = read_feed_date(text, zone=UTC, now=NOW)
    return _seconds(found[0]) if found else None


def _date_feedparser(text: str) -> int | None:
    try:
        parsed = feedparser.datetimes._parse_date(text)
        return calendar.timegm(parsed) if parsed else None
    except (ValueError, OverflowError):
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=Path)
    parser.add_argument("--dates", type=Path)
    parser.add_argument("--peers", action="store_true", help="with every other reader that is installed")
    parser.add_argument("--show", action="store_true", help="list every difference")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if not arguments.feeds and not arguments.dates:
        parser.error("give --feeds or --dates")
    if arguments.feeds:
        compare_feeds(arguments.feeds, arguments.show)
    if arguments.feeds and arguments.peers:
        vote(arguments.feeds)
    if arguments.dates:
        peers = {name: _guarded(reader) for name, reader in DATE_PEERS.items() if _is_there(reader)}
        judge_dates(arguments.dates, peers if arguments.peers else {})


if __name__ == "__main__":
    main()
