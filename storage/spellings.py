"""Which spelling of a name each outlet uses, from receipts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from matching.query import Query
from storage.finding import Filters, find_page
from wirewatch.search import Term
from wirewatch.source import Source

SAMPLE = 150
"""Newest articles that are looked at."""

Spellings = dict[str, Counter[str]]
"""Source id → what it writes → in how many articles."""


def spellings_of_topic(db: Database, search: str) -> Spellings:
    """From the receipts of the newest articles that a topic or house search found."""
    rows = db.execute(
        "SELECT a.source, m.receipt FROM matches m JOIN articles a INDEXED BY articles_facts ON a.id = m.article_id"
        " WHERE m.search = ? ORDER BY m.article_id DESC LIMIT ?",
        [search, SAMPLE],
    )
    return _count((source, {term["form"] for term in json.loads(receipt)}) for source, receipt in rows)


def spellings_of_query(db: Database, query: Query, sources: Mapping[str, Source], seconds: float = 1.0) -> Spellings:
    """From the newest articles for which ``query`` is true; looks for at most about ``seconds``."""
    hits = find_page(db, query, sources, Filters(), limit=SAMPLE, seconds=seconds).hits
    return _count((hit.article.source or "", forms_of(hit.terms)) for hit in hits)


def forms_of(terms: Iterable[Term]) -> set[str]:
    """What was found in title and text."""
    return {term.form for term in terms if term.field in ("title", "text")}


def _count(found: Iterable[tuple[str, set[str]]]) -> Spellings:
    counts: Spellings = {}
    for source, forms in found:
        counts.setdefault(source, Counter()).update(forms)
    return counts
