"""Text of a page to a tree, with limits that hold against hostile markup."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from wirewatch.errors import UnreadableError

MAX_BYTES = 8 * 1024 * 1024
"""Larger pages are refused; real article pages stay under 3 MiB."""
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000}")
_HTML_SIGN = re.compile(r"<\s*(?:!doctype|html|head|body|div|p|article|title|meta|span|table|h1)\b", re.IGNORECASE)


def parse_document(text: str) -> Any:
    """The root element (``html``) of a page.

    Raises:
        UnreadableError: ``not-html`` where there is no markup at all, ``too-large``, or a tag with so
            many attributes that parsing it would take minutes.
    """
    if len(text) > MAX_BYTES:
        raise UnreadableError("too-large", f"{len(text)} characters, the limit is {MAX_BYTES}")
    if not _HTML_SIGN.search(text, 0, 200_000):
        raise UnreadableError("not-html", "no markup found")
    text = _LONG_TAG.sub(_drop_attributes, text)
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise UnreadableError("not-html", "the markup holds no document") from error
    return root


def _drop_attributes(match: re.Match[str]) -> str:
    """A tag with an attribute bomb keeps its first part only when it holds few attributes."""
    tag = match.group()
    return tag if tag.count("=") < 200 else re.split(r"[\s/]", tag, maxsplit=1)[0] + " "
