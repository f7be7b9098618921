"""Connections to publishers: to which address, over TLS or not, and those that are kept for the next request."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar
from urllib.parse import SplitResult

from crawler.addresses import AddressRule
from crawler.connection import Connection

KEPT_SECONDS = 60.0
"""How long a connection is kept for a next request to its host."""
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
"""Names as they may be asked for (Scrapy has written others in Punycode), and literal addresses."""


class NoSuchHostError(Exception):
    """A name that leads to no address, or not in time."""


class ForbiddenAddressError(Exception):
    """A name or literal that leads to an address which the rule does not permit."""


class Resolver:
    """Names to addresses of IPv4; a name keeps the address that it had first, for the time of the process.

    The look-up of the system may hang: it is done in threads, and ``seconds`` is how long one is waited for.
    """

    _found: ClassVar[dict[str, str]] = {}
    _threads: ClassVar[ThreadPoolExecutor | None] = None

    def __init__(self, rule: AddressRule, seconds: float) -> None:
        self._rule, self._seconds = rule, seconds

    async def find(self, host: str) -> str:
        """The address to connect to, and to no other.

        Raises:
            NoSuchHostError, ForbiddenAddressError
        """
        address = self._found.get(host) or await self._look_up(host)
        if not self._rule.permits(address):
            raise ForbiddenAddressError(f"{host} is {address}, which is not public")
        self._found[host] = address
        return address

    async def _look_up(self, host: str) -> str:
        if Resolver._threads is None:
            Resolver._threads = ThreadPoolExecutor(10, thread_name_prefix="resolver")
        try:
            async with asyncio.timeout(self._seconds):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(Resolver._threads, socket.gethostbyname, host)
        except (OSError, UnicodeError) as error:  # a time limit is an OSError as well
            raise NoSuchHostError(f"{host}: {error or 'no answer in time'}") from error


class Pool:
    """Gives connections; at most ``per_host`` are kept of one host and port."""

    def __init__(self, resolver: Resolver, per_host: int, *, verify: bool = True) -> None:
        self._resolver, self._per_host, self._verify = resolver, per_host, verify
        self._kept: defaultdict[tuple[str, str, int], list[tuple[float, Connection]]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None

    def take(self, site: tuple[str, str, int]) -> Connection | None:
        """A kept connection to scheme, host and port, None where there is none."""
        kept = self._kept[site]
        now = asyncio.get_running_loop().time()
        while kept:
            since, connection = kept.pop()
            if connection.reusable and now - since < KEPT_SECONDS:
                return connection
            connection.abort()
        return None

    async def connect(self, site: tuple[str, str, int]) -> Connection:
        """A new connection.

        Raises:
            NoSuchHostError, ForbiddenAddressError, ssl.SSLError, OSError
        """
        scheme, host, port = site
        address = await self._resolver.find(host)
        tls = self._context() if scheme == "https" else None
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, address, port, ssl=tls, server_hostname=host if tls else None
        )
        return connection

    def keep(self, site: tuple[str, str, int], connection: Connection) -> None:
        """Keep a connection whose answer is whole, if it can be asked again."""
        if not connection.reusable:
            return
        if len(self._kept[site]) >= self._per_host:
            connection.abort()
            return
        self._kept[site].append((asyncio.get_running_loop().time(), connection))

    def close(self) -> None:
        """Close what is kept."""
        for kept in self._kept.values():
            for _, connection in kept:
                connection.abort()
        self._kept.clear()

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            if not self._verify:
                self._tls.check_hostname = False
                self._tls.verify_mode = ssl.CERT_NONE
        return self._tls


def site_key(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port of an address.

    Raises:
        ValueError: it is no http or https address, or has no host.
    """
    scheme, host = parts.scheme.lower(), parts.hostname
    if scheme not in _PORTS or not host or not _NAME.fullmatch(host):
        raise ValueError("not an http address")
    return scheme, host, parts.port or _PORTS[scheme]
