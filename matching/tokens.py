"""Words of a text with their character offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

_INSIDE = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # zero-width signs stand inside a word (Persian needs the non-joiner)
    "\u0300-\u036f"  # accents of decomposed text
    "\u0640\u064b-\u065f\u0670"  # Arabic tatweel and vowel signs
    "\u055a-\u055c\u055e"  # Armenian accents inside a word
)
_LETTER = r"[^\W_]"
_APOSTROPHE = "['’‘ʼ`´＇]"
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W_])"  # U.S., Р.Ф.: one word
    r"|\d+(?:[.,+]\d+)+(?![^\W_])"  # 3.3 and 3+3 are not the word 3 twice
    rf"|{_LETTER}(?:{_LETTER}|[{_INSIDE}])*(?:{_APOSTROPHE}{_LETTER}(?:{_LETTER}|[{_INSIDE}])*)*"
)


def find_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield ``(start, end, word)`` for each word of ``text``; offsets are characters, end exclusive.

    A word keeps an apostrophe with what follows it (``Ankara'nın``, ``O'Brien``); a hyphen ends it.
    """
    for found in _WORD.finditer(text):
        yield found.start(), found.end(), found.group()
