"""What a report speaks of, in no language: states, places, people, bodies and ideas of the names files, as numbers.

``Հայաստան``, ``Ermenistan`` and ``Армения`` are one mark, and so are ``երկաթուղի``, ``demiryolu`` and ``railway``. What
belongs to a state, its capital and its people, is the mark of the state.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from matching.datafiles import read_ideas
from matching.fold import fold
from matching.keys import keys_in
from matching.names import LANGUAGES, load_names, read_form
from matching.tokens import list_words

if TYPE_CHECKING:
    from matching.document import Words

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
MARKED_LETTERS, MARKED_WORD, LEAD_WORDS = 1500, 40, 45
"""Letters of a text in which marks are looked for, of a word that are read, and words after the title that are its
lead."""
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
        self._shortest: frozenset[str] = frozenset()
        """What all beginnings begin with, as long as the shortest of them."""

    def add(self, form: tuple[Keys, ...], mark: int) -> None:
        first, phrase = form[0], _Phrase(form[1:], mark)
        if isinstance(first, str):
            self.beginnings.setdefault(first, []).append(phrase)
            return
        for key in first:
            self.words.setdefault(key, []).append(phrase)

    def close(self) -> None:
        """After the last spelling."""
        self.lengths = tuple(sorted({len(start) for start in self.beginnings}))
        self._shortest = frozenset(start[: self.lengths[0]] for start in self.beginnings)

    def look_up(self, folded: str, keys: tuple[str, ...]) -> tuple[_Phrase, ...]:
        """The spellings that may begin with a word."""
        begins = folded[: self.lengths[0]] in self._shortest
        if not begins and self.words.keys().isdisjoint(keys):
            return ()
        found = [phrase for key in keys for phrase in self.words.get(key, ())]
        for length in self.lengths if begins else ():
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
        table.close()
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


_Begun = tuple[list[str], list[tuple[_Phrase, ...]], int]
"""The words of title and text, the spellings that may begin with each, and how many words are the title's."""


class _Known(dict[str, tuple[_Phrase, ...]]):
    """Word → the spellings that may begin with it; read once."""

    def __init__(self, tongue: str, limit: int = 200_000) -> None:
        super().__init__()
        self._tongue, self._table, self._limit = tongue, _tables()[_kind(tongue)], limit

    def __missing__(self, word: str) -> tuple[_Phrase, ...]:
        if len(self) >= self._limit:
            self.clear()
        keys, folded = self.read(word)
        entry = self[word] = self._table.look_up(folded, keys)
        return entry

    def look_up(self, title: str, text: str) -> _Begun:
        """The words of title and text."""
        titled = list_words(title)
        words = titled + list_words(text)
        return words, list(map(self.__getitem__, words)), len(titled)

    def take(self, title: str, text: str, read: tuple[Words, Words]) -> _Begun:
        """As :meth:`look_up` of a text's first MARKED_LETTERS, where the matcher has found their words already."""
        titled, body = read
        if not (titled.whole and body.whole):
            return self.look_up(title, text[:MARKED_LETTERS])
        count, rest = len(body.running), []
        if len(text) > MARKED_LETTERS:
            last = text.rfind(" ", 0, MARKED_LETTERS)  # no word reaches across a space
            count = body.split.count_before(last)
            rest = list_words(text[max(0, last) : MARKED_LETTERS])
        numbers = [*titled.numbers, *body.numbers[:count]]
        words = [*titled.running, *body.running[:count], *rest]
        return words, self._list_begun(body, numbers) + list(map(self.__getitem__, rest)), len(titled.running)

    def _list_begun(self, body: Words, numbers: list[int]) -> list[tuple[_Phrase, ...]]:
        """The spellings that may begin with each word, by the numbers that the matcher gives to words."""
        table: list[tuple[_Phrase, ...] | None] = body.keys.notes.setdefault(("marks", self._tongue), [])
        table += repeat(None, len(body.keys.of) - len(table))
        for number in [number for number in numbers if table[number] is None]:
            word, keys = body.keys.words[number], body.keys.of[number]
            as_here = body.keys.language == self._tongue and len(word) <= MARKED_WORD
            table[number] = self._table.look_up(keys[0], keys) if as_here else self[word]
        return [table[number] or () for number in numbers]

    def read(self, word: str) -> tuple[tuple[str, ...], str]:
        """The keys of a word and its folded spelling."""
        known = keys_in(self._tongue)
        keys = known.of[known[word[:MARKED_WORD]]]
        return keys, keys[0] if keys else fold(word)


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


def read_marks(title: str, text: str, tongue: str, read: tuple[Words, Words] | None = None) -> Marks:
    """What title and beginning of a text speak of.

    ``tongue``: ISO 639-1 code of their language. ``read``: the words of title and text, where they are found already.
    """
    known = _known(tongue)
    words, begun, titled = (
        known.look_up(title, text[:MARKED_LETTERS]) if read is None else known.take(title, text, read)
    )
    found: dict[int, int] = {}
    named = set()
    taken = 0
    for place, spellings in [pair for pair in enumerate(begun) if pair[1]]:
        longest, marks = _fit(spellings, words, place, known)
        if place + longest < taken or not marks:
            continue
        if longest:
            taken = place + longest + 1
        else:
            named.add(words[place])
        for mark in marks:
            found.setdefault(mark, place)
    lead = frozenset(mark for mark, place in found.items() if place < titled + LEAD_WORDS)
    heading = frozenset(mark for mark, place in found.items() if place < titled)
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
        of_word, folded = known.read(word)
        if not (folded.startswith(keys) if isinstance(keys, str) else any(key in keys for key in of_word)):
            return False
    return True
