"""The articles of the last days, held so that likely relatives of a new one are found at a bounded price."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from matching.stories.features import Fingerprint

_K = TypeVar("_K")

VIRTUAL_STORIES = 200
"""Stories assumed to have been seen without the word at hand, so that rarity means something from the start."""
POSTINGS = 100
"""Most recent articles a word or shingle leads to; it bounds the cost of a placement whatever the window holds."""
INDEXED_SHINGLE_MODULUS = 8
TRAITS_SEARCHED = 40
"""Rarest names and numbers of an article by which reports in other languages are sought."""
FIRST_MEMBERS = 4
LATEST_MEMBERS = 12
"""Members that stand for a story, so that a long one costs no more than a short one."""
CANDIDATES = 24
"""Articles compared in full with a new one, for each of the two ways to find them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One placed article, as far as later ones are compared with it."""

    number: int
    """Counts placements; the order of arrival."""
    url: str
    address: str
    source: str | None
    family: str
    language: str | None
    published: datetime | None
    precision: str | None
    arrived: datetime | None
    story: str
    relation: str
    origin: str | None
    days: frozenset[tuple[int, int]]
    """(month, day) named in title or lead, weekdays reckoned back from the time of publication."""
    print: Fingerprint


class StoryFrequency:
    """In how many stories each word stands.

    Counted by story, not by article: else the words of an event that many report would pass for common.
    """

    def __init__(self) -> None:
        self._stories: Counter[int] = Counter()
        self._first: dict[str, Iterable[int]] = {}
        self._counts: dict[str, Counter[int]] = {}

    def of(self, term: int) -> int:
        """Number of stories that have the word."""
        return self._stories.get(term, 0)

    def add(self, story: str, terms: Iterable[int]) -> None:
        """One more report of a story; ``terms`` without repetition. Only a story of several is counted in detail."""
        counts = self._counts.get(story)
        if counts is None and story in self._first:
            counts = self._counts[story] = Counter(self._first.pop(story))
        if counts is None:
            self._first[story] = terms
            self._stories.update(terms)
            return
        for term in terms:
            counts[term] += 1
            if counts[term] == 1:
                self._stories[term] += 1

    def remove(self, story: str, terms: Iterable[int]) -> None:
        """One report of a story less."""
        counts = self._counts.get(story)
        if counts is None:
            _discount(self._stories, self._first.pop(story))
            return
        _discount(self._stories, [term for term in terms if counts[term] == 1])
        _discount(counts, terms)
        if not counts:
            del self._counts[story]


class Window:
    """Members in order of arrival, an index over their words and shingles, and how common each word is.

    Every answer is a function of the members held, so a window filled again from the same articles answers the
    same. Memory is bounded by ``span`` (time since arrival) and ``capacity`` (articles).
    """

    def __init__(self, span: timedelta, capacity: int) -> None:
        self.span = span
        self.capacity = capacity
        self.clock: datetime | None = None
        self._members: deque[Member] = deque()
        self._by_number: dict[int, Member] = {}
        self._by_address: dict[str, Member] = {}
        self._stories: dict[str, list[int]] = {}
        self._words = StoryFrequency()
        self._terms: dict[int, list[int]] = {}
        self._shingles: dict[int, list[int]] = {}
        self._traits: dict[int, list[int]] = {}
        self._trait_frequency: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self._members)

    def add(self, member: Member) -> None:
        """Hold one more article."""
        self._members.append(member)
        self._by_number[member.number] = member
        self._by_address[member.address] = member
        self._stories.setdefault(member.story, []).append(member.number)
        self._words.add(member.story, member.print.terms)
        for term in member.print.indexed_terms():
            self._post(self._terms, term, member.number)
        for value in indexed_shingles(member.print):
            self._post(self._shingles, value, member.number)
        for trait in member.print.traits:
            self._post(self._traits, trait, member.number)
        self._trait_frequency.update(member.print.traits)

    def _post(self, index: dict[int, list[int]], key: int, number: int) -> None:
        postings = index.setdefault(key, [])
        postings.append(number)
        if len(postings) > 2 * POSTINGS:
            del postings[:-POSTINGS]

    def advance(self, arrived: datetime | None) -> None:
        """Move the clock on and forget what has left the window."""
        if arrived is not None and (self.clock is None or arrived > self.clock):
            self.clock = arrived
        while self._members and self._is_expired(self._members[0]):
            self._forget(self._members.popleft())

    def _is_expired(self, member: Member) -> bool:
        if len(self._members) >= self.capacity:
            return True
        return self.clock is not None and member.arrived is not None and member.arrived < self.clock - self.span

    def _forget(self, member: Member) -> None:
        del self._by_number[member.number]
        if self._by_address.get(member.address) is member:
            del self._by_address[member.address]
        _drop_first(self._stories, member.story, member.number)
        self._words.remove(member.story, member.print.terms)
        for term in member.print.indexed_terms():
            _drop_first(self._terms, term, member.number)
        for value in indexed_shingles(member.print):
            _drop_first(self._shingles, value, member.number)
        for trait in member.print.traits:
            _drop_first(self._traits, trait, member.number)
        _discount(self._trait_frequency, member.print.traits)

    def at_address(self, address: str) -> Member | None:
        """The article placed under this address, if it is still held."""
        return self._by_address.get(address)

    def members_of(self, story: str) -> list[Member]:
        """Members of a story that are still held, in order of arrival; of a long one its first and latest."""
        numbers = self._stories.get(story, [])
        if len(numbers) > FIRST_MEMBERS + LATEST_MEMBERS:
            numbers = numbers[:FIRST_MEMBERS] + numbers[-LATEST_MEMBERS:]
        return [self._by_number[number] for number in numbers]

    def idf(self, term: int) -> float:
        """How much a word tells: the logarithm of how rare it is among the stories held."""
        return math.log((len(self._stories) + VIRTUAL_STORIES) / (self._words.of(term) + 1))

    def weigh(self, print_: Fingerprint) -> dict[int, float]:
        """The event vector of an article with the rarity its words have now."""
        total, frequency = len(self._stories) + VIRTUAL_STORIES, self._words.of
        return {
            term: weight * math.log(total / (frequency(term) + 1))
            for term, weight in zip(print_.terms, print_.weights, strict=True)
        }

    def find_similar(self, print_: Fingerprint) -> list[Member]:
        """Up to CANDIDATES members that share the most telling words, the likeliest first."""
        scores: dict[int, float] = {}
        for term in print_.indexed_terms():
            postings = self._terms.get(term)
            if postings:
                gain = self.idf(term) ** 2
                for number in postings[-POSTINGS:]:
                    scores[number] = scores.get(number, 0.0) + gain
        return self._best(scores)

    def find_overlapping(self, print_: Fingerprint) -> list[Member]:
        """Up to CANDIDATES members that share runs of words, most shared runs first."""
        scores: dict[int, float] = {}
        for value in print_.sketch:
            for number in self._shingles.get(value, ())[-POSTINGS:]:
                scores[number] = scores.get(number, 0.0) + 1.0
        return self._best(scores)

    def rate_trait(self, trait: int) -> float:
        """How much a name's sound or a number tells: how rare it is among the articles held, in all languages."""
        return math.log((len(self._members) + VIRTUAL_STORIES) / (self._trait_frequency.get(trait, 0) + 1))

    def find_foreign(self, print_: Fingerprint) -> list[Member]:
        """Members in another language that share the rarest names and numbers, the likeliest first."""
        rarest = sorted(print_.traits, key=lambda trait: (self._trait_frequency.get(trait, 0), trait))
        scores: dict[int, float] = {}
        for trait in [trait for trait in rarest if trait in self._traits][:TRAITS_SEARCHED]:
            gain = self.rate_trait(trait)
            for number in self._traits[trait][-POSTINGS:]:
                if self._by_number[number].print.tongue != print_.tongue:
                    scores[number] = scores.get(number, 0.0) + gain
        return self._best(scores)

    def _best(self, scores: dict[int, float]) -> list[Member]:
        ranked = sorted(scores, key=lambda number: (-scores[number], number))
        return [self._by_number[number] for number in ranked[:CANDIDATES]]


def indexed_shingles(print_: Fingerprint) -> Iterator[int]:
    """The shingles by which others find an article: all of a short text, a sample of a long one."""
    if len(print_.sketch) <= 48:
        return iter(print_.sketch)
    step = max(INDEXED_SHINGLE_MODULUS, print_.modulus)
    return (value for value in print_.sketch if value % step == 0)


def _discount(frequency: Counter[int], keys: Iterable[int]) -> None:
    for key in keys:
        frequency[key] -= 1
        if not frequency[key]:
            del frequency[key]


def _drop_first(index: dict[_K, list[int]], key: _K, number: int) -> None:
    numbers = index.get(key)
    if not numbers or numbers[0] != number:
        return  # cut off already, because the list had grown too long
    del numbers[0]
    if not numbers:
        del index[key]


def times_apart(a: datetime | None, b: datetime | None) -> timedelta | None:
    """How far apart two times are, or None where one is unknown."""
    return None if a is None or b is None else abs(a - b)
