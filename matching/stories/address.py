"""One name for one document: its address without mirror, AMP, staging and tracking variants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from wirewatch.article import Article
from wirewatch.source import Source

_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp|staging|stage|dev|beta|test|print)\.(?=[^.]+\.)")
_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local)$")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{6,}(?!\d)")
_DATE = re.compile(r"(?:19|20)\d{6}")
_TRACKING = re.compile(r"^(?:utm_.*|fbclid|gclid|yclid|mc_[ce]id|ref|from|amp|outputtype|_gl|igshid|cmpid)$", re.I)
_PATH_EDITS = ((re.compile(r"/index\.(?:php|html?|aspx?)(?=/|$)"), ""), (re.compile(r"/amp(?=/|$)"), ""))


def fold_host(host: str) -> str:
    """A host without ``www.``, ``m.``, ``amp.``, ``staging.`` … in front."""
    host = host.lower().rstrip(".")
    while (bare := _HOST_PREFIX.sub("", host)) != host:
        host = bare
    return host


def names_publisher(host: str) -> bool:
    """False for no host and for names reserved for documentation and tests (RFC 2606), which are nobody's."""
    return "." in host and not _RESERVED.search(host)


def host_of(url: str, homes: Mapping[str, str] | None = None) -> str:
    """The folded host of an address, its mirror's home where known; '' for none."""
    host = fold_host(urlsplit(url.strip()).hostname or "")
    return (homes or {}).get(host, host)


def fold_address(url: str, homes: Mapping[str, str] | None = None) -> str:
    """The address under which variants of one page are the same; '' for an empty one.

    ``homes`` maps a folded mirror host to the host it mirrors (see :func:`map_mirrors`).
    """
    parts = urlsplit(url.strip())
    if not parts.netloc:
        return url.strip()
    path = parts.path
    for pattern, replacement in _PATH_EDITS:
        path = pattern.sub(replacement, path)
    kept = sorted((key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.match(key))
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{host_of(url, homes)}{path.rstrip('/') or '/'}{query}"


def document_key(url: str, homes: Mapping[str, str] | None = None) -> str:
    """Host and long number of an address, by which an AMP page and its article are one document; '' without one.

    ``/amp/33498194.html`` and ``/a/33498194.html`` share nothing else. Dates in the path are no such number.
    """
    numbers = [number for number in _LONG_NUMBER.findall(urlsplit(url.strip()).path) if not _DATE.fullmatch(number)]
    return f"{host_of(url, homes)}#{numbers[-1]}" if numbers else ""


def is_amp(url: str) -> bool:
    """True for the address of an AMP page."""
    parts = urlsplit(url.strip())
    return bool(
        re.search(r"/amp(?:/|$)", parts.path) or (parts.hostname or "").startswith("amp.") or "amp=1" in parts.query
    )


def map_mirrors(sources: Iterable[Source]) -> dict[str, str]:
    """Folded mirror host → folded home host, from the catalogue."""
    homes: dict[str, str] = {}
    for source in sources:
        home = fold_host(urlsplit(source.home).hostname or "")
        if home:
            homes.update({fold_host(host): home for host in source.hosts if fold_host(host) != home})
    return homes


def address_of(article: Article, homes: Mapping[str, str] | None = None) -> str:
    """The folded address of an article; its content hash where it has none, or only that of a front page."""
    address = fold_address(article.canonical_url or article.url, homes)
    return article.content_hash if not address or address.endswith("/") else address
