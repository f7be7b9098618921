"""What a reading process does: bytes in, feed or article out; an unreadable one is a value, not a crash.

Who asks for it names these functions and reads nothing itself: what they need is loaded where they run.
"""

from __future__ import annotations

import re
import resource
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from wirewatch.errors import UnreadableError

if TYPE_CHECKING:
    from crawler.reading.check import FeedCheck
    from crawler.reading.feed_model import Feed, FeedEntry
    from wirewatch.article import Article
    from wirewatch.source import Listing, Source

MEMORY_LIMIT = 1536 * 2**20
"""Bytes of data a reading process may hold; beyond it the job ends as too-large."""


_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|meta|title|article|div|p|h1|\?xml)\b", re.IGNORECASE)


def limit_memory() -> None:
    """Called once in each reading process."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))


def read_feed_bytes(
    body: bytes, url: str, content_type: str | None, source: Source, now: datetime
) -> Feed | UnreadableError:
    """A feed or sitemap of ``source``."""
    from crawler.reading.feed import read_feed

    try:
        return read_feed(body, url, content_type=content_type, zone=source.tzinfo, now=now)
    except UnreadableError as error:
        return error


def check_feed_bytes(
    asked: str, url: str, status: int, content_type: str | None, body: bytes, source: Source, now: datetime
) -> FeedCheck:
    """What an editor should know of a feed that was asked for at ``asked`` and answered at ``url``."""
    from crawler.reading.check import check_feed

    return check_feed(asked, url, status, content_type, body, zone=source.tzinfo, now=now)


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one listing page announces, and the address of the next page of it ('' for the last)."""

    entries: list[FeedEntry]
    next_page: str


def read_listing_bytes(
    body: bytes, url: str, listing: Listing, hosts: tuple[str, ...]
) -> ListingPage | UnreadableError:
    """The links of a listing page."""
    from crawler.reading.listing import find_next_page, read_listing

    try:
        return ListingPage(read_listing(body, url, listing, hosts=hosts), find_next_page(body, url, listing))
    except UnreadableError as error:
        return error


def read_page_bytes(
    body: bytes, url: str, content_type: str | None, source: Source, entry: FeedEntry | None, now: datetime
) -> Article | UnreadableError:
    """An article page; ``entry`` is what the feed said of it."""
    from crawler.reading.page import read_page

    try:
        return read_page(body, url, fetched=now, content_type=content_type, source=source, hint=entry)
    except UnreadableError as error:
        return error


def read_whole_entry(entry: FeedEntry, source: Source, now: datetime) -> Article | UnreadableError:
    """The article of an entry whose feed carries its whole text."""
    from crawler.reading.page import read_entry

    try:
        return read_entry(entry, fetched=now, source=source)
    except UnreadableError as error:
        return error


def read_document_bytes(body: bytes, url: str, source: Source | None, now: datetime) -> Article | UnreadableError:
    """A file of unknown kind: a page if it holds markup, else plain text."""
    from crawler.reading.decode import decode_page
    from crawler.reading.page import read_page
    from crawler.reading.plain import read_plain

    try:
        if _MARKUP.search(body[:4096]):
            return read_page(body, url, fetched=now, source=source)
        return read_plain(decode_page(body), url=url, fetched=now)
    except UnreadableError as error:
        return error
