"""The readers in the shape that comparison benchmarks call: of pages, feeds and date strings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from crawler.reading.dates import read_feed_date
from crawler.reading.feed import read_feed
from crawler.reading.page import read_page
from wirewatch.clock import now
from wirewatch.errors import UnreadableError


def extract(html: bytes, url: str) -> dict[str, Any]:
    """Title, text, published (ISO 8601) and authors of a page; ``{}`` where it cannot be read."""
    try:
        article = read_page(html, url, fetched=now())
    except UnreadableError:
        return {}
    row = article.to_json()
    published = row["published"]
    if published and row["published_precision"] == "day":
        published = published[:10]
    return {"title": row["title"], "text": row["text"], "published": published, "authors": row["authors"]}


def feed(body: bytes, url: str) -> list[dict[str, Any]]:
    """Title, link, id and published (as stated, aware) of each entry; ``[]`` where it is no feed."""
    try:
        found = read_feed(body, url, content_type=None, zone=UTC, now=now())
    except UnreadableError:
        return []
    return [
        {"title": entry.title, "link": entry.link, "id": entry.id, "published": entry.stated} for entry in found.entries
    ]


def date(text: str) -> datetime | None:
    """The instant of a feed's date string, UTC where it names no zone; None where it is not read."""
    found = read_feed_date(text, zone=UTC, now=now())
    return found[0] if found else None
