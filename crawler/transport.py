"""Scrapy's HTTP/1.1 handler with a cap on what stands before the body, and with patience.

Twisted takes header lines without end: a publisher that sends nothing else filled 4 GB within the
time limit of one answer. What waits for its turn when a publisher says to wait (Retry-After) is not sent.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.http import _ChunkedTransferDecoder

from crawler.exchange import SAID_TO_WAIT, parse_retry_after
from wirewatch import clock
from wirewatch.urls import site_of

ABANDONED = "wirewatch_abandoned"
"""Request meta: nobody waits for the answer any more (Scrapy sends what is queued all the same)."""
LARGEST_HEAD = 256 * 1024
"""Bytes of status lines and headers taken of one answer; common servers send 1 to 4 kB."""


MOST_LINES = 10_000
SHORTEST_PIECE = 8
"""A chunked body may not come in more lines than that where they are shorter than this (bytes): each chunk costs the
loop a tenth of a millisecond, and a body in chunks of one byte would stop all sources for minutes."""


class HeadTooLargeError(Exception):
    """An answer whose headers are longer than LARGEST_HEAD."""


class SaidToWaitError(IgnoreRequest):
    """A request to a host that wants not to be asked now."""


class CrumbledBodyError(Exception):
    """A body in chunks of a few bytes."""


class CappedProtocol(_LenientHTTP11ClientProtocol):
    """One connection; it is given up where the headers of an answer do not end."""

    _head = 0
    _body = 0
    _lines = 0

    def dataReceived(self, bytes: bytes) -> None:  # noqa: A002, N802 - Twisted's names
        """Hand the bytes to the parser; count those after which it still waits for the body, and the body's lines."""
        parser = self._parser
        if isinstance(getattr(parser, "bodyDecoder", None), _ChunkedTransferDecoder) and self._is_crumbled(bytes):
            self._giveUp(Failure(CrumbledBodyError("a body in chunks of a few bytes")))  # type: ignore[no-untyped-call]
            return
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]
        parser = self._parser
        if parser is None or parser.state not in (STATUS, HEADER):
            self._head = 0
            return
        self._head += len(bytes)
        self._body = self._lines = 0
        if self._head > LARGEST_HEAD:
            parser.clearLineBuffer()  # type: ignore[no-untyped-call]
            error = HeadTooLargeError(f"more than {LARGEST_HEAD} bytes of headers")
            self._giveUp(Failure(error))  # type: ignore[no-untyped-call]

    def _is_crumbled(self, data: bytes) -> bool:
        self._body += len(data)
        self._lines += data.count(b"\r\n")
        return self._lines > MOST_LINES and self._body < self._lines * SHORTEST_PIECE


class CappedFactory(_LenientHTTP11ClientFactory):
    """Makes CappedProtocol connections."""

    noisy = False

    def buildProtocol(self, addr: Any) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 - Twisted's names
        """Called by Twisted for each new connection."""
        return CappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's own handler over capped connections, never more than the allowed number at once to a host.

    Scrapy 2.19 sends all that is queued for a host at once where no pause is set, whatever
    CONCURRENT_REQUESTS_PER_DOMAIN says. It knows nothing of Retry-After, and asks again at once after a 503 with one.
    """

    _turns: ClassVar[dict[str, asyncio.Semaphore]] = {}

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._crawler: Any = crawler
        self._pool._factory = CappedFactory
        self._at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")

    async def download_request(self, request: Request) -> Response:
        """Ask the network when it is this request's turn.

        Raises:
            SaidToWaitError: by then the host has said that it wants to be left alone.
        """
        site, hosts = site_of(request.url), self._crawler.spider.hosts
        async with self._turns.setdefault(site, asyncio.Semaphore(self._at_once)):
            if request.meta.get(ABANDONED):
                raise DownloadCancelledError("nobody waits for it any more")
            if hosts.waits(site):
                raise SaidToWaitError(SAID_TO_WAIT)
            response = await super().download_request(request)
            asked_to_wait = response.headers.get("Retry-After")
            if asked_to_wait and (until := parse_retry_after(asked_to_wait.decode("latin-1"), clock.now())):
                hosts.note_wait(site, until)
                request.meta["dont_retry"] = True
            return response
