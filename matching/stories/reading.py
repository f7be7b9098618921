"""Words as story grouping reads them: folded, cut to a stem, known as name, number, month, weekday or outlet."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from matching.stories.sound import sound_keys
from matching.stories.stems import stem_georgian, stem_russian
from matching.stories.words import list_words, name_months, name_weekdays

MAX_WORDS = 6000
"""Words read of one article at all, so that no input can stall a placement."""

_WORD = re.compile(r"\w+")
_INNER = re.compile(r" (?<=[\w,;:–—-] )([^\W\d_a-zа-я]\w+)")
"""A word within a sentence; none that begins with a small letter of these."""
_GROUPED = re.compile(r"\d[,.\u00a0\u202f' ]\d\d\d")
_THOUSANDS = re.compile(r"(\d)[,.\u00a0\u202f' ](?=\d{3}(?!\d))")
_FIGURE = re.compile(r"\d+(?:[.,\u066b]\d{1,2}(?!\d))?")
_CLOCK = re.compile(r"(\d):(?=\d\d(?!\d))")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SCRIPTS = {
    "en": re.compile("[a-z]"),
    "ru": re.compile("[а-я]"),
    "hy": re.compile("[ա-ֆ]"),
    "ka": re.compile("[ა-ჰ]"),
    "fa": re.compile("[\u0600-\u06ff]"),
}
_LOOKALIKES = str.maketrans("ёıəўіي\u0643ۀةأإآ", "еieуиیکههااا")
_JOINERS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_JOINER = re.compile(f"[{_JOINERS}]")


class Word(NamedTuple):
    """One word as it stands in a text, read once.

    ``term``: CRC-32 of the stem, 0 for a function word; ``month``: 1–12, ``weekday``: 1 Monday … 7 Sunday, ``day``:
    1–31 for a number that can be one, 0 for other words; ``sounds``: what a name (in a script without capitals: any
    telling word) sounds like in every language.
    """

    term: int
    is_name: bool = False
    is_number: bool = False
    month: int = 0
    weekday: int = 0
    day: int = 0
    sounds: tuple[int, ...] = ()


NO_WORD = Word(0)
_EVE = zlib.crc32(b"axsam")


def fold_word(word: str) -> str:
    """A word without case, accents and look-alike letters: ``Pashinyan``, ``ПАШИНЯН`` → ``pashinyan``, ``пашинян``."""
    if word.isascii():
        return word.lower()
    lowered = word.replace("İ", "i").casefold()
    if lowered.isascii():
        return lowered
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare).translate(_LOOKALIKES)


def cut_word(folded: str, turkic: bool = False) -> str:
    """The stem of a folded word, roughly: its first letters, in Russian and Georgian without the endings of cases.

    Five letters in Turkish, Azerbaijani and Persian, six elsewhere.
    """
    first = folded[:1]
    if first >= "\u0400":
        if first <= "\u052f":
            return stem_russian(folded)[:6]
        if "\u10d0" <= first <= "\u10ff":
            return stem_georgian(folded)[:6]
    return _clip(folded, turkic)


def _clip(folded: str, turkic: bool) -> str:
    return folded[: 5 if turkic or "\u0600" <= folded[:1] <= "\u06ff" else 6]


def _cut_both(folded: Iterable[str]) -> frozenset[str]:
    words = list(folded)
    return frozenset(words) | {cut_word(word, turkic) for word in words if len(word) > 4 for turkic in (False, True)}


@cache
def _stems(kind: str) -> frozenset[str]:
    return _cut_both(map(fold_word, list_words(kind)))


@cache
def _function_words() -> frozenset[str]:
    return frozenset(map(fold_word, list_words("function")))


@cache
def news_terms() -> frozenset[int]:
    """Terms of the words that stand in most reports on diplomacy, and of outlets' names and credits."""
    return frozenset(zlib.crc32(stem.encode()) for kind in ("news", "outlet") for stem in _stems(kind))


@cache
def _months() -> Mapping[str, int]:
    folded = {fold_word(name): number for number, names in name_months().items() for name in names}
    long = [name for name in folded if len(name) > 4]
    return {_clip(name, turkic): folded[name] for name in long for turkic in (False, True)} | folded


@cache
def _weekdays() -> Mapping[str, int]:
    return {fold_word(name): number for number, names in name_weekdays().items() for name in names}


@cache
def _lists() -> tuple[frozenset[str], Mapping[str, int], Mapping[str, int], frozenset[str]]:
    """Function words, months, weekdays, and what no name is: stems of news words and outlets."""
    return _function_words(), _months(), _weekdays(), _stems("outlet") | _stems("news")


def read_word(raw: str, turkic: bool = False) -> Word:
    """One word of a text with all that comparison needs to know of it."""
    word, sounds = read_silently(raw, turkic)
    return word._replace(sounds=hear(raw, turkic)) if sounds else word


def read_silently(raw: str, turkic: bool) -> tuple[Word, bool]:
    """As :func:`read_word`, but without its sounds, and whether it may have any: few words are asked for them."""
    folded = fold_word(raw)[:40]
    if folded.isdecimal():
        value = int(folded)
        return Word(zlib.crc32(str(value).encode()), is_number=True, day=value if 0 < value < 32 else 0), False
    function_words, months, weekdays, plain = _lists()
    if len(folded) < 2 or folded in function_words:
        return NO_WORD, False
    stem = cut_word(folded, turkic)
    term = zlib.crc32(stem.encode()) or 1
    month = months.get(folded) or months.get(_clip(folded, turkic), 0)
    weekday = weekdays.get(folded, 0)
    if month or weekday or folded in plain or stem in plain:
        return Word(term, month=month, weekday=weekday), False
    first = raw[0]
    name = first.isupper()
    return Word(term, is_name=name), name or (first >= "\u0600" and len(raw) > 3)


def hear(raw: str, turkic: bool) -> tuple[int, ...]:
    """What a word sounds like in every language."""
    return tuple(zlib.crc32(key.encode()) for key in sound_keys(raw, turkic))


class Vocabulary(dict[str, Word]):
    """Reads a word, without its sounds, once and remembers it; forgets all when it grows too large."""

    def __init__(self, turkic: bool, limit: int = 200_000) -> None:
        super().__init__()
        self._turkic = turkic
        self._limit = limit

    def __missing__(self, raw: str) -> Word:
        if len(self) >= self._limit:
            self.clear()
        word, _ = read_silently(raw, self._turkic)
        self[raw] = word
        return word


_VOCABULARIES = {False: Vocabulary(False), True: Vocabulary(True)}


def read_words(text: str, turkic: bool) -> list[Word]:
    """The words of a text in order, without their sounds, thousands joined (``3,000`` is one number)."""
    return list(map(_VOCABULARIES[turkic].__getitem__, split_text(text)))


def split_text(text: str) -> list[str]:
    """The words of a text as they stand there, joiners left out, thousands joined; MAX_WORDS at most."""
    if has_joiners(text):
        text = _JOINER.sub("", text)
    if _GROUPED.search(text):
        text = _THOUSANDS.sub(r"\1", text)
    return _WORD.findall(text)[:MAX_WORDS]


def has_joiners(text: str) -> bool:
    """Whether there are signs in a text that stand inside words and belong to none."""
    return not text.isascii() and any(sign in text for sign in _JOINERS)


def count_thousands(text: str) -> int:
    """How often a text tells thousands apart by a sign, such as ``3,000``."""
    return len(_THOUSANDS.findall(text))


def list_inner_names(text: str) -> list[str]:
    """The words that have a capital inside a sentence, where only names have one."""
    return [raw for raw in _INNER.findall(text) if raw[0].isupper()]


def is_turkic(language: str | None, text: str) -> bool:
    """True for Turkish and Azerbaijani, stated or seen by ə and ı (single ones stand in names elsewhere)."""
    if language:
        return language[:2] in ("tr", "az")
    sample = text[:2000]
    return sample.count("ə") + sample.count("ı") > len(sample) / 100


def guess_tongue(language: str | None, text: str) -> str:
    """The language stated, else a guess from the script: enough to know that two texts are not in one language."""
    if language:
        return language[:2].lower()
    sample = text[:300]
    counts = {tongue: len(letters.findall(sample)) for tongue, letters in _SCRIPTS.items()}
    tongue = max(counts, key=lambda name: counts[name])
    if tongue != "en" or not is_turkic(None, text):
        return tongue
    return "az" if "ə" in text[:2000] else "tr"


def find_figures(text: str, days: Container[int] = ()) -> frozenset[int]:
    """Numbers of two digits or more and decimals; ``12,7``, ``12.7`` and ``۱۲٫۷`` are one, and so is a time of day.

    Years are left out, and ``days`` of the month that the text names: half a day's reports have them in common.
    """
    if _GROUPED.search(text):
        text = _THOUSANDS.sub(r"\1", text)
    if ":" in text:
        text = _CLOCK.sub(r"\1.", text)
    found = set(map(_normalise_figure, _FIGURE.findall(text)))
    kept = (f for f in found if len(f) > 1 and not _YEAR.fullmatch(f) and not (f.isdecimal() and int(f) in days))
    return frozenset(zlib.crc32(f"#{f}".encode()) for f in kept)


def _normalise_figure(figure: str) -> str:
    if figure.isascii():
        return figure.replace(",", ".")
    return "".join(str(int(c)) if c.isdecimal() else "." for c in figure)


def find_days(words: list[Word]) -> frozenset[tuple[int, int]]:
    """Days named with their month, as (month, day), whichever stands first."""
    found: set[tuple[int, int]] = set()
    for place, word in enumerate(words):
        if word.month:
            neighbours = words[max(0, place - 1) : place + 2]
            found.update((word.month, other.day) for other in neighbours if other.day)
    return frozenset(found)


def find_weekdays(words: list[Word]) -> frozenset[int]:
    """Weekdays named, 1 Monday … 7 Sunday (Azerbaijani makes Tuesday and Thursday the eve of the next day)."""
    found = set()
    for place, word in enumerate(words):
        if word.weekday:
            eve = place + 1 < len(words) and words[place + 1].term == _EVE
            found.add(word.weekday - 1 if eve else word.weekday)
    return frozenset(found)


def resolve_weekdays(weekdays: frozenset[int], published: datetime | None) -> frozenset[tuple[int, int]]:
    """The weekdays as (month, day): the last of that name up to publication and the next; nothing without a time."""
    if published is None:
        return frozenset()
    back = (published - timedelta(days=(published.isoweekday() - weekday) % 7) for weekday in weekdays)
    days = {day + timedelta(days=week) for day in back for week in (0, 7)}
    return frozenset((day.month, day.day) for day in days)
