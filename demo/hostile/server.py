"""The bench: every hostile case as a site of its own, a good neighbour, and a canary that must stay silent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from types import TracebackType
from typing import Self

from demo.hostile.case import (
    CASES,
    HTML_TYPE,
    RESET,
    Answer,
    Case,
    Encryption,
    Reply,
    Site,
    Where,
    http,
    item,
    page,
    rss,
)
from wirewatch import clock
from wirewatch.source import Listing, Source

ALLOWED_NETWORK = "127.0.0.0/16"
"""What a crawler under test must be allowed to ask."""
CANARY_ADDRESS = "127.1.2.3"
"""A loopback address outside that network (Linux): no crawler may ever come here."""
NEIGHBOUR = "neighbour"
NEIGHBOUR_STORIES = 3
LARGEST_REQUEST = 4 * 2**20
"""Bytes of one request's head; some cases make a reader send a long one."""
_READER_LEFT = (ConnectionError, ssl.SSLError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError)
"""How an exchange ends when the reader leaves, or the bench stops (asyncio logs a cancelled handler as an error)."""
MISSING = http("no such page", "text/plain", "404 Not Found")


@dataclass(slots=True)
class Visit:
    """One request that reached a case: its path and how many bytes of answer were taken."""

    case: str
    path: str
    headers: str = ""
    sent: int = 0


class HostileBench:
    """Serves cases in a background thread; a context manager.

    Args:
        names: which cases (default: all).
        spread: give each case a loopback address of its own (127.0.1.1, 127.0.1.2, …), so that a crawler that
            asks one host at a time does not wait for the slow cases one after the other. Linux only; elsewhere,
            and with False, all are on 127.0.0.1.

    Attributes:
        cases: the cases by name.
        visits: every request, in order.
        canary_hits: addresses from which the canary was reached; must be empty.
    """

    def __init__(self, names: Iterable[str] | None = None, spread: bool = True) -> None:
        self._spread = spread
        self.cases: dict[str, Case] = {name: CASES[name] for name in (CASES if names is None else names)}
        self.visits: list[Visit] = []
        self.canary_hits: list[str] = []
        self._roots: dict[str, str] = {}
        self._sites: dict[str, Site] = {}
        self._servers: list[asyncio.Server] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Bind and serve; returns when every case answers."""
        sockets = {name: open_site(number, self._spread) for number, name in enumerate((NEIGHBOUR, *self.cases))}
        self._roots = {name: self._spell_root(name, bound) for name, bound in sockets.items()}
        canary = open_canary()
        guarded = spell_guarded(canary.getsockname()[1])
        self._sites[NEIGHBOUR] = build_neighbour(self._roots[NEIGHBOUR])
        ready = threading.Event()
        self._guarded = guarded
        self._thread = threading.Thread(target=self._run, args=(sockets, canary, ready), name="hostile", daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError("the hostile bench did not come up within 10 s")
        return self

    def stop(self) -> None:
        """End all connections and free the ports; harmless when not started."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, name: str) -> str:
        """The address of a case's feed (or listing)."""
        return f"{self._roots[name]}/feed.xml"

    def source(self, name: str) -> Source:
        """A case as a source of the catalogue; ``neighbour`` is the good one."""
        kind = "feed" if name == NEIGHBOUR else self.cases[name].kind
        if kind == "listing":
            listing = Listing(self.url(name), "a.news-link", follow="a.next", pages=5)
            return Source(id=name, name=name, languages=("en",), listings=(listing,))
        return Source(id=name, name=name, languages=("en",), feeds=(self.url(name),))

    def sources(self) -> list[Source]:
        """All cases and the neighbour, which must be collected in full beside them."""
        return [self.source(name) for name in (NEIGHBOUR, *self.cases)]

    def neighbour_stories(self) -> list[str]:
        """Addresses of the neighbour's stories."""
        return [f"{self._roots[NEIGHBOUR]}/story/{number}" for number in range(1, NEIGHBOUR_STORIES + 1)]

    # --- the thread ---------------------------------------------------------------------------

    def _run(self, sockets: Mapping[str, socket.socket], canary: socket.socket, ready: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        loop.run_until_complete(self._serve(sockets, canary))
        ready.set()
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(self._close())
            loop.close()

    def _spell_root(self, name: str, bound: socket.socket) -> str:
        host, port = bound.getsockname()
        return f"{'https' if self._encryption_of(name) else 'http'}://{host}:{port}"

    def _encryption_of(self, name: str) -> Encryption | None:
        return self.cases[name].encryption if name in self.cases else None

    async def _serve(self, sockets: Mapping[str, socket.socket], canary: socket.socket) -> None:
        for name, bound in sockets.items():
            encryption = self._encryption_of(name) or Encryption()
            answer = partial(self._answer_raw, encryption.answer) if encryption.answer else partial(self._answer, name)
            context = encryption.context(bound.getsockname()[0]) if encryption.context else None
            self._servers.append(await asyncio.start_server(answer, sock=bound, limit=LARGEST_REQUEST, ssl=context))
        self._servers.append(await asyncio.start_server(self._count_hit, sock=canary))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # transports close in the loop's next round

    async def _count_hit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:  # noqa: ARG002
        self.canary_hits.append(str(writer.get_extra_info("sockname")))
        writer.close()

    async def _answer(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(*_READER_LEFT):
                await self._exchange(name, reader, writer)
                await _hang_up(writer)
        finally:
            drop_connection(writer)

    async def _answer_raw(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(*_READER_LEFT):
                await answer(reader, writer)
        finally:
            drop_connection(writer)

    async def _exchange(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("latin-1")
        path = [*request.split(" ", 2), "/"][1]
        visit = Visit(name, path, request)
        self.visits.append(visit)
        await send_reply(self._find_reply(name, path.split("?")[0]), writer, visit)

    def _find_reply(self, name: str, path: str) -> Reply:
        if name not in self._sites:  # built at the first request: some replies take a moment to make
            where = Where(self._roots[name], self._roots[NEIGHBOUR], self._guarded)
            self._sites[name] = self.cases[name].site(where)
        site = self._sites[name]
        fallback = MISSING if path == "/robots.txt" and len(site) > 1 else site.get("*", MISSING)
        return site.get(path, fallback)


async def send_reply(reply: Reply, writer: asyncio.StreamWriter, visit: Visit) -> None:
    """Send a reply until it ends or the reader leaves; counts the bytes in ``visit``."""
    if isinstance(reply, bytes):
        for start in range(0, len(reply), 65536):
            await _send_piece(reply[start : start + 65536], writer, visit)
        return
    async for piece in reply():
        if piece == RESET:
            reset_connection(writer)
            return
        await _send_piece(piece, writer, visit)


async def _send_piece(piece: bytes, writer: asyncio.StreamWriter, visit: Visit) -> None:
    writer.write(piece)
    await writer.drain()
    visit.sent += len(piece)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


def drop_connection(writer: asyncio.StreamWriter) -> None:
    """Make sure that a connection is closed, whatever is unsent."""
    with contextlib.suppress(AttributeError):  # a transport that is lost has forgotten its loop (Python 3.11)
        writer.transport.abort()


def reset_connection(writer: asyncio.StreamWriter) -> None:
    """End the connection with a TCP reset."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def open_site(number: int, spread: bool) -> socket.socket:
    """The listening socket of one case."""
    if spread:
        with contextlib.suppress(OSError):
            return socket.create_server((f"127.0.{1 + number // 250}.{1 + number % 250}", 0))
    return socket.create_server(("127.0.0.1", 0))


def open_canary() -> socket.socket:
    """The listening socket of the canary; on 127.0.0.1 where the system has no other loopback address."""
    try:
        return socket.create_server((CANARY_ADDRESS, 0))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def spell_guarded(port: int) -> tuple[str, ...]:
    """The canary's root in the spellings that resolvers take, and roots of networks that are not public."""
    mapped = "[::ffff:127.1.2.3]"
    spellings = (CANARY_ADDRESS, "2130772483", "0x7f010203", "0177.1.2.3", "127.66051", mapped, f"{CANARY_ADDRESS}.")
    others = ("http://169.254.169.254", "http://10.0.0.1", "http://[fe80::1]", "http://0.0.0.0", "http://100.64.0.1")
    return (*(f"http://{name}:{port}" for name in spellings), *others)


def build_neighbour(root: str) -> Site:
    """The good neighbour: a feed of three stories that no case may keep from being read."""
    titles = {n: f"Neighbour's report {n} on Armenia and Azerbaijan" for n in range(1, NEIGHBOUR_STORIES + 1)}
    stamp = f"<pubDate>{format_datetime(clock.now() - timedelta(hours=1))}</pubDate>"
    items = "".join(item(f"{root}/story/{number}", title, stamp) for number, title in titles.items())
    site: dict[str, Reply] = {"/feed.xml": http(rss(items))}
    for number, title in titles.items():
        body = f"<p>This is report number {number}, and no other site may change or hide it.</p>"
        site[f"/story/{number}"] = http(page(title, body), HTML_TYPE)
    return site
