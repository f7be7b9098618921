"""Nodes with places in an article: words, prefixes, phrases, names, and what stands near what."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from matching.document import BEGINNING, BODY, Batch, Document
from matching.nodes import And, Leaf, Node, Or, Spot, show
from wirewatch.search import Term


class Word(Leaf):
    """A word under any of its keys."""

    __slots__ = ("keys",)

    def __init__(self, written: str, keys: tuple[str, ...], scope: str = BODY) -> None:
        self.written, self.keys, self.scope = written, keys, scope

    def _candidates(self, batch: Batch) -> int:
        table = batch.bits(self.scope)
        if len(self.keys) == 1:
            return table.get(self.keys[0], 0)
        mask = 0
        for key in self.keys:
            mask |= table.get(key, 0)
        return mask

    def bits(self, batch: Batch) -> int:
        """As for every leaf; most of what a batch is asked are single words, which need no places."""
        known = batch.memo.get(self)
        if known is None:
            known = batch.memo[self] = self._candidates(batch)
        return known

    def _starts(self, document: Document) -> list[int]:
        return document.find(self.keys, self.scope)

    def _spots(self, document: Document) -> list[Spot]:
        return [(position, position) for position in self._starts(document)]

    def _anchors(self) -> tuple[str, ...] | None:
        return self.keys


class Exact(Word):
    """``=word``: this spelling only, no grammatical forms."""

    __slots__ = ()

    def _candidates(self, batch: Batch) -> int:
        return batch.spelled(self.scope).get(self.keys[0], 0)

    def _starts(self, document: Document) -> list[int]:
        return document.find_spelled(self.keys, self.scope)


class Prefix(Leaf):
    """``zangez*``: any word that begins so."""

    __slots__ = ("start",)

    def __init__(self, written: str, start: str, scope: str = BODY) -> None:
        self.written, self.start, self.scope = written, start, scope

    def _select(self, spellings: Sequence[str]) -> list[str]:
        first = index = bisect_left(spellings, self.start)
        while index < len(spellings) and spellings[index].startswith(self.start):
            index += 1
        return list(spellings[first:index])

    def _candidates(self, batch: Batch) -> int:
        table = batch.spelled(self.scope)
        mask = 0
        for spelling in self._select(batch.sorted_spellings(self.scope)):
            mask |= table[spelling]
        return mask

    def _bits(self, batch: Batch) -> int:
        return self.candidates(batch)

    def _spots(self, document: Document) -> list[Spot]:
        spellings = self._select(document.sorted_surfaces)
        return [(place, place) for place in document.find_spelled(spellings, self.scope)]


class Phrase(Leaf):
    """Words that follow one another."""

    __slots__ = ("parts",)

    def __init__(self, written: str, parts: tuple[Leaf, ...], scope: str = BODY) -> None:
        self.written, self.parts, self.scope = written, parts, scope

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return self.parts

    def _candidates(self, batch: Batch) -> int:
        mask = batch.everything
        for part in self.parts:
            mask &= part.candidates(batch)
            if not mask:
                return 0
        return mask

    def _spots(self, document: Document) -> list[Spot]:
        firsts = self.parts[0].starts(document)
        for offset, part in enumerate(self.parts[1:], start=1):
            here = part.starts(document)
            if len(here) < len(firsts):
                firsts = frozenset(first - offset for first in here if first - offset in firsts)
            else:
                firsts = frozenset(first for first in firsts if first + offset in here)
            if not firsts:
                return []
        last = len(self.parts) - 1
        return [(first, first + last) for first in sorted(firsts)]

    def _anchors(self) -> tuple[str, ...] | None:
        return And(self.parts).anchors()

    def rank_anchors(self) -> list[tuple[str, ...]]:
        """As for every node."""
        return And(self.parts).rank_anchors()


_LENGTHS = range(BEGINNING[0], BEGINNING[1] + 1)
_SMALL = 2_000
"""Different words up to which a batch is small (some articles)."""
_MANY = 6
"""Prefixes from which on they are looked up in the batch's list of beginnings, not each for itself."""


class AnyLeaf(Leaf):
    """Alternatives with places, as one term: a name with its spellings, or a group in NEAR.

    A vocabulary has hundreds of them, and an article a few: those that need a key, or a beginning, which the batch does
    not have are passed over at once.
    """

    __slots__ = ("_begun", "_keyed", "_others", "choices")

    def __init__(self, written: str, choices: tuple[Leaf, ...], scope: str = BODY) -> None:
        self.written, self.choices, self.scope = written, choices, scope
        self._keyed: dict[str, tuple[Leaf, ...]] | None = None
        self._begun: dict[str, tuple[Leaf, ...]] = {}
        self._others: tuple[Leaf, ...] = ()

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return self.choices

    def _sort_out(self) -> dict[str, tuple[Leaf, ...]]:
        """Choices by a key that they cannot do without, by the beginning, and all others."""
        keyed: dict[str, list[Leaf]] = {}
        begun: dict[str, list[Leaf]] = {}
        others: list[Leaf] = []
        for choice in self.choices:
            keys = choice.anchors() if _is_within(choice, self.scope) else None
            first = choice.parts[0] if type(choice) is Phrase else choice
            if keys is not None:
                for key in keys:
                    keyed.setdefault(key, []).append(choice)
            elif _is_within(choice, self.scope) and type(first) is Prefix and len(first.start) in _LENGTHS:
                begun.setdefault(first.start, []).append(choice)
            else:
                others.append(choice)
        if len(begun) < _MANY:
            others += [choice for some in begun.values() for choice in some]
            begun = {}
        self._others = tuple(others)
        self._begun = {start: tuple(some) for start, some in begun.items()}
        self._keyed = {key: tuple(some) for key, some in keyed.items()}
        return self._keyed

    def _possible(self, batch: Batch) -> Sequence[Leaf]:
        """The choices that may be true somewhere in the batch, each once."""
        known = batch.possible.get(self)
        if known is not None:
            return known
        keyed = self._sort_out() if self._keyed is None else self._keyed
        found = dict.fromkeys(self._others)
        for key in keyed.keys() & batch.bits(self.scope).keys():
            found.update(dict.fromkeys(keyed[key]))
        begun: Iterable[str] = self._begun
        if self._begun and len(batch.spelled(self.scope)) <= _SMALL:  # in more, nearly every beginning stands somewhere
            begun = self._begun.keys() & batch.beginnings(self.scope).keys()
        for start in begun:
            found.update(dict.fromkeys(self._begun[start]))
        batch.possible[self] = list(found)
        return batch.possible[self]

    def _candidates(self, batch: Batch) -> int:
        mask = 0
        for choice in self._possible(batch):
            mask |= choice.candidates(batch)
        return mask

    def _bits(self, batch: Batch) -> int:
        mask = 0
        for choice in self._possible(batch):
            mask |= choice.bits(batch)
        return mask

    def _spots(self, document: Document) -> list[Spot]:
        assert document.batch is not None
        possible = [choice for choice in self._possible(document.batch) if choice.holds(document)]
        found = {spot for choice in possible for spot in choice.spots(document)}
        return _outermost(sorted(found, key=lambda spot: (spot[0], -spot[1])))

    def _anchors(self) -> tuple[str, ...] | None:
        return Or(self.choices).anchors()


def _is_within(leaf: Leaf, scope: str) -> bool:
    """Whether a leaf and all that it is made of look into ``scope``; a leaf with guards is told by what it guards."""
    if leaf.scope != scope:
        return False
    if isinstance(leaf, (Word, Prefix)):
        return True
    inner = leaf.children() if isinstance(leaf, (Phrase, AnyLeaf)) else (getattr(leaf, "leaf", None),)
    return all(isinstance(part, Leaf) and _is_within(part, scope) for part in inner)


def _outermost(spots: list[Spot]) -> list[Spot]:
    """Drop a place that lies inside another (``Aliyev`` in ``Ilham Aliyev``)."""
    kept: list[Spot] = []
    for spot in spots:
        if not kept or spot[1] > kept[-1][1]:
            kept.append(spot)
    return kept


class Near(Leaf):
    """Two places with at most ``distance`` other words between them, in either order."""

    __slots__ = ("distance", "left", "right")

    def __init__(self, written: str, left: Leaf, right: Leaf, distance: int, scope: str = BODY) -> None:
        self.written, self.scope = written, scope
        self.left, self.right, self.distance = left, right, distance

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return (self.left, self.right)

    def _candidates(self, batch: Batch) -> int:
        return self.left.candidates(batch) & self.right.candidates(batch)

    def pairs(self, document: Document) -> list[tuple[Spot, Spot]]:
        """Each left place with its nearest right place, where near enough."""
        rights = self.right.spots(document)
        if not rights:
            return []
        firsts, lasts = [first for first, _ in rights], [last for _, last in rights]
        if sorted(set(lasts)) != lasts:  # places within places: the nearest is not told by order
            nearest = [(left, min(rights, key=lambda spot: _gap(left, spot))) for left in self.left.spots(document)]
            return [(left, right) for left, right in nearest if _gap(left, right) <= self.distance]
        found = []
        for left in self.left.spots(document):
            before, after = bisect_left(lasts, left[0]) - 1, bisect_right(firsts, left[1])
            gap_before = left[0] - lasts[before] - 1 if before >= 0 else _FAR
            gap_after = firsts[after] - left[1] - 1 if after < len(rights) else _FAR
            if min(gap_before, gap_after) <= self.distance:
                found.append((left, rights[before if gap_before <= gap_after else after]))
        return found

    def _spots(self, document: Document) -> list[Spot]:
        pairs = self.pairs(document)
        return sorted({(min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs})

    def _terms(self, document: Document) -> Sequence[Term]:
        pairs = self.pairs(document)
        lefts = show(document.term(self.left.written, *left) for left, _ in pairs)
        return [*lefts, *show(document.term(self.right.written, *right) for _, right in pairs)]

    def _anchors(self) -> tuple[str, ...] | None:
        return And((self.left, self.right)).anchors()


_FAR = 1 << 30
"""Words between places that overlap: one word is not near itself."""


def _gap(one: Spot, other: Spot) -> int:
    """Words between two places."""
    if one[1] < other[0]:
        return other[0] - one[1] - 1
    if other[1] < one[0]:
        return one[0] - other[1] - 1
    return _FAR
