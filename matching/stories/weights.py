"""The event vector of an article: how much each of its words tells, but for how rare the word is at the moment."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from matching.stories.features import (
    BODY_TOKENS,
    FADE_FROM,
    FADE_FULL,
    FADE_HALF,
    FADE_LEAST,
    LEAD_TOKENS,
    LEAD_WEIGHT,
    NAME_WEIGHT,
    NEWS_WORD_WEIGHT,
    TITLE_WEIGHT,
)
from matching.stories.reading import news_terms

Floats = NDArray[np.float64]
_DAMPED = np.array([0.0, *(1.0 + math.log(count) for count in range(1, BODY_TOKENS + 1))])


def weigh_words(
    heading: Collection[int],
    body: list[int],
    names: Collection[int],
    dated: Collection[int],
    common: Mapping[int, float],
) -> tuple[array[int], array[float]]:
    """The terms of an article, the strongest first (then by number), and their weights without idf.

    Counts are damped, and weigh more for title, lead and names, less for common and news words and for days.
    ``heading``, ``body``: terms of title and text in order; ``names``, ``dated``: terms of names and of days in the
    text; ``common``: see :func:`matching.stories.words.rate_common`.
    """
    counts = Counter(body[:BODY_TOKENS])  # in the order in which the words are first told
    title = set(heading)
    terms = [*counts, *title.difference(counts)]
    weights = np.fromiter(map(common.get, terms, repeat(1.0)), np.float64, len(terms))
    told = weights[: len(counts)]
    told *= _DAMPED[np.fromiter(counts.values(), np.intp, len(counts))]
    told *= _choose_fades(min(len(body), FADE_FULL))[: len(counts)]
    places = np.ones(len(terms))
    places[: len(set(body[:LEAD_TOKENS]))] = LEAD_WEIGHT
    places[_find(terms, title)] = TITLE_WEIGHT
    weights *= places
    weights[_find(terms, names)] *= NAME_WEIGHT
    weak = _find(terms, news_terms())
    if dated:
        weak |= _find(terms, dated)
    weights[weak] *= NEWS_WORD_WEIGHT
    numbers = np.array(terms, np.uint32)
    ranked = np.lexsort((numbers, -weights))
    return array("I", numbers[ranked].tobytes()), array("f", weights[ranked].astype(np.float32).tobytes())


def _find(terms: list[int], sought: Collection[int]) -> NDArray[np.bool_]:
    """Which of the terms are in a set."""
    return np.fromiter(map(sought.__contains__, terms), np.bool_, len(terms))


@cache
def _choose_fades(length: int) -> Floats:
    """What is left of the weight of the first, second, third … word of a text with so many content words."""
    strength = min(1.0, max(0.0, (length - FADE_FROM) / (FADE_FULL - FADE_FROM)))
    fades = [FADE_LEAST + (1.0 - FADE_LEAST) * 0.5 ** (place / FADE_HALF) for place in range(BODY_TOKENS)]
    return np.array([1.0 - strength * (1.0 - fade) for fade in fades])
