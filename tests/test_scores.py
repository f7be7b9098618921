"""Numbers found under several keys, by the sum of what the keys gain."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from matching.stories.scores import FEW, rank


@pytest.mark.parametrize("lists", [0, 1, 5, 12, 40])
def test_the_highest_sum_is_first_and_of_equal_ones_the_lower_number(lists: int) -> None:
    dice = random.Random(lists)
    found = [sorted(dice.sample(range(7_000, 7_400), dice.randrange(1, 60))) for _ in range(lists)]
    for gains in ([dice.random() for _ in found], [1.0] * lists):
        sums: Counter[int] = Counter()
        for numbers, gain in zip(found, gains, strict=True):
            sums.update(dict.fromkeys(numbers, gain))
        assert rank(found, gains) == sorted(sums, key=lambda number: (-sums[number], number))


def test_many_and_few_are_ranked_alike() -> None:
    few = [[3, 5], [5, 9], [9, 3]]
    gains = [0.1, 0.2, 0.3]
    ranked = rank(few, gains)
    assert ranked == [9, 3, 5]
    many = [*few, list(range(100, 100 + FEW))]
    assert rank(many, [*gains, 0.01])[:3] == ranked
