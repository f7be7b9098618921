"""Asking the archive: which articles a query and filters find, newest first, and how many a day.

The full-text index proposes, the matcher decides. Which articles to read, and in which order, is worked out
on indexes alone (see the migration ``m0005_lists``); texts are read for those that are shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlite_utils import Database

from matching.archive import archive_expression, is_exact
from matching.query import Query
from matching.sought import Sought
from storage.articles import COLUMNS, article_of
from wirewatch.article import Article
from wirewatch.search import Term
from wirewatch.source import Source

DAY = 86400
FEW = 3000
"""Finds of the full-text index up to which they are sorted; of more the archive is walked from its newest end."""
_CHUNK = 20
"""Articles read at once to be verified."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list besides a query. Times are seconds since 1970 UTC, ``until`` is not included.

    ``sources`` are ids (None: all; empty: none can be found), ``relations`` words of
    the column ``relation``; ``topic`` is the id of a topic or house search.
    """

    since: int | None = None
    until: int | None = None
    sources: tuple[str, ...] | None = None
    language: str | None = None
    topic: str | None = None
    relations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found, with its row id, its receipt, and its place among the stories."""

    id: int
    sort_time: int
    article: Article
    terms: tuple[Term, ...]
    story: str
    relation: str
    origin: str | None


Cursor = tuple[int, int]
"""Where a list goes on: time and row id of the last article seen."""


@dataclass(slots=True)
class Page:
    """A part of a list. ``next`` is None at the end; ``cut`` when time ran out before the part was full."""

    hits: list[Hit] = field(default_factory=list)
    next: Cursor | None = None
    cut: bool = False


def find_page(
    db: Database,
    query: Query | None,
    sources: Mapping[str, Source],
    filters: Filters,
    *,
    after: Cursor | None = None,
    limit: int = 30,
    seconds: float = 3.0,
) -> Page:
    """Up to ``limit`` articles, newest first, from ``after`` on; looks for at most about ``seconds``."""
    page, end = Page(), time.monotonic() + seconds
    for looked in _verify(db, query, sources, filters, after):
        if isinstance(looked, Hit):
            if len(page.hits) == limit:
                page.next = (page.hits[-1].sort_time, page.hits[-1].id)
                break
            page.hits.append(looked)
        elif time.monotonic() > end:
            page.next, page.cut = looked, True
            break
    return page


def search_archive(
    db: Database,
    query: Query,
    sources: Mapping[str, Source],
    *,
    since: datetime | None = None,
    source: str | None = None,
    language: str | None = None,
    limit: int | None = None,
) -> Iterator[tuple[Article, tuple[Term, ...], dict[str, Any]]]:
    """Stored articles for which ``query`` is true, newest first, with the receipt and the story's facts.

    An answer here is the answer the alert would have given.
    """
    filters = Filters(int(since.timestamp()) if since else None, None, (source,) if source else None, language)
    hits = (each for each in _verify(db, query, sources, filters, None) if isinstance(each, Hit))
    for hit in islice(hits, limit):
        yield hit.article, hit.terms, {"story": hit.story, "relation": hit.relation, "origin": hit.origin}


def narrow(query: Query) -> tuple[str, list[Any]]:
    """A condition on ``articles`` that holds at least for those for which ``query`` is true, and its parameters."""
    expression = archive_expression(query)
    if expression is None:
        return "1", []
    return "id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)", [expression]


def _verify(
    db: Database, query: Query | None, sources: Mapping[str, Source], filters: Filters, after: Cursor | None
) -> Iterator[Hit | Cursor]:
    """Hits, newest first; after each chunk that was read, how far the archive has been looked through."""
    proposed = _propose(db, query, filters, after)
    sought = None if query is None or is_exact(query) else Sought(query)
    while chunk := list(islice(proposed, _CHUNK)):
        for number, when in chunk:
            hit = _read(db, number, when, query, sources, sought)
            if hit:
                yield hit
        yield chunk[-1][1], chunk[-1][0]


def _read(
    db: Database, number: int, when: int, query: Query | None, sources: Mapping[str, Source], sought: Sought | None
) -> Hit | None:
    row = db.execute(f"SELECT {COLUMNS}, story_id, relation, origin FROM articles WHERE id = ?", [number]).fetchone()
    if sought and sought.decides and not sought.holds(row[3], row[4], row[6]):
        return None  # told from a few words; only a true one is read whole, for its receipt
    article = article_of(row)
    terms = query.match(article, sources.get(article.source or "")) if query else ()
    return None if terms is None else Hit(number, when, article, terms, row[-3], row[-2], row[-1])


def _propose(db: Database, query: Query | None, filters: Filters, after: Cursor | None) -> Iterator[tuple[int, int]]:
    """Row id and time of the articles that may fit, newest first."""
    where, values = conditions_of(filters)
    if after:
        where.append("(sort_time < ? OR (sort_time = ? AND id < ?)) AND sort_time <= ?")
        values += [after[0], after[0], after[1], after[0]]
    expression = archive_expression(query) if query else None
    index = _plain_index(query, filters)
    if expression is not None:
        few = _few(db, expression)
        if few is not None:
            index = "articles_facts"
            where.append(f"id IN ({','.join(map(str, few))})")
        else:
            where.append("id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)")
            values.append(expression)
    return iter(
        db.execute(
            f"SELECT id, sort_time FROM articles INDEXED BY {index} WHERE {' AND '.join(where)}"
            " ORDER BY sort_time DESC, id DESC",
            values,
        )
    )


def _plain_index(query: Query | None, filters: Filters) -> str:
    """The index that a list is walked on: that of sources where it is of one or a few of them."""
    by_source = filters.sources is not None and query is None and len(filters.sources) <= 3
    return "articles_by_source" if by_source else "articles_for_lists"


def _few(db: Database, expression: str) -> list[int] | None:
    """The row ids of an expression; None where there are more than FEW."""
    found = db.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?", [expression, FEW + 1])
    numbers = [number for (number,) in found]
    return numbers if len(numbers) <= FEW else None


def conditions_of(filters: Filters) -> tuple[list[str], list[Any]]:
    """The filters as SQL conditions on ``articles``, with their values."""
    where: list[str] = ["sort_time IS NOT NULL"]
    values: list[Any] = []
    for condition, value in (
        ("sort_time >= ?", filters.since),
        ("sort_time < ?", filters.until),
        ("language = ?", filters.language),
        ("EXISTS (SELECT 1 FROM matches WHERE article_id = articles.id AND search = ?)", filters.topic),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    for column, choice in (("source", filters.sources), ("relation", filters.relations)):
        if choice is not None:
            where.append(f"{column} IN ({','.join('?' * len(choice))})")
            values += choice
    return where, values


@dataclass(frozen=True, slots=True)
class Volume:
    """Articles a day (UTC midnight in seconds → number). ``exact`` is False where the number is an upper bound:
    the index knows the query's words there, but not their order or distance. ``known`` is False where it knows
    nothing of the query (a regular expression): no days are counted then."""

    days: Mapping[int, int]
    exact: bool
    known: bool = True

    @property
    def total(self) -> int:
        """Articles in all."""
        return sum(self.days.values())


def count_days(db: Database, query: Query | None, filters: Filters) -> Volume:
    """How many articles of each day are found; reads no text."""
    where, values = conditions_of(filters)
    expression = archive_expression(query) if query else None
    if query and expression is None:
        return Volume({}, exact=False, known=False)
    index = _plain_index(query, filters)
    if expression is not None:
        few = _few(db, expression)
        index = "articles_for_lists" if few is None else "articles_facts"
        where.append(
            "id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)"
            if few is None
            else f"id IN ({','.join(map(str, few))})"
        )
        values += [expression] if few is None else []
    rows = db.execute(
        f"SELECT sort_time / {DAY} * {DAY}, count(*) FROM articles INDEXED BY {index} WHERE {' AND '.join(where)}"
        " GROUP BY 1 ORDER BY 1",
        values,
    )
    return Volume(dict(rows.fetchall()), query is None or is_exact(query))
