"""The event vectors of the articles held, as arrays, weighted anew with the rarity that their words have at the moment.

A word's rarity changes with each article, so vectors are not kept weighted: a placement weighs some thousands of words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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

    Of each word it is counted how many stories have it; which those are, the caller says.
    """

    def __init__(self) -> None:
        self._place_of: dict[int, int] = {}
        self._free: list[int] = []
        self._heard: NDArray[np.int64] = np.zeros(1024, np.int64)
        """By place, the number of stories that have the word."""
        self._logs: Floats = np.zeros(1024)
        """By place, the logarithm of that number and one."""
        self._sum: Floats = np.zeros(1024)
        """Room to add vectors up; all zero between two calls."""
        self._places: dict[int, NDArray[Any]] = {}
        self._latest: tuple[Fingerprint, NDArray[Any]] | None = None
        """What was weighed since a word got its place, which is what is added next, and the places of its words."""

    def __len__(self) -> int:
        """Words that articles held have."""
        return len(self._place_of)

    def add(self, number: int, print_: Fingerprint, risen: Sequence[int]) -> None:
        """Hold one more article. ``risen``: those of its words that one story more has now."""
        latest, terms, place_of = self._latest, print_.terms, self._place_of
        self._latest = None
        places = latest[1].copy() if latest and latest[0] is print_ else self._find_places(terms)
        for at in np.flatnonzero(places == _UNHEARD).tolist():
            places[at] = place_of[terms[at]] = self._free.pop() if self._free else len(place_of) + 1
        while len(place_of) + len(self._free) >= len(self._logs):
            self._heard, self._logs, self._sum = (
                np.concatenate([each, np.zeros_like(each)]) for each in (self._heard, self._logs, self._sum)
            )
        self._places[number] = places
        self._count(places if risen is terms else self._find_places(risen), 1)

    def remove(self, number: int, print_: Fingerprint, fallen: Sequence[int]) -> None:
        """Forget an article. ``fallen``: those of its words that one story less has now."""
        self._latest = None
        places, terms = self._places.pop(number), print_.terms
        self._count(places if fallen is terms else self._find_places(fallen), -1)
        self._free += [self._place_of.pop(terms[at]) for at in np.flatnonzero(self._heard[places] == 0).tolist()]

    def _count(self, places: NDArray[Any], change: int) -> None:
        counts = self._heard[places] + change
        self._heard[places] = counts
        self._logs[places] = np.log(counts + 1)

    def _find_places(self, terms: Sequence[int]) -> NDArray[Any]:
        return np.fromiter(map(self._place_of.get, terms, repeat(_UNHEARD)), np.int32, len(terms))

    def weigh(self, print_: Fingerprint, most: float) -> Weighed:
        """The vector of an article, held or not; ``most``: the rarity of a word that nobody has used."""
        places = self._find_places(print_.terms)
        self._latest = print_, places
        return self._weigh(places, print_, most)

    def look_up(self, term: int) -> float:
        """The logarithm of one more than the number of stories that have a word."""
        return float(self._logs[self._place_of.get(term, _UNHEARD)])

    def look_up_all(self, terms: Sequence[int]) -> Floats:
        """As :meth:`look_up`, of several words."""
        logs: Floats = self._logs[self._find_places(terms)]
        return logs

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
