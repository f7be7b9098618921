"""Who asks: the network address of a visitor, which limits on sign-ups go by."""

from __future__ import annotations

import ipaddress

from datasette.utils.asgi import Request


def address_of(request: Request) -> str:
    """The visitor's address; of one that comes through a proxy on this machine or network, what the proxy says.

    A proxy adds the address it saw at the end of ``X-Forwarded-For``; what stands before it anybody may have
    written. From elsewhere the header is not believed at all.
    """
    client = request.scope.get("client") or ("",)
    peer = str(client[0])
    if not _is_near(peer):
        return peer
    seen = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return seen if _is_address(seen) else peer


def _is_near(address: str) -> bool:
    return _is_address(address) and ipaddress.ip_address(address).is_private  # loopback is private as well


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
