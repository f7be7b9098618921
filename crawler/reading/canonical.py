"""The canonical address that a page names, where it may be believed."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

from crawler.reading.structured import Declared
from wirewatch.source import Source
from wirewatch.urls import site_of

_VARIANTS = ("www.", "m.", "amp.", "mobile.", "staging.", "dev.")


def read_canonical(declared: Declared, url: str, source: Source | None) -> str | None:
    """The address of rel=canonical or og:url where it lies on the same site or a host of the source, else None.

    Copies keep the canonical address of the page they copied: another site's is no identity of this page.
    """
    for address in (declared.canonical, declared.first("og:url")):
        absolute = _join(url, address)
        if absolute and _is_same_site(absolute, url, source):
            return absolute
    return None


def split_address(url: str) -> SplitResult:
    """The parts of an address; all empty where it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _join(url: str, address: str) -> str:
    try:
        return urljoin(url, address) if address else ""
    except ValueError:
        return ""


def _is_same_site(address: str, url: str, source: Source | None) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.path in ("", "/"):
        return False
    own = {_bare_site(url)}
    if source:
        own |= {bare_host(host) for host in source.hosts} | {_bare_site(source.home)}
    return _bare_site(address) in own - {""}


def _bare_site(url: str) -> str:
    """Host without the prefixes of its variants, with a port that is not the usual one."""
    return bare_host(site_of(url))


def bare_host(host: str) -> str:
    """A host without the prefixes of its variants (www, mobile, AMP, staging)."""
    host = host.lower()
    for prefix in _VARIANTS:
        host = host.removeprefix(prefix)
    return host
