"""Words of a text with their character offsets."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, compress

_INSIDE = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # zero-width signs stand inside a word (Persian needs the non-joiner)
    "\u0300-\u036f"  # accents of decomposed text
    "\u0640\u064b-\u065f\u0670"  # Arabic tatweel and vowel signs
    "\u055a-\u055c\u055e"  # Armenian accents inside a word
)
_APOSTROPHES = "'’‘ʼ`´＇"
_WORD = re.compile(
    r"(?=\w)(?:"  # nothing else is tried where no word can begin
    rf"\w++(?![{_INSIDE}{_APOSTROPHES}.,+])"  # most words, tried first
    r"|[^\W\d]\.[^\W\d]\.(?:[^\W\d]\.)*[^\W\d]?(?!\w)"  # U.S., Р.Ф.: one word
    r"|\d++[.,+]\d+(?:[.,+]\d+)*(?!\w)"  # 3.3 and 3+3 are not the word 3 twice
    rf"|\w++(?:[{_INSIDE}]\w*+)*+(?:[{_APOSTROPHES}]\w++(?:[{_INSIDE}]\w*+)*+)*+)"
)
"""A word of a text without underscores, which ``\\w`` has among the letters."""
_SPLIT = re.compile(f"({_WORD.pattern})")

LONGEST = 80
"""Characters of a word that are looked at."""
HYPHENS = "-‐‑–־"
_ENCLITIC_WORDS = (
    "nin nun in un nın nün ın ün da də de ta tə te dan dən den tan tən ten ya yə ye a ə e nı ni nu nü ı i u ü la lə le "
    "yla ylə yle dakı dəki daki deki lar lər ler sı si su sü s "
    "ն ը ի ին ից ում ով ու ս ის მა ს ში ზე თან ით დან თვის მდე ად კენ იმ"
)
ENCLITICS = frozenset(_ENCLITIC_WORDS.split())
"""Endings that are hung on an abbreviation or a name by a hyphen or apostrophe: BMT-nin, ԵԱՀԿ-ում, Ankara'da."""
_HUNG = re.compile(rf"[{HYPHENS}](?:{'|'.join(sorted(ENCLITICS, key=len, reverse=True))})(?![^\W_])", re.IGNORECASE)
"""Where an ending may be hung on by a hyphen."""


def find_words(text: str) -> list[tuple[int, int, str]]:
    """``(start, end, word)`` of each word of ``text``; offsets are characters, end exclusive.

    A word keeps an apostrophe with what follows it (``Ankara'nın``, ``O'Brien``); a hyphen ends it,
    unless only a grammatical ending follows (``BMT-nin``). Of a word of more than ``LONGEST`` characters,
    which is no word of any language, only the beginning is looked at.
    """
    words, starts, ends = split_words(text)
    return [(start, end, word[:LONGEST]) for start, end, word in zip(starts, ends, words, strict=True)]


def split_words(text: str) -> tuple[list[str], list[int], list[int]]:
    """The words of :func:`find_words`, uncut, where each starts and where it ends."""
    split = Split(text)
    return split.words, *split.spans


class Split:
    """A text in its words, uncut (``words``)."""

    __slots__ = ("_parts", "_spans", "words")

    def __init__(self, text: str) -> None:
        self._spans: tuple[list[int], list[int]] | None = None
        self._parts = _SPLIT.split(_part(text)) if text else []  # what stands between, word, what stands between …
        self.words: list[str] = self._parts[1::2]
        if self.words and _HUNG.search(text):
            joined = _join_endings(text, list(zip(*self.spans, strict=True)))
            self.words = [text[start:end] for start, end in joined]
            self._spans = [start for start, _ in joined], [end for _, end in joined]

    @property
    def spans(self) -> tuple[list[int], list[int]]:
        """Where each word starts and where each ends; worked out when first asked, as most are never."""
        if self._spans is None:
            places = list(accumulate(map(len, self._parts)))
            self._spans = places[0:-1:2], places[1::2]
        return self._spans

    def keep(self, kept: Sequence[object]) -> None:
        """Drop all words but those for which there is something that is true."""
        starts, ends = self.spans
        self.words = list(compress(self.words, kept))
        self._spans = list(compress(starts, kept)), list(compress(ends, kept))

    def count_before(self, offset: int) -> int:
        """How many words start before this character."""
        if self._spans is not None:
            return bisect_left(self._spans[0], offset)
        count = place = 0
        parts = iter(self._parts)
        for between, word in zip(parts, parts, strict=False):
            place += len(between)
            if place >= offset:
                break
            place += len(word)
            count += 1
        return count


def list_words(text: str) -> list[str]:
    """The words that :func:`find_words` finds, uncut and without their places, in a third of the time."""
    if _HUNG.search(text):
        return Split(text).words
    words: list[str] = _WORD.findall(_part(text))
    return words


def _part(text: str) -> str:
    """The text, as long, with a space for each underscore."""
    return text.replace("_", " ")


def _join_endings(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        before = joined[-1][1] if joined else -1
        if start == before + 1 and joined and text[before] in HYPHENS and _is_ending(text[start:end], text[before - 1]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_ending(word: str, before: str) -> bool:
    """Whether ``word`` after a hyphen is an ending: in Latin script only after a capital (BMT-nin, not top-ten)."""
    return word.lower() in ENCLITICS and (before.isupper() or word[0] > "\u0530")
