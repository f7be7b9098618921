"""Addresses: the canonical form that says whether two links are one page.

Built on w3lib (Scrapy's own): lower-case host, no fragment, sorted query. On top of it we drop what
publishers add for their statistics, and fold AMP, mobile and print views onto the page itself.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_TRACKING = re.compile(
    r"(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|ysclid|mc_[ce]id|igshid|_openstat|ncid|cmpid|ocid"
    r"|ref|ref_src|ref_url|referrer|from|source|rss|ito|at_\w+|ftag|smid|spm|share|amp|outputtype|print|xtor)",
    re.IGNORECASE,
)
_TRACKING_VALUE = re.compile(
    r"(rss|feed|atom|xml|twitter|facebook|telegram|social|newsletter|share|amp|1|true|)", re.IGNORECASE
)
_ONLY_WITH_VALUE = {"ref", "from", "source", "rss", "share", "amp", "print", "outputtype"}
_AMP_PATH = re.compile(r"/amp(?=/|$)|(?<=[^/])\.amp(?=\.html?$|$)")
_VIEW_HOST = re.compile(r"^(?:www\d?|m|mobile|amp|wap)\.(?=[^.]+\.)")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CREDENTIALS = re.compile(r"(^\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,})[^/\\?#]*@", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}


def clean_link(link: str, base: str = "") -> str | None:
    """``link`` made absolute against ``base`` if it is an http(s) address a page may have, else None.

    Control and bidi characters are removed; an address with a user name or password is refused.
    """
    joined = _CONTROL.sub("", urljoin(base, link.strip()) if base else link)
    try:
        parts = urlsplit(joined)
        port = parts.port
        joined.encode()
    except ValueError:  # broken brackets, a port that is none, half a character
        return None
    if parts.scheme.lower() not in _DEFAULT_PORT or not parts.hostname or parts.username or parts.password:
        return None
    if port == 0 or len(joined) > 2048:
        return None
    return joined


def hide_password(url: str) -> str:
    """``url`` without user name and password: what may be stored and shown of any address."""
    return _CREDENTIALS.sub(r"\1", url)


@lru_cache(maxsize=8192)
def canonical_url(url: str) -> str:
    """The canonical form of an http(s) address: what is stored, compared and shown.

    Keeps scheme and host as they are reached; drops fragment, tracking parameters, default port, AMP
    and print views. An address that cannot be parsed is returned as it is.
    """
    try:
        url.encode()
        parts = urlsplit(url.strip())
        host = _host_with_port(parts)
    except ValueError:
        return url
    if parts.scheme.lower() not in _DEFAULT_PORT or not parts.hostname:
        return url
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query, True) if not _is_tracking(key, value)])
    return canonicalize_url(urlunsplit((parts.scheme.lower(), host, _fold_amp(parts.path) or "/", query, "")))


def _fold_amp(path: str) -> str:
    while (shorter := _AMP_PATH.sub("", path)) != path:
        path = shorter
    return path


@lru_cache(maxsize=8192)
def link_key(url: str) -> str:
    """Identity of a page: 32 hex digits, equal for http/https, www/mobile/AMP hosts and a final slash.

    (The first half of a SHA-256: 128 bits, so that nobody can make two addresses collide.)
    """
    parts = urlsplit(canonical_url(url))
    host = _VIEW_HOST.sub("", parts.netloc)
    folded = f"{host}{parts.path.rstrip('/')}?{parts.query}"
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def host_of(url: str) -> str:
    """The host name of an address, lower case, '' where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


@lru_cache(maxsize=2048)
def site_of(url: str) -> str:
    """The host of an address without ``www.``, with the port where it is not the scheme's own; '' where none.

    What answers at another port is another server, and may be another publisher's.
    """
    try:
        parts = urlsplit(url)
        return _host_with_port(parts).removeprefix("www.") if parts.hostname else ""
    except ValueError:
        return ""


def _host_with_port(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _DEFAULT_PORT.get(parts.scheme.lower())) else f"{host}:{parts.port}"


def _is_tracking(key: str, value: str) -> bool:
    if not _TRACKING.fullmatch(key):
        return False
    return key.lower() not in _ONLY_WITH_VALUE or _TRACKING_VALUE.fullmatch(value) is not None
