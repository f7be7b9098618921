"""Text that a page holds in the data of its scripts alone, to be drawn in the browser.

Frameworks write such data as JSON in a script of its own, as an object in code, or as strings that hold JSON in turn
(React's flight data: ``self.__next_f.push([1, "…"])``, cut anywhere). All have in common that the article's markup
is one string; so strings are looked at, wherever they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from crawler.reading.document import Document, own_text
from crawler.reading.structured import clean_line

_QUOTE = re.compile(r'\\.|"', re.DOTALL)
_PUSH = "__next_f.push([1,"
_PARAGRAPH = re.compile(r"<p[\s>]|<br\s*/?>\s*<br", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{4,}|[^\W\d_]*[^\W\d_a-z][^\W\d_]+")
_STEM = 5
_SHARED = 0.4
"""The share of the headline's words (by their first letters) that its text must hold."""
_MAX_SCRIPT = 4_000_000
_DEEPEST = 3
_MIN_LETTERS = 300


def find_script_text(document: Document, title: str) -> str:
    """The longest markup of paragraphs in the page's scripts that is about ``title`` ('' where there is none)."""
    wanted = _stems(title)
    best, size = "", 0
    for text in _strings(document):
        if len(text) <= len(best) or len(_PARAGRAPH.findall(text)) < 2:
            continue
        plain = clean_line(text)
        letters = sum(map(str.isalpha, plain))
        if letters >= max(_MIN_LETTERS, size) and len(wanted & _stems(plain)) >= max(1, _SHARED * len(wanted)):
            best, size = text, letters
    return best


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.casefold())}


def _strings(document: Document) -> Iterator[str]:
    """Every long string in the scripts, and in the strings that hold data themselves."""
    pushed: list[str] = []
    for script in map(own_text, document.all("script")):
        if not script or len(script) > _MAX_SCRIPT:
            continue
        parts = split_at_quotes(script)
        pushed += [_decode(part) for before, part in pairwise(parts) if before.rstrip().endswith(_PUSH)]
        yield from _strings_in(parts, 0)
    yield from _strings_in(split_at_quotes("".join(pushed)), 0)


def _strings_in(parts: list[str], depth: int) -> Iterator[str]:
    for part in parts:
        if len(part) < _MIN_LETTERS:
            continue
        text = _decode(part)
        yield text
        if depth < _DEEPEST and '"' in text:
            yield from _strings_in(split_at_quotes(text), depth + 1)


def split_at_quotes(text: str) -> list[str]:
    """What stands between quotation marks that no backslash precedes: the strings, and what is between them.

    Both are looked at, so that a mark in code that opens no string does not turn one into the other.
    """
    ends = [match.start() for match in _QUOTE.finditer(text) if match[0] == '"']
    return [text[start + 1 : end] for start, end in pairwise([-1, *ends, len(text)])]


def _decode(literal: str) -> str:
    """The text of a string literal as JSON has it; '' where it is none."""
    try:
        return str(json.loads(f'"{literal}"', strict=False))
    except ValueError:
        return ""
