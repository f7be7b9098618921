"""Connections to publishers: what is taken as an answer, what is not, and when one is asked again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadFailedError,
    DownloadTimeoutError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from crawler.addresses import AddressRule
from crawler.bounds import LARGEST_HEAD, LONGEST_LINE, MOST_FRAMING
from crawler.hosts import HostBook
from crawler.job import CrawlJob
from crawler.middlewares import ENOUGH, RefusedError
from crawler.spiders.base import explain_failure
from crawler.transport import GuardedHandler, Resolver
from wirewatch import clock
from wirewatch.config import Crawl

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[int]:
    """A server on loopback that talks so on each connection; its port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def saying(*pieces: bytes, hold: bool = False) -> Talk:
    """Each piece in a packet of its own, after a request; ``hold`` keeps the connection open."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        if hold:
            await reader.read()

    return talk


@asynccontextmanager
async def handling(**settings: Any) -> AsyncIterator[GuardedHandler]:
    """The handler of a live run that may ask loopback."""
    known = {
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "WIREWATCH_ALLOW_PRIVATE": ["127.0.0.0/8"],
        "DOWNLOAD_TIMEOUT": 5,
        **settings,
    }
    spider = SimpleNamespace(hosts=HostBook(CrawlJob((), Crawl(), clock.now())))
    crawler: Any = SimpleNamespace(settings=Settings(known), spider=spider, signals=SignalManager())
    handler = GuardedHandler.from_crawler(crawler)
    try:
        yield handler
    finally:
        await handler.close()


async def ask(*pieces: bytes, most: int = 10_000, hold: bool = True, **meta: Any) -> Response:
    """What is taken of an answer in these pieces."""
    async with serving(saying(*pieces, hold=hold)) as port, handling(DOWNLOAD_MAXSIZE=most) as handler:
        return await handler.download_request(Request(f"http://127.0.0.1:{port}/", meta=meta))


async def reason_of(*pieces: bytes, hold: bool = True) -> str:
    """The ledger's word for what is wrong with an answer in these pieces."""
    with pytest.raises(Exception) as caught:
        await ask(*pieces, hold=hold)
    return explain_failure(caught.value)[1]


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"], b"abcde"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r", b"\nab", b"cde"], b"abcde"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], b""),
        ([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"], b""),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n1\r\nx\r\n0\r\n\r\n"], b"x"),
        ([CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n", b"0\r\nAfter: x\r\n\r\n"], b"abcde"),
        ([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n", CHUNKED + b"0\r\n\r\n"], b""),
        ([b"HTTP/1.1 200\nContent-Length: 5\n\nabcde"], b"abcde"),
    ],
)
async def test_an_answer_ends_where_it_says(pieces: list[bytes], body: bytes) -> None:
    answer = await ask(*pieces)
    assert answer.body == body
    assert answer.status in (200, 304)
    assert b"Link" not in answer.headers
    assert b"After" not in answer.headers


async def test_a_body_may_end_with_the_connection() -> None:
    assert (await ask(b"HTTP/1.0 200 OK\r\n\r\nab", b"cde", hold=False)).body == b"abcde"


async def test_headers_come_as_they_are_and_lines_that_are_none_are_passed_over() -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nno header at all\r\nX-Two: a\r\n and b\r\nSet-Cookie: 1\r\nSet-Cookie : 2\r\n"
        b"X-Empty:\r\nX-Odd: a\x00b\xff\r\nContent-Length: 1\r\n\r\n"
    )
    answer = await ask(head + b"x")
    assert dict(answer.headers) == {
        b"X-Two": [b"a and b"],
        b"Set-Cookie": [b"1", b"2"],
        b"X-Empty": [b""],
        b"X-Odd": [b"a b\xff"],
        b"Content-Length": [b"1"],
    }
    assert answer.body == b"x"


@pytest.mark.parametrize(
    ("pieces", "word"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcde"], "cut-short"),
        ([CHUNKED + b"5\r\nabcde\r\n"], "cut-short"),
        ([CHUNKED + b"many\r\nabcde"], "cut-short"),
        ([CHUNKED + b"-5\r\nabcde"], "cut-short"),
        ([b"HTTP/1.1 200 OK\r\nX: y\r\n"], "connection-lost"),
        ([b""], "connection-lost"),
        ([b"220 mail.example ESMTP\r\n"], "connection-lost"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"], "connection-lost"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"], "connection-lost"),
        ([b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"], "connection-lost"),
    ],
)
async def test_what_is_no_whole_answer_is_an_error(pieces: list[bytes], word: str) -> None:
    assert await reason_of(*pieces, hold=False) == word


@pytest.mark.parametrize(
    ("pieces", "word"),
    [
        ([b"HTTP/1.1 200 OK\r\n" + b"X: yyyyyy\r\n" * (LARGEST_HEAD // 10)], "too-large"),
        ([b"HTTP/1.1 102 Processing\r\n\r\n" * (LARGEST_HEAD // 26)], "too-large"),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"y" * LONGEST_LINE], "connection-lost"),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"y" * LONGEST_LINE + b"\r\n\r\n"], "connection-lost"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n"], "too-large"),
        ([CHUNKED + b"2711\r\n" + b"x" * 10_001], "too-large"),
        ([b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_001], "too-large"),
        ([CHUNKED + b"9\r\nxxxxxxxxx\r\n" * (MOST_FRAMING // 5 + 1)], "cut-short"),
        ([CHUNKED + b"5;", b"x=y;" * (LARGEST_HEAD // 4 + 9)], "cut-short"),
        ([CHUNKED + b"1\r\nx\r\n0\r\n", b"After: x\r\n" * (LARGEST_HEAD // 10 + 9)], "cut-short"),
    ],
)
async def test_nothing_of_an_answer_is_without_bounds(pieces: list[bytes], word: str) -> None:
    assert await reason_of(*pieces) == word


async def test_of_a_robots_txt_no_more_is_taken_than_counts() -> None:
    answer = await ask(b"HTTP/1.1 200 OK\r\n\r\n", *[b"#" * 50] * 4, most=1000, **{ENOUGH: 100})
    assert 100 <= len(answer.body) <= 200


# ---- kept connections


class Site:
    """Counts connections and requests; ``lines`` end each answer's head, ``after`` follows each answer."""

    def __init__(self, lines: bytes = b"", after: bytes = b"", per_connection: int = 99) -> None:
        self.lines, self.after, self.per_connection = lines, after, per_connection
        self.connections = self.requests = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for _ in range(self.per_connection):
            await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            writer.write(b"HTTP/1.1 200 OK\r\n%sContent-Length: 2\r\n\r\nok%s" % (self.lines, self.after))


async def ask_three_times(site: Site) -> None:
    async with serving(site.talk) as port, handling() as handler:
        for number in range(3):
            response = await handler.download_request(Request(f"http://127.0.0.1:{port}/{number}"))
            assert (response.status, response.body, str(response.ip_address)) == (200, b"ok", "127.0.0.1")
            await asyncio.sleep(0.05)


async def test_a_connection_is_used_again() -> None:
    site = Site()
    await ask_three_times(site)
    assert (site.connections, site.requests) == (1, 3)


@pytest.mark.parametrize("site", [Site(b"Connection: close\r\n"), Site(after=b"HTTP/1.1 200 OK\r\n\r\nforged")])
async def test_a_connection_is_not_used_again_where_it_must_not_be(site: Site) -> None:
    await ask_three_times(site)
    assert site.connections == site.requests == 3


async def count_connections(head: bytes, rest: bytes) -> int:
    """Connections that three requests take where each answer comes in two pieces; its body must be ``ok``."""
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head)
            await asyncio.sleep(0.05)
            writer.write(rest)

    async with serving(talk) as port, handling() as handler:
        for number in range(3):
            assert (await handler.download_request(Request(f"http://127.0.0.1:{port}/{number}"))).body == b"ok"
    return connections


CHUNKED_OK = b"2\r\nok\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "body"), [(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"), (CHUNKED, CHUNKED_OK)]
)
@pytest.mark.parametrize(
    "after", [b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged", b"HTTP/1.1 200 OK\r\nX: y\r\n"]
)
async def test_what_follows_a_body_is_not_the_next_answer(head: bytes, body: bytes, after: bytes) -> None:
    assert await count_connections(head, body + after) == 3


async def test_a_chunked_answer_leaves_its_connection_for_the_next() -> None:
    assert await count_connections(CHUNKED, CHUNKED_OK) == 1


async def test_a_kept_connection_that_has_ended_gives_way_to_a_new_one() -> None:
    site = Site(per_connection=1)
    await ask_three_times(site)
    assert site.requests == 3


async def test_a_request_that_a_kept_connection_swallows_is_sent_once_more() -> None:
    site = Site(per_connection=1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await site.talk(reader, writer)
        await reader.readuntil(b"\r\n\r\n")  # the next request: the connection ends without a word

    async with serving(talk) as port, handling() as handler:
        for number in range(2):
            assert (await handler.download_request(Request(f"http://127.0.0.1:{port}/{number}"))).body == b"ok"
    assert (site.connections, site.requests) == (2, 2)


# ---- addresses


async def test_a_name_is_asked_at_the_address_that_was_found_permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["127.0.9.7", "127.1.2.3"])
    monkeypatch.setattr(Resolver, "_found", {})
    monkeypatch.setattr(socket, "gethostbyname", lambda _: next(answers))
    resolver = Resolver(AddressRule(["127.0.0.0/16"]), 5)
    assert [(await resolver.resolve("turns.example"))[0]["host"] for _ in range(2)] == ["127.0.9.7"] * 2
    with pytest.raises(RefusedError):
        await resolver.resolve("inside.example")


async def test_a_name_without_an_address_and_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(host: str) -> str:
        if host == "hangs.example":
            import time

            time.sleep(0.5)
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "gethostbyname", look_up)
    for host in ("none.example", "hangs.example"):
        with pytest.raises(OSError, match=host):
            await Resolver(AddressRule(), 0.1).resolve(host)
        async with handling(DNS_TIMEOUT=0.1) as handler:
            with pytest.raises(CannotResolveHostError):
                await handler.download_request(Request(f"http://{host}/"))


async def test_a_name_that_leads_inside_is_refused_by_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "10.0.0.1")
    async with handling() as handler:
        for host in ("inner.example", "10.0.0.1", "[::1]", "0x0a.1"):
            with pytest.raises(RefusedError, match="private-address"):
                await handler.download_request(Request(f"http://{host}/"))


# ---- requests


async def test_a_request_is_sent_as_scrapy_has_it() -> None:
    sent: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async with serving(talk) as port, handling() as handler:
        await handler.download_request(
            Request(f"http://127.0.0.1:{port}/%7Eb/%2F?d=%41+e#f", headers={"User-Agent": "W"})
        )
        host = b"Host: 127.0.0.1:%d" % port
    assert sent == [b"GET /%7Eb/%2F?d=%41+e HTTP/1.1\r\n" + host + b"\r\nUser-Agent: W\r\n\r\n"]


async def test_a_new_connection_that_ends_without_a_word_is_not_asked_again() -> None:
    site = Site(per_connection=0)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await site.talk(reader, writer)
        await reader.readuntil(b"\r\n\r\n")

    async with serving(talk) as port, handling() as handler:
        with pytest.raises(DownloadFailedError):
            await handler.download_request(Request(f"http://127.0.0.1:{port}/"))
    assert site.connections == 1


async def test_all_of_an_answer_comes_within_its_time() -> None:
    for pieces in ([b"HTTP/1.1 200 OK\r\n"], [b"HTTP/1.1 200 OK\r\n\r\n", b"ab"]):
        with pytest.raises(DownloadTimeoutError):
            await ask(*pieces, download_timeout=0.2)


@pytest.mark.parametrize(
    "request_",
    [
        Request("http://a.example/", headers={"X": "a\r\nY: b"}),
        Request("http://a b/"),
        Request("http://%6c%6f/"),
        Request("ftp://a.example/"),
    ],
)
async def test_what_cannot_be_sent_is_refused(request_: Request) -> None:
    with pytest.raises(UnsupportedURLSchemeError):
        async with handling() as handler:
            await handler.download_request(request_)
