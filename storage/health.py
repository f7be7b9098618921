"""Is all well? A look at the database: runs, sources, outbox, and in words what a person should do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from storage.articles import count_articles
from storage.canary import CanaryState, read_canary
from storage.ledger import Run, find_gaps, last_run
from storage.links import failing_feeds
from storage.outbox import OutboxSummary, summary
from storage.plans import read_plans
from wirewatch.article import format_time
from wirewatch.config import Config

LATE_BY = 2.5
"""Intervals without a finished run after which the daemon is taken to be down."""
FAILURES_BEFORE_ALARM = 3
"""Runs in a row in which a feed gave nothing before it is named."""


@dataclass(slots=True)
class Health:
    """What was seen; ``troubles`` are sentences, each with what to do. Empty: all is well."""

    last: Run | None
    finished: Run | None
    next_run: datetime | None
    articles: int
    last_day: int
    outbox: OutboxSummary
    silent: list[dict[str, Any]]
    database: str
    size: int
    canary: CanaryState
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
            "articles": self.articles,
            "articles_last_day": self.last_day,
            "silent_sources": self.silent,
            "outbox": self.outbox.to_json(),
            "canary": {"mailed": format_time(self.canary.mailed), "stored": format_time(self.canary.stored)},
            "database": {"file": self.database, "bytes": self.size},
        }


def look(db: Database, config: Config, now: datetime) -> Health:
    """The state of things at ``now``."""
    finished = last_run(db, finished=True)
    health = Health(
        last=last_run(db),
        finished=finished,
        next_run=min((plan.due for plan in read_plans(db).values()), default=None),
        articles=count_articles(db),
        last_day=count_articles(db, now - timedelta(days=1)),
        outbox=summary(db),
        silent=failing_feeds(db, FAILURES_BEFORE_ALARM),
        database=str(config.database),
        size=config.database.stat().st_size,
        canary=read_canary(db),
    )
    health.troubles = [
        *_run_troubles(health, config, now),
        *_feed_troubles(health),
        *_mail_troubles(health),
        *find_gaps(db),
    ]
    return health


def _run_troubles(health: Health, config: Config, now: datetime) -> list[str]:
    every = config.settings.schedule.every
    if health.finished is None:
        return ["no run has been finished yet: start 'wirewatch daemon' or try 'wirewatch crawl'"]
    if now - health.finished.started > every * LATE_BY:
        return [f"the last finished run began {format_time(health.finished.started)}: is the daemon running?"]
    return []


def _feed_troubles(health: Health) -> list[str]:
    names = sorted({row["source"] for row in health.silent})
    if not names:
        return []
    shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    return [
        f"{len(names)} sources gave nothing in {FAILURES_BEFORE_ALARM} runs or more: {shown};"
        " 'wirewatch ledger' says why"
    ]


def _mail_troubles(health: Health) -> list[str]:
    box = health.outbox.to_json()
    if box.get("failed"):
        return [f"{box['failed']} mails were given up; 'wirewatch outbox' says why"]
    if box.get("waiting") and box.get("last_error"):
        return [f"{box['waiting']} mails wait, the mail server says: {box['last_error']}"]
    return []
