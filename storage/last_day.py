"""The last 24 hours in figures, for a monitor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from wirewatch.article import format_time
from wirewatch.outcome import State

_QUANTILES = (0.5, 0.95)
_MOST_DELAYS = 10_000


@dataclass(frozen=True, slots=True)
class LastDay:
    """Counts by name; times are seconds since 1970 UTC. ``delays`` are seconds by quantile."""

    runs: int
    items: dict[str, float]
    failures: dict[str, float]
    last_good: dict[str, float]
    delays: dict[str, float]
    subscribers: dict[str, float]


def read_last_day(db: Database, now: datetime) -> LastDay:
    """The figures at ``now``."""
    since = now - timedelta(days=1)
    return LastDay(
        runs=int(db.execute("SELECT count(*) FROM runs WHERE finished >= ?", [format_time(since)]).fetchone()[0]),
        items=_count_items(db, since),
        failures=dict(db.execute("SELECT source, min(failures) FROM feeds GROUP BY source").fetchall()),
        last_good=dict(
            db.execute(
                "SELECT source, max(unixepoch(answered)) FROM feeds WHERE answered IS NOT NULL GROUP BY source"
            ).fetchall()
        ),
        delays=_delays(db, since),
        subscribers=dict(db.execute("SELECT state, count(*) FROM subscribers GROUP BY state").fetchall()),
    )


def _count_items(db: Database, since: datetime) -> dict[str, float]:
    states = [state.value for state in State]
    sums = ", ".join(f"coalesce(sum({state.replace('-', '_')}), 0)" for state in states)
    row = db.execute(
        f"SELECT {sums} FROM source_runs WHERE run_id >= (SELECT coalesce(min(id), 9e18) FROM runs WHERE started >= ?)"
        " AND finished >= ?",
        [format_time(since), format_time(since)],
    ).fetchone()
    return dict(zip(states, row, strict=True))


def _delays(db: Database, since: datetime) -> dict[str, float]:
    """Quantiles of publication to mail, over articles whose publisher states the minute at least."""
    rows = db.execute(
        "SELECT o.finished - a.sort_time FROM outbox o JOIN articles a ON a.id = o.article_id"
        " WHERE o.state = 'sent' AND o.error IS NULL AND o.form = 'alert' AND o.kind = 'story' AND o.finished >= ?"
        " AND a.published_precision IN ('second', 'minute') ORDER BY 1 LIMIT ?",
        [int(since.timestamp()), _MOST_DELAYS],
    ).fetchall()
    if not rows:
        return {}
    return {str(each): float(rows[min(int(each * len(rows)), len(rows) - 1)][0]) for each in _QUANTILES}
