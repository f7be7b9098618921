"""Addresses as publishers write them, made absolute and safe to ask for."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

MAX_LENGTH = 4_096

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean_address(link: object, base: str) -> str:
    """The absolute http(s) address of ``link`` on the page ``base``; '' where it is none.

    Control and direction characters are removed, nothing else is changed. An address with a user name or
    password is none. Without a base ('') a relative link stays as it is.
    """
    if not isinstance(link, str):
        return ""
    text = _CONTROL.sub("", link).strip()
    if not text or len(text) > MAX_LENGTH:
        return ""
    try:
        address = urljoin(base, text)
        parts = urlsplit(address)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
        relative = not base and not parts.scheme and not parts.netloc
    except ValueError:
        return ""
    return address if right or relative else ""


def site_of(address: str) -> str:
    """The host without ``www.``, ``m.`` or ``amp.``, lower case: what makes two addresses one site."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
    return re.sub(r"^(?:www\d?|m|amp|mobile)\.(?=[^.]+\.)", "", host)


def is_same_site(address: str, page: str, hosts: Collection[str] = ()) -> bool:
    """Whether ``address`` is on the site of ``page``, on a host below it, or on one of ``hosts``."""
    site, home = site_of(address), site_of(page)
    if not site or not home:
        return False
    return site == home or site.endswith("." + home) or any(site == site_of(f"//{host}") for host in hosts)
