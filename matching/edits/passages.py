"""Texts as sentences and words, with what an edit of a word means: a number, a name, inside a quotation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from matching.edits.words import find_entities, is_known_place, list_words
from matching.stories.reading import fold_word, is_turkic, read_word
from matching.stories.words import list_words as list_story_words

MOST_SENTENCES = 600
"""Sentences of a text that are compared, so that no page can stall the comparison."""

_SENTENCE_END = re.compile(r"(?<=[.!?։։؟…])[\"”»’)\]]*\s+|\n+")
_WORD = re.compile(r"\d+(?:[.,\u066b]\d+|[\u00a0 ]\d{3}(?!\d))*|\w+(?:['’ʼ]\w+)*")
_INNER = re.compile(r"(?:(?<=[\w,;–—-] )|(?<=[\w,] [«“\"(]))[^\W\d_]\w+")
_QUOTED = re.compile(r"“[^“”]{1,1500}”|«[^«»]{1,1500}»|„[^„“”]{1,1500}[“”]|\"[^\"\n]{1,1500}\"", re.DOTALL)
_TURKIC_PLACE = re.compile(r"(?:['’]?(?:da|də|de|ta|tə|te|dan|dən|den|tan|tən|ten))$")
_NO_CAPITALS = re.compile("[ა-ჰ\u0600-\u06ff]")


@dataclass(frozen=True, slots=True)
class Token:
    """One word. ``key``: folded; ``in_quote``: inside quotation marks; ``is_number``: also a weekday or month."""

    raw: str
    key: str
    in_quote: bool
    is_name: bool
    is_place: bool
    is_number: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text and its words."""

    text: str
    tokens: tuple[Token, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The folded words: equal for sentences that differ in case, accents, spaces and punctuation only."""
        return tuple(token.key for token in self.tokens)


def split_sentences(text: str, language: str | None = None) -> list[Sentence]:
    """The sentences of a text that have words, in order."""
    reader = _Reader(text, is_turkic(language, text[:2000]))
    found: list[Sentence] = []
    start = 0
    for end in [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]:
        tokens = reader.read(start, end)
        if tokens:
            found.append(Sentence(" ".join(text[start:end].split()), tokens))
        if len(found) == MOST_SENTENCES:
            break
        start = end
    return found


class _Reader:
    """Reads the words of one text."""

    def __init__(self, text: str, turkic: bool) -> None:
        self._text, self._turkic = text, turkic
        self._quotes = [found.span() for found in _QUOTED.finditer(text)]
        self._capitals = {fold_word(word) for word in _INNER.findall(text) if word[0].isupper()}

    def read(self, start: int, end: int) -> tuple[Token, ...]:
        """The words between two offsets."""
        tokens: list[Token] = []
        for found in _WORD.finditer(self._text, start, end):
            quoted = any(low < found.start() < high for low, high in self._quotes)
            tokens.append(self._read_token(found[0], tokens, quoted))
        return tuple(tokens)

    def _read_token(self, raw: str, before: list[Token], quoted: bool) -> Token:
        if raw[0].isdecimal():
            return Token(raw, _fold_number(raw), quoted, False, False, True)
        key = fold_word(raw)
        read = read_word(raw, self._turkic)
        if read.weekday or read.month:
            return Token(raw, key, quoted, False, False, True)
        name = self._is_name(raw, key, bool(before))
        place = name and (is_known_place(key) or self._stands_as_place(raw, before))
        return Token(raw, key, quoted, name, place, key in list_words("number"))

    def _is_name(self, raw: str, key: str, is_inner: bool) -> bool:
        """By its capital (at the beginning of a sentence only if it has one elsewhere), or by the names file."""
        if len(key) < 2 or is_weak(key) or key in list_words("number"):
            return False
        if raw[0].isupper() and (is_inner or key in self._capitals):
            return True
        return bool(find_entities(key)) and (raw[0].isupper() or bool(_NO_CAPITALS.match(raw)))

    def _stands_as_place(self, raw: str, before: list[Token]) -> bool:
        """An unknown name after a preposition of place, or with a Turkic ending of place."""
        if before and before[-1].key in list_words("place"):
            return True
        return self._turkic and bool(_TURKIC_PLACE.search(raw))


def _fold_number(raw: str) -> str:
    digits = "".join(str(int(char)) if char.isdecimal() else char for char in raw)
    if re.fullmatch(r"\d{1,3}(?:[.,\u00a0 ]\d{3})+", digits):
        return re.sub(r"\D", "", digits)
    return digits.replace(",", ".").replace("\u066b", ".")


def is_weak(key: str) -> bool:
    """True for a folded word that says nothing of its own (and, of, the)."""
    return key in _weak_words()


@cache
def _weak_words() -> frozenset[str]:
    return frozenset(map(fold_word, list_story_words("function")))
