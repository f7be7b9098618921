"""Scrapy downloader middlewares: which addresses are asked at all, and robots.txt."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.misc import build_from_crawler

from crawler.addresses import AddressRule
from wirewatch.urls import clean_link


class RefusedError(IgnoreRequest):
    """A request that a rule forbids; ``reason`` is a fixed word of the ledger."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AddressMiddleware:
    """Refuses what is not a plain http(s) address of a permitted host; it sees every redirect hop as well."""

    def __init__(self, crawler: Any) -> None:
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


class RobotsMiddleware(RobotsTxtMiddleware):
    """robots.txt as RFC 9309 has it: 4xx allows all, 5xx forbids all for now.

    Scrapy's own answers the second and later waiters for one host's robots.txt with None, which lets
    them pass; here every waiter of a host awaits one task. Crawl-delay lengthens the host's pause.
    """

    LONGEST_DELAY = 30.0

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._tasks: dict[str, asyncio.Task[RobotParser | None]] = {}
        crawler.signals.connect(self._apply_crawl_delay, signals.robots_parsed)

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
            self._tasks[site] = asyncio.ensure_future(self._ask(f"{site}/robots.txt", request))
        return await asyncio.shield(self._tasks[site])

    async def _ask(self, url: str, request: Request) -> RobotParser | None:
        ask = Request(
            url,
            priority=self.DOWNLOAD_PRIORITY,
            headers={"User-Agent": request.headers.get("User-Agent") or self._default_useragent},
            meta={"dont_obey_robotstxt": True, "dont_retry": True, "download_maxsize": 512 * 1024},
            callback=NO_CALLBACK,
        )
        try:
            response = await self.crawler.engine.download_async(ask)
        except RefusedError:
            raise
        except Exception:  # noqa: BLE001 - no answer at all: the page itself will say what is wrong
            return None
        if response.status >= 500:
            raise RefusedError(f"robots.txt answers {response.status}")
        if response.status >= 400:
            return None
        parser = build_from_crawler(self._parserimpl, self.crawler, response.body)
        self.crawler.signals.send_catch_log(signals.robots_parsed, robotparser=parser, request=request)
        return parser

    def _apply_crawl_delay(self, robotparser: Any, request: Request) -> None:
        rules = getattr(robotparser, "rp", None)
        delay = rules.crawl_delay(self._robotstxt_useragent or self._default_useragent) if rules else None
        if not delay or self.crawler.settings.get("WIREWATCH_REPLAY"):
            return
        _, slot = self.crawler.engine.downloader._get_slot(request)
        slot.delay = max(slot.delay, min(float(delay), self.LONGEST_DELAY))
