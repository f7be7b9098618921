"""OPML subscription lists: read as sources, written from sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree

from crawler.reading.addresses import clean_address, site_of
from crawler.reading.feed_bytes import decode
from crawler.reading.feed_parts import read_title, short_language
from crawler.reading.feed_repair import clean_xml, drop_prolog
from wirewatch.errors import UnreadableError
from wirewatch.source import Source

MAX_OUTLINES = 10_000


def read_opml(body: bytes) -> list[Source]:
    """The feeds of an OPML file as sources, in the file's order.

    Feeds of one website (``htmlUrl``) become one source. An id is the host with hyphens (``news-example-az``),
    made unique by a number. OPML knows no time zone: the sources read times without one as UTC.

    Raises:
        UnreadableError: ``not-opml``: the file is no OPML, or names no feed.
    """
    root = _parse(body)
    sources: dict[str, Source] = {}
    ids: set[str] = set()
    for name, feed, home, language in _outlines(root):
        key = site_of(home) or feed
        if key in sources:
            known = sources[key]
            sources[key] = replace(known, feeds=tuple(dict.fromkeys((*known.feeds, feed))))
        else:
            sources[key] = _make_source(name, feed, home, language, ids)
    if not sources:
        raise UnreadableError("not-opml", "the file names no feed with an http address")
    return list(sources.values())


def _parse(body: bytes) -> etree._Element:
    text = clean_xml(drop_prolog(decode(body, None).lstrip("\ufeff \t\r\n")))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("not-opml", f"not XML: {error}"[:200]) from error
    if root is None or not isinstance(root.tag, str) or etree.QName(root).localname.lower() != "opml":
        raise UnreadableError("not-opml", "the file is not OPML")
    return root


def _outlines(root: etree._Element) -> Iterator[tuple[str, str, str, str | None]]:
    """Title, feed, website and language of each outline that names a feed, however deep it stands."""
    for count, outline in enumerate(root.iter("{*}outline")):
        if count >= MAX_OUTLINES:
            return
        values = {str(key).lower(): str(value) for key, value in outline.attrib.items()}
        feed = clean_address(values.get("xmlurl"), "")
        if feed.startswith("http"):
            home = clean_address(values.get("htmlurl"), "")
            name = read_title(values.get("title") or values.get("text"))
            yield name, feed, home if home.startswith("http") else "", short_language(values.get("language"))


def _make_source(name: str, feed: str, home: str, language: str | None, ids: set[str]) -> Source:
    site = site_of(home) or site_of(feed)
    identity = unique_id(site, ids)
    languages = (language,) if language else ()
    return Source(id=identity, name=name or site, home=home, feeds=(feed,), languages=languages, family=identity)


def unique_id(site: str, taken: set[str]) -> str:
    """A source id from a host, different from all in ``taken``, to which it is added."""
    stem = re.sub(r"[^a-z0-9]+", "-", site)
    stem = stem.strip("-")[:36] or "source"
    identity, number = stem, 2
    while identity in taken:
        identity, number = f"{stem}-{number}", number + 1
    taken.add(identity)
    return identity


def write_opml(sources: Iterable[Source], *, title: str = "Wirewatch sources") -> str:
    """An OPML 2.0 subscription list with one outline a feed; sources without a feed have no place in it."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for source in sources:
        for feed in source.feeds:
            attributes = {"text": source.name, "title": source.name, "type": "rss", "xmlUrl": feed}
            if source.home:
                attributes["htmlUrl"] = source.home
            if len(source.languages) == 1:
                attributes["language"] = source.languages[0]
            etree.SubElement(body, "outline", attributes)
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
