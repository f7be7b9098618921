"""The download handler of a live run: Scrapy's over aiohttp, with guards.

Names are resolved here, and what is connected to is the address that was found permitted.
What waits for its turn when a publisher says to wait (Retry-After) is not sent.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cached_property, partial
from math import inf
from time import monotonic
from typing import Any, ClassVar
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers, Response
from scrapy.utils.ssl import _make_ssl_context
from yarl import URL

from crawler.addresses import AddressRule
from crawler.bounds import LARGEST_HEAD, LONGEST_LINE, BoundedProtocol, MalformedError
from crawler.exchange import SAID_TO_WAIT, parse_retry_after
from crawler.middlewares import ENOUGH, RefusedError
from wirewatch import clock
from wirewatch.urls import site_of

ABANDONED = "wirewatch_abandoned"
"""Request meta: nobody waits for the answer any more (Scrapy sends what is queued all the same)."""
KEPT_SECONDS = 60.0
"""How long a connection is kept for a next request to its host."""
_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]*)?(?:/[\x21-\x7e]*|\?[\x21-\x7e]*|#.*)?", re.IGNORECASE
)
"""Addresses as they can be sent (Scrapy has escaped others, and written names in Punycode)."""
_BREAKS = re.compile(r"[\x00\r\n]")
_OF_THE_CONNECTION = frozenset(
    {
        b"connection", b"keep-alive", b"te", b"trailers", b"transfer-encoding", b"upgrade",
        b"proxy-connection",
    }
)  # fmt: skip
"""Headers that say how the body came and not what it is."""


class SaidToWaitError(IgnoreRequest):
    """A request to a host that wants not to be asked now."""


class Answer(_ClientResponse):
    """An answer of whose body no more is taken once there are ``enough`` bytes."""

    enough: float = inf


class Resolver(AbstractResolver):
    """Names to addresses of IPv4; a name keeps the address that it had first, for the time of the process.

    The look-up of the system may hang: it is done in threads, and ``seconds`` is how long one is waited for.
    """

    _found: ClassVar[dict[str, str]] = {}
    _threads: ClassVar[ThreadPoolExecutor | None] = None

    def __init__(self, rule: AddressRule, seconds: float) -> None:
        self._rule, self._seconds = rule, seconds

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:  # noqa: ARG002
        """The address to connect to, and no other.

        Raises:
            OSError: there is none, or not in time.
            RefusedError: it is not permitted.
        """
        address = self._found.get(host) or await self._look_up(host)
        if not self._rule.permits(address):
            raise RefusedError("private-address")
        self._found[host] = address
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def _look_up(self, host: str) -> str:
        if Resolver._threads is None:
            Resolver._threads = ThreadPoolExecutor(10, thread_name_prefix="resolver")
        try:
            async with asyncio.timeout(self._seconds):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(Resolver._threads, socket.gethostbyname, host)
        except (OSError, UnicodeError) as error:  # a time limit is an OSError as well
            raise socket.gaierror(socket.EAI_NONAME, f"{host}: {error or 'no answer in time'}") from error

    async def close(self) -> None:
        """Nothing is held open."""


class GuardedHandler(AiohttpDownloadHandler):
    """Asks publishers, never more than the allowed number of requests at once to a host.

    Scrapy 2.19 sends all that is queued for a host at once where no pause is set, whatever
    CONCURRENT_REQUESTS_PER_DOMAIN says. It knows nothing of Retry-After, and asks again at once after a 503 with one.
    """

    lazy = True
    experimental = False
    """Scrapy says so of the handler over aiohttp at each start; decision 0015 has what we found."""
    _turns: ClassVar[dict[str, asyncio.Semaphore]] = {}

    def __init__(self, crawler: Any) -> None:
        super(AiohttpDownloadHandler, self).__init__(crawler)  # its own makes a session with other bounds
        settings = crawler.settings
        self._at_once = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._rule = AddressRule(settings.getlist("WIREWATCH_ALLOW_PRIVATE"))
        self._session = self._make_session(Resolver(self._rule, settings.getfloat("DNS_TIMEOUT")))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made when the first https address is asked: loading the certificates of the system takes 20 ms."""
        return _make_ssl_context(self.crawler.settings)

    def _make_session(self, resolver: Resolver) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=resolver,
            use_dns_cache=False,
            keepalive_timeout=KEPT_SECONDS,
            limit=0,  # a host's requests wait for their turn, and Scrapy bounds all
        )
        factory: Any = partial(BoundedProtocol, loop=connector._loop)
        connector._factory = factory
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=Answer,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            timeout=aiohttp.ClientTimeout(),
            read_bufsize=LARGEST_HEAD,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            max_headers=LARGEST_HEAD,
        )

    async def download_request(self, request: Request) -> Response:
        """Ask the network when it is this request's turn.

        Raises:
            RefusedError: its host leads to an address that may not be asked.
            SaidToWaitError: by then the host has said that it wants to be left alone.
            scrapy.exceptions.DownloadFailedError and its kin: there is no answer.
        """
        spider: Any = self.crawler.spider
        site, hosts = site_of(request.url), spider.hosts
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
                response = await super().download_request(request)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} took longer than {seconds:g} s") from error
        request.meta["download_latency"] = monotonic() - began
        return response

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:  # noqa: ARG002
        headers = self._request_headers(request).to_tuple_list()
        if not _ADDRESS.fullmatch(request.url) or any(_BREAKS.search(value) for pair in headers for value in pair):
            raise UnsupportedURLSchemeError("an address or a header that cannot be sent")
        if not self._rule.permits_host(urlsplit(request.url).hostname or ""):  # aiohttp resolves no literal
            raise RefusedError("private-address")
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body or None,
                headers=headers,
                ssl=self._tls if request.url.startswith("https") else True,
                allow_redirects=False,
            ) as response:
                if response.headers.get("Transfer-Encoding", "chunked").lower() != "chunked":
                    raise MalformedError("a transfer encoding that was not asked for")
                assert isinstance(response, Answer)
                response.enough = request.meta.get(ENOUGH, inf)
                yield response
        except (aiohttp.ClientError, ValueError) as error:
            raise explain_client_error(error) from (error.__cause__ or error)

    @staticmethod
    async def _iter_body_chunks(response: Any) -> AsyncIterator[bytes]:
        size = 0
        async for part in response.content.iter_any():
            yield part
            size += len(part)
            if size >= response.enough:
                return

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        headers = Headers()
        for name, value in response.raw_headers:
            if name.lower() not in _OF_THE_CONNECTION:
                headers.appendlist(name, value.strip())
        return headers


def explain_client_error(error: Exception) -> Exception:
    """The exception of Scrapy's that stands for one of aiohttp's."""
    cause = error.__cause__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return CannotResolveHostError(str(error))
    if isinstance(cause, ConnectionRefusedError):
        return DownloadConnectionRefusedError(str(error))
    if isinstance(cause, TimeoutError):
        return DownloadTimeoutError(str(error))
    if isinstance(error, ValueError | aiohttp.NonHttpUrlClientError) and not isinstance(error, aiohttp.ClientSSLError):
        return UnsupportedURLSchemeError(str(error))
    return DownloadFailedError(f"{type(error).__name__}: {error}")
