"""The words of texts as numbers, and by number in arrays what a fingerprint asks of them.

A word is looked up once; what follows is done for a whole text at a time. There are two numberings: of words as they
are written, and of stems, which are what is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.stories.reading import (
    MAX_WORDS,
    Word,
    count_thousands,
    find_days,
    find_weekdays,
    has_joiners,
    hear,
    list_inner_names,
    news_terms,
    read_silently,
    split_text,
)
from matching.stories.words import rate_common

if TYPE_CHECKING:
    from matching.document import Words
    from matching.keys import Keys

NAME, NUMBER, MONTH, WEEKDAY, SOUNDS, REST, COMMON = 1, 2, 4, 8, 16, 32, 64
"""Bits of what a word is: a name, a number, a month, a day of the week, one that may sound like a name, what may be the
rest of a number in thousands (``000``, ``500km``), and a name that is a common word as well."""
_REST = re.compile(r"\d{3}(?!\d)")

Numbers = NDArray[Any]
Mask = NDArray[np.bool_]


def enlarge(array: NDArray[Any], size: int, fill: int = 0) -> NDArray[Any]:
    """The array with room for so many."""
    return np.concatenate([array, np.full(size - len(array), fill, array.dtype)])


class Stems(dict[int, int]):
    """Term (CRC-32 of a stem) → its number, from 1 on in the order in which they are met.

    By number, ``terms``: the terms; ``shares``: how much of its weight a common one keeps (``common`` by term, else 1);
    ``news``: whether most reports on diplomacy have it.
    """

    def __init__(self, common: Mapping[int, float]) -> None:
        super().__init__()
        self.common = common
        self._new: list[int] = []
        self.terms = np.zeros(1024, np.uint32)
        self.shares = np.zeros(1024)
        self.news = np.zeros(1024, np.bool_)
        self._places = np.zeros(1024, np.int32)
        """Room to work in; nothing in it means anything between two calls."""
        self._sought = np.zeros(1024, np.bool_)
        """Room to work in; all false between two calls."""

    def __missing__(self, term: int) -> int:
        number = self[term] = len(self) + 1
        self._new.append(term)
        return number

    def settle(self) -> None:
        """Take the terms met since into the arrays."""
        new, self._new = self._new, []
        end = len(self) + 1
        if end > len(self.terms):
            self._grow(2 * end)
        here = slice(end - len(new), end)
        self.terms[here] = new
        self.shares[here] = [self.common.get(term, 1.0) for term in new]
        self.news[here] = list(map(news_terms().__contains__, new))

    def _grow(self, size: int) -> None:
        self.terms, self._places, self.shares, self.news, self._sought = (
            enlarge(each, size) for each in (self.terms, self._places, self.shares, self.news, self._sought)
        )

    def list_terms(self, numbers: Numbers) -> frozenset[int]:
        """The terms of these numbers; 0 is none."""
        return frozenset(self.terms[numbers].tolist())

    def find(self, numbers: Numbers, sought: Numbers) -> Mask:
        """Which of the numbers are among those sought."""
        self._sought[sought] = True
        found = self._sought[numbers]
        self._sought[sought] = False
        return found

    def count(self, numbers: Numbers) -> tuple[Mask, Numbers]:
        """Where each number stands first, and, in that order, how often each stands there."""
        places, run = self._places, np.arange(len(numbers), dtype=np.int32)
        places[numbers[::-1]] = run[::-1]  # of several places the last written is the first in order
        firsts = places[numbers] == run
        different = numbers[firsts]
        places[different] = run[: len(different)]
        return firsts, np.bincount(places[numbers], minlength=len(different))


class Text(NamedTuple):
    """The words of a text.

    ``words``: their numbers in order; ``kinds``: the bits of each; ``stems``: the stems' numbers of those that tell
    something, in order; ``terms``: their terms. In no order, and some several times: ``names``, the stems of names, and
    ``dated``, of numbers beside a month, which half a day's reports share.
    """

    words: Numbers
    kinds: Numbers
    stems: Numbers
    terms: Numbers
    names: Numbers
    dated: list[int]


class Head(NamedTuple):
    """What title and beginning of a text name: terms of names (``title_names``: in the title) and of numbers, days as
    (month, day), and weekdays. ``title_plain``: words of the title that are neither.
    """

    title_names: frozenset[int]
    title_plain: int
    names: frozenset[int]
    numbers: frozenset[int]
    days: frozenset[tuple[int, int]]
    weekdays: frozenset[int]


class Lexicon(dict[str, int]):
    """Word as it stands in texts → its number; each is read once.

    ``words``: by number, what is known of each; ``stems``: the stems of all. It forgets all when it holds ``limit``
    words as a text is begun; numbers hold for that text.
    """

    def __init__(self, turkic: bool, limit: int = 200_000) -> None:
        super().__init__()
        self._turkic, self._limit = turkic, limit
        self._age = 0
        self._clear()

    def _clear(self) -> None:
        self.clear()
        self._age += 1
        self.stems = Stems(rate_common(self._turkic))
        self.words: list[Word] = []
        self._raw: list[str] = []
        self._stem_of = np.zeros(1024, np.int32)
        """By word, 0 for a function word."""
        self._kinds = np.zeros(1024, np.uint8)
        self._sounds = np.zeros(1024, np.uint64)
        """By word, how it sounds: one CRC-32, or two in the halves; 0 where nobody has asked yet."""
        self._new: list[tuple[int, int]] = []
        """Stem and kind of the words that are not in the arrays yet."""

    def __missing__(self, raw: str) -> int:
        word, sounds = read_silently(raw, self._turkic)
        number = self[raw] = len(self.words)
        self.words.append(word)
        self._raw.append(raw)
        kind = REST if raw[0].isdecimal() and _REST.match(raw) else 0
        if word.term:
            if word.is_name:
                kind |= NAME | SOUNDS | (COMMON if word.term in self.stems.common else 0)
            elif sounds:
                kind |= SOUNDS
            elif word.is_number:
                kind |= NUMBER
            elif word.month or word.weekday:
                kind |= (MONTH if word.month else 0) | (WEEKDAY if word.weekday else 0)
            self._new.append((self.stems[word.term], kind))
        else:
            self._new.append((0, kind))
        return number

    def settle(self) -> None:
        """Take the words met since into the arrays."""
        new, self._new = self._new, []
        if not new:
            return
        self.stems.settle()
        end = len(self.words)
        if end > len(self._kinds):
            self._stem_of, self._kinds, self._sounds = (
                enlarge(each, 2 * end) for each in (self._stem_of, self._kinds, self._sounds)
            )
        here = slice(end - len(new), end)
        self._stem_of[here] = [stem for stem, _ in new]
        self._kinds[here] = [kind for _, kind in new]

    def begin(self) -> None:
        """Make room for the words of another text."""
        if len(self) >= self._limit:
            self._clear()

    def read(self, text: str, found: Words | None = None) -> Text:
        """The words of a text; ``found``: as the matcher found them, which spares looking for them again."""
        words = self._translate(text, found) if found is not None else None
        if words is None:
            raw = split_text(text)
            words = np.fromiter(map(self.__getitem__, raw), np.int32, len(raw))
            self.settle()
        kinds, stems = self._kinds[words], self._stem_of[words]
        names = stems[(kinds & NAME) > 0]
        dated = [
            self.stems[word.term]
            for place in np.flatnonzero(kinds & MONTH).tolist()
            for word in self._dates(words, place)
        ]
        told = stems[stems > 0]
        return Text(words, kinds, told, self.stems.terms[told], names, dated)

    def _translate(self, text: str, found: Words) -> Numbers | None:
        """The numbers of words that the matcher found; None where :func:`split_text` would find others in the text.

        What it takes for one word is one run of letters, or some with signs between them, and no run is in two words;
        but a number in thousands may be.
        """
        if not found.whole or "_" in text or has_joiners(text):
            return None
        run = np.array(found.numbers, np.int32)
        translation = self._translation_of(found.keys)
        words = translation.translate(run, found.keys)
        if (self._kinds[words] & REST).any() and count_thousands(text) != translation.count_thousands(run):
            return None
        return words[:MAX_WORDS]

    def _translation_of(self, keys: Keys) -> _Translation:
        known: _Translation | None = keys.notes.get(("lexicon", self._turkic))
        if known is None or known.lexicon is not self or known.age != self._age:
            known = keys.notes["lexicon", self._turkic] = _Translation(self, self._age)
        return known

    def _dates(self, words: Numbers, month: int) -> Iterator[Word]:
        """The numbers that stand beside a month."""
        beside = map(self.words.__getitem__, words[max(0, month - 1) : month + 2].tolist())
        return (word for word in beside if word.day)

    def read_head(self, titled: Text, body: Text, size: int) -> Head:
        """What title and the first ``size`` words of a text (function words included) name."""
        opening, kinds = body.words[:size], body.kinds[:size]
        days, weekdays = self._find_days(titled.words, titled.kinds)
        later, other_weekdays = self._find_days(opening, kinds)
        in_title = self._list_terms(titled.words[titled.kinds & NAME > 0])
        numbers = [titled.words[titled.kinds & NUMBER > 0], opening[kinds & NUMBER > 0]]
        return Head(
            title_names=in_title,
            title_plain=len(titled.stems) - int(np.count_nonzero(titled.kinds & (NAME | NUMBER))),
            names=self._list_terms(opening[kinds & NAME > 0]),
            numbers=self._list_terms(np.concatenate(numbers)),
            days=days | later,
            weekdays=weekdays | other_weekdays,
        )

    def _find_days(self, words: Numbers, kinds: Numbers) -> tuple[frozenset[tuple[int, int]], frozenset[int]]:
        if not (kinds & (MONTH | WEEKDAY)).any():
            return frozenset(), frozenset()
        read = list(map(self.words.__getitem__, words.tolist()))
        return find_days(read), find_weekdays(read)

    def _list_terms(self, words: Numbers) -> frozenset[int]:
        return self.stems.list_terms(self._stem_of[words])

    def hear_names(self, titled: Text, body: Text, size: int, text: str) -> set[int]:
        """How the names of title and the first ``size`` words sound.

        Without common words that have a capital only where a sentence begins (in ``text``): no names, and so no facts
        to share. In Turkish many names are common words (Deniz, Barış), and one count serves two languages.
        """
        words = np.concatenate([titled.words, body.words[:size]])
        kinds = np.concatenate([titled.kinds, body.kinds[:size]])
        heard = words[(kinds & (SOUNDS | COMMON)) == SOUNDS]
        doubtful = words[(kinds & COMMON) > 0]
        if len(doubtful) and not self._turkic:
            raw = list_inner_names(text)
            inner = np.fromiter(map(self.__getitem__, raw), np.int32, len(raw))
            self.settle()
            doubtful = doubtful[self.stems.find(self._stem_of[doubtful], self._stem_of[inner])]
        return self._hear(np.concatenate([heard, doubtful]))

    def hear_words(self, text: str) -> set[int]:
        """How the words of a text sound."""
        raw = split_text(text)
        words = np.fromiter(map(self.__getitem__, raw), np.int32, len(raw))
        self.settle()
        return self._hear(words[self._kinds[words] & SOUNDS > 0])

    def _hear(self, words: Numbers) -> set[int]:
        sounds = self._sounds[words]
        for number in dict.fromkeys(words[sounds == 0].tolist()):
            heard = hear(self._raw[number], self._turkic) or (_SILENT,)
            self._sounds[number] = heard[0] | heard[-1] << 32
        sounds = self._sounds[words]
        return {*(sounds & _LOW).tolist(), *(sounds >> _HALF).tolist()} - {_SILENT}


_SILENT = 0xFFFFFFFF
"""Stands for the sounds of a word that has none; no CRC-32 of a sound that we know of."""
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_UNKNOWN, _SEVERAL = -1, -2


class _Translation:
    """From the numbers that the matcher gives to words of one language to those of a lexicon, at one ``age`` of it.

    It is kept in the notes of these words, and so does not hold them itself: what holds itself would stay for ever, as
    the matcher lets garbage be looked for seldom.
    """

    def __init__(self, lexicon: Lexicon, age: int) -> None:
        self.age = age
        self.lexicon = lexicon
        self._numbers = np.full(1024, _UNKNOWN, np.int32)
        self._thousands = np.zeros(1024, np.uint8)
        """By word, the thousands in it that are told apart by a sign."""
        self._several: dict[int, list[int]] = {}

    def translate(self, run: Numbers, keys: Keys) -> Numbers:
        """The words of a text, numbered by ``keys``; some of them are several words here."""
        if len(self._numbers) < len(keys.of):
            size = 2 * len(keys.of)
            self._numbers, self._thousands = (
                enlarge(self._numbers, size, _UNKNOWN),
                enlarge(self._thousands, size),
            )
        words = self._numbers[run]
        if words.min(initial=0) >= 0:
            return words
        new = run[words == _UNKNOWN]
        if len(new):
            self._learn(dict.fromkeys(new.tolist()), keys.words)
            words = self._numbers[run]
        pieces, end = [], 0
        for place in np.flatnonzero(words == _SEVERAL).tolist():
            pieces += [words[end:place], np.array(self._several[int(run[place])], np.int32)]
            end = place + 1
        return np.concatenate([*pieces, words[end:]]) if pieces else words

    def count_thousands(self, run: Numbers) -> int:
        """How often thousands are told apart by a sign within a word of the text."""
        return int(self._thousands[run].sum())

    def _learn(self, numbers: Iterable[int], spelled: list[str]) -> None:
        lexicon = self.lexicon
        for number in numbers:
            word = spelled[number]
            if word.isalnum():
                self._numbers[number] = lexicon[word]
                continue
            found = list(map(lexicon.__getitem__, split_text(word)))
            self._numbers[number] = found[0] if len(found) == 1 else _SEVERAL
            self._several[number] = found
            self._thousands[number] = min(255, count_thousands(word))
        lexicon.settle()


@cache
def lexicon_of(turkic: bool) -> Lexicon:
    """The lexicon for Turkish and Azerbaijani, or for all other languages."""
    return Lexicon(turkic)
