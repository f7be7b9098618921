"""What one mail is made of, read together from the database: the mail itself is composed from nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from matching.stories.news import find_news
from matching.topics import load_topics
from storage.articles import COLUMNS, article_of
from storage.audience import Change
from storage.outbox import OutboxRow, Receipt
from storage.rechecks import find_withdrawn
from storage.secrets import MESSAGE_ID_KEY, get_key
from storage.subscribers import Subscriber, get_subscriber
from wirewatch.article import Article
from wirewatch.search import Match, Term
from wirewatch.source import Source

MOST_REPORTS = 12


@dataclass(frozen=True, slots=True)
class Reason:
    """A search of the reader's that fired: its name, its query ('' for a topic) and where it found what.

    ``article`` is the report that it fired on where that is not the one which the mail leads with, else None.
    """

    name: str
    query: str
    terms: tuple[Term, ...]
    article: Article | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Another outlet's report of the same story."""

    source: Source | None
    source_id: str
    title: str
    url: str
    relation: str
    published: datetime | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report that came after the reader's last mail; ``facts`` are its sentences that none before it told."""

    report: Report
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """What is new in a story since the reader's last mail; ``changed`` names the outlet of each change."""

    reports: tuple[NewReport, ...]
    changes: tuple[tuple[Change, Report], ...]

    @property
    def is_empty(self) -> bool:
        """Nothing that deserves a mail: copies alone do not."""
        return not self.changes and all(each.report.relation == "copy" for each in self.reports)


@dataclass(frozen=True, slots=True)
class Alert:
    """All that a mail says.

    ``sequence`` is 0 for the first alert of a story; an ``update`` replies to ``thread``, the first one's
    Message-ID, under its ``subject`` ('' where that is not kept). ``key`` keys the Message-ID.
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
    subject: str = ""
    update: Update | None = None
    withdrawn: bool = False
    """Its outlet has taken the report down, and no other tells the same."""


def load_alert(db: Database, row: OutboxRow, sources: Mapping[str, Source]) -> Alert | None:
    """The material of an outbox row of a story; None when its article or its subscriber is gone."""
    subscriber = get_subscriber(db, row.subscriber_id) if row.subscriber_id else None
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
    matches = [Match.from_json({"search": search, "terms": json.loads(terms)}) for search, terms in found]
    row = OutboxRow(
        id=0, subscriber_id=None, address=None, kind="story", story_id=article[1], sequence=0, article_id=article[0],
        receipts=tuple(Receipt(each.search, each.terms, article[0]) for each in matches), news=None, state="queued",
        created=0, due=0, attempts=0, message_id=None, form="alert",
    )  # fmt: skip
    return _load_for(db, Subscriber(0, "reader@preview.invalid", "active", zone, "", ""), row, sources)


def _load_for(db: Database, subscriber: Subscriber, row: OutboxRow, sources: Mapping[str, Source]) -> Alert | None:
    lead = _choose_lead(db, row, sources)
    article = _load_article(db, lead)
    if article is None:
        return None
    thread, subject, upto = _load_thread(db, row)
    return Alert(
        subscriber=subscriber,
        story_id=row.story_id,
        article=article,
        reasons=_load_reasons(db, row, lead, article),
        key=get_key(db, MESSAGE_ID_KEY) if subscriber.id else b"preview",
        source=sources.get(article.source or ""),
        reports=_load_reports(db, row.story_id, lead, sources),
        sequence=row.sequence,
        thread=thread,
        subject=subject,
        update=_load_update(db, row, upto, sources) if row.kind == "update" else None,
        withdrawn=find_withdrawn(db, lead) is not None,
    )


def _choose_lead(db: Database, row: OutboxRow, sources: Mapping[str, Source]) -> int:
    """The report that the mail leads with: the one that fired, or the first of those that tell the same words.

    The report that was stored first may be an aggregator's copy: it leads only where there is no other. A report
    of its own, or one in another language, does not stand for the one that fired; one that was withdrawn leads
    only where all are.
    """
    found = db.execute(
        "SELECT id, source, coalesce(language, ''), relation, sort_time, withdrawn FROM articles WHERE story_id = ?",
        [row.story_id],
    ).fetchall()
    fired = next((each for each in found if each[0] == row.article_id), None)
    if fired is None or row.kind == "update" or (fired[3] == "report" and fired[5] is None):
        return row.article_id
    standing = [each for each in found if each[5] is None and each[2] == fired[2]]
    candidates = [each for each in standing if each[3] != "report"] or standing or [fired]
    best = min(candidates, key=lambda each: (_is_aggregator(sources.get(each[1])), each[4], each[0]))
    return int(best[0])


def _is_aggregator(source: Source | None) -> bool:
    return source is not None and source.kind == "aggregator"


def _load_article(db: Database, article_id: int) -> Article | None:
    row = db.execute(f"SELECT {COLUMNS} FROM articles WHERE id = ?", [article_id]).fetchone()
    return article_of(row) if row else None


def _load_reasons(db: Database, row: OutboxRow, lead: int, article: Article) -> tuple[Reason, ...]:
    searches = {
        f"sub:{number}": (name, query)
        for number, name, query in db.execute(
            "SELECT id, name, query FROM subscriptions WHERE subscriber_id = ?", [row.subscriber_id]
        )
    }
    reasons = []
    for receipt in row.receipts:
        name, query = searches.get(receipt.search, (_name_topic(receipt.search), ""))
        if receipt.article_id == lead:
            reasons.append(Reason(name, query, receipt.terms))
        elif moved := _find_forms(article, receipt.terms):
            reasons.append(Reason(name, query, moved))
        else:
            reasons.append(Reason(name, query, receipt.terms, _load_article(db, receipt.article_id)))
    return tuple(reasons)


def _find_forms(article: Article, terms: Sequence[Term]) -> tuple[Term, ...]:
    """The same words in another report of the story; () where one of them is not there."""
    moved = []
    for term in terms:
        text = {"title": article.title, "text": article.text}.get(term.field)
        at = text.find(term.form) if text else -1
        if at < 0:
            return ()
        moved.append(Term(term.term, term.form, term.field, at, at + len(term.form)))
    return tuple(moved)


def _name_topic(search_id: str) -> str:
    topic = load_topics().get(search_id)
    if topic:
        return topic.title
    return "a search of yours" if search_id.startswith("sub:") else search_id


_REPORT = "source, title, canonical_url, relation, published, published_precision, language"


def _load_reports(db: Database, story_id: str, lead: int, sources: Mapping[str, Source]) -> tuple[Report, ...]:
    rows = db.execute(
        f"SELECT {_REPORT} FROM articles WHERE story_id = ? AND id <> ? ORDER BY sort_time, id LIMIT ?",
        [story_id, lead, MOST_REPORTS],
    )
    return tuple(_report_of(row, sources) for row in rows)


def _report_of(row: Sequence[Any], sources: Mapping[str, Source]) -> Report:
    source, title, url, relation, published, precision, language = row
    when = datetime.fromisoformat(published) if published and precision != "day" else None
    return Report(sources.get(source), source, title, url, relation, when, language)


def _load_thread(db: Database, row: OutboxRow) -> tuple[str | None, str, int]:
    """Of the reader's earlier mails of the story: the first one's Message-ID and subject, and the newest report
    (row id) that they knew of."""
    rows = db.execute(
        "SELECT coalesce(o.message_id, c.message_id), coalesce(o.subject, ''), coalesce(o.upto, o.article_id)"
        " FROM outbox o LEFT JOIN outbox c ON c.id = o.carrier WHERE o.subscriber_id = ? AND o.story_id = ?"
        " AND o.sequence < ? AND o.state IN ('frozen', 'sent', 'failed') ORDER BY o.sequence",
        [row.subscriber_id, row.story_id, row.sequence],
    ).fetchall()
    if not rows:
        return None, "", 0
    return rows[0][0], rows[0][1], max(each[2] for each in rows)


def _load_update(db: Database, row: OutboxRow, upto: int, sources: Mapping[str, Source]) -> Update:
    rows = db.execute(
        f"SELECT {_REPORT}, text, id FROM articles WHERE story_id = ? ORDER BY id", [row.story_id]
    ).fetchall()
    known = [(each[7], each[6]) for each in rows if each[8] <= upto]
    reports = []
    for each in [each for each in rows if each[8] > upto]:
        report = _report_of(each[:7], sources)
        facts = [] if report.relation == "copy" else find_news(each[7], report.language, known)
        reports.append(NewReport(report, tuple(facts)))
        known.append((each[7], each[6]))
    by_id = {each[8]: _report_of(each[:7], sources) for each in rows}
    changes = [Change(**each) for each in row.news or []]
    told = [(each, by_id[each.article_id]) for each in changes if each.article_id in by_id]
    return Update(tuple(reports[:MOST_REPORTS]), tuple(told))
