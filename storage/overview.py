"""What the operator looks at: the newest runs, and what waits to be mailed or was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from wirewatch.article import format_time, parse_time
from wirewatch.clock import from_seconds


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run: ``finished`` is None while it goes on, and for ever where it was killed; figures over all sources."""

    id: int
    trigger: str
    started: datetime
    finished: datetime | None
    sources: int
    found: int
    stored: int
    failed: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; times as ISO 8601."""
        return {
            "run": self.id,
            "trigger": self.trigger,
            "started": format_time(self.started),
            "finished": format_time(self.finished),
            "sources": self.sources,
            "found": self.found,
            "stored": self.stored,
            "failed": self.failed,
        }


def list_runs(db: Database, limit: int = 20) -> list[RunLine]:
    """The newest runs, newest first."""
    rows = db.execute(
        "SELECT id, trigger, r.started, r.finished, r.sources, coalesce(sum(s.found), 0), coalesce(sum(s.stored), 0),"
        " coalesce(sum(s.failed), 0) FROM (SELECT * FROM runs ORDER BY id DESC LIMIT ?) r"
        " LEFT JOIN source_runs s ON s.run_id = r.id GROUP BY r.id ORDER BY r.id DESC",
        [limit],
    )
    found = []
    for number, trigger, started, finished, *figures in rows:
        begun = parse_time(started)
        assert begun is not None
        found.append(RunLine(number, trigger, begun, parse_time(finished), *figures))
    return found


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One mail that waits or was given up; ``subject`` is None until its bytes are fixed."""

    id: int
    email: str
    kind: str
    state: str
    created: datetime
    due: datetime
    attempts: int
    subject: str | None
    error: str | None

    def to_json(self) -> dict[str, Any]:
        """Plain values; times as ISO 8601."""
        return {
            "id": self.id,
            "email": self.email,
            "kind": self.kind,
            "state": self.state,
            "created": format_time(self.created),
            "due": format_time(self.due),
            "attempts": self.attempts,
            "subject": self.subject,
            "error": self.error,
        }


def list_outbox(db: Database, limit: int = 50) -> list[OutboxLine]:
    """What waits, soonest first, then what was given up, newest first."""
    columns = (
        "o.id, coalesce(p.email, o.address), o.kind, o.state, o.created, o.due, o.attempts, o.subject, o.error"
        " FROM outbox o LEFT JOIN subscribers p ON p.id = o.subscriber_id"
    )
    waiting = db.execute(
        f"SELECT {columns} WHERE o.state IN ('queued', 'frozen') ORDER BY o.due, o.id LIMIT ?", [limit]
    ).fetchall()
    failed = db.execute(f"SELECT {columns} WHERE o.state = 'failed' ORDER BY o.id DESC LIMIT ?", [limit]).fetchall()
    return [
        OutboxLine(number, email, kind, state, from_seconds(created), from_seconds(when), tries, subject, error)
        for number, email, kind, state, created, when, tries, subject, error in (*waiting, *failed)[:limit]
    ]
