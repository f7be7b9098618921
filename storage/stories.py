"""Stories as they are read: their reports in order, with receipts; the newest first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from matching.stories import Provenance
from storage.articles import COLUMNS, article_of
from storage.finding import Filters, conditions_of
from wirewatch.article import Article
from wirewatch.search import Match

MOST_REPORTS = 200
"""Reports of one story that are read; a story with more is a mistake of grouping, or a day of its own."""


@dataclass(frozen=True, slots=True)
class Report:
    """One outlet's report: its row id, what it says, how it relates to the others, and why it is here."""

    id: int
    sort_time: int
    article: Article
    relation: str
    origin: str | None
    matches: tuple[Match, ...]

    @property
    def address(self) -> str:
        """By which the other reports name it."""
        return self.article.canonical_url or self.article.url


@dataclass(frozen=True, slots=True)
class Story:
    """The reports of one event, by time. ``more``: how many were left out."""

    id: str
    reports: tuple[Report, ...]
    more: int = 0
    chain: Provenance | None = None
    """Its provenance where it is kept for just these reports."""

    @property
    def latest(self) -> int:
        """Time of the newest report, seconds since 1970 UTC."""
        return max(report.sort_time for report in self.reports)

    @property
    def version(self) -> tuple[tuple[int, str, datetime | None], ...]:
        """Changes when a report comes in or is edited."""
        return tuple((each.id, each.article.content_hash, each.article.published) for each in self.reports)


def newest_stories(db: Database, filters: Filters, *, before: int | None = None, limit: int = 30) -> list[str]:
    """Ids of stories by their newest report that fits ``filters``, newest first.

    ``before``: only stories whose newest such report is older than this time (seconds); a list goes on there.
    """
    where, values = conditions_of(filters)
    if before is not None:
        where.append("sort_time < ?")
        values.append(before)
    found: dict[str, None] = {}
    rows = db.execute(
        f"SELECT story_id FROM articles INDEXED BY articles_for_lists WHERE {' AND '.join(where)}"
        " ORDER BY sort_time DESC",
        values,
    )
    for (story,) in rows:
        if story in found or (before is not None and _has_newer(db, story, before, filters)):
            continue
        found[story] = None
        if len(found) == limit:
            break
    return list(found)


def _has_newer(db: Database, story: str, before: int, filters: Filters) -> bool:
    """Whether the story stood in the list's earlier part."""
    where, values = conditions_of(filters)
    row = db.execute(
        f"SELECT 1 FROM articles WHERE story_id = ? AND sort_time >= ? AND {' AND '.join(where)} LIMIT 1",
        [story, before, *values],
    ).fetchone()
    return row is not None


def read_stories(db: Database, ids: Iterable[str], most: int = MOST_REPORTS) -> list[Story]:
    """The stories of these ids, in this order, each with its first ``most`` reports; unknown ids are left out."""
    stories = (read_story(db, each, most) for each in ids)
    return [story for story in stories if story]


def read_story(db: Database, story_id: str, most: int = MOST_REPORTS) -> Story | None:
    """One story; None where there is none of that id."""
    rows = db.execute(
        f"SELECT {COLUMNS}, id, sort_time, relation, origin FROM articles WHERE story_id = ?"
        " ORDER BY sort_time, id LIMIT ?",
        [story_id, most],
    ).fetchall()
    if not rows:
        return None
    more = 0
    if len(rows) == most:
        more = db.execute("SELECT count(*) FROM articles WHERE story_id = ?", [story_id]).fetchone()[0] - most
    reports = tuple(
        Report(row[-4], row[-3], article_of(row), row[-2], row[-1], read_matches(db, row[-4])) for row in rows
    )
    return Story(story_id, reports, more, _read_chain(db, story_id, reports))


def _read_chain(db: Database, story_id: str, reports: tuple[Report, ...]) -> Provenance | None:
    row = db.execute("SELECT chain FROM stories WHERE id = ?", [story_id]).fetchone()
    if not (row and row[0]):
        return None
    found = Provenance.from_json(json.loads(row[0]))
    is_whole = sorted(step.url for step in found.steps) == sorted(report.address for report in reports)
    return found if is_whole else None


def read_matches(db: Database, article_id: int) -> tuple[Match, ...]:
    """The receipts of an article, of topics and searches of the house; those of readers are their own business."""
    rows = db.execute("SELECT search, receipt FROM matches WHERE article_id = ? ORDER BY search", [article_id])
    return tuple(
        Match.from_json({"search": search, "terms": json.loads(receipt)})
        for search, receipt in rows
        if not search.startswith("sub:")
    )


def read_report(db: Database, article_id: int) -> tuple[Report, str] | None:
    """One stored article and the id of its story; None where there is none."""
    row = db.execute(
        f"SELECT {COLUMNS}, id, sort_time, relation, origin, story_id FROM articles WHERE id = ?", [article_id]
    ).fetchone()
    if row is None:
        return None
    return Report(row[-5], row[-4], article_of(row), row[-3], row[-2], read_matches(db, article_id)), row[-1]


def newest_time(db: Database) -> int | None:
    """When the newest article was published (else fetched), seconds since 1970 UTC; None in an empty archive."""
    found: int | None = db.execute("SELECT max(sort_time) FROM articles").fetchone()[0]
    return found
