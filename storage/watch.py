"""Watching over the sources: what an answer says of a source's health, and when it is asked again.

Called by the desk in the transaction that commits a source. What is decided is decided in
``wirewatch.pacing``; here it is read from and written to the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlite_utils import Database

from storage.links import was_announced
from storage.notices import Notice, settle
from storage.plans import Plan, read_rhythm, write_plan
from wirewatch.article import Article, format_time
from wirewatch.clock import instant, seconds
from wirewatch.outcome import GOOD_FEED_STATES, FeedState, ItemResult, SourceResult, State
from wirewatch.pacing import Limits, Rhythm, backoff, expect, is_silent, learn, next_interval, usual_rate
from wirewatch.urls import link_key

KINDS = tuple(state.value for state in FeedState if state not in (FeedState.OK, FeedState.UNCHANGED))
"""Kinds of notices that a source may have."""
_PATIENCE = {FeedState.FAILED: 3}
_USUAL_PATIENCE = 2
"""Answers in a row that make a state of a feed a notice: one may be chance."""
_NOT_YET = frozenset({State.KNOWN, State.OLD, State.DEFERRED})
"""States of items that are not new, or are counted when a later run reads them."""
GONE_FOR = timedelta(days=30)
"""How long the clock leaves a feed alone that was taken down for good (410)."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a run learned of a source's rhythm. ``silence`` says in words that it is silent; '' where it is not."""

    rhythm: Rhythm
    silence: str = ""


def take_pulse(db: Database, result: SourceResult, zone: tzinfo, now: datetime) -> Pulse:
    """The rhythm with what this run found; before the links of the run are remembered."""
    before = read_rhythm(db, result.source)
    times = _times_of(db, result, None if before.watched is None else now)
    rhythm = learn(before, times, now, zone)
    if times or not is_silent(rhythm, now, zone):
        return Pulse(rhythm)
    assert rhythm.newest is not None
    missing = expect(rhythm, rhythm.newest, now, zone)
    return Pulse(
        rhythm, f"nothing new since {_minute(rhythm.newest)}; by its rhythm {missing:.0f} reports were to be expected"
    )


def _times_of(db: Database, result: SourceResult, otherwise: datetime | None) -> list[datetime]:
    """When what is new was published; ``otherwise`` stands for times that are not stated (None leaves them out)."""
    new = (item for item in result.items if item.state not in _NOT_YET)
    unseen = [item for item in new if not was_announced(db, link_key(item.url), result.source)]
    return [time for item in unseen if (time := item.published or _stated(item) or otherwise)]


def _stated(item: ItemResult) -> datetime | None:
    article: Article | None = item.article
    return article.published if article and article.published_precision != "day" else None


def settle_source(
    db: Database, result: SourceResult, pulse: Pulse, zone: tzinfo, limits: Limits, now: datetime
) -> list[Notice]:
    """Plan the next asking, and open and close the source's notices; returns what opened or closed."""
    if not result.feeds:  # single pages by hand say nothing of the source
        return []
    interval = limits.slowest if pulse.silence else next_interval(pulse.rhythm, result.started, zone, limits)
    _leave_alone(db, result, interval, limits, now)
    rows = _feed_rows(db, {feed.url for feed in result.feeds})
    due, why = result.started + interval, _explain(pulse, result.started, zone, limits)
    if rows and (later := min(row["until"] for row in rows)) > due:
        due, why = later, _explain_wait(min(rows, key=lambda row: row["until"]))
    write_plan(db, Plan(result.source, result.started, due, interval, why), pulse.rhythm)
    return settle(db, result.source, _troubles(rows, pulse), KINDS, now)


def _leave_alone(db: Database, result: SourceResult, interval: timedelta, limits: Limits, now: datetime) -> None:
    """Put off the next asking of feeds that failed."""
    for feed in result.feeds:
        if feed.asked and feed.state not in GOOD_FEED_STATES:
            failures = db.execute("SELECT failures FROM feeds WHERE url = ?", [feed.url]).fetchone()[0]
            span = GONE_FOR if feed.status == 410 else backoff(failures, interval, limits)
            db.execute("UPDATE feeds SET backoff = ? WHERE url = ?", [seconds(now + span), feed.url])


def _feed_rows(db: Database, urls: Iterable[str]) -> list[dict[str, Any]]:
    """What is known of the feeds; ``until`` is when each may be asked again, the past where it may at once."""
    names = ("url", "standing", "streak", "reason", "failures", "status", "retry_after", "backoff")
    rows = []
    for url in sorted(urls):
        found = db.execute(f"SELECT {', '.join(names)} FROM feeds WHERE url = ?", [url]).fetchone()
        if found:
            row = dict(zip(names, found, strict=True))
            rows.append(row | {"until": instant(max(row["retry_after"] or 0, row["backoff"] or 0))})
    return rows


def _troubles(rows: list[dict[str, Any]], pulse: Pulse) -> dict[str, str]:
    """What is wrong with the source, in words by kind."""
    troubles = {FeedState.SILENT.value: pulse.silence} if pulse.silence else {}
    for kind in KINDS:
        patience = _PATIENCE.get(FeedState(kind), _USUAL_PATIENCE)
        bad = [row for row in rows if row["standing"] == kind and row["streak"] >= patience]
        if bad:
            share = f" ({len(bad)} of {len(rows)} feeds)" if len(rows) > 1 else ""
            reason = f": {bad[0]['reason']}" if bad[0]["reason"] else ""
            troubles[kind] = f"{kind}{reason}: {bad[0]['url']}{share}"
    return troubles


def _explain(pulse: Pulse, when: datetime, zone: tzinfo, limits: Limits) -> str:
    if limits.fastest == limits.slowest:
        return "every source alike: pacing is off"
    if pulse.silence:
        return "silent"
    if pulse.rhythm.newest is None:
        return "little is known of its rhythm yet"
    return f"{usual_rate(pulse.rhythm, when, zone):.2g} reports an hour at this time of its week"


def _explain_wait(row: dict[str, Any]) -> str:
    if row["status"] == 410:
        return "taken down for good (410)"
    if (row["retry_after"] or 0) >= (row["backoff"] or 0):
        return "the publisher asked to wait (Retry-After)"
    return f"failed {row['failures']} times in a row: {row['reason']}"


def _minute(when: datetime) -> str:
    return str(format_time(when.astimezone(UTC).replace(second=0)))
