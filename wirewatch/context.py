"""The receipt in words: a line of the report around what a search found, with the finds marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wirewatch.article import Article
from wirewatch.cleaning import clean_line
from wirewatch.search import Term

REACH = 90
"""Characters of context on each side of a find."""
MOST_LINES = 2
_MARK_ON, _MARK_OFF = "\ue000", "\ue001"  # private use: taken out of the publisher's text before


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters; ``hit`` where it is what the search found."""

    text: str
    hit: bool


Line = tuple[Piece, ...]


def find_context(article: Article, terms: Sequence[Term], limit: int = MOST_LINES) -> tuple[Line, ...]:
    """Up to ``limit`` lines of the article that hold the first finds, all finds in a line marked.

    Finds in fields other than title and text are shown as ``field: form``. Offsets that do not fit the
    article (it was edited since) are left out.
    """
    lines: list[Line] = []
    shown: set[tuple[str, int]] = set()
    for term in terms:
        if len(lines) == limit:
            break
        if (term.field, term.start) in shown or not _fits(article, term):
            continue
        text = _field(article, term.field)
        if text is None:
            lines.append((Piece(f"{clean_line(term.field, 20)}: ", False), Piece(clean_line(term.form, 80), True)))
            continue
        start, end = _window(text, term)
        near = [each for each in terms if each.field == term.field and start <= each.start < each.end <= end]
        shown.update((each.field, each.start) for each in near)
        lines.append(_split(_marked(text, start, end, [each for each in near if _fits(article, each)])))
    return tuple(lines)


def _field(article: Article, name: str) -> str | None:
    return {"title": article.title, "text": article.text}.get(name)


def _fits(article: Article, term: Term) -> bool:
    text = _field(article, term.field)
    return bool(term.form) if text is None else text[term.start : term.end] == term.form != ""


def _window(text: str, term: Term) -> tuple[int, int]:
    """Whole words on both sides of the find, inside its paragraph."""
    first = text.rfind("\n\n", 0, term.start)
    last = text.find("\n\n", term.end)
    start = max(term.start - REACH, first + 2 if first >= 0 else 0)
    end = min(term.end + REACH, last if last >= 0 else len(text))
    while start < term.start and start > 0 and not text[start - 1].isspace():
        start += 1
    while term.end < end < len(text) and not text[end].isspace():
        end -= 1
    return start, end


def _marked(text: str, start: int, end: int, near: Iterable[Term]) -> str:
    parts, at = [], start
    for low, high in sorted({(each.start, each.end) for each in near}):
        if low >= at:
            parts += [_plain(text[at:low]), _MARK_ON, _plain(text[low:high]), _MARK_OFF]
            at = high
    before = "… " if text[:start].strip() and not text[:start].endswith("\n\n") else ""
    after = " …" if text[end:].strip() and not text.startswith("\n\n", end) else ""
    return clean_line(before + "".join(parts) + _plain(text[at:end]) + after, 600)


def _plain(text: str) -> str:
    return text.replace(_MARK_ON, "").replace(_MARK_OFF, "")


def _split(marked: str) -> Line:
    pieces = []
    for part in marked.split(_MARK_ON):
        hit, off, rest = part.partition(_MARK_OFF)
        if off:
            pieces += [Piece(hit, True), Piece(rest, False)]
        else:
            pieces.append(Piece(part, False))
    return tuple(piece for piece in pieces if piece.text)


def mark_all(text: str, forms: Iterable[str]) -> Line:
    """``text`` with every whole-word occurrence of ``forms`` marked; for text that was cleaned since it was matched."""
    wanted = sorted((form for form in set(forms) if form), key=len, reverse=True)
    if not wanted:
        return (Piece(text, False),) if text else ()
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, wanted)) + r")(?!\w)")
    pieces, at = [], 0
    for found in pattern.finditer(text):
        pieces += [Piece(text[at : found.start()], False), Piece(found[0], True)]
        at = found.end()
    pieces.append(Piece(text[at:], False))
    return tuple(piece for piece in pieces if piece.text)
