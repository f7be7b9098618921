"""What is compared of an article: its terms with weights, its shingles, its names, numbers and days.

Words are folded (case, accents, look-alike letters, digits of any script) and cut to their first letters,
which stands for stemming in all seven languages alike; a term is the CRC-32 of that form, a shingle the hash of
three terms in a row. So a fingerprint is some arrays of integers, equal in every process.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from matching.stories.sound import sound_keys
from matching.stories.words import list_words, name_months, name_weekdays

TITLE_WEIGHT = 2.0
LEAD_WEIGHT = 1.5
NAME_WEIGHT = 1.2
NEWS_WORD_WEIGHT = 0.35
"""Share of its weight that a news word keeps."""
LEAD_TOKENS = 60
"""Content words that count as the lead."""
BODY_TOKENS = 500
"""Content words that count for the event; news states its event early."""
MAX_TOKENS = 6000
"""Words read of one article at all, so that no input can stall a placement."""
SOUND_TOKENS = 200
FIGURE_LETTERS = 1500
"""Words and letters at the beginning of a text that are compared across languages."""
INDEXED_TERMS = 40
"""Strongest terms of an article by which others find it."""
SKETCH_SIZE = 256
"""A sketch keeps the shingles divisible by the smallest power of two that leaves at most this many."""

_WORD = re.compile(r"\w+")
_THOUSANDS = re.compile(r"(?<=\d)[,.\u00a0\u202f' ](?=\d{3}(?!\d))")
_FIGURE = re.compile(r"\d+(?:[.,\u066b]\d{1,2}(?!\d))?")
_SCRIPTS = {
    "en": re.compile("[a-z]"),
    "ru": re.compile("[а-я]"),
    "hy": re.compile("[ա-ֆ]"),
    "ka": re.compile("[ა-ჰ]"),
    "fa": re.compile("[\u0600-\u06ff]"),
}
_YEAR = re.compile(r"(?:19|20)\d\d")
_LOOKALIKES = str.maketrans("ёıəўіي\u0643ۀةأإآ", "еieуиیکههااا")
_JOINERS = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u0640\u064b-\u0652]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it stands in a text, read once: ``term`` is 0 for a function word.

    ``sounds``: what a name (in a script without capitals: any telling word) sounds like in every language.
    """

    term: int
    weight: float
    is_name: bool
    is_number: bool
    is_outlet: bool
    month: int
    weekday: int
    """1 Monday … 7 Sunday; 0 for other words."""
    sounds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All that is kept of an article for comparing it.

    ``terms``/``weights``: the event vector (title, lead and beginning of the text; weights without idf).
    ``everything``: every term of title and text. ``sketch``: sampled shingles of the text, those divisible by
    ``modulus``. ``head``: shingles of the lead, all of them. ``names``, ``numbers``: what the title and lead say,
    outlets left out. ``title``: terms of the title; ``lead``: of title and lead. ``days``: (month, day) named in
    title or lead, ``weekdays`` likewise. ``length``: number of content words in the text. ``sounds``, ``figures``:
    how its names sound in any script and its numbers but years, at the beginning of the text, for comparing across
    languages. ``tongue``: the language, stated or guessed.
    """

    terms: array[int]
    weights: array[float]
    everything: frozenset[int]
    sketch: frozenset[int]
    modulus: int
    head: frozenset[int]
    names: frozenset[int]
    title_names: frozenset[int]
    numbers: frozenset[int]
    title: frozenset[int]
    lead: frozenset[int]
    days: frozenset[tuple[int, int]]
    weekdays: frozenset[int]
    length: int
    sounds: frozenset[int]
    figures: frozenset[int]
    tongue: str

    @property
    def has_capitals(self) -> bool:
        """False in Georgian and Persian, where every telling word may be a name."""
        return self.tongue not in ("ka", "fa")

    @property
    def traits(self) -> frozenset[int]:
        """What can be compared with a report in another language: sounds of names, and numbers."""
        return self.sounds | self.figures

    def indexed_terms(self) -> list[int]:
        """The terms by which other articles find this one, the strongest first."""
        order = sorted(range(len(self.terms)), key=lambda i: (-self.weights[i], self.terms[i]))
        return [self.terms[i] for i in order[:INDEXED_TERMS]]


def fold_word(word: str) -> str:
    """A word without case, accents and look-alike letters: ``Pashinyan``, ``ПАШИНЯН`` → ``pashinyan``, ``пашинян``."""
    lowered = unicodedata.normalize("NFKD", word.replace("İ", "i").casefold())
    bare = "".join(letter for letter in lowered if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare).translate(_LOOKALIKES)


def cut_word(folded: str, turkic: bool = False) -> str:
    """The first letters of a folded word: five in Turkish, Azerbaijani and Persian, six elsewhere."""
    if turkic or "\u0600" <= folded[:1] <= "\u06ff":
        return folded[:5]
    return folded[:6]


@cache
def _stems(kind: str) -> frozenset[str]:
    folded = [fold_word(word) for word in list_words(kind)]
    return frozenset(folded) | {cut_word(word, turkic) for word in folded if len(word) > 4 for turkic in (False, True)}


@cache
def _function_words() -> frozenset[str]:
    return frozenset(map(fold_word, list_words("function")))


@cache
def _weekdays() -> Mapping[str, int]:
    return {fold_word(name): number for number, names in name_weekdays().items() for name in names}


@cache
def _months() -> Mapping[str, int]:
    folded = {fold_word(name): number for number, names in name_months().items() for name in names}
    cuts = {cut_word(name, turkic): n for name, n in folded.items() if len(name) > 4 for turkic in (False, True)}
    return cuts | folded


class Vocabulary(dict[str, Word]):
    """Reads a word once and remembers it; forgets all when it grows too large (the answer never changes)."""

    def __init__(self, turkic: bool, limit: int = 200_000) -> None:
        super().__init__()
        self._turkic = turkic
        self._limit = limit

    def __missing__(self, raw: str) -> Word:
        if len(self) >= self._limit:
            self.clear()
        word = self[raw] = read_word(raw, self._turkic)
        return word


def read_word(raw: str, turkic: bool = False) -> Word:
    """One word of a text with all that comparison needs to know of it."""
    folded = fold_word(raw)[:40]
    if folded.isdecimal():
        return Word(zlib.crc32(str(int(folded)).encode()), 1.0, False, True, False, 0, 0)
    if len(folded) < 2 or folded in _function_words():
        return Word(0, 0.0, False, False, False, 0, 0)
    stem = cut_word(folded, turkic)
    news = folded in _stems("news") or stem in _stems("news")
    outlet = folded in _stems("outlet") or (len(folded) > 5 and stem in _stems("outlet"))
    name = raw[0].isupper() and not news
    weight = NEWS_WORD_WEIGHT if news else 1.0
    month = _months().get(folded) or _months().get(stem, 0)
    named = (name or (raw[0] >= "\u0600" and len(raw) > 3)) and not (news or outlet or month)
    sounds = tuple(zlib.crc32(key.encode()) for key in sound_keys(raw, turkic)) if named else ()
    weekday = _weekdays().get(folded, 0)
    return Word(zlib.crc32(stem.encode()) or 1, weight, name, False, outlet, month, weekday, sounds)


_VOCABULARIES = {False: Vocabulary(False), True: Vocabulary(True)}


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
    sample = text[:600]
    counts = {tongue: len(letters.findall(sample)) for tongue, letters in _SCRIPTS.items()}
    tongue = max(counts, key=lambda name: counts[name])
    if tongue != "en" or not is_turkic(None, sample):
        return tongue
    return "az" if "ə" in sample else "tr"


def split_words(text: str) -> list[str]:
    """The words of a text as written, thousands joined (``3,000`` is one number)."""
    return _WORD.findall(_THOUSANDS.sub("", _JOINERS.sub("", text)))[:MAX_TOKENS]


def fingerprint(title: str, text: str, language: str | None = None) -> Fingerprint:
    """The fingerprint of one article; pure, about 0.3 ms for 450 words."""
    words = _VOCABULARIES[is_turkic(language, title + " " + text)]
    titled = list(map(words.__getitem__, split_words(title)))
    bodied = list(map(words.__getitem__, split_words(text)))
    body = [word for word in bodied if word.term]
    terms = [word.term for word in body]
    shingles = shingle(terms)
    sketch, modulus = sample(shingles)
    vector = _weigh(titled, body)
    lead = body[:LEAD_TOKENS]
    told = [word for word in titled if word.term] + lead
    return Fingerprint(
        terms=array("L", vector.keys()),
        weights=array("f", vector.values()),
        everything=frozenset(terms).union(word.term for word in titled) - {0},
        sketch=sketch,
        modulus=modulus,
        head=frozenset(shingle(terms[:LEAD_TOKENS])),
        names=frozenset(word.term for word in told if word.is_name and not word.is_outlet and not word.month),
        title_names=frozenset(w.term for w in titled if w.is_name and not w.is_outlet and not w.month),
        numbers=frozenset(word.term for word in told if word.is_number),
        title=frozenset(word.term for word in titled if word.term),
        lead=frozenset(word.term for word in told),
        days=find_days(titled) | find_days(bodied[: 2 * LEAD_TOKENS]),
        weekdays=find_weekdays(titled) | find_weekdays(bodied[: 2 * LEAD_TOKENS]),
        length=len(body),
        sounds=frozenset(key for word in bodied[:SOUND_TOKENS] for key in word.sounds),
        figures=find_figures(f"{title}\n{text[:FIGURE_LETTERS]}"),
        tongue=guess_tongue(language, text or title),
    )


def _weigh(titled: list[Word], body: list[Word]) -> dict[int, float]:
    """The event vector without idf: damped counts, more for title, lead and names, less for news words."""
    counts = Counter(word for word in body[:BODY_TOKENS])
    lead = {word.term for word in body[:LEAD_TOKENS]}
    title = {word.term for word in titled}
    vector: dict[int, float] = {}
    for word, count in [*counts.items(), *((word, 1) for word in titled if word.term)]:
        place = TITLE_WEIGHT if word.term in title else LEAD_WEIGHT if word.term in lead else 1.0
        weight = (1.0 + math.log(count)) * place * word.weight * (NAME_WEIGHT if word.is_name else 1.0)
        vector[word.term] = max(weight, vector.get(word.term, 0.0))
    return vector


def shingle(terms: list[int]) -> list[int]:
    """Hashes of every three terms in a row (one of all where there are fewer)."""
    if 0 < len(terms) < 3:
        return [hash(tuple(terms))]
    return list(map(hash, zip(terms, terms[1:], terms[2:], strict=False)))


def sample(shingles: Iterable[int]) -> tuple[frozenset[int], int]:
    """The shingles divisible by the smallest power of two that leaves at most SKETCH_SIZE, and that power."""
    kept, modulus = frozenset(shingles), 1
    while len(kept) > SKETCH_SIZE:
        modulus *= 2
        kept = frozenset(value for value in kept if value % modulus == 0)
    return kept, modulus


def find_figures(text: str) -> frozenset[int]:
    """Numbers of two digits or more and decimals, years left out; ``12,7``, ``12.7`` and ``۱۲٫۷`` are one."""
    found = _FIGURE.findall(_THOUSANDS.sub("", text))
    figures = ("".join(str(int(c)) if c.isdecimal() else "." for c in figure) for figure in found)
    return frozenset(zlib.crc32(f"#{f}".encode()) for f in figures if len(f) > 1 and not _YEAR.fullmatch(f))


def find_days(words: list[Word]) -> frozenset[tuple[int, int]]:
    """Days named with their month, as (month, day), whichever stands first."""
    found = set()
    for here, there in itertools.pairwise(words):
        for month, number in ((here, there), (there, here)):
            if month.month and number.is_number and number.term in _DAY_TERMS:
                found.add((month.month, _DAY_TERMS[number.term]))
    return frozenset(found)


def find_weekdays(words: list[Word]) -> frozenset[int]:
    """Weekdays named, 1 Monday … 7 Sunday (Azerbaijani makes Tuesday and Thursday the eve of the next day)."""
    found = set()
    for here, there in itertools.pairwise([*words, _NO_WORD]):
        if here.weekday:
            found.add(here.weekday - 1 if there.term == _EVE else here.weekday)
    return frozenset(found)


def resolve_weekdays(weekdays: frozenset[int], published: datetime | None) -> frozenset[tuple[int, int]]:
    """The weekdays as (month, day): the latest of that name up to the day of publication; nothing without one."""
    if published is None:
        return frozenset()
    days = (published - timedelta(days=(published.isoweekday() - weekday) % 7) for weekday in weekdays)
    return frozenset((day.month, day.day) for day in days)


_NO_WORD = Word(0, 0.0, False, False, False, 0, 0)
_EVE = zlib.crc32(b"axsam")
# The term of a number is the CRC of its digits; days are few, so their terms are kept.
_DAY_TERMS = {zlib.crc32(str(day).encode()): day for day in range(1, 32)}
