"""The event vectors of the articles held, as arrays, weighted anew with the rarity that their words have at the moment.

A word's rarity changes with each article, so vectors are not kept weighted: a placement weighs some thousands of words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.stories.features import Fingerprint
from matching.stories.similarity import HEADLINE_SHARE, WORD_SHARE

Floats = NDArray[np.float64]
_UNHEARD = 0
"""The place of all words that no article held has."""


class Weighed(NamedTuple):
    """An article's words by their places, with the rarity that each has now."""

    places: NDArray[Any]
    weights: Floats
    square: float
    """Squared length."""


class Vectors:
    """The words of articles, each at a place of its own in some long arrays.

    ``counts``: word → number of stories that have it; kept by the caller, who says when it has changed.
    """

    def __init__(self, counts: Mapping[int, int]) -> None:
        self._counts = counts
        self._place_of: dict[int, int] = {}
        self._free: list[int] = []
        self._logs: Floats = np.zeros(1024)
        """By place, the logarithm of the number of stories that have the word, and one."""
        self._sum: Floats = np.zeros(1024)
        """Room to add vectors up; all zero between two calls."""
        self._places: dict[int, NDArray[Any]] = {}

    def add(self, number: int, print_: Fingerprint) -> None:
        """Hold one more article, whose words are counted already."""
        place_of = self._place_of
        for term in [term for term in print_.terms if term not in place_of]:
            place_of[term] = self._free.pop() if self._free else len(place_of) + 1
        while len(place_of) + len(self._free) >= len(self._logs):
            self._logs, self._sum = (np.concatenate([each, np.zeros(len(each))]) for each in (self._logs, self._sum))
        places = self._places[number] = self._find_places(print_.terms)
        self._count_anew(print_.terms, places)

    def remove(self, number: int, print_: Fingerprint) -> None:
        """Forget an article whose words are no longer counted."""
        del self._places[number]
        gone = [term for term in print_.terms if term not in self._counts]
        self._free += [self._place_of.pop(term) for term in gone]
        left = [term for term in print_.terms if term in self._counts]
        self._count_anew(left, self._find_places(left))

    def _count_anew(self, terms: Sequence[int], places: NDArray[Any]) -> None:
        counts = np.fromiter(map(self._counts.__getitem__, terms), np.int64, len(terms))
        self._logs[places] = np.log(counts + 1)

    def _find_places(self, terms: Sequence[int]) -> NDArray[Any]:
        return np.fromiter(map(self._place_of.get, terms, repeat(_UNHEARD)), np.int32, len(terms))

    def weigh(self, print_: Fingerprint, most: float) -> Weighed:
        """The vector of an article, held or not; ``most``: the rarity of a word that nobody has used."""
        return self._weigh(self._find_places(print_.terms), print_, most)

    def _weigh(self, places: NDArray[Any], print_: Fingerprint, most: float) -> Weighed:
        weights = np.frombuffer(print_.weights, np.float32) * (most - self._logs[places])
        return Weighed(places, weights, float(weights @ weights))

    def liken(self, new: Weighed, held: Iterable[tuple[int, Fingerprint]], most: float) -> float:
        """Cosine of an article and the sum of some held ones, each of length one (number and fingerprint of each).

        No single word gives more than WORD_SHARE to it (more in a headline): so two rare names in common do not make
        two events of one minister's day alike.
        """
        total, all_places = self._sum, []
        for number, print_ in held:
            places, weights, square = self._weigh(self._places[number], print_, most)
            total[places] += weights / (math.sqrt(square) or 1.0)
            all_places.append(places)
        shared = new.weights * total[new.places]
        square, words = 0.0, 0
        for places in all_places:
            parts = total[places]
            total[places] = 0.0
            square += float(parts @ parts)
            words += int(np.count_nonzero(parts))
        lengths = math.sqrt(new.square * square)
        if not lengths:
            return 0.0
        cap = max(WORD_SHARE, HEADLINE_SHARE / min(len(new.places), words)) * lengths
        return float(np.minimum(shared, cap).sum()) / lengths
