"""The download handler of a live run: Scrapy's requests over connections of our own.

Twisted's HTTP client costs twice as much a page, has no bound for headers, and leaves little of what was said when
a connection fails. Names are resolved here, and what is connected to is the address that was found permitted.
What waits for its turn when a publisher says to wait (Retry-After) is not sent.
"""

from __future__ import annotations

import asyncio
import re
from ipaddress import ip_address
from time import monotonic
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.addresses import AddressRule
from crawler.connection import (
    AnswerError,
    BodyTooLargeError,
    Connection,
    ConnectionLostError,
    CutShortError,
    Received,
)
from crawler.exchange import SAID_TO_WAIT, parse_retry_after
from crawler.middlewares import ENOUGH, RefusedError
from crawler.pool import ForbiddenAddressError, NoSuchHostError, Pool, Resolver, site_key
from wirewatch import clock
from wirewatch.urls import site_of

ABANDONED = "wirewatch_abandoned"
"""Request meta: nobody waits for the answer any more (Scrapy sends what is queued all the same)."""
_BREAKS = re.compile(rb"[\x00\r\n]")
_NOT_IN_TARGET = re.compile(r"[^\x21-\x7e]")
_OF_THE_CONNECTION = frozenset(
    {
        b"connection", b"keep-alive", b"te", b"trailers", b"transfer-encoding", b"upgrade",
        b"proxy-connection",
    }
)  # fmt: skip
"""Headers that say how the body came and not what it is."""


class SaidToWaitError(IgnoreRequest):
    """A request to a host that wants not to be asked now."""


class GuardedHandler:
    """Asks publishers, never more than the allowed number of requests at once to a host.

    Scrapy 2.19 sends all that is queued for a host at once where no pause is set, whatever
    CONCURRENT_REQUESTS_PER_DOMAIN says. It knows nothing of Retry-After, and asks again at once after a 503 with one.
    """

    lazy = True
    _turns: ClassVar[dict[str, asyncio.Semaphore]] = {}

    def __init__(self, crawler: Any) -> None:
        self._crawler: Any = crawler
        settings = crawler.settings
        self._at_once = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._most = settings.getint("DOWNLOAD_MAXSIZE")
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        rule = AddressRule(settings.getlist("WIREWATCH_ALLOW_PRIVATE"))
        verify = settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        self._pool = Pool(Resolver(rule, settings.getfloat("DNS_TIMEOUT")), self._at_once, verify=verify)

    @classmethod
    def from_crawler(cls, crawler: Any) -> GuardedHandler:
        """Made by Scrapy."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Ask the network when it is this request's turn.

        Raises:
            RefusedError: its host leads to an address that may not be asked.
            SaidToWaitError: by then the host has said that it wants to be left alone.
            scrapy.exceptions.DownloadFailedError and its kin: there is no answer.
        """
        site, hosts = site_of(request.url), self._crawler.spider.hosts
        async with self._turns.setdefault(site, asyncio.Semaphore(self._at_once)):
            if request.meta.get(ABANDONED):
                raise DownloadCancelledError("nobody waits for it any more")
            if hosts.waits(site):
                raise SaidToWaitError(SAID_TO_WAIT)
            response = await self._ask_in_time(request)
            asked_to_wait = response.headers.get("Retry-After")
            if asked_to_wait and (until := parse_retry_after(asked_to_wait.decode("latin-1"), clock.now())):
                hosts.note_wait(site, until)
                request.meta["dont_retry"] = True
            return response

    async def _ask_in_time(self, request: Request) -> Response:
        began = monotonic()
        seconds = request.meta.get("download_timeout") or self._seconds
        try:
            async with asyncio.timeout(seconds):
                response = await self._ask(request)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} took longer than {seconds:g} s") from error
        request.meta["download_latency"] = monotonic() - began
        return response

    async def close(self) -> None:
        """Called by Scrapy at its end."""
        self._pool.close()

    async def _ask(self, request: Request) -> Response:
        try:
            return await self._exchange(request)
        except ForbiddenAddressError as error:
            raise RefusedError("private-address") from error
        except NoSuchHostError as error:
            raise CannotResolveHostError(str(error)) from error
        except BodyTooLargeError as error:
            raise DownloadCancelledError(str(error)) from error
        except CutShortError as error:
            raise ResponseDataLossError(str(error)) from error
        except ConnectionRefusedError as error:
            raise DownloadConnectionRefusedError(str(error)) from error
        except TimeoutError:
            raise
        except (AnswerError, OSError) as error:  # of TLS as well
            raise DownloadFailedError(f"{type(error).__name__}: {error}") from error

    async def _exchange(self, request: Request) -> Response:
        """Over a kept connection if there is one; one that turns out to have ended gives way to a new one."""
        try:
            site = site_key(urlsplit(request.url))
            data = write_request(request)
        except ValueError as error:
            raise UnsupportedURLSchemeError(str(error)) from error
        limits = (request.meta.get("download_maxsize", self._most), request.meta.get(ENOUGH))
        if connection := self._pool.take(site):
            try:
                return await self._finish(request, site, connection, await connection.ask(data, *limits))
            except ConnectionLostError as error:
                if not error.silent:
                    raise
        connection = await self._pool.connect(site)
        return await self._finish(request, site, connection, await connection.ask(data, *limits))

    async def _finish(
        self, request: Request, site: tuple[str, str, int], connection: Connection, answer: Received
    ) -> Response:
        self._pool.keep(site, connection)
        return make_response(request, connection.address, answer)


def write_request(request: Request) -> bytes:
    """The bytes of ``request``.

    Raises:
        ValueError: its address or a header holds what cannot be sent.
    """
    parts = urlsplit(request.url)
    scheme, host, port = site_key(parts)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{host}]" if ":" in host else host
    name = host if port == (443 if scheme == "https" else 80) else f"{host}:{port}"
    if _NOT_IN_TARGET.search(target + name):
        raise ValueError("an address with characters that cannot be sent")
    lines = [f"{request.method} {target} HTTP/1.1".encode("ascii"), b"Host: " + name.encode("ascii")]
    lines += [key + b": " + value for key, values in request.headers.items() for value in values]
    if request.body:
        lines.append(b"Content-Length: %d" % len(request.body))
    if any(_BREAKS.search(line) for line in lines):
        raise ValueError("a header with a line break")
    return b"\r\n".join([*lines, b"", request.body])


def make_response(request: Request, address: str, answer: Received) -> Response:
    """The answer as Scrapy has it."""
    headers = Headers()
    for name, value in answer.headers:
        if name.lower() not in _OF_THE_CONNECTION:
            headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=request.url, body=answer.body)
    return kind(
        url=request.url,
        status=answer.status,
        headers=headers,
        body=answer.body,
        ip_address=ip_address(address.partition("%")[0]),
        protocol=f"HTTP/{answer.version}",
    )
