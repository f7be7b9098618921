"""What a feed, sitemap or listing says: plain values, the same for every format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from crawler.reading.dates import FeedPrecision

FeedKind = Literal["rss", "atom", "rdf", "json", "sitemap", "sitemap-index"]

MAX_ENTRIES = 5_000
"""Entries taken of one feed; what is left out is said in ``Feed.problem``."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One announced report.

    Attributes:
        link: absolute http(s) address, '' where the feed gives none (then there is no page to fetch).
        title: plain text, '' where none.
        published: aware, in the offset stated or else the source's zone; None where not stated or not readable.
        published_precision: how much of ``published`` is stated; ``month`` and ``year`` are too coarse for an article.
        modified: when the entry was last changed, where that is stated beside its publication.
        summary: plain text, '' where none.
        authors: names as stated, without mail addresses.
        id: the feed's own id of the entry; not to be trusted as a key (some feeds repeat one).
        content: the whole text as HTML where the feed carries it. Not sanitized: read it as text, never show it.
        language: ISO 639-1 code that the entry or its feed states.
    """

    link: str
    title: str = ""
    published: datetime | None = None
    published_precision: FeedPrecision | None = None
    summary: str = ""
    authors: tuple[str, ...] = ()
    id: str = ""
    content: str | None = None
    language: str | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed or sitemap as read.

    Attributes:
        entries: in the feed's order, at most ``MAX_ENTRIES``.
        partial: the document is damaged or cut; ``entries`` is what could be read of it.
        problem: in words what is wrong, '' where nothing is.
        links: addresses of further sitemaps (``sitemap-index``) or of the feed's next page, absolute.
        home: the page that the feed belongs to, '' where not stated.
    """

    kind: FeedKind
    title: str = ""
    entries: tuple[FeedEntry, ...] = ()
    partial: bool = False
    problem: str = ""
    links: tuple[str, ...] = ()
    home: str = ""
    language: str | None = None
