"""What the service looks after every few seconds beside crawl and mail: bounces, empty digests, canary, alarms."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.returns import read_maildir
from storage.canary import pass_canary, read_canary
from storage.database import write
from storage.letters import ALARM, queue_letter
from storage.nothing_new import queue_nothing_new
from storage.notices import mark_reported, settle, unreported
from storage.outbox import seconds_of
from storage.outbox_times import overdue_since, sent_since
from wirewatch.article import format_time
from wirewatch.config import Config
from wirewatch.errors import WirewatchError

log = logging.getLogger("wirewatch")

EVERY = timedelta(minutes=1)
LATE = 2.5
"""Intervals of the crawl without a canary's mail after which it is late."""
BETWEEN_ALARMS = timedelta(minutes=10)
"""Shortest time between two alarm mails; what changes meanwhile goes into the next one."""
Step = Callable[[Database, Config, datetime], object]


class Rounds:
    """One look after the other, each minute; a step that fails is said once and does not stop the others."""

    def __init__(self, started: datetime) -> None:
        self._started = started
        self._last: datetime | None = None
        self._said: dict[str, str] = {}

    def go(self, db: Database, config: Config, now: datetime) -> None:
        """Do what is to be done now; at most once a minute, but canaries are passed on at once."""
        self._try("canary", db, config, now, _pass_canaries)
        if self._last is not None and abs(now - self._last) < EVERY:
            return
        self._last = now
        self._try("bounces", db, config, now, _read_bounces)
        self._try("nothing new", db, config, now, lambda db, _, now: queue_nothing_new(db, now))
        self._try("alarms", db, config, now, lambda db, config, now: raise_alarms(db, config, self._started, now))

    def _try(self, name: str, db: Database, config: Config, now: datetime, step: Step) -> None:
        try:
            step(db, config, now)
        except WirewatchError as error:
            if self._said.get(name) != str(error):
                log.warning("%s: %s", name, error)
            self._said[name] = str(error)
        else:
            self._said.pop(name, None)


def _pass_canaries(db: Database, config: Config, now: datetime) -> None:
    if address := config.settings.operator.canary:
        pass_canary(db, address, now)


def _read_bounces(db: Database, config: Config, now: datetime) -> None:
    if folder := config.bounce_maildir:
        report = read_maildir(db, folder, config.settings.mail, now)
        if report.hard:
            log.warning("%s mails came back, %s readers suspended", report.hard, report.suspended)


def raise_alarms(db: Database, config: Config, started: datetime, now: datetime) -> bool:
    """Open and close the notices of the machine, and mail the operator what he has not been told of any subject.

    ``started``: since when the service runs; a canary cannot be late before. Returns True when a mail was queued.
    """
    operator = config.settings.operator
    with write(db):
        settle(db, "outbox", _find_outbox_trouble(db, config, now), ("stuck",), now)
        settle(db, "disk", _find_disk_trouble(config), ("low",), now)
        settle(db, "canary", _find_canary_trouble(db, config, started, now), ("late",), now)
        if operator.email is None or _was_just_told(db, now):
            return False
        news = unreported(db)
        if not news:
            return False
        words = [str(notice) for notice in news]
        queue_letter(db, operator.email, f"{ALARM}:{seconds_of(now)}", {"words": words}, now)
        mark_reported(db, news, now)
    return True


def _was_just_told(db: Database, now: datetime) -> bool:
    found = db.execute(
        "SELECT 1 FROM outbox WHERE kind = 'letter' AND story_id LIKE ? AND created > ? AND created <= ?",
        [f"{ALARM}:%", seconds_of(now - BETWEEN_ALARMS), seconds_of(now)],
    )
    return found.fetchone() is not None


def _find_outbox_trouble(db: Database, config: Config, now: datetime) -> dict[str, str]:
    limit = now - config.settings.operator.outbox_stuck
    late = overdue_since(db, limit)
    if late is None or sent_since(db, limit):  # one reader's full mailbox is no trouble of the outbox
        return {}
    return {
        "stuck": f"mail has been waiting since {format_time(late)} and does not go out;"
        " 'wirewatch outbox' says what the mail server answers"
    }


def _find_disk_trouble(config: Config) -> dict[str, str]:
    folder = next(each for each in config.database.absolute().parents if each.is_dir())
    free = shutil.disk_usage(folder).free
    if free >= config.settings.operator.disk_low:
        return {}
    return {
        "low": f"only {free / 2**20:.0f} MiB are free where {config.database} lies; make room, or nothing is stored"
    }


def _find_canary_trouble(db: Database, config: Config, started: datetime, now: datetime) -> dict[str, str]:
    if config.settings.operator.canary is None:
        return {}
    mailed, patience = read_canary(db).mailed, config.settings.schedule.every * LATE
    if now - max(mailed or started, started) <= patience:
        return {}
    when = f"last came out as a mail at {format_time(mailed)}" if mailed else "has not come out as a mail yet"
    return {"late": f"the test story {when}; 'wirewatch ledger' and 'wirewatch outbox' say how far it got"}
