"""When a reader's next mail is due: rhythms, quiet hours and time zones, decided without a clock of its own.

All instants are aware. Local times that do not exist (clocks go forward) count from before the change, so
02:30 becomes 03:30; of those that exist twice the first is meant.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Rhythm = Literal["instant", "hourly", "daily", "weekly"]
DEFAULT_AT = "08:00"
"""Local time of a daily or weekly digest where the reader named none; weekly ones come on Mondays unless he did."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def next_mail(every: Rhythm, at: str | None, quiet: str | None, zone: str, now: datetime) -> datetime:
    """When something found at ``now`` is mailed: at once, or with the next digest, but not in quiet hours."""
    when = now if every == "instant" else next_digest(every, at, zone, now)
    return leave_quiet(when, quiet, zone)


def next_digest(every: Rhythm, at: str | None, zone: str, now: datetime) -> datetime:
    """The first digest of that rhythm after ``now``: each full local hour, each day, or each week, at ``at``
    (``08:00``; for a week also ``fri 08:00``, else it is a Monday)."""
    tz, now = ZoneInfo(zone), now.astimezone(UTC)
    local = now.astimezone(tz)
    if every == "hourly":
        passed = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return now - passed + timedelta(hours=1)
    weekday, clock = _read_at(at or DEFAULT_AT)
    days = range(9) if every == "weekly" else range(3)
    ahead = (day for day in days if every == "daily" or (local.weekday() + day) % 7 == weekday)
    return next(when for day in ahead if (when := _resolve(local, day, clock, tz)) > now)


def day_around(when: datetime, zone: str) -> tuple[datetime, datetime]:
    """The local day that holds ``when``: its first instant and that of the next day."""
    tz = ZoneInfo(zone)
    local = when.astimezone(tz)
    return _resolve(local, 0, time(), tz), _resolve(local, 1, time(), tz)


def leave_quiet(when: datetime, quiet: str | None, zone: str) -> datetime:
    """``when`` itself, or the end of the quiet hours (``22:00-07:00``, local) in which it lies."""
    if quiet is None:
        return when
    tz, when = ZoneInfo(zone), when.astimezone(UTC)
    start, end = (_read_clock(part) for part in quiet.split("-"))
    local = when.astimezone(tz)
    if not is_within(local.time(), start, end):
        return when
    ahead = 0 if local.time() < end else 1
    ends = _resolve(local, ahead, end, tz)
    return ends if ends > when else _resolve(local, ahead, end, tz, fold=1)


def is_within(moment: time, start: time, end: time) -> bool:
    """True when a local time lies in the hours from ``start`` up to ``end``, which may pass midnight."""
    if start <= end:
        return start <= moment < end
    return moment >= start or moment < end


def _read_at(text: str) -> tuple[int, time]:
    """Day of the week (0: Monday) and local time of ``08:00`` or ``fri 08:00``."""
    day, _, clock = text.rpartition(" ")
    return DAYS.index(day) if day else 0, _read_clock(clock)


def _read_clock(text: str) -> time:
    return time(int(text[:2]), int(text[3:5]))


def _resolve(local: datetime, days_ahead: int, clock: time, tz: ZoneInfo, fold: int = 0) -> datetime:
    day = local.date() + timedelta(days=days_ahead)
    return datetime.combine(day, clock, tz).replace(fold=fold).astimezone(UTC)
