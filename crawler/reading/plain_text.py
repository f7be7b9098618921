"""Short pieces of markup as plain text: titles, summaries, names."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<(?:[a-zA-Z/][^<>]{0,5000}|!--.{0,5000}?--|!\[CDATA\[|\?[^<>]{0,500}\??)>", re.DOTALL)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]{0,5000}>.{0,200000}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|br|div|li|h[1-6]|tr|td|blockquote)\b", re.IGNORECASE)


def strip_markup(text: str) -> str:
    """One line of plain text: tags out, entities read (twice-escaped ones too), white space joined."""
    if "<" in text:
        text = _TAG.sub("", _BLOCK.sub(r" \g<0>", _HIDDEN.sub(" ", text)))
    if "&" in text:
        text = html.unescape(text)
        if "<" in text:  # markup that was escaped as text
            text = _TAG.sub("", _BLOCK.sub(r" \g<0>", text))
        if "&" in text and re.search(r"&#?\w{1,10};", text):
            text = html.unescape(text)
    return " ".join(text.split())
