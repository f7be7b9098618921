"""What a feed, sitemap or listing says: plain values, the same for every format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal, TypedDict

from crawler.reading.dates import as_publication_date, read_feed_date
from wirewatch.article import Precision, format_time

FeedKind = Literal["rss", "atom", "rdf", "json", "sitemap", "sitemap-index"]

MAX_ENTRIES = 5_000
"""Entries taken of one feed; what is left out is said in ``Feed.problem``."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One announced report.

    Attributes:
        link: absolute http(s) address, '' where the feed gives none (then there is no page to fetch).
        title: plain text, '' where none.
        published: aware, in the offset stated or else the source's zone; None where the feed states no date that
            can be one of publication (none, an unreadable one, a month alone, the zero date of an empty field).
        published_precision: how much of ``published`` is stated.
        stated: the date literally as stated, also where it cannot be one of publication.
        modified: when the entry was last changed, where that is stated beside its publication.
        summary: plain text, '' where none.
        authors: names as stated, without mail addresses.
        id: the feed's own id of the entry; not to be trusted as a key (some feeds repeat one).
        origin: whom the feed names as the entry's source (RSS ``source``), '' where nobody; aggregators give it.
        content: the whole text as HTML where the feed carries it. Not sanitized: read it as text, never show it.
        language: ISO 639-1 code that the entry or its feed states.
    """

    link: str
    title: str = ""
    published: datetime | None = None
    published_precision: Precision | None = None
    summary: str = ""
    authors: tuple[str, ...] = ()
    id: str = ""
    content: str | None = None
    language: str | None = None
    modified: datetime | None = None
    stated: datetime | None = None
    origin: str = ""

    @property
    def is_whole(self) -> bool:
        """The entry says all that its page would: text, headline and time of publication."""
        return bool(self.content and self.link and self.title and self.published)

    def to_json(self) -> dict[str, Any]:
        """The entry as ``wirewatch feed`` prints it; ``published`` is the date as stated, ISO 8601 with offset."""
        return {
            "link": self.link,
            "title": self.title,
            "published": format_time(self.stated),
            "published_precision": self.published_precision,
            "summary": self.summary,
            "authors": list(self.authors),
            "id": self.id,
            "language": self.language,
        }


class DateReader:
    """Reads the dates of one feed: its zone and the present time stay the same for all entries."""

    def __init__(self, zone: tzinfo, now: datetime) -> None:
        self._zone = zone
        self._now = now

    def read(self, text: str | None, language: str | None) -> datetime | None:
        """A date literally as stated, or None."""
        found = read_feed_date(text or "", zone=self._zone, now=self._now, language=language)
        return found[0] if found else None

    def read_published(self, text: str | None, language: str | None) -> PublishedFields:
        """The three fields of an entry that one date text fills."""
        found = read_feed_date(text or "", zone=self._zone, now=self._now, language=language)
        date = as_publication_date(found)
        return {
            "stated": found[0] if found else None,
            "published": date.instant if date else None,
            "published_precision": date.precision if date else None,
        }


class PublishedFields(TypedDict):
    """What one date text says, as fields of :class:`FeedEntry`."""

    stated: datetime | None
    published: datetime | None
    published_precision: Precision | None


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
