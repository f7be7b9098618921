"""A compiled query: the one meaning that alerts, archive and back-test share."""

from __future__ import annotations

from dataclasses import dataclass

from matching.document import Batch, Document, read_document
from matching.nodes import Node
from matching.parser import parse
from wirewatch.article import Article
from wirewatch.search import Term
from wirewatch.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A query as written (``text``) and as understood (``root``)."""

    text: str
    root: Node

    def match(self, article: Article, source: Source | None = None) -> tuple[Term, ...] | None:
        """The receipt if ``article`` fits, None if not; ``source`` serves ``country:`` and ``kind:``."""
        return self.match_document(read_document(article, source))

    def match_document(self, document: Document) -> tuple[Term, ...] | None:
        """As :meth:`match`, for an article whose words are read already."""
        if document.batch is None:
            Batch([document])
        return explain(self.root, document) if self.root.holds(document) else None


def explain(root: Node, document: Document) -> tuple[Term, ...]:
    """The receipt of a query that is true in ``document``, in order of the article, no place twice."""
    terms = dict.fromkeys(root.terms(document))
    return tuple(sorted(terms, key=lambda term: (term.field != "title", term.field, term.start, term.end)))


def compile_query(text: str) -> Query:
    """Understand a query.

    Raises:
        QueryError: it cannot be understood; says where, why and how to write it instead.
    """
    return Query(text, parse(text))
