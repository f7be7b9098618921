"""The feed of the canary: one test story, new each hour, served on an address of loopback nobody else uses."""

from __future__ import annotations

import ipaddress
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from aiohttp import web

from scheduler.service.state import Service
from storage.canary import SOURCE_ID
from wirewatch.article import format_time
from wirewatch.config import Crawl
from wirewatch.errors import UsageError
from wirewatch.search import Search
from wirewatch.source import Source

log = logging.getLogger("wirewatch")

WORD = "zwitscherkanarie"
"""Stands in the canary's story and in no other; the search looks for it."""
SEARCH = Search(SOURCE_ID, f"={WORD}")


@asynccontextmanager
async def canary_of(service: Service) -> AsyncIterator[CanaryFeed | None]:
    """The canary's feed for as long as the service runs; None where ``operator.canary`` is not set, or it cannot be."""
    if service.config.settings.operator.canary is None:
        yield None
        return
    feed = CanaryFeed()
    try:
        await feed.start()
    except UsageError as error:
        log.warning("%s", error)
        yield None
        return
    try:
        yield feed
    finally:
        await feed.stop()


class CanaryFeed:
    """A newsroom of one story. Its address is drawn anew at each start, so no publisher's link can lead to it."""

    def __init__(self) -> None:
        self._host = str(ipaddress.IPv4Address((127 << 24) + secrets.randbelow(2**24 - 2) + 1))
        self._port = 0
        self._planted: datetime | None = None
        self._number = secrets.token_hex(4)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Serve the feed.

        Raises:
            UsageError: this machine does not let us.
        """
        app = web.Application()
        app.router.add_get("/feed/{number}", self._show_feed)
        app.router.add_get("/story/{number}", self._show_story)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, 0).start()
        except OSError as error:
            await self.stop()
            raise UsageError(f"the canary cannot be served on {self._host}: {error.strerror}") from error
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """End the feed."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def is_due(self, now: datetime, every: timedelta) -> bool:
        """Whether a new story is to be planted: ``every`` after the last one, or none was planted yet."""
        return self._planted is None or not self._planted <= now < self._planted + every

    def plant(self, now: datetime) -> tuple[Source, Search]:
        """A new story, for the run that begins now: the source that has it and the search that finds it."""
        self._planted, self._number = now, secrets.token_hex(4)
        address = f"http://{self._host}:{self._port}"
        source = Source(
            id=SOURCE_ID,
            name="Wirewatch canary",
            languages=("en",),
            kind="official",
            ownership="this installation: a test story",
            home=address,
            feeds=(f"{address}/feed/{self._number}",),
        )
        return source, SEARCH

    def let_in(self, crawl: Crawl) -> Crawl:
        """The settings of a crawl that may ask this feed."""
        return crawl.model_copy(update={"allow_private": (*crawl.allow_private, f"{self._host}/32")})

    async def _show_feed(self, request: web.Request) -> web.Response:
        if self._planted is None or request.match_info["number"] != self._number:
            raise web.HTTPNotFound
        link = f"http://{request.host}/story/{self._number}"
        text = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Wirewatch canary</title>'
            f"<link>http://{request.host}/</link><description>A test story an hour</description><item>"
            f"<title>{escape(self._title())}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{format_datetime(self._planted)}</pubDate></item></channel></rss>"
        )
        return web.Response(text=text, content_type="application/rss+xml")

    async def _show_story(self, request: web.Request) -> web.Response:
        if self._planted is None or request.match_info["number"] != self._number:
            raise web.HTTPNotFound
        title = escape(self._title())
        text = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta property="article:published_time" content="{format_time(self._planted)}"></head>'
            f"<body><article><h1>{title}</h1><p>This is a test story of Wirewatch itself, number {self._number}. It is"
            f" planted with each run of the crawl, and the {WORD} in it is what a search of its own looks for.</p>"
            "<p>It is fetched, read, matched and stored like any other story, and comes out as a mail to the operator."
            " Where that mail is missing, one of these steps does not work any more, and the operator is told.</p>"
            "</article></body></html>"
        )
        return web.Response(text=text, content_type="text/html")

    def _title(self) -> str:
        return f"Test story {self._number} of the {WORD}"
