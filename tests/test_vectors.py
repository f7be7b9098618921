"""The vectors of the window: counted by stories, whatever comes and goes, as reckoned anew from what is held."""

from __future__ import annotations

import math
import random

import pytest

from matching.stories.features import Fingerprint, fingerprint
from matching.stories.index import StoryWords
from matching.stories.vectors import Vectors

WORDS = ["Armenia", "treaty", "border", "corridor", "railway", "minister", "Tavush", "Zangezur", "summit", "hostage"]


class Held:
    """Articles held, each in a story, as the window counts them."""

    def __init__(self) -> None:
        self.words, self.vectors = StoryWords(), Vectors()
        self.members: dict[int, tuple[str, Fingerprint]] = {}

    def add(self, number: int, story: str, print_: Fingerprint) -> None:
        self.members[number] = (story, print_)
        self.vectors.add(number, print_, self.words.add(story, print_.terms))

    def remove(self, number: int) -> None:
        story, print_ = self.members.pop(number)
        self.vectors.remove(number, print_, self.words.remove(story, print_.terms))

    def count(self, term: int) -> int:
        return len({story for story, print_ in self.members.values() if term in print_.terms})

    def check(self, most: float = 5.0) -> None:
        for _, print_ in self.members.values():
            weighed = self.vectors.weigh(print_, most)
            expected = [
                weight * (most - math.log(self.count(term) + 1))
                for term, weight in zip(print_.terms, print_.weights, strict=True)
            ]
            assert weighed.weights.tolist() == pytest.approx(expected)
            assert len(set(weighed.places.tolist())) == len(print_.terms)


def make_print(dice: random.Random) -> Fingerprint:
    return fingerprint("", " ".join(dice.choices(WORDS, k=8)) + f" Word{dice.randrange(40)}x")


def test_rarities_are_those_of_the_stories_held() -> None:
    dice, held = random.Random(1), Held()
    for number in range(120):
        held.add(number, f"s{dice.randrange(9)}", make_print(dice))
        while len(held.members) > 25:
            held.remove(min(held.members))
        if number % 7 == 0:
            held.check()
    for number in list(held.members):
        held.remove(number)
    assert not len(held.vectors)
    assert not held.vectors._heard.any()


def test_an_article_that_comes_twice_in_the_same_words_has_the_same_places() -> None:
    held = Held()
    print_ = fingerprint("", "Ministers met in Tavush")
    held.vectors.weigh(print_, 5.0)
    held.add(0, "a", print_)
    held.add(1, "a", print_)  # a copy: it is not weighed
    held.add(2, "b", fingerprint("", "Ministers left Tavush"))
    held.check()
    held.remove(0)
    held.check()


def test_room_is_made_for_many_words() -> None:
    held = Held()
    for number in range(40):
        held.add(number, f"s{number}", fingerprint("", " ".join(f"w{number}o{word}" for word in range(60))))
    held.check()
