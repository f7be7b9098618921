"""A compiled query: the one meaning that alerts, archive and back-test share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.document import Batch, Document, read_document
from matching.leaves import Word
from matching.nodes import And, Leaf, Node, Not, Or, leaves
from matching.parser import parse
from wirewatch.article import Article
from wirewatch.search import Term
from wirewatch.source import Source

MOST_ANCHORED = 100
"""Terms up to which a query is given anchors; a topic with more needs so many that it is asked anyway."""

_FEW = 4
"""Articles below which receipts are put together one by one, not from rows for all articles that a word is in."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A query as written (``text``) and as understood (``root``)."""

    text: str
    root: Node
    anchors: tuple[str, ...] | None
    """Keys of which an article must have at least one for the query to be true; None: it is always asked."""
    others: tuple[str, ...] | None
    """Keys of which the same article must have one as well; None: nothing more is known to be required."""
    repeats: bool
    """Whether two parts may name the same place in the same words, so that receipts must drop repetitions."""
    shown: tuple[Leaf, ...] | None = None
    """The leaves whose receipts, put together, are the query's, wherever it is true; None: it depends."""

    def bits(self, batch: Batch) -> int:
        """Mask of the articles of a batch in which the query is true."""
        return self.root.bits(batch)

    def list_keys(self) -> Iterator[str]:
        """The keys of all words that the query may ask an article for."""
        stack = [self.root]
        while stack:
            node = stack.pop()
            if isinstance(node, Word):
                yield from node.keys
            stack.extend(node.children())

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
        if self.shown is not None:
            terms = [term for leaf in self.shown for term in leaf.terms(document)]
        else:
            terms = list(self.root.terms(document))
        return tuple(dict.fromkeys(terms)) if self.repeats else tuple(terms)

    def explain_all(self, batch: Batch, numbers: Sequence[int]) -> list[tuple[Term, ...]]:
        """The receipts in the articles of these numbers, in all of which the query is true.

        The usual queries are ANDs of words and OR groups: their receipts are made of the words' own.
        """
        if self.shown is None or self.repeats or len(numbers) < _FEW:
            return [self.explain(batch.documents[number]) for number in numbers]
        if not self.shown:
            return [()] * len(numbers)
        row = self.shown[0].receipts(batch)
        found = [row[number] for number in numbers]
        for leaf in self.shown[1:]:
            row = leaf.receipts(batch)
            found = [terms + row[number] for terms, number in zip(found, numbers, strict=True)]
        return found


def compile_query(text: str) -> Query:
    """Understand a query.

    Raises:
        QueryError: it cannot be understood; says where, why and how to write it instead.
    """
    root = parse(text)
    positive, shown = leaves(root), _list_shown(root)
    anchors, others = [*(root.rank_anchors() if len(positive) <= MOST_ANCHORED else []), None, None][:2]
    written = [getattr(leaf, "written", "") for leaf in (positive if shown is None else shown)]
    return Query(text, root, anchors, others, len(set(written)) < len(written), shown)


def _list_shown(root: Node) -> tuple[Leaf, ...] | None:
    """The leaves of an AND of leaves, of OR groups of leaves and of negations (which show nothing), each once."""
    shown: dict[Leaf, None] = {}
    for part in root.parts if isinstance(root, And) else (root,):
        if isinstance(part, Not):
            continue
        for choice in part.parts if isinstance(part, Or) else (part,):
            if not isinstance(choice, Leaf):
                return None
            shown[choice] = None
    return tuple(shown)
