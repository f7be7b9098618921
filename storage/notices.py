"""What is wrong with whom: a notice opens once and closes once, and a person is told of each end once.

Sources are judged when they are committed (``storage.watch``); other parts of the program open notices of
their own (``mail``, ``disk``) with the same functions. All run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from wirewatch.article import format_time
from wirewatch.clock import instant, seconds

_COLUMNS = "id, subject, kind, words, opened, closed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One trouble of one subject; ``closed`` is None while it lasts."""

    id: int
    subject: str
    kind: str
    words: str
    opened: datetime
    closed: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """As ``status --json`` prints it."""
        return {
            "subject": self.subject,
            "kind": self.kind,
            "words": self.words,
            "opened": format_time(self.opened),
            "closed": format_time(self.closed),
        }

    def __str__(self) -> str:
        return f"{self.subject}: {self.words}" if self.closed is None else f"{self.subject}: no longer {self.kind}"


def settle(
    db: Database, subject: str, troubles: Mapping[str, str], kinds: Collection[str], now: datetime
) -> list[Notice]:
    """Make the open notices of ``subject`` among ``kinds`` those of ``troubles`` (words by kind).

    Returns:
        What opened or closed by it; a trouble that lasts is not among them.
    """
    before = {notice.kind: notice for notice in open_notices(db, subject) if notice.kind in kinds}
    ended = [notice for kind, notice in before.items() if kind not in troubles]
    for notice in ended:
        db.execute("UPDATE notices SET closed = ? WHERE id = ?", [seconds(now), notice.id])
    for kind, words in troubles.items():
        if kind not in before:
            db.execute(
                "INSERT INTO notices (subject, kind, words, opened) VALUES (?, ?, ?, ?)",
                [subject, kind, words, seconds(now)],
            )
    opened = [notice for notice in open_notices(db, subject) if notice.kind in troubles.keys() - before.keys()]
    return [*opened, *(_read(db, notice.id) for notice in ended)]


def open_notices(db: Database, subject: str | None = None) -> list[Notice]:
    """What is wrong now, the oldest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM notices WHERE closed IS NULL AND (? IS NULL OR subject = ?) ORDER BY opened, id",
        [subject, subject],
    )
    return [_notice_of(row) for row in rows]


def unreported(db: Database) -> list[Notice]:
    """What a person should be told: troubles that opened, and those told of that ended, the oldest first.

    A trouble that ended before anyone was told of it is not among them.
    """
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM notices WHERE (reported IS NULL AND closed IS NULL)"
        " OR (reported IS NOT NULL AND closed IS NOT NULL AND recovery_reported IS NULL)"
        " ORDER BY coalesce(closed, opened), id"
    )
    return [_notice_of(row) for row in rows]


def mark_reported(db: Database, notices: Iterable[Notice], now: datetime) -> None:
    """A person has been told of these, in the state in which they are given."""
    for notice in notices:
        column = "reported" if notice.closed is None else "recovery_reported"
        db.execute(f"UPDATE notices SET {column} = ? WHERE id = ?", [seconds(now), notice.id])


def _read(db: Database, notice_id: int) -> Notice:
    return _notice_of(db.execute(f"SELECT {_COLUMNS} FROM notices WHERE id = ?", [notice_id]).fetchone())


def _notice_of(row: tuple[Any, ...]) -> Notice:
    number, subject, kind, words, opened, closed = row
    return Notice(number, subject, kind, words, instant(opened), instant(closed))
