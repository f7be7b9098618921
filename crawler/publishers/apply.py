"""A publisher's entry at work: on the tree before reading, on the text and title after it."""

from __future__ import annotations

import re

from crawler.publishers.embedded import EmbeddedArticle, read_embedded
from crawler.publishers.entry import Publisher
from crawler.reading.document import Document, parse_article, text_of, texts_in

_MIN_LETTERS = 150
_VISIBLE_CHARS = 30_000


def prepare_tree(document: Document, publisher: Publisher) -> EmbeddedArticle | None:
    """Narrow the page to the article: drop boxes, keep the body box, or put embedded text in its place."""
    for selector in publisher.drop:
        for element in document.select(selector):
            document.drop(element)
    embedded = read_embedded(document, publisher.data) if publisher.data else None
    if embedded:
        document.narrow(parse_article(embedded.html).body)
    elif publisher.body:
        boxes = document.select(publisher.body)
        if boxes and sum(map(str.isalpha, text_of(boxes[0]))) >= _MIN_LETTERS:
            document.narrow(boxes[0])
    return embedded


def find_date(document: Document, publisher: Publisher) -> str:
    """The article's own time as the publisher's pattern finds it in the page's text ('' where it does not)."""
    if not publisher.date:
        return ""
    pieces: list[str] = []
    size = 0
    for piece in texts_in(document.body):
        pieces.append(piece)
        size += len(piece)
        if size > _VISIBLE_CHARS:
            break
    found = re.search(publisher.date, " ".join(" ".join(pieces).split()))
    return " ".join(group for group in found.groups() if group) if found else ""


def keep_lines(lines: list[str], publisher: Publisher) -> list[int]:
    """Indexes of the lines that are text by the publisher's entry: not its own, and before the text's end."""
    kept: list[int] = []
    for index, line in enumerate(lines):
        if kept and any(re.fullmatch(pattern, line) for pattern in publisher.end):
            break
        if not any(re.fullmatch(pattern, line) for pattern in publisher.cut):
            kept.append(index)
    return kept


def clean_text(text: str, publisher: Publisher) -> str:
    """Text without the publisher's own lines, and its quotes spaced as they were."""
    lines = text.split("\n\n")
    joined = "\n\n".join(lines[index] for index in keep_lines(lines, publisher))
    return respace_quotes(joined) if publisher.respace else joined


def respace_quotes(text: str) -> str:
    """Put back the blanks that curly quotes have lost: ``Friday“sincerely”and`` becomes ``Friday “sincerely” and``."""
    text = re.sub(r"(?<=[^\W_])“", " “", text)
    return re.sub(r"”(?=[^\W_])", "” ", text)


def clean_title(title: str, publisher: Publisher) -> str:
    """A headline without what the publisher glues to it."""
    return re.sub(publisher.title_cut, "", title).strip() if publisher.title_cut else title


def language_of_path(path: str, publisher: Publisher) -> str | None:
    """The language that the first part of an address's path names, where the publisher's entry lists it."""
    first = path.strip("/").partition("/")[0].lower()
    return dict(publisher.languages).get(first)
