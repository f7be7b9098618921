"""What a query consists of.

Every node answers three questions:

``bits(batch)``: in which articles of a batch it is true; ``spots(document)``: at which words (only
nodes that have a place); ``terms(document)``: the receipt. One evaluator serves alerts, archive and
back-test: a single article is a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast
from weakref import WeakValueDictionary

from matching.document import Batch, Document
from wirewatch.search import Term

PLACES_SHOWN = 3
"""Places that a receipt names for each form of a term: the first ones; the text itself shows the rest."""
FORMS_SHOWN = 12
"""Different forms of one term that a receipt names."""

Spot = tuple[int, int]
"""First and last position of a place where a node is true."""


class Node:
    """One part of a query."""

    __slots__ = ()

    def children(self) -> tuple[Node, ...]:
        """The nodes that this one is made of."""
        return ()

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

    def rank_anchors(self) -> list[tuple[str, ...]]:
        """Keys of each of which an article must have at least one, what is likely rarest first."""
        found = self.anchors()
        return [] if found is None else [found]


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

    def starts(self, document: Document) -> frozenset[int]:
        """First positions of the places; kept with the document, since phrases share their words."""
        known = document.starting.get(self)
        if known is None:
            known = document.starting[self] = frozenset(self._starts(document))
        return known

    def _starts(self, document: Document) -> Iterable[int]:
        return [first for first, _ in self.spots(document)]

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

    def terms(self, document: Document) -> tuple[Term, ...]:
        """As for every node; worked out once a document."""
        known = document.receipts.get(self)
        if known is None:
            known = document.receipts[self] = tuple(self._terms(document))
        return known

    def receipts(self, batch: Batch) -> list[tuple[Term, ...]]:
        """The terms in each article of the batch, () where there are none; worked out once a batch."""
        known = batch.receipts.get(self)
        if known is None:
            known = batch.receipts[self] = [()] * len(batch.documents)
            for number in list_bits(self.bits(batch)):
                known[number] = self.terms(batch.documents[number])
        return known

    def _terms(self, document: Document) -> Sequence[Term]:
        spots = self.spots(document)
        if len(spots) == 1:
            return [document.term(self.written, *spots[0])]
        return show(document.term(self.written, first, last) for first, last in spots)


def show(terms: Iterable[Term]) -> list[Term]:
    """The first places of each form."""
    shown: list[Term] = []
    seen: dict[str, int] = {}
    for term in terms:
        times = seen.get(term.form, 0)
        if times < PLACES_SHOWN and (times or len(seen) < FORMS_SHOWN):
            seen[term.form] = times + 1
            shown.append(term)
    return shown


_leaves: WeakValueDictionary[tuple[object, ...], Leaf] = WeakValueDictionary()
LeafT = TypeVar("LeafT", bound=Leaf)


def share(leaf: LeafT, *identity: object) -> LeafT:
    """The one leaf that stands for all equal ones, so that searches share its memory and its work."""
    return cast("LeafT", _leaves.setdefault((type(leaf), leaf.written, leaf.scope, *identity), leaf))


def keep(mask: int, batch: Batch, leaf: Leaf) -> int:
    """Those articles of ``mask`` where ``leaf`` truly has a place."""
    true = 0
    for number in list_bits(mask):
        if leaf.spots(batch.documents[number]):
            true |= 1 << number
    return true


_SPARSE = 8
"""A mask with fewer than one bit in so many is cheaper to take apart bit by bit than to write out."""


def list_bits(mask: int) -> list[int]:
    """Numbers of the bits set, ascending."""
    if mask.bit_count() * _SPARSE > mask.bit_length():
        return [number for number, bit in enumerate(bin(mask)[:1:-1]) if bit == "1"]
    numbers = []
    while mask:
        low = mask & -mask
        numbers.append(low.bit_length() - 1)
        mask ^= low
    return numbers


_HEAVY = 8
"""Nodes from which on the answer of a group is kept with the batch: receipts ask for it article by article."""


class Group(Node):
    """A node made of others."""

    __slots__ = ("__weakref__", "parts", "size")
    parts: tuple[Node, ...]
    size: int
    """Nodes within it, itself included."""

    def _gather(self, parts: tuple[Node, ...]) -> None:
        self.parts = parts
        self.size = 1 + sum(part.size if isinstance(part, Group) else 1 for part in parts)

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return self.parts

    def bits(self, batch: Batch) -> int:
        """As for every node; kept with the batch where it takes long."""
        if self.size < _HEAVY:
            return self._bits(batch)
        known = batch.memo.get(self)
        if known is None:
            known = batch.memo[self] = self._bits(batch)
        return known


_groups: WeakValueDictionary[tuple[object, ...], Group] = WeakValueDictionary()
GroupT = TypeVar("GroupT", bound=Group)


def share_group(group: GroupT, *identity: object) -> GroupT:
    """The one group that stands for all equal ones: equal are those of the same parts."""
    return cast("GroupT", _groups.setdefault((type(group), group.parts, *identity), group))


class And(Group):
    """All of them."""

    __slots__ = ()

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self._gather(parts)

    def _bits(self, batch: Batch) -> int:
        memo, mask = batch.memo, batch.everything
        for part in self.parts:
            known = memo.get(part)
            mask &= part.bits(batch) if known is None else known
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

    def rank_anchors(self) -> list[tuple[str, ...]]:
        """As for every node."""
        return sorted((found for part in self.parts if (found := part.anchors()) is not None), key=_cost)


def _cost(anchors: tuple[str, ...]) -> float:
    """Lower is likely rarer in news: few and long words."""
    cost = 0.0
    for key in anchors:
        cost += 1.0 / max(1, len(key)) ** 2
    return cost


class Or(Group):
    """At least ``least`` of them (1 for OR, n for ATLEAST/n)."""

    __slots__ = ("least",)

    def __init__(self, parts: tuple[Node, ...], least: int = 1) -> None:
        self._gather(parts)
        self.least = least

    def _bits(self, batch: Batch) -> int:
        if self.least > 1:
            return self._count(batch)
        memo, mask = batch.memo, 0
        for part in self.parts:
            known = memo.get(part)
            mask |= part.bits(batch) if known is None else known
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


class Not(Group):
    """The opposite; it has no places."""

    __slots__ = ("part",)

    def __init__(self, part: Node) -> None:
        self._gather((part,))
        self.part = part

    def _bits(self, batch: Batch) -> int:
        return batch.everything & ~self.part.bits(batch)

    def _terms(self, _document: Document) -> Sequence[Term]:
        return []
