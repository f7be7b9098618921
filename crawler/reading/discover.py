"""Finding the feeds of a website: what its pages name, what its robots.txt names, where feeds usually are.

Pure functions; the caller asks the addresses found (robots.txt permitting) and keeps those that are feeds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from parsel import Selector

from crawler.reading.addresses import clean_address
from crawler.reading.feed_parts import read_title
from crawler.reading.listing import decode_page

How = Literal["named", "linked", "robots", "guess"]

MAX_FOUND = 50

_TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rdf",
    "application/feed+json": "json",
}
_VAGUE_TYPES = frozenset({"", "text/xml", "application/xml", "application/json"})
"""Types that a link to a feed may have, and links to other things too."""
_LOOKS_LIKE_FEED = re.compile(
    r"(?:^|[/._?=-])(?:rss2?|feeds?|atom|rdf)(?:[/._?=-]|$|\d)|feedburner\.com/|feed=rss|news-?sitemap", re.IGNORECASE
)
_NOT_FEED = re.compile(r"/(?:comments|wp-json|oembed)\b|comments/feed|/feed/comments", re.IGNORECASE)
_USUAL_PATHS = (
    "/rss",
    "/feed",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/en/rss",
    "/rss/news",
    "/news/rss",
    "/news/feed",
    "/rss/all",
    "/sitemap-news.xml",
    "/news-sitemap.xml",
    "/sitemap_news.xml",
    "/sitemap.xml",
)
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """An address that may be a feed.

    ``how``: ``named`` by the page's link elements, ``linked`` from its text, in ``robots``.txt, or a ``guess``.
    ``kind`` is the kind that the page states, '' where it states none.
    """

    url: str
    how: How
    title: str = ""
    kind: str = ""


def discover_feeds(body: bytes, url: str) -> list[FoundFeed]:
    """The feeds that a page names or links to (best first), and behind them the usual addresses of its site."""
    text = decode_page(body).replace("\x00", "")
    page = Selector(text=text if text.strip() else "<html/>", type="html")
    base = clean_address(page.css("base::attr(href)").get(), url) or url
    return _once([*_named(page, base), *_linked(page, base), *guess_feeds(url)])


def guess_feeds(url: str) -> list[FoundFeed]:
    """The addresses at which feeds of a site usually are, those in the page's language first."""
    language = re.match(r"/[a-z]{2,3}(?=/|$)", urlsplit(url).path)
    near = [f"{language[0]}/rss", f"{language[0]}/feed"] if language else []
    addresses = (clean_address(path, url) for path in (*near, *_USUAL_PATHS))
    return _once(FoundFeed(address, "guess") for address in addresses if address)


def find_sitemaps(robots: str, url: str) -> list[FoundFeed]:
    """The sitemaps that a robots.txt names, those of news first."""
    found = (clean_address(match[1], url) for match in _SITEMAP_LINE.finditer(robots[:500_000]))
    feeds = [FoundFeed(address, "robots", kind="sitemap") for address in found if address]
    return _once(sorted(feeds, key=lambda feed: "news" not in feed.url.lower()))


def _named(page: Selector, base: str) -> Iterator[FoundFeed]:
    for link in page.css("link[href]"):
        rel = (link.attrib.get("rel") or "").lower().split()
        media_type = (link.attrib.get("type") or "").partition(";")[0].strip().lower()
        address = clean_address(link.attrib["href"], base)
        if address and {"alternate", "feed"} & set(rel) and _is_feed_link(media_type, address):
            yield FoundFeed(address, "named", read_title(link.attrib.get("title")), _TYPES.get(media_type, ""))


def _is_feed_link(media_type: str, address: str) -> bool:
    if _NOT_FEED.search(address):
        return False
    return media_type in _TYPES or (media_type in _VAGUE_TYPES and bool(_LOOKS_LIKE_FEED.search(address)))


def _linked(page: Selector, base: str) -> Iterator[FoundFeed]:
    for link in page.css("a[href]"):
        address = clean_address(link.attrib["href"], base)
        parts = urlsplit(address)
        target = f"{parts.hostname}{parts.path}?{parts.query}"
        if address and _LOOKS_LIKE_FEED.search(target) and not _NOT_FEED.search(address):
            yield FoundFeed(address, "linked", read_title("".join(link.css("::text").getall())))


def _once(feeds: Iterable[FoundFeed]) -> list[FoundFeed]:
    """Each address once, as first found, without its trailing slash mattering; at most ``MAX_FOUND``."""
    kept: dict[str, FoundFeed] = {}
    for feed in feeds:
        kept.setdefault(feed.url.rstrip("/"), feed)
    return list(kept.values())[:MAX_FOUND]
