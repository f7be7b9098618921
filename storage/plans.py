"""When each source is asked next, why, and by which rhythm it publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from wirewatch.article import format_time
from wirewatch.clock import instant, seconds
from wirewatch.pacing import Rhythm


@dataclass(frozen=True, slots=True)
class Plan:
    """The next asking of a source by the clock.

    Attributes:
        asked: when the run began that asked it last.
        due: not asked before.
        interval: its pace; a failure or the publisher's wish to wait puts ``due`` off further.
        why: in words.
    """

    source: str
    asked: datetime
    due: datetime
    interval: timedelta
    why: str

    def to_json(self) -> dict[str, Any]:
        """As ``sources pace --json`` prints it."""
        return {
            "source": self.source,
            "asked": format_time(self.asked),
            "next": format_time(self.due),
            "interval": int(self.interval.total_seconds()),
            "why": self.why,
        }


def read_plans(db: Database) -> dict[str, Plan]:
    """The plans by source; one that was never asked has none."""
    rows = db.execute("SELECT source, asked, due, interval, why FROM plans ORDER BY due")
    return {
        source: Plan(source, instant(asked), instant(due), timedelta(seconds=interval), why)
        for source, asked, due, interval, why in rows
    }


def read_rhythm(db: Database, source: str) -> Rhythm:
    """How the source publishes, as far as is known."""
    row = db.execute("SELECT rhythm FROM plans WHERE source = ?", [source]).fetchone()
    return Rhythm.from_text(row[0]) if row else Rhythm()


def write_plan(db: Database, plan: Plan, rhythm: Rhythm) -> None:
    """Keep a source's plan and rhythm; inside the caller's transaction."""
    db.execute(
        "INSERT OR REPLACE INTO plans (source, asked, due, interval, why, rhythm) VALUES (?, ?, ?, ?, ?, ?)",
        [
            plan.source,
            seconds(plan.asked),
            seconds(plan.due),
            int(plan.interval.total_seconds()),
            plan.why,
            rhythm.to_text(),
        ],
    )
