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


HYPHENS = "-‐‑–־"
_ENCLITIC_WORDS = (
    "nin nun in un nın nün ın ün da də de ta tə te dan dən den tan tən ten ya yə ye a ə e nı ni nu nü ı i u ü la lə le "
    "yla ylə yle dakı dəki daki deki lar lər ler sı si su sü s "
    "ն ը ի ին ից ում ով ու ս ის მა ს ში ზე თან ით დან თვის მდე ად კენ იმ"
)
ENCLITICS = frozenset(_ENCLITIC_WORDS.split())
"""Endings that are hung on an abbreviation or a name by a hyphen or apostrophe: BMT-nin, ԵԱՀԿ-ում, Ankara'da."""


def find_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield ``(start, end, word)`` for each word of ``text``; offsets are characters, end exclusive.

    A word keeps an apostrophe with what follows it (``Ankara'nın``, ``O'Brien``); a hyphen ends it,
    unless only a grammatical ending follows (``BMT-nin``).
    """
    start = end = -1
    for found in _WORD.finditer(text):
        if found.start() == end + 1 and text[end] in HYPHENS and _is_ending(found.group(), text[end - 1]):
            end = found.end()
            continue
        if end > 0:
            yield start, end, text[start:end]
        start, end = found.span()
    if end > 0:
        yield start, end, text[start:end]


def _is_ending(word: str, before: str) -> bool:
    """Whether ``word`` after a hyphen is an ending: in Latin script only after a capital (BMT-nin, not top-ten)."""
    return word.lower() in ENCLITICS and (before.isupper() or word[0] > "\u0530")
