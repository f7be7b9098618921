"""How well a topic tells its texts from others, by language, for whole texts and for headlines alone.

    python benchmarks/bench_topics.py [--topic south-caucasus-diplomacy] [--file labelled.jsonl] [--errors]

The file is JSON Lines with ``title``, ``text``, ``lang`` and ``label`` (``relevant`` or not); without ``--file`` it
is ``WIREWATCH_SHARED/domain/labelled.dev.jsonl``. The rules hold no figure that was fitted to a text, so
cross-validation asks how steady the score is: five folds drawn by id, and a bootstrap of the whole (1,000 draws).
For the other topics ``--label-topic`` names the entry of the ``topics`` list that counts as relevant.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matching.matcher import Matcher
from matching.topics import load_topics
from wirewatch.article import Article
from wirewatch.search import Search

Pair = tuple[bool, bool]
"""What the topic said, and what is true."""


def score(pairs: Sequence[Pair]) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    right = sum(said and true for said, true in pairs)
    said, true = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    precision, recall = right / said if said else 1.0, right / true if true else 1.0
    return precision, recall, 2 * right / (said + true) if said + true else 1.0


def ask(topic: str, rows: Sequence[dict[str, Any]], *, headlines: bool) -> list[bool]:
    """What the topic says of each row."""
    matcher = Matcher([Search(topic, load_topics()[topic].query)])
    articles = [
        Article(url="", title=row.get("title") or "", text="" if headlines else row.get("text") or "") for row in rows
    ]
    return [bool(matches) for matches in matcher.match(articles)]


def report(name: str, rows: Sequence[dict[str, Any]], pairs: Sequence[Pair]) -> None:
    """One table."""
    print(f"{name}: precision recall F1 (texts, of them relevant)")
    languages = sorted({row["lang"] for row in rows}, key=lambda one: -sum(row["lang"] == one for row in rows))
    for language in ("all", *languages):
        chosen = [pair for pair, row in zip(pairs, rows, strict=True) if language in ("all", row["lang"])]
        print(
            "  {:4} {:.3f} {:.3f} {:.3f}".format(language, *score(chosen)),
            f"({len(chosen)}, {sum(p[1] for p in chosen)})",
        )


def report_spread(rows: Sequence[dict[str, Any]], pairs: Sequence[Pair]) -> None:
    """Folds and bootstrap."""
    folds = [zlib.crc32(str(row.get("id")).encode()) % 5 for row in rows]
    scores = [score([pair for pair, fold in zip(pairs, folds, strict=True) if fold == n])[2] for n in range(5)]
    dice = random.Random(1)
    draws = sorted(score(dice.choices(pairs, k=len(pairs)))[2] for _ in range(1000))
    print("  folds   ", " ".join(f"{one:.3f}" for one in scores))
    print(f"  bootstrap 95 %: {draws[25]:.3f} to {draws[974]:.3f}")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topic", default="south-caucasus-diplomacy", choices=list(load_topics()))
    parser.add_argument("--label-topic", help="count rows as relevant whose topics name this")
    shared = Path(os.environ.get("WIREWATCH_SHARED", "../shared"))
    parser.add_argument("--file", type=Path, default=shared / "domain" / "labelled.dev.jsonl")
    parser.add_argument("--errors", action="store_true", help="list what was told wrongly")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.file.read_text("utf-8").splitlines()]
    truth = [
        row["label"] == "relevant" and (not options.label_topic or options.label_topic in (row.get("topics") or ()))
        for row in rows
    ]
    for name, headlines in (("whole texts", False), ("headlines alone", True)):
        kept = [n for n, row in enumerate(rows) if row.get("title") or not headlines]
        said = ask(options.topic, [rows[n] for n in kept], headlines=headlines)
        pairs = [(yes, truth[n]) for yes, n in zip(said, kept, strict=True)]
        report(name, [rows[n] for n in kept], pairs)
        report_spread([rows[n] for n in kept], pairs)
        for (yes, true), n in zip(pairs, kept, strict=True):
            if options.errors and yes != true:
                print("  wrongly", "in " if yes else "out", rows[n]["lang"], (rows[n].get("title") or "")[:110])


if __name__ == "__main__":
    main()
