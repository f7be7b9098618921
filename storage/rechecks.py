"""Which stored pages are asked again, and when: soon and often while they are young, never after a month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from matching.edits import LAST_AGE, next_ask
from storage.articles import COLUMNS, article_of
from wirewatch.article import Article, format_time, parse_time
from wirewatch.outcome import PageMark


class Finding(StrEnum):
    """What asking a stored page again brought; the names of the account's columns."""

    UNCHANGED = "unchanged"
    COSMETIC = "cosmetic"
    EDITED = "edited"
    MISSING = "missing"
    """Gone for the first time: it has to be seen once more."""
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page that was asked again. ``withdrawn`` is when it was found taken down, else None."""

    article_id: int
    article: Article
    story_id: str
    withdrawn: str | None
    missing: int
    reader: str | None


def watch_article(db: Database, article_id: int, article: Article, mark: PageMark | None, now: datetime) -> None:
    """Let a newly stored page be asked again; inside the caller's transaction."""
    first = article.fetched or now
    mark = mark or PageMark()
    db.execute(
        "INSERT OR REPLACE INTO rechecks (article_id, source, due, etag, last_modified, body_hash, reader)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            article_id,
            article.source or "",
            _seconds(next_ask(first, now)),
            mark.etag,
            mark.last_modified,
            mark.body_hash,
            mark.reader,
        ],
    )


def due_rechecks(
    db: Database, source: str, now: datetime, limit: int, *, whatever: bool = False
) -> list[tuple[int, Article, PageMark]]:
    """Up to ``limit`` pages of a source that are due, the longest due first; ``whatever``: due or not, of a month."""
    columns = ", ".join(f"a.{name.strip()}" for name in COLUMNS.split(","))
    oldest = int((now - LAST_AGE).timestamp())
    rows = db.execute(
        f"SELECT {columns}, a.id, r.etag, r.last_modified, r.body_hash, r.reader FROM rechecks r"
        " JOIN articles a ON a.id = r.article_id WHERE r.source = ? AND r.due IS NOT NULL"
        " AND r.due <= ? ORDER BY r.due, a.id LIMIT ?",
        [source, 2**62 if whatever else int(now.timestamp()), limit if not whatever else -1],
    )
    found = [(row[-5], article_of(row), PageMark(*row[-4:])) for row in rows]
    return [each for each in found if each[1].fetched and each[1].fetched.timestamp() >= oldest]


def find_known(db: Database, article_id: int) -> Known | None:
    """The stored page with that row id; None where it was pruned meanwhile."""
    columns = ", ".join(f"a.{name.strip()}" for name in COLUMNS.split(","))
    row = db.execute(
        f"SELECT {columns}, a.story_id, a.withdrawn, r.missing, r.reader FROM articles a"
        " JOIN rechecks r ON r.article_id = a.id WHERE a.id = ?",
        [article_id],
    ).fetchone()
    return Known(article_id, article_of(row), *row[-4:]) if row else None


def note_ask(
    db: Database, known: Known, now: datetime, *, mark: PageMark | None, missing: int, look_again: bool
) -> None:
    """Write down that the page was asked and when it is next; ``mark`` None leaves what it is known by."""
    due = next_ask(known.article.fetched or now, now, look_again=look_again)
    db.execute(
        "UPDATE rechecks SET due = ?, asked = ?, missing = ? WHERE article_id = ?",
        [_seconds(due), format_time(now), missing, known.article_id],
    )
    if mark is not None:
        db.execute(
            "UPDATE rechecks SET etag = ?, last_modified = ?, body_hash = ?, reader = ? WHERE article_id = ?",
            [mark.etag, mark.last_modified, mark.body_hash, mark.reader, known.article_id],
        )


def write_recheck_account(db: Database, run_id: int, source: str, findings: Iterable[Finding]) -> None:
    """Store what a source's pages that were asked again brought; nothing where none was asked."""
    counts = Counter(findings)
    if not counts:
        return
    columns = ", ".join(finding.value for finding in Finding)
    marks = ", ".join("?" for _ in range(3 + len(Finding)))
    db.execute(
        f"INSERT INTO recheck_runs (run_id, source, asked, {columns}) VALUES ({marks})",
        [run_id, source, sum(counts.values()), *(counts[finding] for finding in Finding)],
    )


def read_recheck_accounts(db: Database, run_id: int, source: str | None = None) -> dict[str, dict[str, int]]:
    """Source → ``{"asked", "unchanged", "cosmetic", "edited", "missing", "withdrawn", "unanswered"}`` of a run."""
    names = ("asked", *(finding.value for finding in Finding))
    rows = db.execute(
        f"SELECT source, {', '.join(names)} FROM recheck_runs WHERE run_id = ? AND (? IS NULL OR source = ?)",
        [run_id, source, source],
    )
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def count_waiting_rechecks(db: Database, now: datetime) -> dict[str, Any]:
    """How many stored pages are still watched, and how many of them are due (ISO 8601 ``next`` or None)."""
    watched, due, soonest = db.execute(
        "SELECT count(*), count(CASE WHEN due <= ? THEN 1 END), min(due) FROM rechecks WHERE due IS NOT NULL",
        [int(now.timestamp())],
    ).fetchone()
    when = None if soonest is None else datetime.fromtimestamp(soonest, now.tzinfo)
    return {"watched": watched, "due": due, "next": format_time(when)}


def find_withdrawn(db: Database, article_id: int) -> datetime | None:
    """When the page was found taken down; None where it stands."""
    row = db.execute("SELECT withdrawn FROM articles WHERE id = ?", [article_id]).fetchone()
    return parse_time(row[0]) if row else None


def _seconds(when: datetime | None) -> int | None:
    return None if when is None else int(when.timestamp())
