"""Reading sitemaps: news sitemaps with titles and dates, plain ones with addresses, and indexes of sitemaps.

libxml2 reads them with entities, network and huge trees off.
"""

from __future__ import annotations

import heapq
import io
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from crawler.reading.addresses import clean_address
from crawler.reading.feed_model import MAX_ENTRIES, DateReader, Feed, FeedEntry
from crawler.reading.feed_parts import describe_problem, read_title, short_language
from wirewatch.errors import UnreadableError

_BEGINNING = datetime.min.replace(tzinfo=UTC)


def read_sitemap(text: str, url: str, dates: DateReader) -> Feed:
    """The entries of a sitemap, or the addresses of the sitemaps in an index (newest first, in ``links``).

    A plain sitemap states only when pages changed: its entries have ``modified`` but no ``published``. Of more
    than ``MAX_ENTRIES`` the newest are taken, because sitemaps often begin with the oldest.

    Raises:
        UnreadableError: ``not-a-feed`` where the document is no sitemap at all.
    """
    rows = _Rows(text)
    nodes = list(rows)
    index = rows.root == "sitemapindex"
    entries = tuple(_newest(_read_entry(node, url, dates) for node in nodes))
    if index:
        links = tuple(entry.link for entry in _by_age(entries) if entry.link)
        return Feed(
            "sitemap-index", partial=bool(rows.damage), problem=describe_problem((), 0, rows.damage), links=links
        )
    problem = describe_problem(entries, len(nodes), rows.damage)
    return Feed("sitemap", entries=entries, partial=bool(rows.damage), problem=problem)


class _Rows:
    """The url or sitemap elements as plain dicts; ``root`` and ``damage`` are known once all were read."""

    def __init__(self, text: str) -> None:
        self.root = ""
        self.damage = ""
        self._data = text

    def __iter__(self) -> Iterator[dict[str, str]]:
        parser = etree.iterparse(
            io.BytesIO(self._data.encode("utf-8", "replace")),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            yield from self._read(parser)
        except etree.XMLSyntaxError as error:
            if not self.root:
                raise UnreadableError("not-a-feed", f"not XML: {error}"[:200]) from error
            self.damage = str(error)

    def _read(self, parser: etree.iterparse) -> Iterator[dict[str, str]]:
        for event, element in parser:
            name = _local_name(element)
            if event == "start":
                self.root = self.root or name
            elif name in ("url", "sitemap"):
                yield _fields(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _fields(element: etree._Element) -> dict[str, str]:
    """The texts below an element by local name; the first of a name counts (images have a loc and title too)."""
    fields: dict[str, str] = {}
    for child in element.iter():
        name = _local_name(child)
        if name and child.text and not _is_media(child):
            fields.setdefault(name, child.text.strip())
    return fields


def _is_media(element: etree._Element) -> bool:
    namespace = etree.QName(element).namespace or ""
    return "image" in namespace or "video" in namespace


def _read_entry(fields: dict[str, str], url: str, dates: DateReader) -> FeedEntry:
    language = short_language(fields.get("language"))
    published = dates.read_published(fields.get("publication_date", ""), language)
    modified = dates.read(fields.get("lastmod", ""), language)
    return FeedEntry(
        link=clean_address(fields.get("loc"), url),
        title=read_title(fields.get("title")),
        language=language,
        modified=modified,
        **published,
    )


def _age(entry: FeedEntry) -> datetime:
    return entry.published or entry.modified or _BEGINNING


def _newest(entries: Iterator[FeedEntry]) -> list[FeedEntry]:
    """All entries in order, or where they are too many the newest of them."""
    found = list(entries)
    return found if len(found) <= MAX_ENTRIES else heapq.nlargest(MAX_ENTRIES, found, key=_age)


def _by_age(entries: tuple[FeedEntry, ...]) -> list[FeedEntry]:
    return sorted(entries, key=_age, reverse=True)
