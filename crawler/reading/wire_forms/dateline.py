"""The dateline of a report: place, date and agency at the head of its text, and who distributed it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from crawler.reading.date_words import MONTHS, SOLAR_MONTHS, fold
from crawler.reading.wire_forms.houses import find_house, find_mentions

STORED_DATE = re.compile(r"\A\s*date\s+(\d{4})-(\d\d)-(\d\d)\s+")
DISTRIBUTED = re.compile(r"\A\(\s*(MENAFN)\s*(?:[-–—]\s*([^()]{2,80}?)\s*)?\)\s*")

_WORD = r"[^\W\d_][\w'’.‌-]*"
_PLACE = rf"(?P<place>{_WORD}(?:\s{_WORD}){{0,2}}(?:\s?/\s?{_WORD}(?:\s{_WORD})?){{0,2}})"
_COUNTRY = rf"(?:[,،]\s*(?P<country>(?!\d){_WORD}(?:\s{_WORD}){{0,2}}))??"
_MONTH = r"[^\W\d_]{3,12}\.?"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?)"
_DATE = rf"(?P<date>{_MONTH}\s{_DAY}(?:,?\s\d{{4}})?|{_DAY}[\s-](?:de\s)?{_MONTH}(?:\s\d{{4}})?)"
_DASH = r"(?:\.?\s?[-–—―]{1,2}|\s?:)"
_NAME = r"[^()/\n]{2,40}?"
_PERSON = r"(?P<author>[^\W\d_][\w.'’-]+(?:\s[^\W\d_][\w.'’-]+){1,2})"
_HOUSE = r"(?P<agency>[^\W\d][^,.:()–—\n]{1,40}?)"

_PAREN = re.compile(
    rf"\A{_PLACE}{_COUNTRY}(?:[,،]?\s{_DATE})?[.,]?\s?(?:[-–—]\s?)?\((?P<agency>[^()\n]{{2,40}}?)\)"
    rf"\s?\.?\s?(?:[-–—:]{{1,2}}|(?=\s))"
)
_SLASHES = re.compile(rf"\A{_PLACE}{_COUNTRY}(?:,?\s{_DATE})?[.,]?\s?/(?P<agency>{_NAME})/[.:]?\s?[-–—]?")
_BARE = re.compile(
    rf"\A{_PLACE}{_COUNTRY}[,،.]?\s{_DATE}[.,،]?\s?(?:[-–—/]\s?|/)?"
    rf"{_HOUSE}(?:[.:։]|\s?[-–—]|,(?=\s)|\s?\Z)"
)
_NO_DATE = re.compile(rf"\A{_PLACE}[.,]\s(?:{_PERSON}\s?[-–—]\s?)?{_HOUSE}(?:[:.](?=\s)|\s?[-–—]\s)")
_ALONE = re.compile(rf"\A{_PLACE}{_COUNTRY}[,.]?\s{_DATE}[.,:]?\s*(?:{_DASH}|\Z|(?=[^\W\d_]))")
_NO_PLACE = re.compile(rf"\A(?:{_DATE}\s)?\((?P<agency>{_NAME})\)\s?(?:[-–—]{{1,2}}|[.:])")
_CAPS = r"[^\W\d_a-zа-яё][^\Wa-zа-яё\d_]+"
_CAPITALS = re.compile(rf"\A(?P<place>{_CAPS}(?:[ /-]{_CAPS}){{0,3}}){_COUNTRY}\s?(?:[–—]|-{{1,2}}(?=\s)|:(?=\s))\s?")
_COLON = re.compile(r"\A(?P<agency>خبرگزار[یي]\s[^\s:]{2,20}(?:\s[^\s:]{2,20})?)\s?:")
_HOUSE_FIRST = re.compile(rf"\A(?P<agency>{_WORD})\s(?P<place>{_WORD})\s?[-–—]\s")
_PERSIAN_HOUSE = re.compile(
    r"\A(?P<agency>(?:خبرگزار[یي]\s)?[^\W\d_]{3,15})\s?[-–—ـ]\s?(?P<place>[^\W\d_‌]{3,15})\s?[-–—ـ:]\s?"
)
_PERSIAN = re.compile(r"\A(?P<place>[^\W\d_‌]{3,15})\s?[-–—ـ/]\s?(?P<agency>[^\W\d_‌]{3,15})\s?[-–—ـ:]\s?")
_AGENCY_PLACE = re.compile(r"\A(?P<agency>[^\W\d_]{3,12})/\s?(?P<place>[^\W\d_]{3,15})(?=\s)")
_ARABIC = re.compile(r"\A(?P<place>[^\W\d_]{3,15})\sفي\s(?P<date>\d{1,2}\s[^\W\d_]+)\s?/(?P<agency>[^\W\d_]{3,20}):")
_NEXT_AGENCY = re.compile(rf"\A(?:By\s{_PERSON}\s?[-–—]\s?)?(?P<agency>[^\W\d_][^:.\n–—]{{1,40}}):\s*")
_TURKIC = re.compile("[İƏĞŞÇÖÜ]")
"""Letters that tell a word of a language in which I is ı when small."""
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
    author: str | None = None


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
        (_AGENCY_PLACE, True), (_PERSIAN, True), (_PERSIAN_HOUSE, True), (_HOUSE_FIRST, True),
        (_NO_DATE, True), (_ALONE, False), (_CAPITALS, False),
    ):  # fmt: skip
        found = pattern.match(head)
        if found and _is_right(found, pattern, needs_house):
            return _make(found, text)
    return None


def _is_right(found: re.Match[str], pattern: re.Pattern[str], needs_house: bool) -> bool:
    parts = found.groupdict()
    agency, place = parts.get("agency"), parts.get("place")
    known = bool(agency and (find_house(agency) or _named_in(agency, pattern)))
    if needs_house and not known and not _is_unknown_house(parts, pattern):
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


def _named_in(agency: str, pattern: re.Pattern[str]) -> str | None:
    """The house named between slashes beside its correspondent (``/Corr. TASS Ivan Probny/``)."""
    if pattern is not _SLASHES:
        return None
    return next((agency[found.start : found.end].strip() for found in find_mentions(agency)), None)


def _is_unknown_house(parts: dict[str, str | None], pattern: re.Pattern[str]) -> bool:
    """One word in capitals after place and day is a house, though none we know (``ARTSAKHPRESS``, ``SalamNews``)."""
    agency = parts.get("agency") or ""
    if pattern is not _BARE or " " in agency or sum(map(str.isupper, agency)) < 2:
        return False
    return _has_month(parts.get("date") or "")


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
    if agency and not find_house(agency):
        agency = _named_in(agency, found.re) or agency
    end = found.end()
    if agency is None:
        rest = text.partition("\n\n")[2] if end >= len(text.partition("\n\n")[0].rstrip()) else ""
        following = _NEXT_AGENCY.match(rest)
        if following and find_house(following["agency"]):
            words = f"{found.group().strip()} {following.group().strip()}"
            return Dateline(words, end, tidy_place(parts.get("place")), following["agency"], following["author"])
    agency = agency.strip() if agency else None
    return Dateline(found.group().strip(), end, tidy_place(parts.get("place")), agency, parts.get("author"))


def tidy_place(place: str | None) -> str | None:
    """A place in ordinary case: ``BRUSSELS/TBILISI`` becomes ``Brussels/Tbilisi``."""
    if place is None:
        return None
    place = " ".join(place.split()).strip(" .")
    if not place.isupper():
        return place
    return re.sub(r"[^\W\d_]+", lambda word: word[0] if len(word[0]) < 3 else capitalise(word[0]), place)


def capitalise(word: str) -> str:
    """A word in capitals with only its first letter great, by the rules of Azerbaijani, Turkish and Armenian too."""
    if word == "BAKI" or _TURKIC.search(word):
        return word[0] + word[1:].replace("İ", "i").replace("I", "ı").lower()
    return word.capitalize().replace("եվ", "և")
