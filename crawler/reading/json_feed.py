"""Reading JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
from typing import Any

from crawler.reading.addresses import clean_address
from crawler.reading.feed_model import MAX_ENTRIES, DateReader, Feed, FeedEntry
from crawler.reading.feed_parts import (
    describe_problem,
    is_whole_text,
    read_summary,
    read_title,
    short_language,
    wrap_paragraphs,
)
from crawler.reading.plain_text import strip_markup
from wirewatch.errors import UnreadableError


def read_json_feed(text: str, url: str, dates: DateReader) -> Feed:
    """The entries of a JSON Feed.

    Raises:
        UnreadableError: ``not-a-feed``: not JSON, or JSON of another kind.
    """
    data = _load(text)
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(items, list) or not _is_json_feed(data):
        raise UnreadableError("not-a-feed", "JSON, but not a JSON Feed")
    language = short_language(data.get("language"))
    rows = [item for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    entries = tuple(_read_item(item, url, dates, language) for item in rows)
    return Feed(
        kind="json",
        title=read_title(_text(data, "title")),
        entries=entries,
        problem=describe_problem(entries, len(items), ""),
        links=tuple(filter(None, [clean_address(data.get("next_url"), url)])),
        home=clean_address(data.get("home_page_url"), url),
        language=language,
    )


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not-a-feed", f"begins like JSON but is none: {error}"[:200]) from error


def _is_json_feed(data: dict[str, Any]) -> bool:
    return "jsonfeed.org" in _text(data, "version") or "home_page_url" in data or "feed_url" in data


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _read_item(item: dict[str, Any], url: str, dates: DateReader, feed_language: str | None) -> FeedEntry:
    language = short_language(item.get("language")) or feed_language
    published = dates.read_published(_text(item, "date_published"), language)
    modified = dates.read(_text(item, "date_modified"), language)
    markup = _text(item, "content_html") or wrap_paragraphs(_text(item, "content_text"))
    identity = item.get("id")
    return FeedEntry(
        link=clean_address(item.get("url") or item.get("external_url") or identity, url) if _has_link(item) else "",
        title=read_title(_text(item, "title")),
        summary=read_summary(_text(item, "summary") or markup),
        authors=_read_authors(item),
        id=str(identity)[:2_000] if isinstance(identity, (str, int)) else "",
        content=markup if is_whole_text(markup) else None,
        language=language,
        modified=modified,
        **published,
    )


def _has_link(item: dict[str, Any]) -> bool:
    """An id may serve as the link, but only where it is an address itself."""
    return bool(item.get("url") or item.get("external_url")) or _text(item, "id").startswith(("http://", "https://"))


def _read_authors(item: dict[str, Any]) -> tuple[str, ...]:
    stated = item.get("authors")
    rows = stated if isinstance(stated, list) else [item.get("author")]
    names = (strip_markup(_text(row, "name"))[:200] for row in rows[:20] if isinstance(row, dict))
    return tuple(dict.fromkeys(name for name in names if name))
