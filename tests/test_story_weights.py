"""The event vector as an array: the same as reckoned word by word from its description."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from matching.stories import features
from matching.stories.lexicon import Lexicon, Stems
from matching.stories.reading import news_terms
from matching.stories.weights import weigh_words


def weigh(heading: list[int], body: list[int], names: set[int], dated: set[int]) -> tuple[list[int], list[float]]:
    """``weigh_words`` of terms."""
    stems = Stems({7: 0.5})
    read = [np.array([stems[term] for term in terms], np.int32) for terms in (heading, body, names, dated)]
    stems.settle()
    terms, weights = weigh_words(*read, stems)
    return list(terms), list(weights)


def weigh_one(term: int, heading: list[int], body: list[int], names: set[int], dated: set[int]) -> float:
    """The weight of one word, step by step."""
    first_told = list(dict.fromkeys(body[: features.BODY_TOKENS]))
    count = body[: features.BODY_TOKENS].count(term)
    weight = 1.0 + math.log(count) if count else 1.0
    if count:
        strength = (len(body) - features.FADE_FROM) / (features.FADE_FULL - features.FADE_FROM)
        left = features.FADE_LEAST + (1 - features.FADE_LEAST) * 0.5 ** (first_told.index(term) / features.FADE_HALF)
        weight *= 1.0 - min(1.0, max(0.0, strength)) * (1.0 - left)
    if term in heading:
        weight *= features.TITLE_WEIGHT
    elif term in body[: features.LEAD_TOKENS]:
        weight *= features.LEAD_WEIGHT
    weight *= features.NAME_WEIGHT if term in names else 1.0
    return weight * (features.NEWS_WORD_WEIGHT if term in news_terms() | dated else 1.0)


@pytest.mark.parametrize("length", [0, 2, 59, 90, 700])
def test_the_event_vector_is_what_its_description_says(length: int) -> None:
    dice = random.Random(length)
    vocabulary = [*range(1, 200), *sorted(news_terms())[:20]]
    heading, body = dice.sample(vocabulary, 6), dice.choices(vocabulary, k=length)
    names, dated = set(dice.sample(vocabulary, 40)), set(dice.sample(vocabulary, 10))
    terms, weights = weigh(heading, body, names, dated)
    assert set(terms) == {*heading, *body[: features.BODY_TOKENS]}
    expected = {term: weigh_one(term, heading, body, names, dated) * (0.5 if term == 7 else 1.0) for term in terms}
    assert weights == pytest.approx([expected[term] for term in terms], rel=1e-6)
    assert list(zip(weights, terms, strict=True)) == sorted(
        zip(weights, terms, strict=True), key=lambda pair: (-pair[0], pair[1])
    )


def test_an_empty_article_has_no_event_vector() -> None:
    terms, weights = weigh([], [], set(), set())
    assert not terms
    assert not weights


def test_names_and_days_are_found_anywhere_in_a_text() -> None:
    lexicon = Lexicon(turkic=False)
    found = lexicon.read("Words " * 300 + "said Lavrov on 12 March and 77 others left")
    words = [lexicon.words[number] for number in found.words]
    names = lexicon.stems.list_terms(found.names)
    assert names == {word.term for word in words if word.is_name}
    assert len(names) == 2  # the first word of a sentence counts, too
    dated = lexicon.stems.list_terms(np.array(found.dated))
    assert [word.day for word in words if word.term in dated] == [12]
