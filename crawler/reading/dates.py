"""Reading the date of a report as publishers write it, in the languages of the region and of its wires.

The rule throughout is that a wrong instant is worse than none. A text is split into times, numbers, names
and filling words; a word that is not understood, two readings that differ, or an instant in the future end
in None. Local times without a zone are read in the source's zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from crawler.reading import date_words as words
from crawler.reading.date_tokens import Frame, NotADateError, Parts, collect, read_offset
from crawler.reading.solar_hijri import to_gregorian
from wirewatch.article import Precision

FeedPrecision = Literal["second", "minute", "day", "month", "year"]

MAX_LENGTH = 120
FIRST_YEAR = 1900
CLOCK_SKEW = timedelta(minutes=5)
"""Publishers' clocks may be ahead of ours by this much; anything later is not a date of publication."""

_ZERO_DATES = frozenset({date(1900, 1, 1), date(1969, 12, 31), date(1970, 1, 1)})
"""What empty date fields become in databases and programs."""

_HANGUL = re.compile("[\uac00-\ud7a3]")
_UTC_BY_NAME = ZoneInfo("UTC")
_KOREA = timezone(timedelta(hours=9))
_SOLAR_YEARS = range(1300, 1500)

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:(?:t|\s{1,3})(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s?(z|[+-]\d\d(?::?\d\d)?)?)?"
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:[t ]?(\d\d):?(\d\d)(?::?(\d\d))?(z|[+-]\d{4})?)?")
_ORDINAL = re.compile(r"((?:19|20)\d\d)-?(\d{3})")
_SHORT_ISO = re.compile(r"-(\d\d)-?(\d\d)")
_SHORT_DAY = re.compile(r"\d{6}")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_MONTH_ONLY = re.compile(r"(\d{4})(?:[-/.](\d\d))?")


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """An instant as the publisher stated it.

    ``instant`` is aware and keeps the offset that the text states, or else the source's at that time.
    A day alone is midnight of that day with ``precision`` ``day``. ``zone_stated``: the text named its zone.
    """

    instant: datetime
    precision: Precision
    zone_stated: bool


Found = tuple[datetime, FeedPrecision, bool]


@dataclass(frozen=True, slots=True)
class _Day:
    """A day, or the first day of a month or year where no more is stated."""

    day: date
    precision: Literal["day", "month", "year"] = "day"


_DateReader = Callable[[str, Frame], Found | None]


def parse_date(text: str, *, zone: tzinfo, now: datetime, language: str | None = None) -> ParsedDate | None:
    """The date that ``text`` states, or None where it states none, several, or an unlikely one.

    Args:
        text: a date as written: ISO 8601, RFC 822, `21 July 2025 14:01 (UTC+04:00)`, `10.04.2020 [10:41]`,
            `28 fevral, 11:39`, `18 Khordad 1405 21:04` …
        zone: the source's zone, for local times without one.
        now: aware; nothing later is returned, and a date without a year is the last such day before it.
        language: ISO 639-1 code of the text; English without a telling zone leaves 3/4/2024 ambiguous.
    """
    found = _read(text, (_read_iso, _read_words), Frame(zone, now, language))
    return as_publication_date(found)


def is_relative(text: str) -> bool:
    """Whether ``text`` counts from the day it is shown: «today, 10:05», «вчера в 20:15»."""
    return not words.TODAY.keys().isdisjoint(re.findall(r"[^\W\d_]+", words.fold(text).replace("bu gün", "bugün")))


def as_publication_date(found: Found | None) -> ParsedDate | None:
    """A date as read, if it can be that of a publication: known to the day, and not the zero of an empty field."""
    if found is None:
        return None
    instant, precision, stated = found
    if precision == "month" or precision == "year" or instant.year < FIRST_YEAR or instant.date() in _ZERO_DATES:
        return None
    return ParsedDate(instant, precision, stated)


def read_feed_date(text: str, *, zone: tzinfo, now: datetime, language: str | None = None) -> Found | None:
    """As :func:`parse_date`, with the further forms that feeds use.

    These are months and years alone (as their first instant), ISO 8601 with a short year, seconds since 1970,
    and the zero dates of empty fields (0001-01-01); :func:`as_publication_date` tells which of them serve.

    Returns:
        the instant, how much of it is stated, and whether the text named its zone.
    """
    if zone in (UTC, _UTC_BY_NAME) and _HANGUL.search(text):
        zone = _KOREA  # a feed of unknown zone that writes Korean
    return _read(text, (_read_iso, _read_number, _read_words), Frame(zone, now, language))


def _read(text: str, readers: tuple[_DateReader, ...], frame: Frame) -> Found | None:
    if not text or len(text) > MAX_LENGTH:
        return None
    folded = words.fold(text).strip()
    try:
        found = next((found for read in readers if (found := read(folded, frame))), None)
    except (NotADateError, ValueError, OverflowError):
        return None
    return found if found and found[0] <= frame.now + CLOCK_SKEW else None


def _read_iso(text: str, frame: Frame) -> Found | None:
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        year, month, day, hour, minute, second, offset = match.groups()
        clock = (int(hour), int(minute), None if second is None else int(second)) if hour else None
        zones = [read_offset(offset)] if offset else []
        return _build(_Day(_make_day(int(year), int(month), int(day))), clock, zones, frame)
    match = _MONTH_ONLY.fullmatch(text)
    if match:
        year, month = match.groups()
        first = _make_day(int(year), int(month or 1), 1)
        return _build(_Day(first, "month" if month else "year"), None, [], frame)
    return None


def _read_number(text: str, frame: Frame) -> Found | None:
    if match := _SHORT_ISO.fullmatch(text):
        return _build(_Day(_make_day(_long_year(int(match[1])), int(match[2]), 1), "month"), None, [], frame)
    if _SHORT_DAY.fullmatch(text):
        days = {day for _, day in _readings("", [text[:2], text[2:4], text[4:]], frame)}
        return _build(_Day(days.pop()), None, [], frame) if len(days) == 1 else None
    if match := _ORDINAL.fullmatch(text):
        return _build(_Day(datetime.strptime(f"{match[1]} {match[2]}", "%Y %j").date()), None, [], frame)
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC), "second", True
    return None


def _read_words(text: str, frame: Frame) -> Found:
    parts = collect(text.replace("bu gün", "bugün"), frame)
    clock = _apply_half(parts.clock, parts.half)
    return _build(_find_day(parts, frame), clock, parts.zones, frame)


# ---- the day -------------------------------------------------------------------------------------


def _find_day(parts: Parts, frame: Frame) -> _Day:
    months = parts.months
    if len(months) > 1:
        months = [month for month in months if month not in words.MONTH_OR_WEEKDAY]
    ways = (bool(months), parts.triple is not None, parts.ago is not None)
    if len(months) > 1 or sum(ways) > 1:
        raise NotADateError
    if months:
        return _day_of_month_name(months[0], parts, frame)
    if parts.ago is not None and not parts.numbers and parts.clock:
        return _Day(_today_in(parts.zones or [frame.zone], frame) - timedelta(days=parts.ago))
    return _Day(_day_of_numbers(parts, frame))


def _today_in(zones: list[tzinfo], frame: Frame) -> date:
    """The day it is where the text's clock is, which can be another than in the source's zone."""
    days = {frame.now.astimezone(zone).date() for zone in zones}
    if len(days) != 1:
        raise NotADateError
    return days.pop()


def _day_of_month_name(month: str, parts: Parts, frame: Frame) -> _Day:
    years = [number for number, _ in parts.numbers if len(number) == 4]
    days = [number for number, _ in parts.numbers if len(number) <= 2]
    if len(years) + len(days) != len(parts.numbers) or len(years) > 1:
        raise NotADateError
    if not years and len(days) == 2:
        return _Day(_day_with_short_year(month, parts))
    if len(days) > 1 or not (years or days):
        raise NotADateError
    if not days:
        return _Day(_make_named(int(years[0]), month, 1), "month")
    if not years:
        return _Day(_last_such_day(month, int(days[0]), parts.weekday, frame))
    return _Day(_make_named(int(years[0]), month, int(days[0])))


def _day_with_short_year(month: str, parts: Parts) -> date:
    """`01 Jan 04` and `Jan 4, 16`: the year is the last number, behind the month."""
    (day, _), (year, behind) = parts.numbers
    if not behind or len(year) != 2:
        raise NotADateError
    return _make_named(_long_year(int(year)), month, int(day))


def _long_year(year: int) -> int:
    return year + (2000 if year < 69 else 1900)


def _make_named(year: int, month: str, day: int) -> date:
    if month in words.SOLAR_MONTHS:
        if year not in _SOLAR_YEARS:
            raise NotADateError
        return to_gregorian(year, words.SOLAR_MONTHS[month], day)
    return _make_day(year, words.MONTHS[month], day)


def _make_day(year: int, month: int, day: int) -> date:
    if year in _SOLAR_YEARS:
        return to_gregorian(year, month, day)
    return date(year, month, day)


def _last_such_day(month: str, day: int, weekday: int | None, frame: Frame) -> date:
    """A day without a year: this year's, or last year's where this one's is still to come."""
    today = frame.today
    this = today.year - 621 if month in words.SOLAR_MONTHS else today.year
    for year in (this, this - 1):
        try:
            found = _make_named(year, month, day)
        except ValueError:
            continue
        if found <= today and weekday in (None, found.isoweekday()):
            return found
    raise NotADateError


def _day_of_numbers(parts: Parts, frame: Frame) -> date:
    if parts.triple and not parts.numbers:
        separator, *numbers = parts.triple
    elif not parts.triple and len(parts.numbers) == 3:
        separator, numbers = " ", [number for number, _ in parts.numbers]
    else:
        raise NotADateError
    readings = dict(_readings(separator, numbers, frame))
    days = set(readings.values())
    if len(days) > 1 and parts.weekday:
        days = {day for day in days if day.isoweekday() == parts.weekday}
    if len(days) > 1 and {"dmy", "mdy"} == readings.keys() and _is_day_first(frame):
        return readings["dmy"]
    if len(days) != 1:
        raise NotADateError
    return days.pop()


def _readings(separator: str, numbers: list[str], frame: Frame) -> Iterator[tuple[str, date]]:
    """Every order in which three numbers are a day that is not in the future."""
    for order in _orders(separator, numbers):
        values = dict(zip(order, numbers, strict=True))
        year = _long_year(int(values["y"])) if len(values["y"]) == 2 else int(values["y"])
        try:
            day = _make_day(year, int(values["m"]), int(values["d"]))
        except (ValueError, NotADateError):
            continue
        if day <= frame.today + timedelta(days=1):
            yield order, day


def _orders(separator: str, numbers: list[str]) -> tuple[str, ...]:
    first, second, third = map(len, numbers)
    if first == 4 and third <= 2:
        return ("ymd",)
    if first > 2 or third not in (2, 4) or second > 2:
        return ()
    if separator == ".":
        return ("dmy",)
    return ("dmy", "mdy") if third == 4 else ("dmy", "mdy", "ymd")


def _is_day_first(frame: Frame) -> bool:
    """Whether 3/4/2024 is in April: everywhere but in America and where nothing is known."""
    if frame.language and frame.language != "en":
        return True
    key = getattr(frame.zone, "key", "")
    return key.partition("/")[0] in ("Asia", "Europe", "Africa") and key != "Asia/Manila"


# ---- the instant ---------------------------------------------------------------------------------


def _apply_half(clock: tuple[int, int, int | None] | None, half: str) -> tuple[int, int, int | None] | None:
    if not clock or not half:
        return clock
    hour, minute, second = clock
    if not 0 < hour <= 12:
        if half == "p" and 12 < hour < 24:  # 16:05 pm
            return clock
        raise NotADateError
    return hour % 12 + (12 if half == "p" else 0), minute, second


def _build(day: _Day, clock: tuple[int, int, int | None] | None, zones: list[tzinfo], frame: Frame) -> Found:
    hour, minute, second = clock or (0, 0, 0)
    local = datetime.combine(day.day, time(hour, minute, 59 if second == 60 else second or 0))  # 60 is a leap second
    offsets = {local.replace(tzinfo=zone).utcoffset() for zone in zones or [frame.zone]}
    if len(offsets) != 1:
        raise NotADateError
    offset = offsets.pop() or timedelta()
    instant = local.replace(tzinfo=timezone(offset) if offset else UTC)
    if clock is None:
        return instant, day.precision, bool(zones)
    if day.precision != "day":
        raise NotADateError
    return instant, "minute" if clock[2] is None else "second", bool(zones)
