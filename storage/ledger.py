"""The account of runs: what was found, and what became of every item. It adds up by a database constraint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage.database import write
from wirewatch.article import format_time, parse_time
from wirewatch.outcome import GOOD_FEED_STATES, FeedResult, FeedState, ItemResult, SourceResult, State

_COLUMNS = tuple(state.value.replace("-", "_") for state in State)
_BEST_FIRST = (
    FeedState.OK,
    FeedState.PARTIAL,
    FeedState.EMPTY,
    FeedState.UNCHANGED,
    FeedState.STALE,
    FeedState.BLOCKED,
    FeedState.NOT_A_FEED,
    FeedState.GONE,
    FeedState.REFUSED,
    FeedState.NO_WORKER,
    FeedState.FAILED,
)


@dataclass(slots=True)
class Account:
    """What one run learned from one source, in figures. ``found`` is the sum of ``counts``."""

    source: str
    state: FeedState
    reason: str
    counts: Counter[State] = field(default_factory=Counter)

    @property
    def found(self) -> int:
        """Items announced, each counted once."""
        return sum(self.counts.values())

    def to_json(self) -> dict[str, Any]:
        """As ``ledger --json`` prints it."""
        states = {state.value: self.counts[state] for state in State}
        return {"source": self.source, "state": self.state.value, "reason": self.reason, "found": self.found, **states}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the crawl; ``finished`` is None while it goes on, and for ever where it was killed."""

    id: int
    trigger: str
    started: datetime
    finished: datetime | None
    sources: int


def begin_run(db: Database, trigger: str, sources: int, now: datetime) -> int:
    """Open a run; returns its number."""
    with write(db):
        cursor = db.execute(
            "INSERT INTO runs (trigger, started, sources) VALUES (?, ?, ?)", [trigger, format_time(now), sources]
        )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def finish_run(db: Database, run_id: int, now: datetime) -> None:
    """Close a run that went to its end."""
    with write(db):
        db.execute("UPDATE runs SET finished = ? WHERE id = ?", [format_time(now), run_id])


def last_run(db: Database, *, finished: bool = False, trigger: str | None = None) -> Run | None:
    """The newest run (that went to its end, that the clock or the hand started), None where there is none."""
    row = db.execute(
        "SELECT id, trigger, started, finished, sources FROM runs WHERE (finished IS NOT NULL OR NOT ?)"
        " AND (? IS NULL OR trigger = ?) ORDER BY id DESC LIMIT 1",
        [finished, trigger, trigger],
    ).fetchone()
    return _run_of(row) if row else None


def get_run(db: Database, run_id: int) -> Run | None:
    """The run with this number."""
    row = db.execute("SELECT id, trigger, started, finished, sources FROM runs WHERE id = ?", [run_id]).fetchone()
    return _run_of(row) if row else None


def _run_of(row: Sequence[Any]) -> Run:
    started = parse_time(row[2])
    assert started is not None
    return Run(row[0], row[1], started, parse_time(row[3]), row[4])


def judge_source(result: SourceResult) -> tuple[FeedState, str]:
    """The state of a source in a run: that of its best feed, with the reasons of those that failed."""
    if not result.feeds:
        read = any(item.article for item in result.items)
        return (FeedState.OK, "") if read or not result.items else (FeedState.FAILED, result.items[0].reason)
    said = [result.note] if result.note else []
    best = min(result.feeds, key=lambda feed: _BEST_FIRST.index(feed.state))
    troubles = [feed for feed in result.feeds if feed.reason]
    return best.state, "; ".join([*said, *(_say(feed, len(result.feeds) > 1) for feed in troubles)])[:500]


def _say(feed: FeedResult, name_it: bool) -> str:
    return f"{feed.url}: {feed.reason}" if name_it else feed.reason


def write_account(
    db: Database, run_id: int, result: SourceResult, ended: Iterable[ItemResult], silence: str = ""
) -> Account:
    """Store the account of a source and its ledger rows; inside the caller's transaction.

    ``ended`` are the items with their final state. Items known before are counted, not listed. ``silence`` says
    in words that the source answers, but is silent.
    """
    items = list(ended)
    state, reason = judge_source(result)
    if silence and state in GOOD_FEED_STATES:
        state, reason = FeedState.SILENT, silence
    account = Account(result.source, state, reason, Counter(item.state for item in items if item.state))
    figures = [account.counts[state] for state in State]
    finished = format_time(result.finished or result.started)
    db.execute(
        f"INSERT INTO source_runs (run_id, source, started, finished, state, reason, found, {', '.join(_COLUMNS)})"
        f" VALUES ({', '.join('?' for _ in range(7 + len(_COLUMNS)))})",
        [run_id, result.source, format_time(result.started), finished, state.value, reason, len(items), *figures],
    )
    db.conn.executemany(
        "INSERT INTO ledger (run_id, source, url, state, reason, title) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (run_id, result.source, item.url, item.state.value, item.reason, item.title)
            for item in items
            if item.state and item.state is not State.KNOWN
        ],
    )
    return account


def read_accounts(db: Database, run_id: int, source: str | None = None) -> list[Account]:
    """The accounts of a run, by source."""
    rows = db.execute(
        f"SELECT source, state, reason, {', '.join(_COLUMNS)} FROM source_runs"
        " WHERE run_id = ? AND (? IS NULL OR source = ?) ORDER BY source",
        [run_id, source, source],
    )
    return [Account(row[0], FeedState(row[1]), row[2], Counter(dict(zip(State, row[3:], strict=True)))) for row in rows]


def read_items(db: Database, run_id: int, source: str | None = None) -> list[dict[str, Any]]:
    """The listed items of a run: every one that was not known before."""
    rows = db.execute(
        "SELECT source, url, state, reason, title FROM ledger WHERE run_id = ? AND (? IS NULL OR source = ?)"
        " ORDER BY source, state, url",
        [run_id, source, source],
    )
    return [dict(zip(("source", "url", "state", "reason", "title"), row, strict=True)) for row in rows]


def find_gaps(db: Database) -> list[str]:
    """Sources and runs whose listed items do not add up to their account; empty when all is well.

    Runs whose items were let go (``storage.retention``) are not looked at.
    """
    rows = db.execute(
        "SELECT s.run_id, s.source, s.found - s.known, count(l.url) FROM source_runs s"
        " LEFT JOIN ledger l ON l.run_id = s.run_id AND l.source = s.source"
        " WHERE s.run_id >= coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'ledger-from'), 0)"
        " GROUP BY s.run_id, s.source HAVING s.found - s.known <> count(l.url)"
    )
    return [f"run {run}, {source}: {found} items found, {listed} listed" for run, source, found, listed in rows]
