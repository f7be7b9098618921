"""The event vector of an article: how much each of its words tells, but for how rare the word is at the moment."""

from __future__ import annotations

import math
from array import array
from functools import cache

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
from matching.stories.lexicon import Numbers, Stems

Floats = NDArray[np.float64]
_DAMPED = np.array([0.0, *(1.0 + math.log(count) for count in range(1, BODY_TOKENS + 1))])


def weigh_words(
    heading: Numbers, body: Numbers, names: Numbers, dated: Numbers | list[int], stems: Stems
) -> tuple[array[int], array[float]]:
    """The terms of an article, the strongest first (then by number), and their weights without idf.

    Counts are damped, and weigh more for title, lead and names, less for common and news words and for days.
    ``heading``, ``body``: title and text as the numbers of their stems, in order; ``names``, ``dated``: stems of names
    and of days in the text.
    """
    head = body[:BODY_TOKENS]
    firsts, counts = stems.count(head)
    told = head[firsts]  # in the order in which the words are first told
    fresh = heading[~stems.find(heading, told)]
    all_ = np.concatenate([told, np.array(list(dict.fromkeys(fresh.tolist())), told.dtype)]) if len(fresh) else told
    weights = stems.shares[all_]
    of_body = weights[: len(told)]
    of_body *= _DAMPED[counts]
    of_body *= _choose_fades(min(len(body), FADE_FULL))[: len(told)]
    places = np.ones(len(all_))
    places[: np.count_nonzero(firsts[:LEAD_TOKENS])] = LEAD_WEIGHT
    places[stems.find(all_, heading)] = TITLE_WEIGHT
    weights *= places
    weights[stems.find(all_, names)] *= NAME_WEIGHT
    weak = stems.news[all_]
    if len(dated):
        weak |= stems.find(all_, np.array(dated))
    weights[weak] *= NEWS_WORD_WEIGHT
    terms = stems.terms[all_]
    ranked = np.lexsort((terms, -weights))
    return array("I", terms[ranked].tobytes()), array("f", weights[ranked].astype(np.float32).tobytes())


@cache
def _choose_fades(length: int) -> Floats:
    """What is left of the weight of the first, second, third … word of a text with so many content words."""
    strength = min(1.0, max(0.0, (length - FADE_FROM) / (FADE_FULL - FADE_FROM)))
    fades = [FADE_LEAST + (1.0 - FADE_LEAST) * 0.5 ** (place / FADE_HALF) for place in range(BODY_TOKENS)]
    return np.array([1.0 - strength * (1.0 - fade) for fade in fades])
