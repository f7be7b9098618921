"""Plain text to an Article: hard-wrapped lines joined, date line and credits read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from crawler.reading.language import recognise
from crawler.reading.wire_forms import read_wire_forms
from wirewatch.article import Article
from wirewatch.errors import UnreadableError

_MIN_LETTERS = 40
_SENTENCE_END = re.compile(r"[.!?…։۔:;»”\"')\]]\s*$")


def read_plain(text: str, *, url: str = "", fetched: datetime, zone: tzinfo = UTC) -> Article:
    """The article in a plain text; ``zone`` is that of its days without an offset.

    Raises:
        UnreadableError: ``no-text`` where there are hardly any letters.
    """
    body = join_lines(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    if sum(map(str.isalpha, body)) < _MIN_LETTERS:
        raise UnreadableError("no-text", "hardly any letters")
    title, body = _split_title(body)
    forms = read_wire_forms(body)
    day = forms.stated_day
    published = datetime(day.year, day.month, day.day, tzinfo=zone) if day else None
    if published and published > fetched:
        published = None
    return Article(
        url=url,
        title=title,
        text=forms.text,
        language=recognise(f"{title}\n{forms.text}", None),
        published=published,
        published_precision="day" if published else None,
        fetched=fetched,
        authors=forms.authors,
        place=forms.place,
        agency=forms.agency,
        credits=tuple(forms.credits),
    )


def join_lines(text: str) -> str:
    """Paragraphs split by one blank line, from text wrapped at a fixed width or with a line a paragraph.

    A line much shorter than the widest that ends a sentence also ends its paragraph.
    """
    lines = [line.strip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return ""
    width = lengths[min(len(lengths) - 1, int(len(lengths) * 0.9))]
    if width > 120:  # not wrapped at all: a line is a paragraph
        return "\n\n".join(line for line in lines if line)
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if not line:
            paragraphs.append([])
            continue
        paragraphs[-1].append(line)
        if len(line) < 0.72 * width and _SENTENCE_END.search(line):
            paragraphs.append([])
    return "\n\n".join(" ".join(lines) for lines in paragraphs if lines)


def _split_title(body: str) -> tuple[str, str]:
    """A first paragraph that is short and no sentence is the title."""
    first, _, rest = body.partition("\n\n")
    if rest and len(first) <= 160 and not _SENTENCE_END.search(first) and not first.startswith(("date ", "(")):
        return first, rest
    return "", body
