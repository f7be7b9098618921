"""Text of a page to a tree, with limits that hold against hostile markup, and the look at its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError, create_tag

from wirewatch.errors import UnreadableError

Element = LexborNode
"""An element of a page; its text stands in nodes of its own, whose tag is TEXT."""
TEXT, COMMENT = "-text", "-comment"
MAX_DEPTH = 300
"""Elements in one another that are read; what is nested deeper is left out."""
MAX_BYTES = 8 * 1024 * 1024
"""Larger pages are refused; real article pages stay under 3 MiB."""
_MAX_TAG = 20_000
"""A tag longer than this many characters is looked at for an attribute bomb (parsers are quadratic in them)."""
_MAX_ATTRIBUTES = 1_000
_MAX_TAGS = 5_000
"""Of a page with more signs ``<`` than this lexbor gets what libxml2 makes of it: nothing nested deep, all closed.
HTML's own rules, by which lexbor goes, take quadratic and cubic time for tags that are not closed."""
_VALUE = re.compile("\"[^\"]*\"|'[^']*'")
_HTML_SIGN = re.compile(r"<\s*(?:!doctype|html|head|body|div|p|article|title|meta|span|table|h1)\b", re.IGNORECASE)
_SIGN_WITHIN = 200_000
_SAMPLE = LexborHTMLParser("<p>text<!-- comment --></p>").css("p")[0]
TEXT_NUMBER, COMMENT_NUMBER = (node.tag_id for node in _SAMPLE.iter(include_text=True))


def number_of(tag: str) -> int:
    """The number (``tag_id``) of elements of a tag of HTML; other tags have one of their page only."""
    return create_tag(tag).tag_id


_LISTED = {tag: number_of(tag) for tag in ("meta", "link", "script", "title", "h1", "time", "a")}
"""Tags whose elements are asked for on every page: one pass over the tree finds all of them."""


class Document:
    """A parsed page: ``root`` is its html element, ``body`` what holds its text."""

    def __init__(self, root: Element, body: Element) -> None:
        self.root, self.body = root, body
        self._areas: tuple[Element, ...] = (root,)
        self._listed: dict[str, list[Element]] | None = None

    def all(self, tag: str) -> list[Element]:
        """Every element of that tag, in document order."""
        if tag not in _LISTED:
            return list(self.elements(tag))
        if self._listed is None:
            self._listed = {name: [] for name in _LISTED}
            by_number = {number: self._listed[name].append for name, number in _LISTED.items()}
            for area in self._areas:
                for node in area.traverse():
                    if add := by_number.get(node.tag_id):
                        add(node)
        return self._listed[tag]

    def elements(self, *tags: str) -> Iterator[Element]:
        """The elements of any of the tags in document order."""
        wanted = frozenset(tags)
        for area in self._areas:
            for node in area.traverse():
                if node.tag in wanted:
                    yield node

    def select(self, selector: str) -> list[Element]:
        """The elements that a CSS selector chooses.

        Raises:
            ValueError: it is no selector.
        """
        return self.root.css(selector)

    def drop(self, element: Element) -> None:
        """Take an element out of the page."""
        element.decompose(recursive=False)
        self._listed = None

    def narrow(self, body: Element) -> None:
        """Let ``body``, of this page or another, stand in place of the page's own."""
        head = next((child for child in self.root.iter() if child.tag == "head"), None)
        self.body = body
        self._areas = (head, body) if head is not None else (body,)
        self._listed = None


def parse_document(text: str, utf8: bytes | None = None) -> Document:
    """The tree of a page; ``utf8`` is ``text`` so encoded, where the caller has it.

    Raises:
        UnreadableError: ``not-html`` where there is no markup at all, ``too-large``.
    """
    if len(text) > MAX_BYTES:
        raise UnreadableError("too-large", f"{len(text)} characters, the limit is {MAX_BYTES}")
    if not _HTML_SIGN.search(text, 0, _SIGN_WITHIN):
        raise UnreadableError("not-html", "no markup found")
    harmless = without_bombs(text)
    data = utf8 if utf8 and harmless is text else harmless.encode("utf-8", "replace")
    if data.count(b"<") > _MAX_TAGS:
        data = flatten(data)
    try:
        parser = LexborHTMLParser(data)
    except SelectolaxError as error:
        raise UnreadableError("not-html", "the markup holds no document") from error
    if parser.root is None:
        raise UnreadableError("not-html", "the markup holds no document")
    return Document(parser.root, parser.body or parser.root)


def parse_article(markup: str) -> Document:
    """The tree of a page that holds this markup alone; errors as for :func:`parse_document`."""
    return parse_document(f"<html><body><article>{markup}</article></body></html>")


def flatten(data: bytes) -> bytes:
    """The same page (UTF-8) with its tags closed and nothing nested deeper than libxml2 goes, 256 elements.

    Raises:
        UnreadableError: ``not-html`` where there is no markup.
    """
    from lxml import etree  # seldom needed

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = etree.fromstring(data, parser=parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError("not-html", "the markup holds no document") from error
    if root is None:
        raise UnreadableError("not-html", "the markup holds no document")
    flat: bytes = etree.tostring(root, encoding="utf-8", method="html")
    return flat


def without_bombs(text: str) -> str:
    """``text`` (itself, where there are none) with tags of very many attributes reduced to their names."""
    if not _has_long_tag(text):
        return text
    pieces = text.split("<")
    defused = [_defuse(piece) if len(piece) > _MAX_TAG else piece for piece in pieces]
    return text if defused == pieces else "<".join(defused)


def _has_long_tag(text: str) -> bool:
    """True where a tag has more than _MAX_TAG characters; looks only at the last ``<`` in reach of each."""
    at = text.find("<")
    while 0 <= at < len(text) - _MAX_TAG:
        further = text.rfind("<", at + 1, at + _MAX_TAG + 2)
        if further < 0:
            if text.find(">", at, at + _MAX_TAG + 2) < 0:
                return True
            further = text.find("<", at + _MAX_TAG)
        at = further
    return False


def _defuse(piece: str) -> str:
    tag, closing, rest = piece.partition(">")
    if len(tag) <= _MAX_TAG or len(_VALUE.sub("", tag).split()) <= _MAX_ATTRIBUTES:
        return piece
    return re.split(r"[\s/]", tag, maxsplit=1)[0] + closing + rest


def title_of(document: Document) -> str:
    """The text of the first title element ('' where there is none)."""
    return next((own_text(title) for title in document.all("title")), "")


def text_of(element: Element) -> str:
    """All text in an element, as it stands."""
    return element.text()


def own_text(element: Element) -> str:
    """The text in an element before its first child element."""
    node, text = element.first_child, ""
    while node is not None and (node.is_text_node or node.is_comment_node):
        text += node.text_content or ""
        node = node.next
    return text


def children_of(element: Element) -> list[Element]:
    """The elements right inside an element."""
    return [child for child in element.iter() if child.tag != COMMENT]


def texts_in(element: Element) -> Iterator[str]:
    """The runs of text in an element, in order."""
    return (node.text_content or "" for node in element.traverse(include_text=True) if node.tag == TEXT)
