"""One article page to one Article: bytes in, Article out; no network, no clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.reading.body import read_body
from crawler.reading.byline import read_authors
from crawler.reading.decode import decode_page
from crawler.reading.document import MAX_BYTES, parse_document
from crawler.reading.headline import read_headline
from crawler.reading.language import normalise_code, recognise
from crawler.reading.structured import Declared, clean_line, pick_text, read_declared, stated_body
from crawler.reading.times import Frame, Stated, parse_stated, read_modified, read_published
from crawler.reading.wire_forms import read_wire_forms
from wirewatch.article import Article
from wirewatch.errors import UnreadableError
from wirewatch.source import Source

_MIN_LETTERS = 40


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
    without a zone are read in the source's zone. ``hint`` is the feed's entry for the page: its ``title``,
    ``published`` and ``summary`` fill what the page does not state.

    Raises:
        UnreadableError: ``too-large``, ``not-html``, ``no-text`` …
    """
    if len(body) > MAX_BYTES:
        raise UnreadableError("too-large", f"{len(body)} bytes, the limit is {MAX_BYTES}")
    root = parse_document(decode_page(body, content_type))
    declared = read_declared(root)
    frame = Frame(source.tzinfo if source else None, fetched, normalise_code(declared.language))
    published = read_published(root, declared, frame)
    modified = read_modified(declared, frame)
    title = read_headline(root, declared)
    authors = read_authors(root, declared)
    text = read_body(root, title, stated_body(declared))
    if sum(map(str.isalpha, text)) < _MIN_LETTERS:
        raise UnreadableError("no-text", "the page holds no article text")
    forms = read_wire_forms(text, houses=_houses(declared, url, source))
    published = published or parse_stated(forms.stated_time, frame)
    return Article(
        url=url,
        title=title or getattr(hint, "title", None) or "",
        text=forms.text,
        source=source.id if source else None,
        canonical_url=_canonical(declared, url, source),
        summary=clean_line(declared.first("og:description", "description", "twitter:description")) or None,
        language=recognise(f"{title}\n{forms.text}", declared.language or declared.first("og:locale")),
        published=published.instant if published else getattr(hint, "published", None),
        published_precision=_precision(published, hint),
        modified=modified.instant if modified else None,
        fetched=fetched,
        authors=authors or forms.authors,
        place=forms.place,
        agency=forms.agency,
        credits=tuple(forms.credits),
    )


def _houses(declared: Declared, url: str, source: Source | None) -> tuple[str, ...]:
    """The names of the publisher itself, as its page, its address and the catalogue give them."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    names = [declared.first("og:site_name"), clean_line(pick_text(declared.article.get("publisher"))), host]
    names += [label for label in host.split(".")[:-1] if len(label) > 2]
    if source:
        names += [source.name, source.id]
    return tuple(name for name in names if name)


def _precision(published: Stated | None, hint: Any) -> Any:
    if published:
        return published.precision
    if getattr(hint, "published", None):
        return getattr(hint, "published_precision", None) or "second"
    return None


def _canonical(declared: Declared, url: str, source: Source | None) -> str | None:
    """The page's own canonical address where it lies on the same site, else None."""
    for address in (declared.canonical, declared.first("og:url")):
        absolute = urljoin(url, address) if address else ""
        if absolute and _same_site(absolute, url, source):
            return absolute
    return None


def _same_site(address: str, url: str, source: Source | None) -> bool:
    try:
        parts, own = urlsplit(address), urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.path in ("", "/"):
        return False
    hosts = {own.hostname or "", *(source.hosts if source else ())}
    if source and source.home:
        hosts.add(urlsplit(source.home).hostname or "")
    return _bare(parts.hostname) in {_bare(host) for host in hosts if host}


def _bare(host: str) -> str:
    for prefix in ("www.", "m.", "amp.", "mobile."):
        host = host.removeprefix(prefix)
    return host.lower()
