"""Authors of a page: from declarations first, then from its byline."""

from __future__ import annotations

import re
from typing import Any

from crawler.reading.structured import Declared, clean_line

_LEAD_IN = re.compile(
    r"^(?:by|von|de|par|di|por|автор|müəllif|yazan|yazar|հեղինակ|ავტორი|نویسنده)\s*[:\-–]?\s+", re.IGNORECASE
)
_NOT_A_NAME = re.compile(r"https?://|www\.|@|^\W*$|^\d+$")


def read_authors(declared: Declared) -> tuple[str, ...]:
    """The people or houses that the page names as authors, in order, once each."""
    names = _names_in(declared.article.get("author"))
    if not names:
        names = [text for key in ("author", "article:author", "parsely-author") for text in declared.meta.get(key, ())]
    cleaned = [clean_name(name) for name in names]
    return tuple(dict.fromkeys(name for name in cleaned if name))


def clean_name(text: str) -> str:
    """A name without its lead-in ("By …") and the like; '' where it is no name."""
    name = _LEAD_IN.sub("", clean_line(text)).strip(" ,;|-–—")
    return "" if _NOT_A_NAME.search(name) or len(name) > 120 else name


def _names_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [name for item in value[:20] for name in _names_in(item)]
    if isinstance(value, dict):
        return _names_in(value.get("name"))
    return []
