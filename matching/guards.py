"""Leaves that keep false friends out: the wrong Georgia, the football club, the province of Iran."""

from __future__ import annotations

from matching.document import Batch, Document
from matching.nodes import Leaf, Node, Spot, keep


class Guarded(Leaf):
    """A doubtful spelling that counts only in the right company (looked for in title and text)."""

    __slots__ = ("leaf", "needs", "trusted_with", "unless")

    def __init__(
        self, written: str, leaf: Leaf, needs: Leaf | None, unless: Leaf | None, trusted_with: Leaf | None
    ) -> None:
        self.written, self.scope, self.leaf = written, leaf.scope, leaf
        self.needs, self.unless, self.trusted_with = needs, unless, trusted_with

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return tuple(node for node in (self.leaf, self.needs, self.unless, self.trusted_with) if node is not None)

    def _candidates(self, batch: Batch) -> int:
        return self.leaf.candidates(batch)

    def _bits(self, batch: Batch) -> int:
        mask = self.leaf.bits(batch)
        if mask and self.needs:
            mask &= self.needs.bits(batch)
        if mask and self.unless:
            against = self.unless.bits(batch)
            mask &= ~against | (self.trusted_with.bits(batch) if self.trusted_with else 0)
        return mask

    def _spots(self, document: Document) -> list[Spot]:
        return self.leaf.spots(document) if self.holds(document) else []

    def _anchors(self) -> tuple[str, ...] | None:
        return self.leaf.anchors()


class Outside(Leaf):
    """Places of a leaf that do not lie inside a place of another (``Azerbaijan`` in ``East Azerbaijan``)."""

    __slots__ = ("around", "leaf")

    def __init__(self, written: str, leaf: Leaf, around: Leaf) -> None:
        self.written, self.scope, self.leaf, self.around = written, leaf.scope, leaf, around

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return (self.leaf, self.around)

    def _candidates(self, batch: Batch) -> int:
        return self.leaf.candidates(batch)

    def _bits(self, batch: Batch) -> int:
        mask = self.leaf.bits(batch)
        doubtful = mask & self.around.candidates(batch)
        return (mask & ~doubtful) | keep(doubtful, batch, self)

    def _spots(self, document: Document) -> list[Spot]:
        around = self.around.spots(document)
        return [
            spot
            for spot in self.leaf.spots(document)
            if not any(outer[0] <= spot[0] and spot[1] <= outer[1] for outer in around)
        ]

    def _anchors(self) -> tuple[str, ...] | None:
        return self.leaf.anchors()


class InLanguage(Leaf):
    """A leaf of Azerbaijani and Turkish words that counts in articles of these languages only, or in all others.

    The three share an alphabet: ``kaza*`` (accident) must not find Kazakhstan in English.
    """

    __slots__ = ("leaf", "turkic")

    def __init__(self, written: str, leaf: Leaf, *, turkic: bool) -> None:
        self.written, self.scope, self.leaf, self.turkic = written, leaf.scope, leaf, turkic

    def children(self) -> tuple[Node, ...]:
        """As for every node."""
        return (self.leaf,)

    def _candidates(self, batch: Batch) -> int:
        return self.leaf.candidates(batch) & (batch.turkic if self.turkic else ~batch.turkic)

    def _bits(self, batch: Batch) -> int:
        allowed = batch.turkic if self.turkic else batch.everything & ~batch.turkic
        return self.leaf.bits(batch) & allowed if allowed else 0

    def _spots(self, document: Document) -> list[Spot]:
        return self.leaf.spots(document) if self.holds(document) else []

    def _anchors(self) -> tuple[str, ...] | None:
        return self.leaf.anchors()
