"""Is all well? A look at the database: runs, sources, outbox, disk, and in words what a person should do."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.articles import count_articles
from storage.canary import CanaryState, read_canary
from storage.database import read_holder
from storage.ledger import Run, find_gaps, last_run
from storage.links import failing_feeds
from storage.notices import Notice, open_notices
from storage.outbox import OutboxSummary, summary
from storage.plans import read_plans
from storage.sqlite_build import find_fault, linked_version
from wirewatch.article import format_time, parse_time
from wirewatch.config import Config

LATE_BY = 2.5
"""Intervals without a finished run after which something is taken to be wrong."""
FAILURES_BEFORE_ALARM = 3
"""Runs in a row in which a feed gave nothing before it is named."""
LEAST_FREE = 256 * 2**20
"""Bytes free on the disk below which a person is called."""
SHOWN = 6
"""Names that a trouble lists before it says how many more there are."""


@dataclass(slots=True)
class Health:
    """What was seen; ``troubles`` are sentences, each with what to do. Empty: all is well.

    ``holder`` is the number of the process that holds the database (None: no daemon and no crawl is at work).
    Sizes are bytes; ``free`` is what the disk of the database has left.
    """

    last: Run | None
    finished: Run | None
    next_run: datetime | None
    holder: int | None
    articles: int
    last_day: int
    outbox: OutboxSummary
    silent: list[dict[str, Any]]
    notices: list[Notice]
    database: str
    size: int
    canary: CanaryState
    free: int
    sqlite: str
    backup: datetime | None
    restored: datetime | None
    troubles: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As ``status --json`` prints it."""
        return {
            "ok": not self.troubles,
            "troubles": self.troubles,
            "last_run": self.last
            and {
                "run": self.last.id,
                "started": format_time(self.last.started),
                "finished": format_time(self.last.finished),
            },
            "next_run": format_time(self.next_run),
            "process": self.holder,
            "articles": self.articles,
            "articles_last_day": self.last_day,
            "silent_sources": self.silent,
            "notices": [notice.to_json() for notice in self.notices],
            "outbox": self.outbox.to_json(),
            "canary": {"mailed": format_time(self.canary.mailed), "stored": format_time(self.canary.stored)},
            "database": {
                "file": self.database,
                "bytes": self.size,
                "bytes_free": self.free,
                "sqlite": self.sqlite,
                "last_backup": format_time(self.backup),
                "restored": format_time(self.restored),
            },
        }


def look(db: Database, config: Config, now: datetime) -> Health:
    """The state of things at ``now``."""
    finished = last_run(db, finished=True)
    file = Path(db.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0])
    health = Health(
        last=last_run(db),
        finished=finished,
        next_run=min((plan.due for plan in read_plans(db).values()), default=None),
        holder=read_holder(file),
        articles=count_articles(db),
        last_day=count_articles(db, now - timedelta(days=1)),
        outbox=summary(db),
        silent=failing_feeds(db, FAILURES_BEFORE_ALARM),
        canary=read_canary(db),
        notices=open_notices(db),
        database=str(file),
        size=_size_of(file),
        free=shutil.disk_usage(file.parent).free,
        sqlite=linked_version(),
        backup=_read_time(db, "SELECT value FROM meta WHERE key = 'backup'"),
        restored=_read_time(db, "SELECT strftime('%FT%TZ', max(restored), 'unixepoch') FROM restores"),
    )
    health.troubles = [
        *_run_troubles(health, config, now),
        *_source_troubles(health),
        *_mail_troubles(health),
        *_file_troubles(health),
        *(f"{gap}: the account does not add up; run 'wirewatch db check'" for gap in find_gaps(db)),
    ]
    return health


def _size_of(file: Path) -> int:
    logs = (file.with_name(file.name + end) for end in ("", "-wal"))
    return sum(each.stat().st_size for each in logs if each.exists())


def _read_time(db: Database, sql: str) -> datetime | None:
    row = db.execute(sql).fetchone()
    return parse_time(row[0]) if row and row[0] else None


def _run_troubles(health: Health, config: Config, now: datetime) -> list[str]:
    every, finished = config.settings.schedule.every, health.finished
    if finished is None:
        if health.holder:
            return []  # the first run is under way
        return ["no run has been finished yet: start 'wirewatch daemon' or try 'wirewatch crawl'"]
    if finished.started > now + timedelta(minutes=5):
        return [f"the last run began {format_time(finished.started)}, which is in the future: set the clock right"]
    late = now - finished.started > every * LATE_BY
    by_clock = "clock" in {run.trigger for run in (finished, health.last) if run}  # it may not have finished its first
    if health.holder is None and (late or by_clock):
        return [
            f"no daemon is running; the last finished run began {format_time(finished.started)}:"
            " start 'wirewatch daemon' (as a service: 'systemctl start wirewatch')"
        ]
    if late:
        return [
            f"process {health.holder} has finished no run since {format_time(finished.started)}:"
            " read its log ('journalctl -u wirewatch'), start it anew"
        ]
    return []


def _source_troubles(health: Health) -> list[str]:
    names = sorted({row["source"] for row in health.silent})
    troubles = []
    if names:
        troubles.append(
            f"{len(names)} sources gave nothing in {FAILURES_BEFORE_ALARM} runs or more: {_list(names)};"
            " 'wirewatch ledger' says why, 'wirewatch sources check ID' asks now"
        )
    by_kind: dict[str, list[str]] = {}
    for notice in health.notices:
        if notice.subject not in names:
            by_kind.setdefault(notice.kind, []).append(notice.subject)
    for kind, subjects in sorted(by_kind.items()):
        words = next(each.words for each in health.notices if each.kind == kind and each.subject == subjects[0])
        troubles.append(f"{kind}: {_list(subjects)} ({subjects[0]}: {words})")
    return troubles


def _list(names: Iterable[str]) -> str:
    all_names = list(names)
    rest = len(all_names) - SHOWN
    return ", ".join(all_names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _mail_troubles(health: Health) -> list[str]:
    box = health.outbox
    troubles = []
    if failed := box.counts.get("failed"):
        troubles.append(
            f"{failed} mails were given up; 'wirewatch outbox' says why, 'outbox retry --failed' tries again"
        )
    if box.waiting and box.last_error:
        troubles.append(f"{box.waiting} mails wait, the mail server says: {box.last_error}")
    return troubles


def _file_troubles(health: Health) -> list[str]:
    troubles = []
    if fault := find_fault(health.sqlite):
        troubles.append(fault)
    if health.free < LEAST_FREE:
        troubles.append(
            f"the disk of the database has {health.free / 2**20:.0f} MiB left: free some space"
            " ('wirewatch db prune', old backups)"
        )
    return troubles
