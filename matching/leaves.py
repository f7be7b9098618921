"""Nodes with places in an article: words, prefixes, phrases, names, and what stands near what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from matching.document import BODY, Batch, Document
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

    def _bits(self, batch: Batch) -> int:
        return self.candidates(batch)

    def _starts(self, document: Document) -> list[int]:
        keys = self.keys if len(self.keys) < 16 else document.postings.keys() & self.keys
        return document.find(keys, self.scope)

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


_SMALL = 1_000
"""Keys up to which a batch is small (a headline, an article)."""


class AnyLeaf(Leaf):
    """Alternatives with places, as one term: a name with its spellings, or a group in NEAR."""

    __slots__ = ("_keys", "choices")

    def __init__(self, written: str, choices: tuple[Leaf, ...], scope: str = BODY) -> None:
        self.written, self.choices, self.scope = written, choices, scope
        self._keys: frozenset[str] | None = None

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return self.choices

    def _is_out(self, batch: Batch) -> bool:
        """Whether a small batch has none of the keys that one of the choices needs: far quicker than asking each."""
        table = batch.bits(self.scope)
        if len(table) > _SMALL:
            return False
        if self._keys is None:
            keys = Or(self.choices).anchors() if all(leaf.scope == self.scope for leaf in self.choices) else None
            self._keys = frozenset(keys or ())
        return bool(self._keys) and self._keys.isdisjoint(table)

    def _candidates(self, batch: Batch) -> int:
        if self._is_out(batch):
            return 0
        mask = 0
        for choice in self.choices:
            mask |= choice.candidates(batch)
        return mask

    def _bits(self, batch: Batch) -> int:
        if self._is_out(batch):
            return 0
        mask = 0
        for choice in self.choices:
            mask |= choice.bits(batch)
        return mask

    def _spots(self, document: Document) -> list[Spot]:
        found = {spot for choice in self.choices if choice.holds(document) for spot in choice.spots(document)}
        return _outermost(sorted(found, key=lambda spot: (spot[0], -spot[1])))

    def _anchors(self) -> tuple[str, ...] | None:
        return Or(self.choices).anchors()


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
        found = []
        for left in self.left.spots(document):
            right = min(rights, key=lambda spot: _gap(left, spot))
            if _gap(left, right) <= self.distance:
                found.append((left, right))
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


def _gap(one: Spot, other: Spot) -> int:
    """Words between two places; a large number where they overlap (one word is not near itself)."""
    if one[1] < other[0]:
        return other[0] - one[1] - 1
    if other[1] < one[0]:
        return one[0] - other[1] - 1
    return 1 << 30
