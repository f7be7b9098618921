"""How well the language of a text is recognised, from our own headlines and from the labelled texts.

    python benchmarks/bench_languages.py [--errors]

Our headlines are ``tests/data/language_headlines.yaml`` (short ones, few with telling letters) and the headlines of
``tests/data/topic_texts.yaml``; where ``WIREWATCH_SHARED`` is set, also the texts of ``domain/labelled.dev.jsonl`` and
their headlines alone. Nothing is stated about the language, as where a feed says nothing.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import yaml

from matching.languages import recognise_language

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
Told = tuple[str, str]
"""The language, and a text in it."""


def read_ours() -> tuple[list[Told], list[Told]]:
    """Our short headlines, and those of the reports written for the topics."""
    short = yaml.safe_load((DATA / "language_headlines.yaml").read_text("utf-8"))
    reports = yaml.safe_load((DATA / "topic_texts.yaml").read_text("utf-8"))
    return (
        [(language, text) for language, texts in short.items() for text in texts],
        [(language, title) for part in reports.values() for language, _, title, _ in part],
    )


def read_labelled(path: Path) -> tuple[list[Told], list[Told]]:
    """The labelled texts with their headlines, and the headlines alone."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    whole = [(row["lang"], f"{row.get('title') or ''}\n{row.get('text') or ''}") for row in rows]
    return whole, [(row["lang"], row["title"]) for row in rows if row.get("title")]


def report(name: str, texts: Iterable[Told], *, errors: bool) -> None:
    """One line: right by language, and what was taken for what."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    wrong = []
    for language, text in texts:
        said = recognise_language(text) or "none"
        count[language] += 1
        right[language] += said == language
        if said != language:
            wrong.append(f"{language} taken for {said}: {text[:80]!r}")
    by_language = ", ".join(f"{language} {right[language]}/{number}" for language, number in count.most_common())
    print(f"{name}: {right.total() / count.total():.3f} ({right.total()} of {count.total()}): {by_language}")
    for line in wrong if errors else ():
        print("  ", line)


def main() -> None:
    """Print a line for each set of texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="list what was taken for another language")
    options = parser.parse_args()
    short, reports = read_ours()
    report("short headlines", short, errors=options.errors)
    report("headlines of reports", reports, errors=options.errors)
    shared = os.environ.get("WIREWATCH_SHARED")
    if shared:
        whole, titles = read_labelled(Path(shared) / "domain" / "labelled.dev.jsonl")
        report("labelled texts", whole, errors=options.errors)
        report("labelled headlines", titles, errors=options.errors)


if __name__ == "__main__":
    main()
