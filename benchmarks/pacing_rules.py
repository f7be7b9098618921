"""Rules by which a source is asked: ours and those that Miniflux and Media Cloud have published."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from wirewatch.pacing import EFFORT, Limits, Rhythm, learn, next_interval

MINUTE = timedelta(minutes=1)
WEEK = timedelta(weeks=1)
UTC_ZONE = ZoneInfo("UTC")


@dataclass(slots=True)
class Seen:
    """What one asking of a feed gave: new entries, entries that were known, and all dates of the feed."""

    new: list[datetime]
    known: int
    dates: list[datetime]


class Rule:
    """One source's pace; ``scale`` stretches every time of the rule, so that rules can be compared at one cost."""

    name = ""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    def next(self, now: datetime, seen: Seen) -> timedelta:
        """From this asking to the next one."""
        raise NotImplementedError


class Fixed(Rule):
    """Every hour."""

    name = "every hour"

    def next(self, now: datetime, seen: Seen) -> timedelta:  # noqa: ARG002
        return 60 * MINUTE * self.scale


@dataclass
class Miniflux(Rule):
    """``POLLING_SCHEDULER=entry_frequency``: a week through the entries of the last week, 5 minutes to 24 hours.

    From ScheduleNextCheck in internal/model/feed.go and the documented defaults. Its queue is filled every
    POLLING_FREQUENCY (60 minutes); here a feed is asked when it is due, which favours it. ``scale`` is the inverse of
    SCHEDULER_ENTRY_FREQUENCY_FACTOR.
    """

    scale: float = 1.0
    recent: list[datetime] = field(default_factory=list)
    name = "Miniflux, entry_frequency"

    def next(self, now: datetime, seen: Seen) -> timedelta:
        self.recent = [each for each in [*self.recent, *seen.new] if each > now - WEEK]
        if not self.recent:
            return 24 * 60 * MINUTE
        return min(max(WEEK / len(self.recent) * self.scale, 5 * MINUTE), 24 * 60 * MINUTE)


@dataclass
class MediaCloud(Rule):
    """rss-fetcher: 6 hours at first; 10 minutes longer where 67 % or more of the entries were known, an hour
    shorter where fewer than 33 % were, 10 minutes to 24 hours.

    From ``_check_auto_adjust`` in fetcher/tasks.py and the defaults in fetcher/config.py.
    """

    scale: float = 1.0
    minutes: float = 360.0
    asked: bool = False
    name = "Media Cloud, auto-adjust"

    def next(self, now: datetime, seen: Seen) -> timedelta:  # noqa: ARG002
        total = len(seen.new) + seen.known
        share = 100 * seen.known / total if total and seen.new else 101
        if not self.asked:
            self.asked = True
        elif share >= 67:
            self.minutes = min(self.minutes + 10, 1440)
        elif share < 33:
            self.minutes = 360 if self.minutes > 360 else max(self.minutes - 60, 10)
        return self.minutes * MINUTE * self.scale


@dataclass
class Ours(Rule):
    """Wirewatch: from the rate at each hour of the week and the last items, 2 minutes to an hour."""

    scale: float = 1.0
    zone: ZoneInfo = UTC_ZONE
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    rhythm: Rhythm = Rhythm()  # noqa: RUF009 - frozen
    name = "Wirewatch"

    def next(self, now: datetime, seen: Seen) -> timedelta:
        self.rhythm = learn(self.rhythm, seen.new, now, self.zone)
        return next_interval(self.rhythm, now, self.zone, self.limits, EFFORT * self.scale)
