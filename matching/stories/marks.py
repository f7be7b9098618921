"""What a report speaks of, in no language: states, places, people, bodies and ideas of the names files, as numbers.

``Հայաստան``, ``Ermenistan`` and ``Армения`` are one mark, and so are ``երկաթուղի``, ``demiryolu`` and ``railway``. What
belongs to a state, its capital and its people, is the mark of the state.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from matching.datafiles import read_ideas
from matching.fold import fold
from matching.morphology import word_keys
from matching.names import LANGUAGES, load_names, read_form
from matching.tokens import list_words

_STATES = {
    "baku": "azerbaijan",
    "azerbaijani": "azerbaijan",
    "yerevan": "armenia",
    "armenian": "armenia",
    "tbilisi": "georgia",
    "georgian": "georgia",
    "moscow": "russia",
    "russian": "russia",
    "ankara": "turkiye",
    "turkish": "turkiye",
    "tehran": "iran",
    "iranian": "iran",
    "washington": "usa",
    "brussels": "eu",
    "caucasus": "south-caucasus",
}
"""Capitals and peoples, which stand for the state."""

_NO_EVENT = ("concept", "agency", "aggregator", "narrative")
MARKED_LETTERS, LEAD_WORDS = 1500, 45
"""Letters of a text in which marks are looked for, and the words after the title that are its lead."""
OFTEN = {"state": 0.3, "person": 0.05, "common": 0.25, "telling": 0.04, "numbers": 0.1}
_KINDS = ("en", "turkic", "other")

Keys = tuple[str, ...] | str
"""The keys of one word of a spelling, or the letters that it begins with."""


class _Phrase(NamedTuple):
    rest: tuple[Keys, ...]
    mark: int


class _Table:
    """The spellings that count in articles of one kind of language, by their first word."""

    def __init__(self) -> None:
        self.words: dict[str, list[_Phrase]] = {}
        self.beginnings: dict[str, list[_Phrase]] = {}
        self.lengths: tuple[int, ...] = ()

    def add(self, form: tuple[Keys, ...], mark: int) -> None:
        first, phrase = form[0], _Phrase(form[1:], mark)
        if isinstance(first, str):
            self.beginnings.setdefault(first, []).append(phrase)
            return
        for key in first:
            self.words.setdefault(key, []).append(phrase)

    def look_up(self, folded: str, keys: tuple[str, ...]) -> tuple[_Phrase, ...]:
        """The spellings that may begin with a word."""
        found = [phrase for key in keys for phrase in self.words.get(key, ())]
        for length in self.lengths:
            found += self.beginnings.get(folded[:length], ())
        return tuple(dict.fromkeys(found))


@cache
def _tables() -> Mapping[str, _Table]:
    """For English, for Turkish and Azerbaijani, and for the rest, which their scripts tell apart."""
    tables = {"en": _Table(), "turkic": _Table(), "other": _Table()}
    for kinds, form, mark in (*_spell_names(), *_spell_ideas()):
        for kind in kinds if form else ():
            tables[kind].add(form, mark)
    for table in tables.values():
        table.lengths = tuple(sorted({len(start) for start in table.beginnings}))
    return tables


def _spell_names() -> Iterator[tuple[tuple[str, ...], tuple[Keys, ...], int]]:
    """Names count in every article, whatever its language."""
    for entity in load_names().entities.values():
        if entity.type not in _NO_EVENT:
            for language in LANGUAGES:
                for spelling in entity.forms.get(language, ()):
                    if entity.type == "city" and spelling in entity.guards.get("doubtful", ()):
                        continue
                    yield _KINDS, read_form(language, spelling, True), mark_of(entity.id)


def _spell_ideas() -> Iterator[tuple[tuple[str, ...], tuple[Keys, ...], int]]:
    """Words count in articles of their language only, where that shares the Latin script."""
    for group in read_ideas().values():
        for identifier, row in group.items():
            for language, spellings in row.items():
                for spelling in spellings.split(";"):
                    yield (_kind(language),), _read_idea(language, spelling.strip()), mark_of(identifier)


def _read_idea(language: str, spelling: str) -> tuple[Keys, ...]:
    found: list[Keys] = []
    for word in spelling.split():
        found += [fold(word[:-1])] if word.endswith("*") else read_form(language, word, False)
    return tuple(found)


def _kind(tongue: str) -> str:
    return {"en": "en", "az": "turkic", "tr": "turkic"}.get(tongue, "other")


@cache
def mark_of(identifier: str) -> int:
    """The mark of an entry of the names files; of a state also for its capital and its people."""
    number = identifier.removeprefix("n")
    if number.isdecimal():
        return zlib.crc32(f"#{number}".encode())
    return zlib.crc32(f"@{_STATES.get(identifier, identifier)}".encode())


@cache
def rate_marks() -> Mapping[int, float]:
    """Mark → share of reports on diplomacy that may be taken to have it; others are as rare as the window shows."""
    shares = {mark_of(entity.id): OFTEN.get(entity.type, 0.02) for entity in load_names().entities.values()}
    for group, row in read_ideas().items():
        shares.update({mark_of(identifier): OFTEN[group] for identifier in row})
    shares.update({mark_of(identifier): OFTEN["state"] for identifier in _STATES.values()})
    return shares


class _Known(dict[str, tuple[tuple[str, ...], str, tuple[_Phrase, ...]]]):
    """Word → its keys, its folded spelling, and the spellings that may begin with it; read once."""

    def __init__(self, tongue: str, limit: int = 200_000) -> None:
        super().__init__()
        self._tongue, self._table, self._limit = tongue, _tables()[_kind(tongue)], limit

    def __missing__(self, word: str) -> tuple[tuple[str, ...], str, tuple[_Phrase, ...]]:
        if len(self) >= self._limit:
            self.clear()
        keys = word_keys(word[:40], self._tongue)
        folded = keys[0] if keys else fold(word)
        entry = self[word] = (keys, folded, self._table.look_up(folded, keys))
        return entry


@cache
def _known(tongue: str) -> _Known:
    return _Known(tongue)


class Marks(NamedTuple):
    """``found``: marks of a text; ``lead``: those of its title and lead; ``title``: names (no subjects) in the title;
    ``named``: single words that are names."""

    found: frozenset[int]
    lead: frozenset[int]
    title: frozenset[int]
    named: frozenset[str]


def read_marks(title: str, text: str, tongue: str) -> Marks:
    """What title and beginning of a text speak of. ``tongue``: ISO 639-1 code of their language."""
    known, titled = _known(tongue), list_words(title)
    words = titled + list_words(text[:MARKED_LETTERS])
    found: dict[int, int] = {}
    named = set()
    taken = 0
    for place, entry in enumerate(map(known.__getitem__, words)):
        spellings = entry[2]
        if not spellings:
            continue
        longest, marks = _fit(spellings, words, place, known)
        if place + longest < taken or not marks:
            continue
        if longest:
            taken = place + longest + 1
        else:
            named.add(words[place])
        for mark in marks:
            found.setdefault(mark, place)
    lead = frozenset(mark for mark, place in found.items() if place < len(titled) + LEAD_WORDS)
    heading = frozenset(mark for mark, place in found.items() if place < len(titled))
    return Marks(frozenset(found), lead, heading & list_names(), frozenset(named))


def _fit(spellings: tuple[_Phrase, ...], words: list[str], place: int, known: _Known) -> tuple[int, list[int]]:
    """How many words after the first the longest spelling at a place has, and the marks of those so long."""
    longest, marks = 0, []
    for rest, mark in spellings:
        if len(rest) < longest or (rest and not _follows(rest, words[place + 1 : place + 1 + len(rest)], known)):
            continue
        if len(rest) > longest:
            longest, marks = len(rest), [mark]
        else:
            marks.append(mark)
    return longest, marks


@cache
def list_names() -> frozenset[int]:
    """The marks of what has a name of its own."""
    return frozenset(mark_of(one.id) for one in load_names().entities.values() if one.type not in _NO_EVENT)


@cache
def list_states() -> frozenset[int]:
    """The marks of states."""
    return frozenset(mark_of(one.id) for one in load_names().entities.values() if one.type == "state")


def _follows(rest: tuple[Keys, ...], words: list[str], known: _Known) -> bool:
    if len(words) < len(rest):
        return False
    for keys, word in zip(rest, words, strict=True):
        of_word, folded, _ = known[word]
        if not (folded.startswith(keys) if isinstance(keys, str) else any(key in keys for key in of_word)):
            return False
    return True
