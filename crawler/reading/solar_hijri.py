"""The Solar Hijri calendar of Iran, for the years 1300 to 1499 (1921 to 2121)."""

from __future__ import annotations

from datetime import date, timedelta

_CYCLE = 33
_LEAP_YEARS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
"""Places of the leap years in the 33-year cycle; right for every year of the range."""
_FIRST_YEAR = 1300
_FIRST_DAY = date(1921, 3, 21)


def to_gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian date of a Solar Hijri one.

    Raises:
        ValueError: there is no such day, or the year is out of range.
    """
    if not _FIRST_YEAR <= year < 1500 or not 1 <= month <= 12 or not 1 <= day <= _month_length(year, month):
        raise ValueError(f"no day {day} of month {month} of {year} in the Solar Hijri calendar")
    years = sum(366 if is_leap(past) else 365 for past in range(_FIRST_YEAR, year))
    days = (month - 1) * 31 - max(0, month - 7)
    return _FIRST_DAY + timedelta(days=years + days + day - 1)


def is_leap(year: int) -> bool:
    """Whether the last month of the year has 30 days."""
    return year % _CYCLE in _LEAP_YEARS


def _month_length(year: int, month: int) -> int:
    if month <= 6:
        return 31
    return 30 if month < 12 or is_leap(year) else 29
