"""The articles of the last days, held so that likely relatives of a new one are found at a bounded price."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from matching.stories.address import Identity
from matching.stories.features import Fingerprint
from matching.stories.index import Postings, StoryWords, discount, log_count
from matching.stories.marks import rate_marks

if TYPE_CHECKING:
    from matching.stories.vectors import Vectors, Weighed

Key = TypeVar("Key")

VIRTUAL_STORIES = 200
"""Stories assumed to have been seen without the word at hand, so that rarity means something from the start."""
INDEXED_SHINGLE_MODULUS = 8
TRAITS_SEARCHED = 40
"""Rarest names and numbers of an article by which reports in other languages are sought."""
FIRST_MEMBERS = 3
LATEST_MEMBERS = 5
"""Members that stand for a story, so that a long one costs no more than a short one."""
ENTRIES_READ = 1500
"""Entries of the index read at most for each of the ways to find relatives."""
CANDIDATES = 12
"""Articles compared in full with a new one, for each of the three ways to find them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One placed article, as far as later ones are compared with it."""

    number: int
    """Counts placements; the order of arrival."""
    url: str
    identity: Identity
    source: str | None
    published: datetime | None
    precision: str | None
    arrived: datetime | None
    days: frozenset[tuple[int, int]]
    """(month, day) named in title or lead, weekdays reckoned from the time of publication."""
    print: Fingerprint
    story: str = ""
    relation: str = ""
    origin: str | None = None


class Window:
    """Members in order of arrival, an index over their words, shingles and names, and how common each word is.

    Every answer is a function of the members held, so a window filled again from the same articles answers the
    same. Memory is bounded by ``span`` (time since arrival) and ``capacity`` (articles).
    """

    def __init__(self, span: timedelta, capacity: int) -> None:
        from matching.stories.vectors import Vectors  # loads NumPy, which only who groups stories needs

        self.span = span
        self.capacity = capacity
        self.clock: datetime | None = None
        self._members: deque[Member] = deque()
        self._by_number: dict[int, Member] = {}
        self._tongues: dict[int, str] = {}
        self._by_address: dict[str, Member] = {}
        self._by_document: dict[str, Member] = {}
        self._stories: dict[str, list[int]] = {}
        self._in_tongue: dict[tuple[str, str], list[int]] = {}
        self._words = StoryWords()
        self._vectors = Vectors()
        self._traits_seen: Counter[int] = Counter()
        self._expected = {mark: round(share * VIRTUAL_STORIES) for mark, share in rate_marks().items()}
        self._by_term, self._by_shingle, self._by_trait = Postings(), Postings(), Postings()

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members)

    def add(self, member: Member) -> None:
        """Hold one more article."""
        print_, number = member.print, member.number
        self._members.append(member)
        self._by_number[number] = member
        self._tongues[number] = print_.tongue
        self._by_address[member.identity.address] = member
        self._by_document[member.identity.document] = member
        self._stories.setdefault(member.story, []).append(number)
        self._in_tongue.setdefault((member.story, print_.tongue), []).append(number)
        self._vectors.add(number, print_, self._words.add(member.story, print_.terms))
        traits = print_.traits
        self._traits_seen.update(traits)
        self._by_term.add(print_.indexed_terms, number)
        self._by_shingle.add(indexed_shingles(print_), number)
        self._by_trait.add(traits, number)

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
        print_, number = member.print, member.number
        del self._by_number[number], self._tongues[number]
        for members, key in (
            (self._by_address, member.identity.address),
            (self._by_document, member.identity.document),
        ):
            if members.get(key) is member:
                del members[key]
        _drop(self._stories, member.story, number)
        _drop(self._in_tongue, (member.story, print_.tongue), number)
        self._vectors.remove(number, print_, self._words.remove(member.story, print_.terms))
        discount(self._traits_seen, print_.traits)
        self._by_term.remove(print_.indexed_terms, number)
        self._by_shingle.remove(indexed_shingles(print_), number)
        self._by_trait.remove(print_.traits, number)

    def measure_index(self) -> int:
        """Keys in all parts of the index."""
        postings = len(self._by_term) + len(self._by_shingle) + len(self._by_trait)
        return postings + len(self._vectors) + len(self._traits_seen)

    def at_address(self, address: str) -> Member | None:
        """The article placed under this address, if it is still held."""
        return self._by_address.get(address)

    def at_document(self, document: str) -> Member | None:
        """The latest article with this host and number, if it is still held."""
        return self._by_document.get(document) if document else None

    def members_of(self, story: str, tongue: str | None = None) -> list[Member]:
        """Members of a story that are still held, in order of arrival; of a long one its first and latest.

        ``tongue``: only those in this language, where there are any.
        """
        numbers = self._in_tongue.get((story, tongue or "")) or self._stories.get(story, [])
        if len(numbers) > FIRST_MEMBERS + LATEST_MEMBERS:
            numbers = numbers[:FIRST_MEMBERS] + numbers[-LATEST_MEMBERS:]
        return [self._by_number[number] for number in numbers]

    def rarities(self, print_: Fingerprint) -> Rarities:
        """How much words tell as it is now, each worked out once; an article's own, which are asked for most, now."""
        rarities = Rarities(self._vectors, self._most())
        rarities.learn(print_.terms)
        return rarities

    def trait_rates(self) -> TraitRates:
        """How much traits tell as it is now, each worked out once."""
        return TraitRates(self._traits_seen, self._expected, log_count(len(self._members) + VIRTUAL_STORIES))

    def weigh(self, print_: Fingerprint) -> Weighed:
        """The event vector of an article with the rarity its words have now."""
        return self._vectors.weigh(print_, self._most())

    def liken(self, new: Weighed, members: Iterable[Member]) -> float:
        """How like an article is to these members taken together (0–1); see :meth:`Vectors.liken`."""
        return self._vectors.liken(new, ((member.number, member.print) for member in members), self._most())

    def _most(self) -> float:
        """What a word tells that no story held has."""
        return log_count(len(self._stories) + VIRTUAL_STORIES)

    def find_similar(self, print_: Fingerprint, rarities: Rarities) -> list[Member]:
        """Members that share the most telling words, the likeliest first."""
        return self._best({term: rarities[term] ** 2 for term in print_.indexed_terms}, self._by_term)

    def find_overlapping(self, print_: Fingerprint) -> list[Member]:
        """Members that share runs of words, most shared runs first."""
        return self._best(dict.fromkeys(print_.sketch, 1.0), self._by_shingle)

    def find_foreign(self, print_: Fingerprint, rates: TraitRates) -> list[Member]:
        """Members in another language that share the rarest names and numbers, the likeliest first."""
        seen = self._traits_seen
        rated = sorted(((rates[trait], trait) for trait in print_.traits if trait in seen), reverse=True)
        gains = {trait: rate for rate, trait in rated[:TRAITS_SEARCHED]}
        return self._best(gains, self._by_trait, other_than=print_.tongue)

    def _best(self, gains: dict[int, float], index: Postings, other_than: str | None = None) -> list[Member]:
        """The members with the highest sum of gains, but none in the language ``other_than``.

        The keys that gain most are looked up first, and no more than ENTRIES_READ entries are read.
        """
        from matching.stories.scores import rank  # loads NumPy, as in __init__

        chosen = sorted([(gains[key], key) for key in index.select(gains)], reverse=True)
        found: list[Sequence[int]] = []
        read = 0
        for _, key in chosen:
            numbers = index.find(key)
            found.append(numbers)
            read += len(numbers)
            if read > ENTRIES_READ:
                break
        ranked, tongues = rank(found, [gain for gain, _ in chosen[: len(found)]]), self._tongues
        likely = ranked if other_than is None else (n for n in ranked if tongues[n] != other_than)
        return [self._by_number[number] for number in islice(likely, CANDIDATES)]


class Rarities(dict[int, float]):
    """Word → how much it tells: the logarithm of how rare it is among the stories held; kept for one placement."""

    def __init__(self, vectors: Vectors, most: float) -> None:
        super().__init__()
        self._vectors, self._most = vectors, most

    def __missing__(self, term: int) -> float:
        rarity = self[term] = self._most - self._vectors.look_up(term)
        return rarity

    def learn(self, terms: Sequence[int]) -> None:
        """Work out several words at once."""
        self.update(zip(terms, (self._most - self._vectors.look_up_all(terms)).tolist(), strict=True))

    def sum_squares(self, terms: Sequence[int]) -> float:
        """The squares of how much these words tell, together."""
        rarities = self._most - self._vectors.look_up_all(terms)
        return float(rarities @ rarities)


class TraitRates(dict[int, float]):
    """How much a name's sound, a number or a mark tells: how rare it is among the articles held, in all languages.

    Marks are taken to have been seen before, as often as they stand in reports on diplomacy. Kept for one placement.
    """

    def __init__(self, seen: Mapping[int, int], expected: Mapping[int, int], most: float) -> None:
        super().__init__()
        self._seen, self._expected, self._most = seen, expected, most

    def __missing__(self, trait: int) -> float:
        seen = self._seen.get(trait, 0) + self._expected.get(trait, 0)
        rate = self[trait] = self._most - log_count(seen)
        return rate


def _drop(lists: dict[Key, list[int]], key: Key, number: int) -> None:
    """Take a number from the list of a key, and the key with the last of them."""
    lists[key].remove(number)
    if not lists[key]:
        del lists[key]


def indexed_shingles(print_: Fingerprint) -> list[int]:
    """The shingles by which others find an article: all of a short text, a sample of a long one."""
    if len(print_.sketch) <= 48:
        return list(print_.sketch)
    step = max(INDEXED_SHINGLE_MODULUS, print_.modulus)
    return [value for value in print_.sketch if not value % step]


def times_apart(a: datetime | None, b: datetime | None) -> timedelta | None:
    """How far apart two times are, or None where one is unknown."""
    return None if a is None or b is None else abs(a - b)
