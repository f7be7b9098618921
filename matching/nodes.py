"""What a query consists of.

Every node answers three questions:

``bits(batch)``: in which articles of a batch it is true; ``spots(document)``: at which words (only
nodes that have a place); ``terms(document)``: the receipt. One evaluator serves alerts, archive and
back-test: a single article is a batch of one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TypeVar, cast
from weakref import WeakValueDictionary

from matching.document import BODY, Batch, Document
from matching.receipts import show
from wirewatch.search import Term

Spot = tuple[int, int]
"""First and last position of a place where a node is true."""


class Node:
    """One part of a query."""

    __slots__ = ()

    def bits(self, batch: Batch) -> int:
        """Mask of the articles in which the node is true."""
        return self._bits(batch)

    def _bits(self, batch: Batch) -> int:
        raise NotImplementedError

    def terms(self, document: Document) -> Sequence[Term]:
        """The places that make the node true in ``document``, which must be in a batch (empty if not true)."""
        return self._terms(document)

    def _terms(self, document: Document) -> Sequence[Term]:
        raise NotImplementedError

    def holds(self, document: Document) -> bool:
        """Whether the node is true in ``document``, which must be in a batch."""
        assert document.batch is not None
        return bool(self.bits(document.batch) & document.bit)

    def anchors(self) -> tuple[str, ...] | None:
        """Keys of which an article must have at least one for the node to be true; None: nothing is required."""
        return self._anchors()

    def _anchors(self) -> tuple[str, ...] | None:
        return None


class Leaf(Node):
    """A node with places: a word, phrase, prefix, name or NEAR group."""

    __slots__ = ("__weakref__", "scope", "written")
    written: str
    scope: str

    def spots(self, document: Document) -> list[Spot]:
        """Places, ascending; not to be changed by the caller."""
        known = document.found.get(self)
        if known is None:
            known = document.found[self] = self._spots(document)
        return known

    def _spots(self, document: Document) -> list[Spot]:
        raise NotImplementedError

    def candidates(self, batch: Batch) -> int:
        """A superset of ``bits`` that needs no positions."""
        return self._candidates(batch)

    def _candidates(self, batch: Batch) -> int:
        raise NotImplementedError

    def bits(self, batch: Batch) -> int:
        """As for every node; worked out once a batch, since many searches share a leaf."""
        known = batch.memo.get(self)
        if known is None:
            known = batch.memo[self] = self._bits(batch)
        return known

    def _bits(self, batch: Batch) -> int:
        return keep(self.candidates(batch), batch, self)

    def terms(self, document: Document) -> Sequence[Term]:
        """As for every node; worked out once a document."""
        known = document.receipts.get(self)
        if known is None:
            known = document.receipts[self] = tuple(self._terms(document))
        return known

    def _terms(self, document: Document) -> Sequence[Term]:
        return show(document.term(self.written, first, last) for first, last in self.spots(document))


_leaves: WeakValueDictionary[tuple[object, ...], Leaf] = WeakValueDictionary()
LeafT = TypeVar("LeafT", bound=Leaf)


def share(leaf: LeafT, *identity: object) -> LeafT:
    """The one leaf that stands for all equal ones, so that searches share its memory and its work."""
    return cast("LeafT", _leaves.setdefault((type(leaf), leaf.written, leaf.scope, *identity), leaf))


def keep(mask: int, batch: Batch, leaf: Leaf) -> int:
    """Those articles of ``mask`` where ``leaf`` truly has a place."""
    true = 0
    for number in each_bit(mask):
        if leaf.spots(batch.documents[number]):
            true |= 1 << number
    return true


def each_bit(mask: int) -> Iterator[int]:
    """Numbers of the bits set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Word(Leaf):
    """A word under any of its keys."""

    __slots__ = ("keys",)

    def __init__(self, written: str, keys: tuple[str, ...], scope: str = BODY) -> None:
        self.written, self.keys, self.scope = written, keys, scope

    def _candidates(self, batch: Batch) -> int:
        table = batch.bits(self.scope)
        mask = 0
        for key in self.keys:
            mask |= table.get(key, 0)
        return mask

    def _bits(self, batch: Batch) -> int:
        return self.candidates(batch)

    def _spots(self, document: Document) -> list[Spot]:
        keys = self.keys if len(self.keys) < 16 else document.postings.keys() & self.keys
        return [(position, position) for position in document.find(keys, self.scope)]

    def _anchors(self) -> tuple[str, ...] | None:
        return self.keys


class Exact(Word):
    """``=word``: this spelling only, no grammatical forms."""

    __slots__ = ()

    def _candidates(self, batch: Batch) -> int:
        return batch.spelled(self.scope).get(self.keys[0], 0)

    def _spots(self, document: Document) -> list[Spot]:
        return [(position, position) for position in document.find_spelled(self.keys, self.scope)]


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

    def _candidates(self, batch: Batch) -> int:
        mask = batch.everything
        for part in self.parts:
            mask &= part.candidates(batch)
            if not mask:
                return 0
        return mask

    def _spots(self, document: Document) -> list[Spot]:
        firsts = [first for first, _ in self.parts[0].spots(document)]
        for offset, part in enumerate(self.parts[1:], start=1):
            if not firsts:
                return []
            here = {first for first, _ in part.spots(document)}
            firsts = [first for first in firsts if first + offset in here]
        last = len(self.parts) - 1
        return [(first, first + last) for first in firsts]

    def _anchors(self) -> tuple[str, ...] | None:
        return And(self.parts).anchors()


class AnyLeaf(Leaf):
    """Alternatives with places, as one term: a name with its spellings, or a group in NEAR."""

    __slots__ = ("choices",)

    def __init__(self, written: str, choices: tuple[Leaf, ...], scope: str = BODY) -> None:
        self.written, self.choices, self.scope = written, choices, scope

    def _candidates(self, batch: Batch) -> int:
        mask = 0
        for choice in self.choices:
            mask |= choice.candidates(batch)
        return mask

    def _bits(self, batch: Batch) -> int:
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


class And(Node):
    """All of them."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self.parts = parts

    def _bits(self, batch: Batch) -> int:
        mask = batch.everything
        for part in self.parts:
            mask &= part.bits(batch)
            if not mask:
                return 0
        return mask

    def _terms(self, document: Document) -> Sequence[Term]:
        terms: list[Term] = []
        for part in self.parts:
            terms.extend(part.terms(document))
        return terms

    def _anchors(self) -> tuple[str, ...] | None:
        choices = [found for part in self.parts if (found := part.anchors()) is not None]
        return min(choices, key=_cost) if choices else None


def _cost(anchors: tuple[str, ...]) -> float:
    """Lower is likely rarer in news: few and long words."""
    return sum(1.0 / max(1, len(key)) ** 2 for key in anchors)


class Or(Node):
    """At least ``least`` of them (1 for OR, n for ATLEAST/n)."""

    __slots__ = ("least", "parts")

    def __init__(self, parts: tuple[Node, ...], least: int = 1) -> None:
        self.parts, self.least = parts, least

    def _bits(self, batch: Batch) -> int:
        if self.least > 1:
            return self._count(batch)
        mask = 0
        for part in self.parts:
            mask |= part.bits(batch)
            if mask == batch.everything:
                break
        return mask

    def _count(self, batch: Batch) -> int:
        reached = [batch.everything] + [0] * self.least
        for part in self.parts:
            bits = part.bits(batch)
            for level in range(self.least, 0, -1):
                reached[level] |= reached[level - 1] & bits
        return reached[self.least]

    def _terms(self, document: Document) -> Sequence[Term]:
        return [term for part in self.parts if part.holds(document) for term in part.terms(document)]

    def _anchors(self) -> tuple[str, ...] | None:
        """Of ``least`` parts any ``n - least + 1`` hold one that is true."""
        known = sorted((found for part in self.parts if (found := part.anchors()) is not None), key=_cost)
        needed = len(self.parts) - self.least + 1
        if len(known) < needed:
            return None
        return tuple(dict.fromkeys(key for choice in known[:needed] for key in choice))


def leaves(node: Node) -> list[Node]:
    """The parts of a query that can stand in its receipt: all but what is negated."""
    if isinstance(node, (And, Or)):
        return [leaf for part in node.parts for leaf in leaves(part)]
    return [] if isinstance(node, Not) else [node]


class Not(Node):
    """The opposite; it has no places."""

    __slots__ = ("part",)

    def __init__(self, part: Node) -> None:
        self.part = part

    def _bits(self, batch: Batch) -> int:
        return batch.everything & ~self.part.bits(batch)

    def _terms(self, _document: Document) -> Sequence[Term]:
        return []
