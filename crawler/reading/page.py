"""One article page to one Article: bytes in, Article out; no network, no clock.

The order is: what the page declares (meta elements, JSON-LD), what its markup shows (headline, byline, date, text),
what its publisher is known for (crawler.publishers), what the wire forms in the text say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from crawler.publishers import Publisher, find_publisher
from crawler.publishers.apply import (
    clean_text,
    clean_title,
    find_date,
    keep_lines,
    language_of_path,
    prepare_tree,
)
from crawler.reading.address_dates import read_address_date
from crawler.reading.body import read_body
from crawler.reading.byline import read_authors
from crawler.reading.canonical import read_canonical, split_address
from crawler.reading.decode import decode_both
from crawler.reading.document import MAX_BYTES, Document, parse_article, parse_document
from crawler.reading.headline import read_headline
from crawler.reading.language import normalise_code, recognise
from crawler.reading.script_text import find_script_text
from crawler.reading.source_link import find_source_line
from crawler.reading.structured import Declared, clean_line, pick_text, read_declared, stated_body
from crawler.reading.times import (
    Frame,
    Stated,
    parse_stated,
    read_modified,
    read_published,
    read_published_by_offset,
    stated_in_text,
)
from crawler.reading.title_marks import cut_marks
from crawler.reading.wire_forms import WireForms, read_wire_forms
from crawler.reading.zones import zone_of_country
from wirewatch.article import Article
from wirewatch.errors import UnreadableError
from wirewatch.source import Source
from wirewatch.urls import canonical_url

_MIN_LETTERS = 40
_LISTING_LINKS = 60
_FEED_GAIN = 2
"""A feed's text this many times as long as the page's is the article's."""


def read_page(
    body: bytes,
    url: str,
    *,
    fetched: datetime,
    content_type: str | None = None,
    source: Source | None = None,
    hint: Any = None,
) -> Article:
    """Read the article of a page.

    ``fetched`` is aware: no time after it is believed. ``content_type`` is the HTTP header. Local times
    without a zone are read in the source's zone, else that of the address's country, else in an offset that the
    page states with another time; where nothing tells the zone they keep their day only. ``hint`` is
    the feed's entry for the page (title, published, authors, content): it fills what the page does not state.

    Raises:
        UnreadableError: ``too-large``, ``not-html``; ``listing``, ``paywall`` or ``no-text`` where the page holds
            no article text.
    """
    if len(body) > MAX_BYTES:
        raise UnreadableError("too-large", f"{len(body)} bytes, the limit is {MAX_BYTES}")
    document = parse_document(*decode_both(body, content_type))
    return _Reading(document, url, fetched, source, hint).read()


def read_entry(entry: Any, *, fetched: datetime, source: Source | None = None) -> Article:
    """Read an article from a feed's entry that carries the whole text (``entry.content``, HTML).

    Raises:
        UnreadableError: ``no-text`` where the entry carries none.
    """
    document = parse_article(entry.content or "")
    article = _Reading(document, entry.link, fetched, source, hint=entry).read()
    return replace(article, canonical_url=canonical_url(entry.link))


def _has_text(text: str) -> bool:
    return sum(1 for _ in islice(filter(str.isalpha, text), _MIN_LETTERS)) == _MIN_LETTERS


@dataclass(slots=True)
class _Reading:
    """One page while it is read."""

    document: Document
    url: str
    fetched: datetime
    source: Source | None
    hint: Any

    def read(self) -> Article:
        declared = read_declared(self.document)
        publisher = find_publisher(self.url)
        frame = Frame(self._zone(publisher), self.fetched, self._language_hint(declared, publisher))
        stated_time = find_date(self.document, publisher) if publisher else ""
        embedded = prepare_tree(self.document, publisher) if publisher else None
        headline = read_headline(self.document, declared)
        title = headline.text or self._of_hint("title") or ""
        if embedded and embedded.title:
            title = clean_line(embedded.title)
        published = self._published(declared, frame, stated_time or (embedded.published if embedded else ""))
        forms = self._forms(declared, publisher, headline.shown or title)
        published = published or stated_in_text(forms, frame) or self._of_address(frame)
        title = cut_marks(clean_title(title, publisher) if publisher else title)
        modified = read_modified(declared, frame)
        return Article(
            url=self.url,
            title=title,
            text=forms.text,
            source=self.source.id if self.source else None,
            canonical_url=read_canonical(declared, self.url, self.source),
            summary=self._summary(declared),
            language=recognise(f"{title}\n{forms.text}", frame.language or declared.first("og:locale")),
            published=published.instant if published else None,
            published_precision=published.precision if published else None,
            modified=modified.instant if modified else None,
            fetched=self.fetched,
            authors=read_authors(self.document, declared) or forms.authors or self._hint_authors(),
            place=forms.place,
            agency=forms.agency,
            credits=tuple(forms.credits),
        )

    def _zone(self, publisher: Publisher | None) -> tzinfo | None:
        if self.source:
            return self.source.tzinfo
        return ZoneInfo(publisher.zone) if publisher and publisher.zone else zone_of_country(self.url)

    def _language_hint(self, declared: Declared, publisher: Publisher | None) -> str | None:
        path = language_of_path(split_address(self.url).path, publisher) if publisher else None
        return path or normalise_code(declared.language)

    def _published(self, declared: Declared, frame: Frame, own_time: str) -> Stated | None:
        """The publisher's own time line before all, then what the page states, then the feed."""
        stated = parse_stated(own_time, frame) if own_time else None
        if stated is None or stated.precision == "day":
            generic = read_published(self.document, declared, frame)
            stated = generic if generic and (stated is None or generic.precision != "day") else stated
            if stated and stated.precision == "day" and not frame.zone:
                stated = read_published_by_offset(self.document, declared, frame) or stated
        if stated is None and self._of_hint("published"):
            return Stated(self.hint.published, self._of_hint("published_precision") or "second")
        return stated

    def _of_address(self, frame: Frame) -> Stated | None:
        """The day that the page's address names, where nothing else states one."""
        found = read_address_date(split_address(self.url).geturl(), zone=frame.zone or UTC, now=self.fetched)
        return Stated(found.instant, "day", zoned=False) if found else None

    def _forms(self, declared: Declared, publisher: Publisher | None, title: str) -> WireForms:
        keep = partial(keep_lines, publisher=publisher) if publisher else None
        text = read_body(self.document, title, stated_body(declared), keep)
        if publisher:
            text = clean_text(text, publisher)
        text = self._or_feed_text(text, publisher)
        if not _has_text(text):
            text = read_body(parse_article(find_script_text(self.document, title)))
        if not _has_text(text):
            raise self._no_text(declared)
        linked = find_source_line(self.document, self.url)
        text = f"{text}\n\n{linked}" if linked else text
        return read_wire_forms(text, houses=self._houses(declared, publisher))

    def _or_feed_text(self, text: str, publisher: Publisher | None) -> str:
        """The feed's text where it is much longer than the page's, or the publisher puts it in the feed."""
        content = self._of_hint("content")
        whole = bool(publisher and publisher.whole_feed)
        if not content or (len(content) <= _FEED_GAIN * len(text) and not whole):
            return text
        fed = read_body(parse_article(content))
        return fed if len(fed) > (len(text) if whole else _FEED_GAIN * len(text)) else text

    def _no_text(self, declared: Declared) -> UnreadableError:
        if str(declared.article.get("isAccessibleForFree")).lower() == "false":
            return UnreadableError("paywall", "the page shows no text to readers who do not pay")
        links = len(self.document.all("a"))
        if links > _LISTING_LINKS and not declared.article:
            return UnreadableError("listing", f"{links} links and no article text")
        return UnreadableError("no-text", "the page holds no article text")

    def _houses(self, declared: Declared, publisher: Publisher | None) -> tuple[str, ...]:
        """The names of the publisher itself, as its page, its address and the catalogue give them."""
        host = (split_address(self.url).hostname or "").removeprefix("www.")
        names = [declared.first("og:site_name"), clean_line(pick_text(declared.article.get("publisher"))), host]
        names += [label for label in host.split(".")[:-1] if len(label) > 2]
        names += [self.source.name, self.source.id] if self.source else []
        names += publisher.houses if publisher else ()
        return tuple(name for name in names if name)

    def _summary(self, declared: Declared) -> str | None:
        text = clean_line(declared.first("og:description", "description", "twitter:description"))
        return text or self._of_hint("summary") or None

    def _hint_authors(self) -> tuple[str, ...]:
        return tuple(self._of_hint("authors") or ())

    def _of_hint(self, name: str) -> Any:
        return getattr(self.hint, name, None)
