"""Times, places, lags and credits in words, in English whatever the machine's locale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale

from wirewatch.article import Credit, Precision

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ROLES = {"origin": "First reported by", "via": "Taken over by way of", "distributor": "Passed on by"}


def zone_of(name: str) -> tzinfo:
    """The zone called ``name``; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC


def say_day(when: datetime) -> str:
    """``Wednesday, 21 August 2024``."""
    return f"{_DAYS[when.weekday()]}, {when.day} {_MONTHS[when.month - 1]} {when.year}"


def say_time(when: datetime, zone: str) -> str:
    """``Wednesday, 21 August 2024, 14:02 (Asia/Baku, UTC+4)``: the instant in the reader's zone."""
    tz = zone_of(zone)
    local = when.astimezone(tz)
    place = zone if isinstance(tz, ZoneInfo) else "UTC"
    offset = say_offset(local.utcoffset() or timedelta())
    label = "UTC" if place in ("UTC", "Etc/UTC") else f"{place}, {offset}"
    return f"{say_day(local)}, {local:%H:%M} ({label})"


def say_offset(offset: timedelta) -> str:
    """``UTC+4``, ``UTC+3:30``, ``UTC−5``."""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def say_published(published: datetime | None, precision: Precision | None, fetched: datetime | None, zone: str) -> str:
    """When it was published, no more exact than the publisher said; a day alone is not moved between zones."""
    if published is None:
        seen = f"; first seen {say_time(fetched, zone)}" if fetched else ""
        return f"time not stated by the source{seen}"
    if precision == "day":
        return f"{say_day(published)} (the source gives no time of day)"
    return say_time(published, zone)


def say_lag(lag: timedelta) -> str:
    """``at the same time``, ``25 min later``, ``3 h 5 min earlier``, ``2 days later``."""
    minutes = round(abs(lag.total_seconds()) / 60)
    if minutes == 0:
        return "at the same time"
    word = "later" if lag > timedelta() else "earlier"
    if minutes < 60:
        return f"{minutes} min {word}"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min {word}" if rest else f"{hours} h {word}"
    return f"{round(hours / 24)} days {word}"


@cache
def _territories() -> dict[str, str]:
    return dict(Locale("en").territories)


def say_country(code: str) -> str:
    """The English name of an ISO 3166-1 country; the code itself where it is unknown, '' for ''."""
    return _territories().get(code.upper(), code) if code else ""


def say_credits(given: Sequence[Credit]) -> list[tuple[str, str, str]]:
    """Each credit as (role in words, name, the words of the text that say so), the origin first."""
    order = list(_ROLES)
    known = [each for each in given if each.role in _ROLES]
    ordered = sorted(known, key=lambda each: order.index(each.role))
    return [(_ROLES[each.role], each.name, each.evidence) for each in ordered]
