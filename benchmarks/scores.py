"""Scores of extracted articles: 4-word shingles for text, equality for the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

WORD = re.compile(r"\w+")


def shingles(text: str | None, size: int = 4) -> Counter[tuple[str, ...]]:
    """Runs of ``size`` words with their counts (the whole text where it is shorter)."""
    words = WORD.findall(text or "")
    return Counter(tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1)) if words)


Score = tuple[float | None, float]
"""Precision (None where nothing was found: nothing found is nothing wrong) and recall."""


def score_text(right: str | None, found: str | None) -> Score:
    """Precision and recall of ``found`` in shingles."""
    a, b = shingles(right), shingles(found)
    common = sum((a & b).values())
    return (common / sum(b.values()) if b else None), (common / sum(a.values()) if a else 0.0)


def mean_f1(pairs: Iterable[Score]) -> tuple[float, float, float]:
    """F1 of the mean precision and recall, and those two, in per cent, as article-extraction-benchmark has it."""
    every = list(pairs)
    told = [pair[0] for pair in every if pair[0] is not None]
    precision = sum(told) / len(told) if told else 0.0
    recall = sum(pair[1] for pair in every) / len(every)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return 100 * f1, 100 * precision, 100 * recall


def fold_title(text: str | None) -> str:
    return " ".join(WORD.findall(unicodedata.normalize("NFKC", text or "").casefold()))


def is_same_title(right: str, found: str | None) -> bool:
    return fold_title(right) == fold_title(found)


def fold_names(names: Iterable[str]) -> set[str]:
    return {fold_title(re.sub(r"^(by|von|de|par)\s+", "", name, flags=re.IGNORECASE)) for name in names} - {""}


def is_same_authors(right: Iterable[str], found: Iterable[str] | None) -> bool:
    return fold_names(right) == fold_names(found or ())


def read_time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def is_same_day(right: str, found: str | None) -> bool:
    a, b = read_time(right), read_time(found)
    if a is None or b is None:
        return False
    return a.date() == b.date() or bool(a.tzinfo and b.tzinfo and b.astimezone(a.tzinfo).date() == a.date())


def is_same_instant(right: str, found: str | None) -> bool:
    """Within a minute; both must state a time and a zone."""
    a, b = read_time(right), read_time(found)
    return bool(a and b and a.tzinfo and b.tzinfo and abs((a - b).total_seconds()) <= 60)
