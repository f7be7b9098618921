"""What the tests of feeds share: a small feed, and reading it as a source of Baku."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from crawler.reading.feed import Feed, read_feed

BAKU = ZoneInfo("Asia/Baku")
NOW = datetime(2025, 8, 1, 12, 0, tzinfo=UTC)
URL = "https://wire.example.az/en/rss"

ITEM = (
    "<item><title>Ministers meet in Tbilisi</title><link>https://wire.example.az/a/1</link>"
    "<pubDate>Mon, 21 Jul 2025 08:32:00 +0400</pubDate></item>"
)


def rss(items: str = ITEM, head: str = "", attributes: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}\n<rss version="2.0"{attributes}><channel>'
        f"<title>Example wire</title><link>https://wire.example.az/</link><language>en-us</language>{items}</channel></rss>"
    )


def read(document: str | bytes, url: str = URL, content_type: str | None = None) -> Feed:
    body = document.encode() if isinstance(document, str) else document
    return read_feed(body, url, content_type=content_type, zone=BAKU, now=NOW)
