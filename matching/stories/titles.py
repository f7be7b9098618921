"""What a title says about the kind of text: that it is an opinion, and what it calls by a name in quotation marks."""

from __future__ import annotations

import re
from functools import cache

from matching.stories.reading import fold_word, read_words
from matching.stories.words import list_words

_QUOTED = re.compile(r"[«„“\"”]([^«»„“”\"]{3,80})[»“”\"]")
_WORD = re.compile(r"\w+")


@cache
def _folded(kind: str) -> frozenset[str]:
    return frozenset(map(fold_word, list_words(kind)))


def quoted_terms(title: str, turkic: bool) -> frozenset[int]:
    """Terms of the words between quotation marks."""
    parts = _QUOTED.findall(title)
    return frozenset(word.term for part in parts for word in read_words(part, turkic) if word.term)


def is_comment(title: str) -> bool:
    """True for a title that calls its text an opinion, or that says why or what should be in its own voice.

    What stands between quotation marks, or after a speaker's name and a colon, is in another's voice.
    """
    words = set(map(fold_word, _WORD.findall(title)))
    if words & _folded("opinion"):
        return True
    return ":" not in title and not _QUOTED.search(title) and bool(words & _folded("appeal"))
