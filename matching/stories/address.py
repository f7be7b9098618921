"""One name for one document: its address without mirror, staging and view variants; and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wirewatch.article import Article
from wirewatch.source import Source
from wirewatch.urls import canonical_url, host_of

_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp|wap|staging|stage|dev|beta|test|print)\.(?=[^.]+\.)")
_INDEX = re.compile(r"/index\.(?:php|html?|aspx?)(?=/|$)")
_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local)$")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{6,}(?!\d)")
_DATE = re.compile(r"(?:19|20)\d{6}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which document an article is and whose.

    ``address``: folded, equal for variants of one page; the content hash where there is none, or only that of a front
    page. ``document``: host and long number of the path, by which an AMP page and its article are one
    (``/amp/33498194.html``, ``/a/33498194.html``), '' without one. ``publisher``: the catalogue's family, else the
    article's source, else the host, '' where none is known.
    """

    address: str
    document: str
    is_amp: bool
    publisher: str

    def is_twin(self, other: Identity) -> bool:
        """True when both are one document: the same address, or an AMP page and its article."""
        if self.address == other.address:
            return True
        return bool(self.document) and self.document == other.document and (self.is_amp or other.is_amp)


def identify(article: Article, sources: Mapping[str, Source], homes: Mapping[str, str]) -> Identity:
    """The identity of an article; ``homes`` is what :func:`map_mirrors` gives for the catalogue."""
    url = article.canonical_url or article.url
    address, host = fold_address(url, homes), fold_host(host_of(url), homes)
    numbers = [number for number in _LONG_NUMBER.findall(address) if not _DATE.fullmatch(number)]
    known = sources.get(article.source or "")
    return Identity(
        address=article.content_hash if not address or address.endswith("/") else address,
        document=f"{host}#{numbers[-1]}" if numbers and host else "",
        is_amp="/amp" in url or "//amp." in url or "amp=1" in url,
        publisher=(known.family if known else "") or article.source or (host if names_publisher(host) else ""),
    )


def fold_host(host: str, homes: Mapping[str, str] | None = None) -> str:
    """A host without ``www.``, ``m.``, ``amp.``, ``staging.`` … in front; a mirror's home where it is known."""
    while (bare := _HOST_PREFIX.sub("", host)) != host:
        host = bare
    return (homes or {}).get(host, host)


def names_publisher(host: str) -> bool:
    """False for no host and for names reserved for documentation and tests (RFC 2606), which are nobody's."""
    return "." in host and not _RESERVED.search(host)


def fold_address(url: str, homes: Mapping[str, str] | None = None) -> str:
    """The address under which variants of one page are the same; what is no http(s) address stays as it is."""
    url = canonical_url(url)
    host = host_of(url)
    if not host:
        return url
    parts = urlsplit(url)
    path = _INDEX.sub("", parts.path).rstrip("/") or "/"
    return f"{fold_host(host, homes)}{path}{'?' if parts.query else ''}{parts.query}"


def map_mirrors(sources: Iterable[Source]) -> dict[str, str]:
    """Folded mirror host → folded home host, from the catalogue."""
    homes: dict[str, str] = {}
    for source in sources:
        home = fold_host(host_of(source.home))
        if home:
            homes.update({fold_host(host): home for host in source.hosts if fold_host(host) != home})
    return homes
