"""The clock. Functions that decide take the time as an argument; only shells ask for it here."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import overload
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, aware, in UTC, without microseconds."""
    return datetime.now(UTC).replace(microsecond=0)


def seconds(when: datetime) -> int:
    """Seconds since 1970 (UTC): how the database holds times that it compares."""
    return int(when.timestamp())


@overload
def instant(stamp: int) -> datetime: ...
@overload
def instant(stamp: int | None) -> datetime | None: ...
def instant(stamp: int | None) -> datetime | None:
    """The time of :func:`seconds`, aware, in UTC; None stays None."""
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)


@cache
def is_zone(name: str) -> bool:
    """True when ``name`` is an IANA zone that is known here, such as Asia/Baku."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def from_seconds(seconds: int) -> datetime:
    """The instant so many seconds after 1970 began, aware, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
