"""The dateline of a report: place, date and agency at the head of its text, and who distributed it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from crawler.reading.date_words import MONTHS, SOLAR_MONTHS, fold
from crawler.reading.wire_forms.houses import find_house

STORED_DATE = re.compile(r"\A\s*date\s+(\d{4})-(\d\d)-(\d\d)\s+")
DISTRIBUTED = re.compile(r"\A\(\s*(MENAFN)\s*(?:[-–—]\s*([^()]{2,80}?)\s*)?\)\s*")

_WORD = r"[^\W\d_][\w'’.‌-]*"
_PLACE = rf"(?P<place>{_WORD}(?:\s{_WORD}){{0,2}}(?:\s?/\s?{_WORD}(?:\s{_WORD})?){{0,2}})"
_COUNTRY = rf"(?:,\s*(?P<country>(?!\d){_WORD}(?:\s{_WORD}){{0,2}}))??"
_MONTH = r"[^\W\d_]{3,12}\.?"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?)"
_DATE = rf"(?P<date>{_MONTH}\s{_DAY}(?:,?\s\d{{4}})?|{_DAY}[\s-](?:de\s)?{_MONTH}(?:\s\d{{4}})?)"
_DASH = r"(?:\.?\s?[-–—―]{1,2}|\s?:)"
_NAME = r"[^()/\n]{2,40}?"

_PAREN = re.compile(
    rf"\A{_PLACE}{_COUNTRY}(?:,?\s{_DATE})?[.,]?\s?(?:[-–—]\s?)?\((?P<agency>{_NAME})\)\s?\.?\s?(?:[-–—:]{{1,2}}|(?=\s))"
)
_SLASHES = re.compile(rf"\A{_PLACE}{_COUNTRY}(?:,?\s{_DATE})?[.,]?\s?/(?P<agency>{_NAME})/[.:]?\s?[-–—]?")
_BARE = re.compile(
    rf"\A{_PLACE}{_COUNTRY}[,.]?\s{_DATE}[.,]?\s?(?:[-–—/]\s?|/)?"
    rf"(?P<agency>[^\W\d][^,.:()–—\n]{{1,40}}?)(?:[.:։]|\s?[-–—]|,(?=\s)|\s?\Z)"
)
_ALONE = re.compile(rf"\A{_PLACE}{_COUNTRY}[,.]?\s{_DATE}[.,:]?\s*(?:{_DASH}|\Z|(?=[^\W\d_]))")
_NO_PLACE = re.compile(rf"\A(?:{_DATE}\s)?\((?P<agency>{_NAME})\)\s?(?:[-–—]{{1,2}}|[.:])")
_CAPS = r"[^\W\d_a-zа-яё][^\Wa-zа-яё\d_]+"
_CAPITALS = re.compile(rf"\A(?P<place>{_CAPS}(?:[ /-]{_CAPS}){{0,3}}){_COUNTRY}\s?(?:[–—]|-{{1,2}}(?=\s)|:(?=\s))\s?")
_COLON = re.compile(r"\A(?P<agency>خبرگزار[یي]\s[^\s:]{2,20}(?:\s[^\s:]{2,20})?)\s?:")
_HOUSE_FIRST = re.compile(rf"\A(?P<agency>{_WORD})\s(?P<place>{_WORD})\s?[-–—]\s")
_PERSIAN = re.compile(r"\A(?P<place>[^\W\d_‌]{3,15})\s?[-–—ـ/]\s?(?P<agency>[^\W\d_‌]{3,15})\s?[-–—ـ:]\s?")
_AGENCY_PLACE = re.compile(r"\A(?P<agency>[^\W\d_]{3,12})/\s?(?P<place>[^\W\d_]{3,15})(?=\s)")
_ARABIC = re.compile(r"\A(?P<place>[^\W\d_]{3,15})\sفي\s(?P<date>\d{1,2}\s[^\W\d_]+)\s?/(?P<agency>[^\W\d_]{3,20}):")
_NEXT_AGENCY = re.compile(r"\A(?P<agency>[^\W\d_][^:.\n]{1,40}):\s*")
_NO_PLACES = frozenset(
    """by from the a an in on at monday tuesday wednesday thursday friday saturday sunday update breaking photo file
    video exclusive analysis opinion news story read note editor source tags january february march april may june
    july august september october november december""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """What a dateline says; ``text`` is its words as they stand, ``end`` their length in the report."""

    text: str
    end: int
    place: str | None = None
    agency: str | None = None


def read_stored_date(text: str) -> tuple[date | None, int]:
    """The day of a stored page's "date YYYY-MM-DD" prefix, and the prefix's length (0 where there is none)."""
    found = STORED_DATE.match(text)
    if not found:
        return None, 0
    try:
        return date(*map(int, found.groups())), found.end()
    except ValueError:
        return None, 0


def read_dateline(text: str) -> Dateline | None:
    """The dateline at the head of ``text`` (paragraphs split by blank lines), or None."""
    head = " ".join(text[:240].split("\n\n", 1)[0].split())
    for pattern, needs_house in (
        (_ARABIC, True), (_PAREN, False), (_SLASHES, True), (_BARE, True), (_NO_PLACE, True), (_COLON, True),
        (_AGENCY_PLACE, True),
        (_PERSIAN, True), (_HOUSE_FIRST, True), (_ALONE, False), (_CAPITALS, False),
    ):  # fmt: skip
        found = pattern.match(head)
        if found and _is_right(found, pattern, needs_house):
            return _make(found, text)
    return None


def _is_right(found: re.Match[str], pattern: re.Pattern[str], needs_house: bool) -> bool:
    parts = found.groupdict()
    agency, place = parts.get("agency"), parts.get("place")
    known = bool(agency and find_house(agency))
    if needs_house and not known:
        return False
    if place is None:
        return known
    if not _is_place(place):
        return False
    if pattern is _PAREN and not known:
        return place.isupper() and len(agency or "") < 30
    if pattern is _CAPITALS:
        return place.isupper() and len(place) > 3
    if pattern is _ALONE:
        return _has_month(parts.get("date") or "") and (place.isupper() or parts.get("country") is not None)
    return True


def _is_place(place: str) -> bool:
    words = re.split(r"[\s/]+", place)
    if any(word.casefold().strip(".") in _NO_PLACES for word in words):
        return False
    return not any(word[0].islower() and not _is_georgian(word) for word in words if word)


def _is_georgian(word: str) -> bool:
    """Georgian's ordinary letters count as lower case in Unicode, though names begin with them."""
    return "ა" <= word[0] <= "ჿ"


def _has_month(text: str) -> bool:
    return any(fold(word) in MONTHS or fold(word) in SOLAR_MONTHS for word in re.findall(r"[^\W\d_]+", text))


def _make(found: re.Match[str], text: str) -> Dateline:
    parts = found.groupdict()
    agency = parts.get("agency")
    end = found.end()
    if agency is None:
        rest = text.partition("\n\n")[2] if end >= len(text.partition("\n\n")[0].rstrip()) else ""
        following = _NEXT_AGENCY.match(rest)
        if following and find_house(following["agency"]):
            agency = following["agency"]
            return Dateline(f"{found.group().strip()} {agency}:", end, tidy_place(parts.get("place")), agency)
    return Dateline(found.group().strip(), end, tidy_place(parts.get("place")), agency.strip() if agency else None)


def tidy_place(place: str | None) -> str | None:
    """A place in ordinary case: ``BRUSSELS/TBILISI`` becomes ``Brussels/Tbilisi``."""
    if place is None:
        return None
    place = " ".join(place.split()).strip(" .")
    if not place.isupper():
        return place
    return re.sub(r"[^\W\d_]+", lambda word: word[0] if len(word[0]) < 3 else word[0].capitalize(), place)
