"""Pages of the Inertia framework: what they show stands as JSON in one attribute, in no element of its own.

<div id="app" data-page="{&quot;component&quot;: …, &quot;props&quot;: {&quot;data&quot;: …}}"></div>
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

_DATA_PAGE = re.compile(rb"""\bdata-page\s*=\s*(?:"([^"]*)"|'([^']*)')""")
DEEPEST = 12
"""Levels of the data that are searched; real pages have about six."""


def find_page_data(body: bytes) -> dict[str, Any] | None:
    """The ``props`` of an Inertia page, or of its bare JSON answer; None where the page is of another kind."""
    found = _DATA_PAGE.search(body)
    raw = html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""
    try:
        page = json.loads(raw or body) if raw or body.lstrip().startswith(b"{") else None
    except (ValueError, RecursionError):
        return None
    props = page.get("props") if isinstance(page, dict) else None
    return props if isinstance(props, dict) else None


def walk(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every object within ``value``, outer ones first."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from walk(each, depth + 1)


def list_articles(body: bytes, number_key: str) -> list[tuple[int, str]]:
    """Number and title of each article that the data of a listing page names, in its order, each once."""
    found: dict[int, str] = {}
    for each in walk(find_page_data(body)):
        number, title = each.get(number_key), each.get("title")
        if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 19:
            number = int(number)
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            found.setdefault(number, " ".join(title.split()) if isinstance(title, str) else "")
    return list(found.items())


def show_article(body: bytes) -> bytes | None:
    """The page with the article of its data written out as elements, for a reader of pages; None without one."""
    for each in walk(find_page_data(body)):
        text, title = each.get("body"), each.get("title")
        if isinstance(text, str) and "<" in text and text.strip():
            heading = f"<h1>{html.escape(title)}</h1>" if isinstance(title, str) else ""
            written = f"<article>{heading}{text}</article>".encode("utf-8", "replace")
            head, end, rest = body.rpartition(b"</body>")
            return head + written + end + rest if end else body + written
    return None
