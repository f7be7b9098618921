"""Short pieces of markup as plain text: titles, summaries, names."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<(?:(?:[a-zA-Z/][^<>]{0,5000}|!--.{0,500}?--|\?[^<>]{0,500}\??)>|!\[CDATA\[)|\]\]>", re.DOTALL)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]{0,1000}>", re.IGNORECASE)
_BEFORE_BLOCK = re.compile(r"(?=</?(?:p|br|div|li|h[1-6]|tr|td|blockquote)\b)", re.IGNORECASE)
_ENTITY = re.compile(r"&#?\w{1,10};")


def strip_markup(text: str) -> str:
    """One line of plain text: tags out, entities read (twice-escaped ones too), white space joined."""
    text = _drop_tags(text)
    if "&" in text:
        text = _drop_tags(html.unescape(text))  # markup that was escaped as text
        if _ENTITY.search(text):
            text = html.unescape(text)
    return " ".join(text.split())


def _drop_tags(text: str) -> str:
    return _TAG.sub("", _BEFORE_BLOCK.sub(" ", _drop_hidden(text))) if "<" in text else text


def _drop_hidden(text: str) -> str:
    """Without scripts and styles; one that is never closed takes the rest with it."""
    kept, position, lower = [], 0, text.lower()
    while match := _HIDDEN.search(text, position):
        kept.append(text[position : match.start()])
        position = lower.find(f"</{match[1].lower()}", match.end())
        if position < 0:
            return " ".join(kept)
    return " ".join([*kept, text[position:]]) if kept else text
