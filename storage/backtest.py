"""What a search would have sent: its true answers in the archive, by story and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from sqlite_utils import Database

from matching.archive import is_exact
from matching.query import Query
from matching.sought import Sought
from storage.finding import narrow, search_archive
from storage.stories import read_report
from wirewatch.article import Article
from wirewatch.search import Term
from wirewatch.source import Source


@dataclass(slots=True)
class Forecast:
    """Articles and stories found; ``by_day`` counts first reports of stories a day (UTC); the newest as a sample."""

    articles: int = 0
    stories: int = 0
    by_day: Counter[str] = field(default_factory=Counter)
    sample: list[tuple[Article, tuple[Term, ...]]] = field(default_factory=list)


def run_backtest(
    db: Database, query: Query, sources: Mapping[str, Source], since: datetime, *, sample: int = 5
) -> Forecast:
    """Ask the archive since ``since``. Counting alone reads no article where the index's answer is exact."""
    sought = Sought(query)
    if is_exact(query):
        forecast = _count(db, query, since)
    else:
        forecast = _ask(db, query, sought, since) if sought.decides else _verify(db, query, sources, since)
    seen: set[str] = set()
    newest = (
        (article, terms)
        for article, terms, place in search_archive(db, query, sources, since=since)
        if not (place["story"] in seen or seen.add(place["story"]))  # type: ignore[func-returns-value]
    )
    forecast.sample = list(islice(newest, sample))
    return forecast


def _count(db: Database, query: Query, since: datetime) -> Forecast:
    narrowing, values = narrow(query)
    rows = db.execute(
        "SELECT date(min(sort_time), 'unixepoch'), count(*) FROM articles"
        f" WHERE sort_time >= ? AND {narrowing} GROUP BY story_id",
        [int(since.timestamp()), *values],
    ).fetchall()
    return Forecast(sum(count for _, count in rows), len(rows), Counter(day for day, _ in rows))


def _ask(db: Database, query: Query, sought: Sought, since: datetime) -> Forecast:
    """Ask title and text of each candidate, without receipts."""
    first: dict[str, str] = {}
    articles = 0
    narrowing, values = narrow(query)
    rows = db.execute(
        "SELECT title, text, language, story_id, date(sort_time, 'unixepoch') FROM articles"
        f" WHERE sort_time >= ? AND {narrowing} ORDER BY sort_time DESC, id DESC",
        [int(since.timestamp()), *values],
    )
    for title, text, language, story, day in rows:  # newest first: the last one wins
        if sought.holds(title, text, language):
            first[story] = day
            articles += 1
    return Forecast(articles, len(first), Counter(first.values()))


def _verify(db: Database, query: Query, sources: Mapping[str, Source], since: datetime) -> Forecast:
    first: dict[str, str] = {}
    articles = 0
    for article, _, place in search_archive(db, query, sources, since=since):  # newest first: the last one wins
        when = article.published or article.fetched
        assert when is not None
        first[place["story"]] = when.astimezone(UTC).date().isoformat()
        articles += 1
    return Forecast(articles, len(first), Counter(first.values()))


def forecast_topic(db: Database, topic: str, since: datetime, *, sample: int = 5) -> Forecast:
    """What following a topic or search of the house would have sent: its receipts are in the archive already."""
    rows = db.execute(
        "SELECT a.story_id, min(a.sort_time), count(*) FROM articles a INDEXED BY articles_for_lists"
        " WHERE a.sort_time >= ? AND EXISTS (SELECT 1 FROM matches WHERE article_id = a.id AND search = ?)"
        " GROUP BY a.story_id",
        [int(since.timestamp()), topic],
    ).fetchall()
    days = Counter(datetime.fromtimestamp(first, UTC).date().isoformat() for _, first, _ in rows)
    forecast = Forecast(sum(count for _, _, count in rows), len(rows), days)
    for story, first, _ in sorted(rows, key=lambda row: -row[1])[:sample]:
        number = db.execute(
            "SELECT id FROM articles WHERE story_id = ? AND sort_time = ? LIMIT 1", [story, first]
        ).fetchone()[0]
        report = read_report(db, number)
        assert report is not None
        terms = tuple(term for match in report[0].matches if match.search == topic for term in match.terms)
        forecast.sample.append((report[0].article, terms))
    return forecast
