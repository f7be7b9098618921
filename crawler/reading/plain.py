"""Plain text to an Article: hard-wrapped lines joined, date line and credits read."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from crawler.reading.language import recognise
from crawler.reading.times import Frame, stated_in_text
from crawler.reading.wire_forms import read_wire_forms
from wirewatch.article import Article
from wirewatch.errors import UnreadableError

_OWN_LINE = re.compile(
    r"(?:By\s+[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){1,3}|\[?[^\W\d_]{0,9}\.?\s?\d{1,4}[\w .,/:|+()\[\]-]{4,40}\d\)?\]?|"
    r"\(Reporting by [^()]+\)|Kaynak\s?:\s?\S+)\Z"
)
"""A line that is a paragraph of its own in wrapped text: a byline, a time line, a desk line."""
_MIN_LETTERS = 40
_SENTENCE_END = re.compile(r"[.!?…։۔:;»”\"')\]]\s*$")


def read_plain(text: str, *, url: str = "", fetched: datetime, zone: tzinfo | None = None) -> Article:
    """The article in a plain text; ``zone`` is that of its local times, where it is known.

    Raises:
        UnreadableError: ``no-text`` where there are hardly any letters.
    """
    body = join_lines(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    if sum(map(str.isalpha, body)) < _MIN_LETTERS:
        raise UnreadableError("no-text", "hardly any letters")
    title, body = _split_title(body)
    forms = read_wire_forms(body)
    published = stated_in_text(forms, Frame(zone, fetched))
    return Article(
        url=url,
        title=title,
        text=forms.text,
        language=recognise(f"{title}\n{forms.text}", None),
        published=published.instant if published else None,
        published_precision=published.precision if published else None,
        fetched=fetched,
        authors=forms.authors,
        place=forms.place,
        agency=forms.agency,
        credits=tuple(forms.credits),
    )


def join_lines(text: str) -> str:
    """Paragraphs split by one blank line, from text wrapped at a fixed width or with a line a paragraph.

    A line that ends a sentence also ends its paragraph where the next line's first word would have fitted on it.
    """
    lines = [line.strip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return ""
    width = lengths[min(len(lengths) - 1, int(len(lengths) * 0.9))]
    if width > 120:  # not wrapped at all: a line is a paragraph
        return "\n\n".join(line for line in lines if line)
    paragraphs: list[list[str]] = [[]]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line:
            paragraphs.append([])
            continue
        if _OWN_LINE.match(line):
            paragraphs += [[line], []]
            continue
        paragraphs[-1].append(line)
        fits = len(line) + 1 + len(following.split(" ", 1)[0]) < width
        if following and fits and _SENTENCE_END.search(line):
            paragraphs.append([])
    return "\n\n".join(" ".join(lines) for lines in paragraphs if lines)


def _split_title(body: str) -> tuple[str, str]:
    """A first paragraph that is short and no sentence is the title."""
    first, _, rest = body.partition("\n\n")
    if rest and len(first) <= 160 and not _SENTENCE_END.search(first) and not first.startswith(("date ", "(")):
        return first, rest
    return "", body
