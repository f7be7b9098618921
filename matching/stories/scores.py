"""The articles that gain most from the keys under which they were found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

FEW = 300
"""Entries up to which a dictionary takes less time than arrays."""


def rank(found: list[Sequence[int]], gains: list[float]) -> list[int]:
    """The numbers in these lists by the sum of what each list gains its numbers, the highest first, then by number."""
    entries = list(chain.from_iterable(found))
    if len(entries) < FEW:
        return _rank_few(found, gains)
    low = min(entries)
    scores = np.bincount(np.array(entries) - low, np.repeat(gains, list(map(len, found))))
    numbers = np.flatnonzero(scores)
    order = np.argsort(-scores[numbers], kind="stable")
    ranked: list[int] = (numbers[order] + low).tolist()
    return ranked


def _rank_few(found: list[Sequence[int]], gains: list[float]) -> list[int]:
    scores: dict[int, float] = {}
    for numbers, gain in zip(found, gains, strict=True):
        for number in numbers:
            scores[number] = scores.get(number, 0.0) + gain
    return sorted(scores, key=lambda number: (-scores[number], number))
