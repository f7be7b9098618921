"""Text of a page to a tree, with limits that hold against hostile markup."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from wirewatch.errors import UnreadableError

MAX_BYTES = 8 * 1024 * 1024
"""Larger pages are refused; real article pages stay under 3 MiB."""
_MAX_TAG = 20_000
"""A tag longer than this many characters is looked at for an attribute bomb (libxml2 is quadratic in them)."""
_MAX_ATTRIBUTES = 200
_HTML_SIGN = re.compile(r"<\s*(?:!doctype|html|head|body|div|p|article|title|meta|span|table|h1)\b", re.IGNORECASE)
_SIGN_WITHIN = 200_000


def parse_document(text: str, utf8: bytes | None = None) -> Any:
    """The root element (``html``) of a page; ``utf8`` is ``text`` so encoded, where the caller has it.

    Raises:
        UnreadableError: ``not-html`` where there is no markup at all, ``too-large``.
    """
    if len(text) > MAX_BYTES:
        raise UnreadableError("too-large", f"{len(text)} characters, the limit is {MAX_BYTES}")
    if not _HTML_SIGN.search(text, 0, _SIGN_WITHIN):
        raise UnreadableError("not-html", "no markup found")
    data = utf8 if utf8 and not _has_long_tag(text) else without_bombs(text).encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = etree.fromstring(data, parser=parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError("not-html", "the markup holds no document") from error
    if root is None:
        raise UnreadableError("not-html", "the markup holds no document")
    return root


def without_bombs(text: str) -> str:
    """``text`` with tags of very many attributes reduced to their names."""
    if not _has_long_tag(text):
        return text
    return "<".join(_defuse(piece) if len(piece) > _MAX_TAG else piece for piece in text.split("<"))


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
    if len(tag) <= _MAX_TAG or tag.count("=") <= _MAX_ATTRIBUTES:
        return piece
    return re.split(r"[\s/]", tag, maxsplit=1)[0] + closing + rest


def body_of(root: Any) -> Any:
    """The body; where a page has none, what stands in its place (libxml2 leaves the text of such pages in the head)."""
    for name in ("body", "head"):
        found = root.find(name)
        if found is not None:
            return found
    return root


def title_of(root: Any) -> str:
    """The text of the first title element ('' where there is none)."""
    found = next(root.iter("title"), None)
    return "" if found is None else found.text or ""


def text_of(element: Any) -> str:
    """All text in an element, as it stands."""
    return "".join(element.itertext())
