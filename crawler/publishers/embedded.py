"""Articles in a page's embedded data: for sites that send their text as JSON and draw it in the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.reading.document import Document, own_text

_MAX_JSON = 4_000_000
_MAX_NODES = 20_000
_MIN_TEXT = 200
_TITLE_KEYS = ("title", "headline", "name")
_DATE_KEYS = ("published_at", "publishedAt", "publish_date", "publishDate", "datePublished", "created_at", "date")
_MARKUP = re.compile(r"<(?:p|br|div|h\d|strong|em|span)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EmbeddedArticle:
    """The article found in embedded data: its HTML, and its title and date as stated ('' where missing)."""

    html: str
    title: str = ""
    published: str = ""


def read_embedded(document: Document, kind: str) -> EmbeddedArticle | None:
    """The article in the page's data (``inertia``: the data-page attribute; ``next``: __NEXT_DATA__), or None."""
    for text in _find_json(document, kind):
        if len(text) > _MAX_JSON:
            continue
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        found = _largest_text(data)
        if found:
            return found
    return None


def _find_json(document: Document, kind: str) -> Iterator[str]:
    if kind == "inertia":
        for element in document.elements("div"):
            if data := element.attributes.get("data-page"):
                yield data
    else:
        for script in document.all("script"):
            if script.attributes.get("id") == "__NEXT_DATA__" and (data := own_text(script)):
                yield data


def _largest_text(data: Any) -> EmbeddedArticle | None:
    """The longest HTML text anywhere in the data, with title and date of the object it stands in."""
    best: EmbeddedArticle | None = None
    stack, seen = [data], 0
    while stack and seen < _MAX_NODES:
        seen += 1
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            stack.extend(value.values())
            text = max((item for item in value.values() if _is_text(item)), key=len, default="")
            if len(text) > len(best.html if best else ""):
                best = EmbeddedArticle(text, _first(value, _TITLE_KEYS), _first(value, _DATE_KEYS))
    return best


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= _MIN_TEXT and bool(_MARKUP.search(value))


def _first(value: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((value[key] for key in keys if isinstance(value.get(key), str) and value[key]), "")
