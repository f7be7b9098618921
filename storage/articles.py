"""The archive: articles, their receipts and their full-text index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from matching.archive import FTS_COLUMNS, FTS_FORM, FTS_TOKENIZE, index_row
from matching.document import Document
from matching.stories import Placement
from storage.database import write
from wirewatch.article import Article, Credit, format_time, parse_time
from wirewatch.search import Match
from wirewatch.source import Source
from wirewatch.urls import link_key

COLUMNS = (
    "url, canonical_url, source, title, text, summary, language, published, published_precision, modified, fetched,"
    " authors, place, agency, credits"
)
_encode = json.JSONEncoder(ensure_ascii=False).encode
"""As ``json.dumps``, which makes an encoder anew each time where it is asked for other letters than ASCII."""
IndexRow = tuple[int, Article, Source | None]
"""Row id, article and source of an article that is not in the index yet."""
_INDEX_FORM = f"{FTS_FORM}:{','.join(FTS_COLUMNS)}:{FTS_TOKENIZE}"
"""How the index was made; where the database says another, it is built anew from the articles."""


def insert_article(
    db: Database,
    article: Article,
    placement: Placement,
    run_id: int,
    source: Source | None = None,
    unindexed: list[IndexRow] | None = None,
) -> int:
    """Store ``article`` with its place among the stories, and index it; returns its row id.

    Runs inside the caller's transaction. With ``unindexed`` its place in the index is only noted there, for
    :func:`index_articles` at the end of the transaction: FTS5 writes out what it has gathered at each statement
    that may fail half-way.
    """
    db.execute(
        "INSERT OR IGNORE INTO stories (id, title, first_seen) VALUES (?, ?, ?)",
        [placement.story, article.title, _seconds(article.fetched)],
    )
    row: dict[str, Any] = _reading_of(article) | {
        "url": article.url,
        "canonical_url": article.canonical_url or article.url,
        "link_key": link_key(article.canonical_url or article.url),
        "source": article.source or "",
        "fetched": format_time(article.fetched),
        "story_id": placement.story,
        "relation": placement.relation,
        "origin": placement.origin,
        "run_id": run_id,
    }
    columns, marks = ", ".join(row), ", ".join("?" for _ in row)
    cursor = db.execute(f"INSERT INTO articles ({columns}) VALUES ({marks})", list(row.values()))
    article_id = cursor.lastrowid
    assert article_id is not None
    if unindexed is None:
        _index(db, article_id, article, source)
    else:
        unindexed.append((article_id, article, source))
    return article_id


def _reading_of(article: Article) -> dict[str, Any]:
    """The columns that come from reading the page, not from how it was found."""
    return {
        "title": article.title,
        "text": article.text,
        "summary": article.summary,
        "language": article.language,
        "published": format_time(article.published),
        "published_precision": article.published_precision,
        "modified": format_time(article.modified),
        "authors": _encode(article.authors),
        "place": article.place,
        "agency": article.agency,
        "credits": _encode([asdict(credit) for credit in article.credits]),
        "content_hash": article.content_hash,
        "sort_time": _seconds(article.published or article.fetched),
    }


def find_article(db: Database, keys: Iterable[str]) -> tuple[int, Article] | None:
    """The stored article with one of these link keys, and its row id."""
    for key in keys:
        row = db.execute(f"SELECT {COLUMNS}, id FROM articles WHERE link_key = ?", [key]).fetchone()
        if row:
            return row[-1], article_of(row)
    return None


def update_article(db: Database, article_id: int, article: Article, source: Source | None = None) -> None:
    """Put a new reading of the same page in place of the stored one; its story and first sight stay.

    The chain of the story that is kept is let go: it was made of the old reading.
    """
    row = _reading_of(article)
    changes = ", ".join(f"{column} = ?" for column in row)
    db.execute(f"UPDATE articles SET {changes} WHERE id = ?", [*row.values(), article_id])
    db.execute("UPDATE stories SET chain = NULL WHERE id = (SELECT story_id FROM articles WHERE id = ?)", [article_id])
    db.execute("DELETE FROM articles_fts WHERE rowid = ?", [article_id])
    db.execute("DELETE FROM matches WHERE article_id = ?", [article_id])
    _index(db, article_id, article, source)


def insert_matches(db: Database, article_id: int, matches: Iterable[Match]) -> None:
    """Keep the receipts of the topics and searches that fired."""
    db.conn.executemany(
        "INSERT INTO matches (article_id, search, receipt) VALUES (?, ?, ?)"
        " ON CONFLICT (article_id, search) DO UPDATE SET receipt = excluded.receipt",
        [(article_id, match.search, _write_terms(match)) for match in matches],
    )


def _write_terms(match: Match) -> str:
    return _encode([term.to_json() for term in match.terms]) if match.terms else "[]"


def has_content(db: Database, content_hash: str, source: str) -> bool:
    """True when ``source`` has published exactly these words already, at any address."""
    found = db.execute("SELECT 1 FROM articles WHERE content_hash = ? AND source = ?", [content_hash, source])
    return found.fetchone() is not None


def read_window(db: Database, since: datetime, most: int) -> Iterator[tuple[Article, str, str, str | None]]:
    """Articles fetched after ``since``, the ``most`` latest of them in the order they were stored, with story,
    relation and origin; one by one, since their texts take more room than what is kept of them.

    Of an edited one it is the first version: stories are decided on what each publisher said first.
    """
    columns = ", ".join(f"a.{name.strip()}" for name in COLUMNS.split(","))
    for name in ("title", "text"):
        columns = columns.replace(f"a.{name},", f"coalesce(v.{name}, a.{name}) AS {name},")
    cursor = db.execute(
        f"SELECT {columns}, a.story_id, a.relation, a.origin FROM articles a"
        " LEFT JOIN versions v ON v.article_id = a.id AND v.number = 1"
        " WHERE a.id IN (SELECT id FROM articles WHERE fetched >= ? ORDER BY +id DESC LIMIT ?) ORDER BY a.id",
        [format_time(since), most],  # the plus sign: else all of the archive is gone through in the order of ids
    )
    for row in cursor:
        yield article_of(row), row[-3], row[-2], row[-1]


def read_reports(db: Database, story_id: str, most: int) -> list[Article]:
    """The first ``most`` reports of a story by time."""
    cursor = db.execute(
        f"SELECT {COLUMNS} FROM articles WHERE story_id = ? ORDER BY sort_time, id LIMIT ?", [story_id, most]
    )
    return list(map(article_of, cursor))


def article_of(row: tuple[Any, ...]) -> Article:
    """An Article from a row that begins with ``COLUMNS``."""
    return Article(
        url=row[0],
        canonical_url=row[1],
        source=row[2],
        title=row[3],
        text=row[4],
        summary=row[5],
        language=row[6] or None,
        published=parse_time(row[7], "published"),
        published_precision=row[8],
        modified=parse_time(row[9], "modified"),
        fetched=parse_time(row[10], "fetched"),
        authors=tuple(json.loads(row[11])),
        place=row[12],
        agency=row[13],
        credits=tuple(Credit(**credit) for credit in json.loads(row[14])),
    )


# ---- the index


def ensure_index(db: Database, sources: Mapping[str, Source]) -> None:
    """Make the full-text table, or build it anew where it was made by another version of the tokenizer."""
    form = db.execute("SELECT value FROM meta WHERE key = 'index'").fetchone()
    if form and form[0] == _INDEX_FORM:
        return
    with write(db):
        db.execute("DROP TABLE IF EXISTS articles_fts")
        db.execute(
            f"CREATE VIRTUAL TABLE articles_fts USING fts5({', '.join(FTS_COLUMNS)}, content='', contentless_delete=1,"
            f" detail=column, tokenize='{FTS_TOKENIZE}')"
        )
        for row in db.execute(f"SELECT {COLUMNS}, id FROM articles").fetchall():
            _index(db, row[-1], article_of(row), sources.get(row[2]))
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('index', ?)", [_INDEX_FORM])


def index_articles(db: Database, rows: Iterable[IndexRow], documents: Mapping[int, Document]) -> None:
    """Index what ``insert_article`` has noted. ``documents``: by ``id()``, the articles as the matcher read them."""
    for article_id, article, source in rows:
        _index(db, article_id, article, source, documents.get(id(article)))


def _index(
    db: Database, article_id: int, article: Article, source: Source | None, document: Document | None = None
) -> None:
    marks = ", ".join("?" for _ in FTS_COLUMNS)
    db.execute(
        f"INSERT INTO articles_fts (rowid, {', '.join(FTS_COLUMNS)}) VALUES (?, {marks})",
        [article_id, *index_row(article, source, document)],
    )


# ---- asking


def count_articles(db: Database, since: datetime | None = None) -> int:
    """Stored articles, all or those published (else fetched) since."""
    low = _seconds(since) if since else -(2**62)
    return int(db.execute("SELECT count(*) FROM articles WHERE sort_time >= ?", [low]).fetchone()[0])


def _seconds(when: datetime | None) -> int:
    assert when is not None, "an article that is stored has been fetched"
    return int(when.timestamp())
