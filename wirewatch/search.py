"""A Search: a named query; a Match: the receipt that says why an article fits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Search:
    """A standing query. ``id`` is its name in receipts (a topic's name, a subscriber's search id)."""

    id: str
    query: str


@dataclass(slots=True, unsafe_hash=True)
class Term:
    """One place in the article that made the query true; never changed.

    ``term`` is the query's own term as written, ``form`` the characters found, ``field`` one of
    ``title``, ``text``, ``author``, ``agency``, ``place``, ``source``, ``country``, ``lang``, ``kind``;
    ``start``/``end`` are character offsets in that field (0-based, end exclusive), so that
    ``field_text[start:end] == form``. Like a match not declared frozen, since very many are made.
    """

    term: str
    form: str
    field: str
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        """``{"term", "form", "field", "start", "end"}``."""
        return {"term": self.term, "form": self.form, "field": self.field, "start": self.start, "end": self.end}


@dataclass(slots=True, unsafe_hash=True)
class Match:
    """The receipt of one search that fired on one article; never changed.

    Not declared frozen: a batch makes up to a million, and freezing makes each take three times as long.
    """

    search: str
    terms: tuple[Term, ...]

    def to_json(self) -> dict[str, Any]:
        """``{"search": …, "terms": [{"term", "form", "field", "start", "end"}]}``."""
        return {"search": self.search, "terms": [term.to_json() for term in self.terms]}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Match:
        """The inverse of :meth:`to_json`."""
        return cls(row["search"], tuple(Term(**term) for term in row["terms"]))
