"""Reading a page that lists articles, for a publisher without a feed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from crawler.reading.addresses import clean_address, is_same_site
from crawler.reading.feed_bytes import decode
from crawler.reading.feed_model import MAX_ENTRIES, FeedEntry
from crawler.reading.feed_parts import read_title
from wirewatch.errors import UnreadableError
from wirewatch.source import Listing

if TYPE_CHECKING:
    from parsel import Selector

_MEDIA = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|pdf|mp[34]|m4a|zip|docx?|xlsx?|css|js|xml|rss)$", re.IGNORECASE)
_TRACKING = re.compile(r"[?&](?:utm_\w+|fbclid|gclid)=[^&]*")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)


def read_listing(body: bytes, url: str, listing: Listing, *, hosts: Collection[str] = ()) -> list[FeedEntry]:
    """The articles that a page links to: address and title, in page order, each once.

    Taken are links on the page's own site (or one of ``hosts``) that ``listing.link`` selects and whose address
    contains ``listing.match``. Of several links to one address the longest title counts (a picture has none).

    Args:
        url: the address the page came from after redirects.

    Raises:
        UnreadableError: ``no-links``: the page has none that fit; the site was rebuilt, or this is no listing.
    """
    page = _parse(body)
    base = clean_address(page.css("base::attr(href)").get(), url) or url
    found: dict[str, FeedEntry] = {}
    for link, title in _links(page, listing.link):
        address = urldefrag(clean_address(link, base)).url
        if address and _is_article(address, url, listing, hosts) and len(found) < MAX_ENTRIES:
            entry = found.setdefault(_TRACKING.sub("", address), FeedEntry(link=address, title=title))
            if len(title) > len(entry.title):
                found[_TRACKING.sub("", address)] = replace(entry, title=title)
    if not found:
        raise UnreadableError("no-links", _say_why_none(page, listing))
    return list(found.values())


def find_next_page(body: bytes, url: str, listing: Listing) -> str:
    """The address of the listing's next page; '' where ``listing.follow`` selects none on the same site."""
    if not listing.follow:
        return ""
    page = _parse(body)
    base = clean_address(page.css("base::attr(href)").get(), url) or url
    addresses = (clean_address(link, base) for link, _ in _links(page, listing.follow))
    return next((address for address in addresses if address != url and is_same_site(address, url)), "")


def decode_page(body: bytes) -> str:
    """The text of a web page; its meta element counts where its bytes are not UTF-8."""
    declared = _META_CHARSET.search(body[:4_096])
    return decode(body, f"text/html; charset={declared[1].decode('ascii')}" if declared else None)


def _parse(body: bytes) -> Selector:
    from parsel import Selector  # slow to import, and only listings need it

    text = decode_page(body).replace("\x00", "")
    return Selector(text=text if text.strip() else "<html/>", type="html")


def _links(page: Selector, css: str) -> Iterator[tuple[str, str]]:
    """Address and title of each selected link, or of the first link in each selected element."""
    for element in page.css(css):
        link = element if element.root.tag == "a" else next(iter(element.css("a[href]")), None)
        if link is not None and (address := link.attrib.get("href")):
            yield address, _title_of(link)


def _title_of(link: Selector) -> str:
    text = " ".join("".join(link.xpath(".//text()[not(parent::script or parent::style)]").getall()).split())
    return read_title(text or link.attrib.get("title") or link.css("img::attr(alt)").get())


def _is_article(address: str, url: str, listing: Listing, hosts: Collection[str]) -> bool:
    if not is_same_site(address, url, hosts) or address.rstrip("/") == urldefrag(url).url.rstrip("/"):
        return False
    if listing.match:
        return re.search(listing.match, address) is not None
    path = urlsplit(address).path
    return path.strip("/") != "" and not _MEDIA.search(path)


def _say_why_none(page: Selector, listing: Listing) -> str:
    selected = len(page.css(listing.link))
    if not selected:
        return f"nothing on the page fits the selector {listing.link!r}"
    return f"none of {selected} links on the page is on its site and fits {listing.match or 'an article'!r}"
