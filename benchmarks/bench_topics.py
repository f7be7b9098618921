"""How well a topic tells its texts from others, by language, for whole texts and for headlines alone.

    python benchmarks/bench_topics.py [--topic south-caucasus-diplomacy] [--file labelled.jsonl] [--errors]
    python benchmarks/bench_topics.py --written

The file is JSON Lines with ``title``, ``text``, ``lang`` and ``label`` (``relevant`` or not); without ``--file`` it
is ``WIREWATCH_SHARED/domain/labelled.dev.jsonl``. The rules hold no figure that was fitted to a text, so
cross-validation asks how steady the score is: five folds drawn by id, and a bootstrap of the whole (1,000 draws).
For the other topics an entry of the ``topics`` list that bears the topic's name counts as relevant; ``--readings``
corrects these labels by ``benchmarks/data/topic_readings.yaml``. ``--written`` asks all topics of our own short reports
(``tests/data/topic_texts.yaml``) instead.
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

import yaml

from matching.matcher import Matcher
from matching.topics import load_topics
from wirewatch.article import Article
from wirewatch.search import Search

Pair = tuple[bool, bool]
"""What the topic said, and what is true."""

HERE = Path(__file__).resolve().parent
MAIN = "south-caucasus-diplomacy"
LABELS = {
    "corridors-transport": "corridor_transport",
    "energy": "energy",
    "peace-process": "peace_process",
    "sanctions": "sanctions",
    "visits": "visit_meeting",
}
"""How the labelled file calls the topics beside the main one."""
LETTERS = dict(zip("DCEPSV", (MAIN, *LABELS), strict=True))
"""How ``topic_texts.yaml`` calls the topics."""


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


def is_about(topic: str, row: dict[str, Any]) -> bool:
    """Whether the label says that the text belongs to the topic."""
    relevant = row["label"] == "relevant"
    return relevant and (topic == MAIN or LABELS[topic] in (row.get("topics") or ()))


def read_again(topic: str, rows: Sequence[dict[str, Any]], truth: Sequence[bool]) -> list[bool]:
    """The labels of a topic, corrected by a second reading."""
    readings = yaml.safe_load((HERE / "data" / "topic_readings.yaml").read_text("utf-8")).get(topic, {})
    lacking, unfounded = (set(readings.get(name, "").split()) for name in ("lacking", "unfounded"))
    return [
        row["id"] in lacking or (true and row["id"] not in unfounded) for true, row in zip(truth, rows, strict=True)
    ]


def report_written(*, errors: bool) -> None:
    """All topics on our own short reports, with their leads and by headline alone."""
    lists = yaml.safe_load((HERE.parent / "tests" / "data" / "topic_texts.yaml").read_text("utf-8"))
    names = ("lang", "letters", "title", "text")
    rows = [dict(zip(names, report, strict=True)) for reports in lists.values() for report in reports]
    for letter, topic in LETTERS.items():
        for name, headlines in (("with leads", False), ("headlines alone", True)):
            said = ask(topic, rows, headlines=headlines)
            pairs = [(yes, letter in row["letters"]) for yes, row in zip(said, rows, strict=True)]
            report(f"{topic}, {name}", rows, pairs)
            list_errors(rows, pairs if errors else ())


def list_errors(rows: Sequence[dict[str, Any]], pairs: Sequence[Pair]) -> None:
    """The texts that were told wrongly."""
    for (yes, true), row in zip(pairs, rows, strict=bool(pairs)):
        if yes != true:
            print("  wrongly", "in " if yes else "out", row["lang"], (row.get("title") or "")[:110])


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topic", default=MAIN, choices=list(load_topics()))
    shared = Path(os.environ.get("WIREWATCH_SHARED", "../shared"))
    parser.add_argument("--file", type=Path, default=shared / "domain" / "labelled.dev.jsonl")
    parser.add_argument("--readings", action="store_true", help="correct the labels by a second reading")
    parser.add_argument("--errors", action="store_true", help="list what was told wrongly")
    parser.add_argument("--written", action="store_true", help="ask our own short reports instead")
    options = parser.parse_args()
    if options.written:
        report_written(errors=options.errors)
        return
    rows = [json.loads(line) for line in options.file.read_text("utf-8").splitlines()]
    truth = [is_about(options.topic, row) for row in rows]
    if options.readings:
        truth = read_again(options.topic, rows, truth)
    for name, headlines in (("whole texts", False), ("headlines alone", True)):
        kept = [n for n, row in enumerate(rows) if row.get("title") or not headlines]
        asked = [rows[n] for n in kept]
        said = ask(options.topic, asked, headlines=headlines)
        pairs = [(yes, truth[n]) for yes, n in zip(said, kept, strict=True)]
        report(name, asked, pairs)
        report_spread(asked, pairs)
        list_errors(asked, pairs if options.errors else ())


if __name__ == "__main__":
    main()
