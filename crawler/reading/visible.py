"""What a page shows rather than declares: the lines around its headline, its byline and its date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from crawler.reading.document import COMMENT, MAX_DEPTH, Document, Element, own_text, text_of, title_of
from crawler.reading.names import MAX_NAMES
from crawler.reading.structured import clean_line

_AUTHOR = re.compile(
    r"(?:^|[-_ ])(?:author|authors|byline|bylines|autor|autoren|autore|auteur|verfasser|writer|reporter|journalist|"
    r"muellif|yazar|avtor|author-?name|byline-?name|contributor)s?(?:$|[-_ ])|"
    r"(?:author|byline|writer|reporter)(?:_?name|s)?\b",
    re.IGNORECASE,
)
_AUTHOR_LIST = re.compile(r"author|byline|autor", re.IGNORECASE)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|i)?|auteurs?|journalists?|reporters?|yazar(?:lar)?|avtor(?:y)?|muellif)/[^/]",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:^|[-_ ])(?:date|datum|fecha|data|tarix|tarih|time|datetime|published|publish|pubdate|timestamp|stand|posted)"
    r"(?:$|[-_ ])|date|publish|pubtime|posttime|timestamp",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"related|sidebar|comment|footer|popular|recommend|latest|teaser|widget|menu|nav\b|list-item|card", re.IGNORECASE
)
_SKIPPED = frozenset({"script", "style", "aside", "footer", "nav", "noscript", "template", "svg", "form", "ul"})
_CAPTION = re.compile(r"caption|credit|gallery|bildunter", re.IGNORECASE)
_Attributes = dict[str, str | None]
_Judge = Callable[[str, _Attributes], bool]
"""Whether an element of that tag, with these attributes, is wanted."""
_MAX_LINE = 200
_CLIMB = 5
_TITLE_CHARS = 20
_TITLE_WORDS = 4
"""A lower heading is the page's headline if it shares this many words with the title, and most of them."""


def find_byline_texts(document: Document) -> list[str]:
    """Lines whose element is marked as the author's, in the headline's neighbourhood first; innermost only."""
    around = _neighbourhood(document, headline_of(document))
    return list(dict.fromkeys(_marked(around, _is_author)))[:8]


def find_date_texts(document: Document) -> list[str]:
    """Lines whose element is marked as a date, and short lines around the headline, nearest first."""
    headline = headline_of(document)
    around = _neighbourhood(document, headline)
    return list(dict.fromkeys([*_marked(around, _is_date), *_lines_near(headline, around)]))[:16]


@lru_cache(maxsize=8192)
def _has(sign: re.Pattern[str], names: str) -> bool:
    """Whether a name has the sign; most names of a page are there many times."""
    return sign.search(names) is not None


def _is_author(tag: str, attributes: _Attributes) -> bool:
    if not attributes:
        return False
    if attributes.get("itemprop") == "author" or attributes.get("rel") == "author":
        return True
    if tag == "a" and _AUTHOR_PAGE.search(attributes.get("href") or ""):
        return True
    names, test = (attributes.get("class") or "")[:MAX_NAMES], (attributes.get("data-testid") or "")[:MAX_NAMES]
    return bool((names and _has(_AUTHOR, names)) or (test and _has(_AUTHOR, test)))


def _is_author_list(element: Element) -> bool:
    return element.tag == "ul" and bool(_AUTHOR_LIST.search(element.attributes.get("class") or ""))


def _is_date(tag: str, attributes: _Attributes) -> bool:
    if tag == "time" or attributes.get("itemprop") in ("datePublished", "dateCreated"):
        return True
    names = (attributes.get("class") or "")[:MAX_NAMES]
    return bool(names and _has(_DATE, names))


def headline_of(document: Document) -> Element | None:
    """The first h1 with text, else the first lower heading that the page's title repeats, or None."""
    h1 = next((h1 for h1 in document.all("h1") if len(clean_line(text_of(h1))) > 1), None)
    if h1 is not None:
        return h1
    stated = title_of(document)
    title = _words_of(stated)
    for heading in document.elements("h2", "h3"):
        words = _words_of(text_of(heading))
        if len(words & title) >= _TITLE_WORDS and len(words & title) >= 0.75 * min(len(words), len(title)):
            return heading
    return _line_of_title(document, clean_line(stated).casefold())


def _line_of_title(document: Document, title: str) -> Element | None:
    """The first element whose own text opens the page's title: older sites set their headlines in bold alone."""
    for element in document.elements("b", "strong", "font", "div", "span", "td", "p", "h4") if title else ():
        text = clean_line(own_text(element)).casefold()
        if _TITLE_CHARS <= len(text) <= _MAX_LINE and title.startswith(text):
            return element
    return None


def _words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _neighbourhood(document: Document, h1: Element | None) -> list[Element]:
    """Ever larger elements around the headline; the body where there is no headline."""
    if h1 is None:
        return [document.body]
    around = []
    at = h1.parent
    for _ in range(_CLIMB):
        if at is None or at.tag in ("body", "html"):
            break
        around.append(at)
        at = at.parent
    return around or [h1.parent or h1]


def _marked(around: list[Element], wanted: _Judge) -> Iterator[str]:
    known = None
    for area in around:
        found = list(_marked_in(area, wanted, known))
        if found:
            yield from found
            return
        known = area


def _marked_in(area: Element, wanted: _Judge, known: Element | None) -> Iterator[str]:
    """Texts of wanted elements inside ``area``; inside ``known`` there is none."""
    own, seen = area.mem_id, known.mem_id if known is not None else 0
    stack = [area]
    while stack:
        element = stack.pop()
        tag = element.tag or ""
        if tag == COMMENT or (tag in _SKIPPED and not _is_author_list(element)):
            continue
        at = element.mem_id
        if at != own:
            attributes = element.attributes
            names = (attributes.get("class") or "")[:MAX_NAMES]
            if names and _has(_ELSEWHERE, names):
                continue
            if wanted(tag, attributes):
                inner = [text for child in element.iter() for text in _marked_in_child(child, wanted, 0)]
                text = clean_line(attributes.get("content") or text_of(element))
                if inner:
                    yield from inner
                elif 1 < len(text) < _MAX_LINE:
                    yield text
                continue
        if at != seen:
            stack.extend(reversed(list(element.iter())))


def _marked_in_child(child: Element, wanted: _Judge, depth: int) -> Iterator[str]:
    tag = child.tag or ""
    if tag != COMMENT and tag not in _SKIPPED and depth < MAX_DEPTH:
        if wanted(tag, child.attributes):
            text = clean_line(text_of(child))
            if 1 < len(text) < _MAX_LINE:
                yield text
                return
        for grandchild in child.iter():
            yield from _marked_in_child(grandchild, wanted, depth + 1)


def _is_caption(element: Element) -> bool:
    return element.tag == "figcaption" or bool(_CAPTION.search(element.attributes.get("class") or ""))


def lines_near_headline(document: Document, *, before: int = 3, after: int = 8) -> list[str]:
    """Short runs of text right after the headline, then right before it."""
    h1 = headline_of(document)
    return _lines_near(h1, _neighbourhood(document, h1), before, after)


def _lines_near(h1: Element | None, around: list[Element], before: int = 3, after: int = 8) -> list[str]:
    earlier: list[str] = []
    later: list[str] = []
    lines = earlier
    if h1 is None:
        return []
    headline = h1.mem_id
    for element in around[-1].traverse():
        if element.mem_id == headline:
            lines = later
            continue
        text = own_text(element)
        if not text or text.isspace() or element.tag in _SKIPPED:
            continue
        text = clean_line(text)
        if 3 < len(text) < 80 and not _is_caption(element):
            lines.append(text)
            if len(later) >= after:
                break
    return later + earlier[-before:][::-1]
