"""Versions of stored pages that were edited or taken down, and how each differs from the one before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from matching.edits import Change
from wirewatch.article import Article, format_time


@dataclass(frozen=True, slots=True)
class Version:
    """One reading of a page. ``seen`` and ``modified`` (as the page states it) are ISO 8601; ``modified`` may be None.

    ``number`` counts from 1, as first stored. ``text`` is '' where the page had been taken down. ``changes`` are
    against the version before; none for the first.
    """

    id: int
    number: int
    seen: str
    title: str
    text: str
    modified: str | None
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the row id."""
        fields = asdict(self)
        del fields["id"]
        return fields


def record_version(
    db: Database, article_id: int, before: Article, after: Article | None, changes: Iterable[Change], now: datetime
) -> int:
    """Keep a new reading of a page (None: it was taken down); the first time also what was stored before.

    Runs inside the caller's transaction; returns the new version's row id.
    """
    last = db.execute("SELECT max(number) FROM versions WHERE article_id = ?", [article_id]).fetchone()[0]
    if last is None:
        last = 1
        _insert(db, article_id, 1, before, before.fetched or now)
    version_id = _insert(db, article_id, last + 1, after, now)
    db.conn.executemany(
        "INSERT INTO changes (version_id, kind, is_material, before, after) VALUES (?, ?, ?, ?, ?)",
        [(version_id, change.kind, int(change.is_material), change.before, change.after) for change in changes],
    )
    return version_id


def _insert(db: Database, article_id: int, number: int, article: Article | None, seen: datetime) -> int:
    cursor = db.execute(
        "INSERT INTO versions (article_id, number, seen, title, text, modified) VALUES (?, ?, ?, ?, ?, ?)",
        [
            article_id,
            number,
            format_time(seen),
            article.title if article else "",
            article.text if article else "",
            format_time(article.modified) if article else None,
        ],
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def read_versions(db: Database, article_id: int) -> list[Version]:
    """The versions of a page, the first one first; empty where it never changed."""
    rows = db.execute(
        "SELECT id, number, seen, title, text, modified FROM versions WHERE article_id = ? ORDER BY number",
        [article_id],
    ).fetchall()
    names = ("id", "number", "seen", "title", "text", "modified")
    fields: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    return [Version(**each, changes=_read_changes(db, each["id"])) for each in fields]


def _read_changes(db: Database, version_id: int) -> tuple[Change, ...]:
    rows = db.execute(
        "SELECT kind, before, after, is_material FROM changes WHERE version_id = ? ORDER BY id", [version_id]
    )
    return tuple(Change(kind, before, after, bool(material)) for kind, before, after, material in rows)
