"""Publishers on loopback that answer slowly and watch their manners: how many requests a host had at once, and when."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Self

from wirewatch.source import Source

WORDS = [
    "border",
    "treaty",
    "minister",
    "corridor",
    "railway",
    "summit",
    "envoy",
    "talks",
    "gas",
    "transit",
    "village",
    "bridge",
    "accord",
    "visit",
    "court",
]


@dataclass
class SlowSites:
    """``hosts`` publishers at ``127.0.<net>.1`` … with a feed of ``pages`` pages each; every answer takes ``seconds``.

    ``address`` puts all on one address of another network instead (one host then).
    """

    hosts: int = 4
    pages: int = 5
    seconds: float = 0.2
    net: int = 40
    crawl_delay: float = 0.0
    """Pause that robots.txt asks for; the feed then also names a page that it forbids."""
    retry_after: dict[str, int] = field(default_factory=dict)
    """Hosts whose pages are all answered with ``too_often`` and a wait of so many seconds."""
    too_often: int = 429
    asked: defaultdict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    most: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self._now: Counter[str] = Counter()
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait(30)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, ready: threading.Event) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "0.0.0.0", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def sources(self, **region: str) -> tuple[Source, ...]:
        """The catalogue's entries; keywords are the region of a source by its id."""
        names = [(f"s{n}", f"127.0.{self.net}.{n + 1}") for n in range(self.hosts)]
        return tuple(self.source(name, host, region=region.get(name, "")) for name, host in names)

    def source(self, name: str, *hosts: str, region: str = "") -> Source:
        return Source(name, name, feeds=tuple(f"http://{host}:{self.port}/feed.xml" for host in hosts), region=region)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                self.asked[host].append((time.monotonic(), path))
                self._now[host] += 1
                self.most[host] = max(self.most[host], self._now[host])
                try:
                    await asyncio.sleep(self.seconds)
                finally:
                    self._now[host] -= 1
                writer.write(self._answer(host, path))
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    def _answer(self, host: str, path: str) -> bytes:
        if path == "/robots.txt":
            pause = f"Crawl-delay: {self.crawl_delay}\n" if self.crawl_delay else ""
            return _http(200, "text/plain", f"User-agent: *\nDisallow: /private/\n{pause}")
        if path == "/feed.xml":
            links = "".join(
                f"<item><title>Story {n}</title><link>http://{host}:{self.port}/story/{n}.html</link></item>"
                for n in range(self.pages)
            )
            links += "<item><title>Private</title><link>/private/1.html</link></item>" if self.crawl_delay else ""
            return _http(
                200, "application/rss+xml", f'<?xml version="1.0"?><rss version="2.0"><channel>{links}</channel></rss>'
            )
        if host in self.retry_after:
            return _http(self.too_often, "text/plain", "later", f"Retry-After: {self.retry_after[host]}\r\n")
        number = int(path.split("/")[-1].split(".")[0]) + 100 * int(host.split(".")[-1])
        words = [f"{WORDS[(number * k) % len(WORDS)]}{'abcdefghij'[(number + k) % 10]}{number}" for k in range(1, 60)]
        text = "".join(f"<p>The {' '.join(words[k : k + 15])}.</p>" for k in range(0, 60, 15))
        return _http(200, "text/html", f"<html><body><article><h1>Report {number}</h1>{text}</article></body></html>")


def _http(status: int, kind: str, body: str, more: str = "") -> bytes:
    data = body.encode()
    return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(data)}\r\n\r\n".encode() + data
