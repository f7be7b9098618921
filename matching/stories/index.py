"""The index of the window: which articles, and which stories, have a word."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

POSTINGS = 100
"""Most recent articles a key leads to; it bounds the cost of a placement whatever the window holds."""

LOGARITHMS = [math.log(count) for count in range(1, 4097)]
"""Of 1, 2, 3 …"""


def log_count(count: int) -> float:
    """The logarithm of ``count + 1``."""
    return LOGARITHMS[count] if count < len(LOGARITHMS) else math.log(count + 1)


class Postings:
    """Key → numbers of the articles that have it, in order of arrival, the most recent ones only.

    Most keys lead to one article; such a key keeps the bare number.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int | list[int]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, keys: Iterable[int], number: int) -> None:
        """Enter one article under its keys."""
        numbers = self._numbers
        for key in keys:
            known = numbers.get(key)
            if known is None:
                numbers[key] = number
            elif isinstance(known, int):
                if known != number:
                    numbers[key] = [known, number]
            else:
                known.append(number)
                if len(known) > 2 * POSTINGS:
                    del known[:-POSTINGS]

    def remove(self, keys: Iterable[int], number: int) -> None:
        """Take out the article that arrived first."""
        numbers = self._numbers
        for key in keys:
            known = numbers.get(key)
            if known == number:
                del numbers[key]
            elif isinstance(known, list) and known[0] == number:
                del known[0]
                if not known:
                    del numbers[key]

    def select(self, keys: Iterable[int]) -> list[int]:
        """Those of the keys under which there is an article."""
        numbers = self._numbers
        return [key for key in keys if key in numbers]

    def find(self, key: int) -> Sequence[int]:
        """The most recent articles under a key."""
        known = self._numbers.get(key)
        if known is None:
            return ()
        return (known,) if isinstance(known, int) else known[-POSTINGS:]


class StoryWords:
    """Which words each story has.

    By story, not by article: else the words of an event that many report would pass for common.
    """

    def __init__(self) -> None:
        self._single: dict[str, Sequence[int]] = {}
        self._several: dict[str, Counter[int]] = {}

    def add(self, story: str, terms: Sequence[int]) -> Sequence[int]:
        """One more report of a story; ``terms`` without repetition. Only a story of several is counted in detail.

        Returns those of the terms that the story did not have: just ``terms`` for its first report.
        """
        if story in self._single:
            self._several[story] = Counter(self._single.pop(story))
        several = self._several.get(story)
        if several is None:
            self._single[story] = terms
            return terms
        risen = [term for term in terms if term not in several]
        several.update(terms)
        return risen

    def remove(self, story: str, terms: Sequence[int]) -> Sequence[int]:
        """One report of a story less; returns those of its terms that the story has no more."""
        several = self._several.get(story)
        if several is None:
            return self._single.pop(story)
        fallen = [term for term in terms if several[term] == 1]
        discount(several, terms)
        if not several:
            del self._several[story]
        return fallen


def discount(counts: Counter[int], keys: Iterable[int]) -> None:
    """Count each key once less and forget those that reach nought."""
    for key in keys:
        count = counts[key]
        if count == 1:
            del counts[key]
        else:
            counts[key] = count - 1
