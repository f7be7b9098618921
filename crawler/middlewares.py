"""Scrapy downloader middlewares: which addresses are asked at all, and robots.txt."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.misc import build_from_crawler

from crawler.addresses import AddressRule
from crawler.exchange import ELSEWHERE
from wirewatch.outcome import RobotsFile
from wirewatch.urls import clean_link, site_of


class RefusedError(IgnoreRequest):
    """A request that a rule forbids; ``reason`` is a fixed word of the ledger."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ElsewhereError(RefusedError):
    """A request to a host that another process asks at this time."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(ELSEWHERE)


class AddressMiddleware:
    """Refuses what is not a plain http(s) address of a permitted host; it sees every redirect hop as well."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.rule = AddressRule(crawler.settings.getlist("WIREWATCH_ALLOW_PRIVATE"))
        self.check_hosts = not crawler.settings.get("WIREWATCH_REPLAY")

    @classmethod
    def from_crawler(cls, crawler: Any) -> AddressMiddleware:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let ``request`` pass or raise RefusedError."""
        if clean_link(request.url) is None:
            raise RefusedError("not-an-http-address")
        host = urlsplit(request.url).hostname or ""
        if self.check_hosts and not self.rule.permits_host(host):
            raise RefusedError("private-address")
        if not self.crawler.spider.hosts.is_ours(host):
            raise ElsewhereError(request.url)
        site = site_of(request.url)
        self.crawler.spider.hosts.note_asked(site)
        request.meta["download_slot"] = site  # anew at each hop: Scrapy takes a redirect's from before


ENOUGH = "wirewatch_enough"
"""Request meta of a robots.txt: bytes of its body that are taken, whatever follows."""


class DecodingMiddleware(HttpCompressionMiddleware):
    """Undoes gzip, deflate, Brotli and Zstandard within the size asked for; damage is an error.

    Scrapy's own keeps what stands before the damage and calls it the answer: half an article.
    """

    def process_response(self, request: Request, response: Response) -> Response | Request:  # type: ignore[override]
        """Decode the body; one that was cut by us (robots.txt) may end anywhere."""
        encodings = b",".join(response.headers.getlist("Content-Encoding")).lower()
        if not encodings:
            return response
        if encodings.count(b",") >= MOST_ENCODINGS or response.body.count(_GZIP_MEMBER) > MOST_MEMBERS:
            raise RefusedError("bad-encoding")
        try:
            decoded = super().process_response(request, response)
            if ENOUGH not in request.meta:
                check_whole(encodings, response.body, decoded.body)
        except IgnoreRequest:
            raise
        except Exception as error:  # each decoder raises errors of its own
            raise RefusedError("bad-encoding") from error
        return decoded


MOST_ENCODINGS = 3
"""Content codings within one another; nobody needs more than one."""
MOST_MEMBERS = 200
"""Members of one gzip body; decoding takes time with the square of their number."""
_GZIP_MEMBER = b"\x1f\x8b\x08"


def check_whole(encodings: bytes, body: bytes, decoded: bytes) -> None:
    """Make sure that nothing is missing at the end of a gzip or deflate body.

    Raises:
        EOFError, zlib.error: the body is cut or damaged.
    """
    if b"gzip" in encodings:
        check_gzip(body, decoded)
    elif encodings == b"deflate":
        framed = body[:1] and body[0] % 16 == 8 and int.from_bytes(body[:2], "big") % 31 == 0  # RFC 1950
        unpacker = zlib.decompressobj(15 if framed else -15)
        while body and not unpacker.eof:
            unpacker.decompress(body, 2**20)
            body = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise EOFError("the body ends within the compressed data")


def check_gzip(body: bytes, decoded: bytes) -> None:
    """Make sure that all of a gzip body was decoded, and rightly (its checksum, RFC 1952).

    Garbage after the end is forgiven, as browsers do.

    Raises:
        EOFError, zlib.error: the body is cut or damaged.
    """
    checksum, length = int.from_bytes(body[-8:-4], "little"), int.from_bytes(body[-4:], "little")
    if length == len(decoded) % 2**32 and checksum == zlib.crc32(decoded):
        return
    while body.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(31)
        while body and not unpacker.eof:
            unpacker.decompress(body, 2**20)
            body = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise EOFError("the body ends within the compressed data")
        body = unpacker.unused_data


class RobotsMiddleware(RobotsTxtMiddleware):
    """robots.txt as RFC 9309 has it: 4xx allows all, 5xx or no answer forbids all for now.

    Scrapy's own answers the second and later waiters for one host's robots.txt with None, which lets
    them pass; here every waiter of a host awaits one task. Crawl-delay lengthens the host's pause.
    """

    LARGEST = 512 * 1024
    """Bytes that are read of a robots.txt (RFC 9309 asks for 500 KiB); the rest does not count."""
    LONGEST_DELAY = 30.0
    """Seconds of pause at most between two requests to a host."""
    ABSURD_DELAY = 120.0
    """Who asks for a longer pause than this does not want to be read."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._tasks: dict[str, asyncio.Task[RobotParser | None]] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raise RefusedError where the rules forbid the address."""
        try:
            super().process_request_2(rp, request)
        except RefusedError:
            raise
        except IgnoreRequest as error:
            raise RefusedError("robots") from error

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host; None allows all. Asked once a host and run."""
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._tasks:
            self._tasks[site] = asyncio.ensure_future(self._find_rules(site, request))
        return await asyncio.shield(self._tasks[site])

    async def _find_rules(self, site: str, request: Request) -> RobotParser | None:
        """The rules as they were read the same day, else as they are now."""
        spider: Any = self.crawler.spider
        if site in spider.job.robots:
            body = spider.job.robots[site]
        else:
            body = await self._ask(f"{site}/robots.txt", request)
            spider.robots_read.append(RobotsFile(site, body))
        if body is None:
            return None
        parser = build_from_crawler(self._parserimpl, self.crawler, body)
        self._apply_crawl_delay(parser, request)
        return parser

    async def _ask(self, url: str, request: Request) -> bytes | None:
        """The file, as far as it counts; None where it allows all."""
        ask = Request(
            url,
            priority=self.DOWNLOAD_PRIORITY,
            headers={"User-Agent": request.headers.get("User-Agent") or self._default_useragent},
            meta={"dont_obey_robotstxt": True, "dont_retry": True, ENOUGH: self.LARGEST},
            callback=NO_CALLBACK,
        )
        try:
            response = await self.crawler.engine.download_async(ask)
        except RefusedError:
            raise
        except IgnoreRequest as error:
            if "maxsize" in str(error).lower():
                raise RefusedError("robots.txt is too large") from error
            return None  # redirects without an end: as good as none
        if response.status >= 500:
            raise RefusedError(f"robots.txt answers {response.status}")
        if response.status >= 300:
            return None
        body = response.body[: self.LARGEST]
        return body if len(response.body) < self.LARGEST else body[: body.rfind(b"\n") + 1]

    def _apply_crawl_delay(self, parser: RobotParser, request: Request) -> None:
        rules = getattr(parser, "rp", None)
        delay = rules.crawl_delay(self._robotstxt_useragent or self._default_useragent) if rules else None
        if not delay or self.crawler.settings.get("WIREWATCH_REPLAY"):
            return
        if delay > self.ABSURD_DELAY:
            raise RefusedError(f"robots.txt asks for {delay:.0f} s between requests")
        host, slot = self.crawler.engine.downloader._get_slot(request)
        slot.delay = max(slot.delay, min(float(delay), self.LONGEST_DELAY))
        spider: Any = self.crawler.spider
        spider.hosts.note_pause(host, slot.delay)
        slot.jitter = 0.0  # never less than was asked for
