"""The reader in the shape that comparison benchmarks call: ``f(html, url) -> dict``."""

from __future__ import annotations

from typing import Any

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
