"""The pieces of a written date: clock, numbers, names and zones, before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from crawler.reading import date_words as words

_MAX_OFFSET = timedelta(hours=14)

_TOKEN = re.compile(
    r"""
  (?P<clock>(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d{1,9})?)?(?![\d:])
    (?:\s?(?P<half>[ap])\.?\s?m\b\.?)?)
| (?P<dotted>(?<![\d.])(?P<dh>\d{1,2})(?:\.|\s?h\s?)(?P<dm>\d\d)(?:\s?(?P<dhalf>[ap])\.?\s?m\b\.?|\s*$))
| (?P<cjk>(?P<cy>\d{4})\s?[년年]\s?(?P<cm>\d{1,2})\s?[월月]\s?(?P<cd>\d{1,2})\s?[일日])
| (?P<triple>(?<!\d)(?P<a>\d{1,4})(?P<sep>[./-])(?P<b>\d{1,3})(?P=sep)(?P<c>\d{1,4})(?!\d|[./-]\d))
| (?P<place>[a-z]+/[a-z]+(?:_[a-z]+)*(?:/[a-z_]+)?\b)
| (?P<offset>(?:utc|gmt)?\s?[+-]\d{1,2}(?::?\d\d)?(?!\d))
| (?P<number>\d+)(?:st|nd|rd|th|er|-?c[iuü]|թ|წ|г)?(?![^\W\d_])
| (?P<word>[^\W\d_]+)
| (?P<skip>[\s,.;:|/()\[\]{}•·–—'’"«»-]+)
""",
    re.VERBOSE,
)


_SOME_WEEKDAY = re.compile(r"([^\W\d_]{1,4})(?:\.\s?[^\W\d_]{1,2})?\.?,\s{0,3}(?=\d{1,2}[ .-])")


class NotADateError(Exception):
    """The text has no single meaning as a date."""


@dataclass(slots=True)
class Parts:
    """What the tokens of one text say."""

    clock: tuple[int, int, int | None] | None = None
    half: str = ""
    zones: list[tzinfo] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    weekday: int | None = None
    numbers: list[tuple[str, bool]] = field(default_factory=list)
    """Each number with whether the month's name stood before it."""
    triple: tuple[str, str, str, str] | None = None
    ago: int | None = None
    """Days before today, for «yesterday»."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the text does not say itself."""

    zone: tzinfo
    now: datetime
    language: str | None

    @property
    def today(self) -> date:
        """The day it is in the source's zone."""
        return self.now.astimezone(self.zone).date()


def _tokens(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotADateError
        position = match.end()
        if match.lastgroup != "skip":
            yield match


def collect(text: str, frame: Frame) -> Parts:
    """The pieces of a folded text, in one pass.

    Raises:
        NotADateError: a word is not understood, or there are two clocks or two days.
    """
    parts = Parts()
    for match in _tokens(_drop_weekday(words.shorten_zones(text))):
        kind = next(name for name in _KINDS if match[name] is not None)
        if kind == "word" and match["word"] in words.UPDATED:
            break  # what follows is another date, that of the last change
        _KINDS[kind](parts, match, frame)
    return parts


def _drop_weekday(text: str) -> str:
    """The text without a weekday's abbreviation in a language we do not know (`Ter, 02 Jan …`, `B.e, 02 Yan …`)."""
    match = _SOME_WEEKDAY.match(text)
    if not match or match[1] in words.WEEKDAYS or match[1] in words.MONTHS or match[1] in words.TODAY:
        return text
    return text[match.end() :]


def _take_clock(parts: Parts, match: re.Match[str], _: Frame) -> None:
    if parts.clock:
        raise NotADateError
    second = match["second"]
    parts.clock = (int(match["hour"]), int(match["minute"]), None if second is None else int(second))
    parts.half = match["half"] or parts.half


def _take_dotted(parts: Parts, match: re.Match[str], _: Frame) -> None:
    """`2.05pm`, `14h05`, and `14.05` behind the day."""
    if parts.clock or not match.start():
        raise NotADateError
    parts.clock = (int(match["dh"]), int(match["dm"]), None)
    parts.half = match["dhalf"] or parts.half


def _take_cjk(parts: Parts, match: re.Match[str], _: Frame) -> None:
    _set_triple(parts, match["cy"], "년", match["cm"], match["cd"])


def _take_triple(parts: Parts, match: re.Match[str], _: Frame) -> None:
    _set_triple(parts, match["a"], match["sep"], match["b"], match["c"])


def _set_triple(parts: Parts, first: str, separator: str, second: str, third: str) -> None:
    if parts.triple:
        raise NotADateError
    parts.triple = (separator, first, second, third)


def _take_place(parts: Parts, match: re.Match[str], _: Frame) -> None:
    """An IANA zone such as Europe/Brussels; its right capitals are restored."""
    name = "/".join("_".join(word.capitalize() for word in part.split("_")) for part in match["place"].split("/"))
    try:
        parts.zones.append(UTC if name in ("Etc/Gmt", "Etc/Utc") else ZoneInfo(name))
    except (KeyError, OSError) as error:
        raise NotADateError from error


def _take_offset(parts: Parts, match: re.Match[str], _: Frame) -> None:
    text = match["offset"]
    if text[0] in "ug" or parts.clock:
        parts.zones.append(read_offset(text))
    else:  # the hyphen of 21-aug-2024
        parts.numbers.append((text.strip()[1:], bool(parts.months)))


def _take_number(parts: Parts, match: re.Match[str], _: Frame) -> None:
    parts.numbers.append((match["number"], bool(parts.months)))


def _take_word(parts: Parts, match: re.Match[str], frame: Frame) -> None:
    word = match["word"]
    if word in words.MONTHS or word in words.SOLAR_MONTHS:
        parts.months.append(word)
    elif word in words.WEEKDAYS:
        parts.weekday = words.WEEKDAYS[word]
    elif word in words.MORNING or word in words.AFTERNOON:
        parts.half = "a" if word in words.MORNING else "p"
    elif word in words.TODAY:
        parts.ago = words.TODAY[word]
    elif parts.clock and not _is_filling(match):
        parts.zones.append(_find_zone(word, frame))
    elif word in words.ZONES and word not in words.ZONE_OR_WORD:
        parts.zones.append(words.ZONES[word])
    elif word not in words.PUBLISHED:
        raise NotADateError


def _is_filling(match: re.Match[str]) -> bool:
    word = match["word"]
    if word in words.ZONE_OR_WORD:
        return bool(match.string[match.end() :].strip(" .,)]"))
    return word in words.PUBLISHED


def _find_zone(word: str, frame: Frame) -> tzinfo:
    """The zone of an abbreviation: the source's own where it uses that name, else the usual one."""
    own = frame.now.astimezone(frame.zone).tzname()
    if own and own.lower() == word:
        return frame.zone
    if word not in words.ZONES:
        raise NotADateError
    return words.ZONES[word]


_KINDS = {
    "clock": _take_clock,
    "dotted": _take_dotted,
    "cjk": _take_cjk,
    "triple": _take_triple,
    "place": _take_place,
    "offset": _take_offset,
    "number": _take_number,
    "word": _take_word,
}


def read_offset(text: str) -> tzinfo:
    """The zone of ``+0400``, ``utc+3``, ``z`` …."""
    digits = text.lstrip("utcgmz ")
    if not digits:
        return UTC
    hours, minutes = re.fullmatch(r"[+-](\d{1,2}):?(\d\d)?", digits).groups()  # type: ignore[union-attr]
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset > _MAX_OFFSET or int(minutes or 0) > 59:
        raise NotADateError
    return timezone(-offset if digits[0] == "-" else offset) if offset else UTC
