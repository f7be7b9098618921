"""What one alert is made of, read together from the database: the mail itself is composed from nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from matching.topics import load_topics
from storage.outbox import OutboxRow
from storage.secrets import MESSAGE_ID_KEY, get_key
from storage.subscribers import Subscriber, get_subscriber
from wirewatch.article import Article
from wirewatch.search import Match, Term
from wirewatch.source import Source

MOST_REPORTS = 12


@dataclass(frozen=True, slots=True)
class Reason:
    """A search of the reader's that fired: its name, its query ('' for a topic) and where it found what."""

    name: str
    query: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Another outlet's report of the same story."""

    source: Source | None
    source_id: str
    title: str
    url: str
    relation: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Alert:
    """All that a mail says.

    ``sequence`` is 0 for the first alert of a story; later ones reply to ``thread``, the first one's
    Message-ID. ``key`` keys the Message-ID.
    """

    subscriber: Subscriber
    story_id: str
    article: Article
    reasons: tuple[Reason, ...]
    key: bytes
    source: Source | None = None
    reports: tuple[Report, ...] = ()
    sequence: int = 0
    thread: str | None = None


def load_alert(db: Database, row: OutboxRow, sources: Mapping[str, Source]) -> Alert | None:
    """The material of an outbox row; None when its article or its subscriber is gone."""
    subscriber = get_subscriber(db, row.subscriber_id)
    return _load_for(db, subscriber, row, sources) if subscriber else None


def load_preview(
    db: Database, sources: Mapping[str, Source], zone: str = "UTC", article_id: int | None = None
) -> Alert | None:
    """The material of an alert nobody gets: of that article or else the newest that matched, for a made-up reader.

    None when there is no such article.
    """
    article = db.execute(
        "SELECT id, story_id FROM articles WHERE id = coalesce(?, (SELECT article_id FROM matches"
        " JOIN articles a ON a.id = article_id ORDER BY a.sort_time DESC, a.id DESC LIMIT 1))",
        [article_id],
    ).fetchone()
    if article is None:
        return None
    found = db.execute("SELECT search, receipt FROM matches WHERE article_id = ? ORDER BY search", [article[0]])
    receipts = tuple(Match.from_json({"search": search, "terms": json.loads(terms)}) for search, terms in found)
    row = OutboxRow(0, 0, article[1], 0, article[0], receipts, "queued", 0, 0, 0, None, "alert")
    return _load_for(db, Subscriber(0, "reader@preview.invalid", "active", zone, "", ""), row, sources)


def _load_for(db: Database, subscriber: Subscriber, row: OutboxRow, sources: Mapping[str, Source]) -> Alert | None:
    article = _load_article(db, row.article_id)
    if article is None:
        return None
    return Alert(
        subscriber=subscriber,
        story_id=row.story_id,
        article=article,
        reasons=_load_reasons(db, row),
        key=get_key(db, MESSAGE_ID_KEY) if subscriber.id else b"preview",
        source=sources.get(article.source or ""),
        reports=_load_reports(db, row, sources),
        sequence=row.sequence,
        thread=_load_thread(db, row),
    )


def _load_article(db: Database, article_id: int) -> Article | None:
    cursor = db.execute(
        "SELECT url, canonical_url, source, title, text, summary, language, published, published_precision, modified,"
        " fetched, authors, place, agency, credits FROM articles WHERE id = ?",
        [article_id],
    )
    row = cursor.fetchone()
    if row is None:
        return None
    fields: dict[str, Any] = dict(zip([column[0] for column in cursor.description], row, strict=True))
    fields.update(authors=json.loads(fields["authors"]), credits=json.loads(fields["credits"]))
    return Article.from_json(fields)


def _load_reasons(db: Database, row: OutboxRow) -> tuple[Reason, ...]:
    searches = {
        f"sub:{number}": (name, query)
        for number, name, query in db.execute(
            "SELECT id, name, query FROM subscriptions WHERE subscriber_id = ?", [row.subscriber_id]
        )
    }
    reasons = []
    for match in row.receipts:
        name, query = searches.get(match.search, (_name_topic(match.search), ""))
        reasons.append(Reason(name, query, match.terms))
    return tuple(reasons)


def _name_topic(search_id: str) -> str:
    topic = load_topics().get(search_id)
    if topic:
        return topic.title
    return "a search of yours" if search_id.startswith("sub:") else search_id


def _load_reports(db: Database, row: OutboxRow, sources: Mapping[str, Source]) -> tuple[Report, ...]:
    rows = db.execute(
        "SELECT source, title, canonical_url, relation, published, published_precision FROM articles"
        " WHERE story_id = ? AND id <> ? ORDER BY sort_time, id LIMIT ?",
        [row.story_id, row.article_id, MOST_REPORTS],
    )
    return tuple(
        Report(
            sources.get(source),
            source,
            title,
            url,
            relation,
            datetime.fromisoformat(published) if published and precision != "day" else None,
        )
        for source, title, url, relation, published, precision in rows
    )


def _load_thread(db: Database, row: OutboxRow) -> str | None:
    if row.sequence == 0:
        return None
    first = db.execute(
        "SELECT message_id FROM outbox WHERE subscriber_id = ? AND story_id = ? AND sequence = 0",
        [row.subscriber_id, row.story_id],
    ).fetchone()
    return first[0] if first else None
