"""A compiled query: the one meaning that alerts, archive and back-test share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matching.document import Batch, Document, read_document
from matching.nodes import And, Leaf, Node, Not, leaves
from matching.parser import parse
from wirewatch.article import Article
from wirewatch.search import Term
from wirewatch.source import Source

MOST_ANCHORED = 100
"""Terms up to which a query is given anchors; a topic with more needs so many that it is asked anyway."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A query as written (``text``) and as understood (``root``)."""

    text: str
    root: Node
    anchors: tuple[str, ...] | None
    """Keys of which an article must have at least one for the query to be true; None: it is always asked."""
    repeats: bool
    """Whether two parts may name the same place in the same words, so that receipts must drop repetitions."""
    flat: tuple[Leaf, ...] | None = None
    """The leaves all of which are true where the query is: a receipt is theirs put together. None: it depends."""
    pure: bool = False
    """Whether the query is no more than all of ``flat`` (no negation beside them)."""

    def bits(self, batch: Batch) -> int:
        """Mask of the articles of a batch in which the query is true; ANDs of leaves are the usual case."""
        if not self.pure or self.flat is None:
            return self.root.bits(batch)
        memo, mask = batch.memo, batch.everything
        for leaf in self.flat:
            known = memo.get(leaf)
            mask &= leaf.bits(batch) if known is None else known
            if not mask:
                break
        return mask

    def match(self, article: Article, source: Source | None = None) -> tuple[Term, ...] | None:
        """The receipt if ``article`` fits, None if not; ``source`` serves ``country:`` and ``kind:``."""
        return self.match_document(read_document(article, source))

    def match_document(self, document: Document) -> tuple[Term, ...] | None:
        """As :meth:`match`, for an article whose words are read already."""
        if document.batch is None:
            Batch([document])
        return self.explain(document) if self.root.holds(document) else None

    def explain(self, document: Document) -> tuple[Term, ...]:
        """The receipt where the query is true: by the query's terms, each in the article's order."""
        if self.flat is not None:
            receipts = document.receipts
            terms: Sequence[Term] = ()
            for leaf in self.flat:
                terms = (*terms, *(receipts.get(leaf) or leaf.terms(document)))
        else:
            terms = self.root.terms(document)
        return tuple(dict.fromkeys(terms)) if self.repeats else tuple(terms)


def compile_query(text: str) -> Query:
    """Understand a query.

    Raises:
        QueryError: it cannot be understood; says where, why and how to write it instead.
    """
    root = parse(text)
    written = [getattr(leaf, "written", "") for leaf in leaves(root)]
    anchors = root.anchors() if len(written) <= MOST_ANCHORED else None
    flat = _flatten(root)
    parts = len(root.parts) if isinstance(root, And) else 1
    return Query(text, root, anchors, len(set(written)) < len(written), flat, flat is not None and len(flat) == parts)


def _flatten(root: Node) -> tuple[Leaf, ...] | None:
    parts = root.parts if isinstance(root, And) else (root,)
    positive = [part for part in parts if not isinstance(part, Not)]
    flat = tuple(part for part in positive if isinstance(part, Leaf))
    return flat if len(flat) == len(positive) else None
