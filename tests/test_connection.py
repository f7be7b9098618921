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
from scrapy.exceptions import CannotResolveHostError, UnsupportedURLSchemeError
from scrapy.settings import Settings

from crawler.addresses import AddressRule
from crawler.connection import (
    LARGEST_HEAD,
    LONGEST_LINE,
    MOST_CHUNKS,
    AnswerError,
    BodyTooLargeError,
    Connection,
    ConnectionLostError,
    CutShortError,
    HeadTooLargeError,
    MalformedError,
    Received,
)
from crawler.hosts import HostBook
from crawler.job import CrawlJob
from crawler.middlewares import RefusedError
from crawler.pool import ForbiddenAddressError, NoSuchHostError, Resolver
from crawler.transport import GuardedHandler, write_request
from wirewatch import clock
from wirewatch.config import Crawl

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ASK = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
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


async def ask(*pieces: bytes, most: int = 10_000, enough: int | None = None, hold: bool = True) -> Received:
    """What is taken of an answer in these pieces."""
    async with serving(saying(*pieces, hold=hold)) as port, asyncio.timeout(10):
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
        try:
            return await connection.ask(ASK, most, enough)
        finally:
            connection.abort()


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"], b"abcde"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r", b"\nab", b"cde"], b"abcde"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], b""),
        ([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"], b""),
        ([CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n", b"0\r\nAfter: x\r\n\r\n"], b"abcde"),
        ([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n", CHUNKED + b"0\r\n\r\n"], b""),
        ([b"HTTP/1.1 200\nContent-Length: 5\n\nabcde"], b"abcde"),
    ],
)
async def test_an_answer_ends_where_it_says(pieces: list[bytes], body: bytes) -> None:
    answer = await ask(*pieces)
    assert answer.body == body
    assert answer.status in (200, 304)
    assert b"Link" not in dict(answer.headers)
    assert b"After" not in dict(answer.headers)


async def test_a_body_may_end_with_the_connection() -> None:
    assert (await ask(b"HTTP/1.0 200 OK\r\n\r\nab", b"cde", hold=False)).body == b"abcde"


async def test_headers_come_as_they_are_and_lines_that_are_none_are_passed_over() -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nno header at all\r\nX-Two: a\r\n and b\r\nSet-Cookie: 1\r\nSet-Cookie : 2\r\n"
        b"X-Empty:\r\nX-Odd: a\x00b\xff\r\nContent-Length: 1\r\n\r\n"
    )
    answer = await ask(head + b"x")
    assert answer.headers == [
        (b"X-Two", b"a and b"),
        (b"Set-Cookie", b"1"),
        (b"Set-Cookie", b"2"),
        (b"X-Empty", b""),
        (b"X-Odd", b"a\x00b\xff"),
        (b"Content-Length", b"1"),
    ]
    assert answer.body == b"x"


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcde"], CutShortError),
        ([CHUNKED + b"5\r\nabcde\r\n"], CutShortError),
        ([CHUNKED + b"many\r\nabcde"], CutShortError),
        ([CHUNKED + b"-5\r\nabcde"], CutShortError),
        ([b"HTTP/1.1 200 OK\r\nX: y\r\n"], ConnectionLostError),
        ([b""], ConnectionLostError),
        ([b"220 mail.example ESMTP\r\n"], MalformedError),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"], MalformedError),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"], MalformedError),
        ([b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"], MalformedError),
    ],
)
async def test_what_is_no_whole_answer_is_an_error(pieces: list[bytes], error: type[AnswerError]) -> None:
    with pytest.raises(error):
        await ask(*pieces, hold=False)


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([b"HTTP/1.1 200 OK\r\n" + b"X: yyyyyy\r\n" * (LARGEST_HEAD // 10)], HeadTooLargeError),
        ([b"HTTP/1.1 102 Processing\r\n\r\n" * (LARGEST_HEAD // 26)], HeadTooLargeError),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"y" * LONGEST_LINE], MalformedError),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"y" * LONGEST_LINE + b"\r\n\r\n"], MalformedError),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n"], BodyTooLargeError),
        ([CHUNKED + b"2711\r\n" + b"x" * 10_001], BodyTooLargeError),
        ([b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_001], BodyTooLargeError),
        ([CHUNKED + b"1\r\nx\r\n" * (MOST_CHUNKS + 1)], CutShortError),
        ([CHUNKED + b"5;", b"x=y;" * (LARGEST_HEAD // 4 + 9)], CutShortError),
        ([CHUNKED + b"1\r\nx\r\n0\r\n", b"After: x\r\n" * (LARGEST_HEAD // 10 + 9)], CutShortError),
    ],
)
async def test_nothing_of_an_answer_is_without_bounds(pieces: list[bytes], error: type[AnswerError]) -> None:
    with pytest.raises(error):
        await ask(*pieces)


async def test_of_a_robots_txt_no_more_is_taken_than_counts() -> None:
    answer = await ask(b"HTTP/1.1 200 OK\r\n\r\n", *[b"#" * 50] * 4, most=10, enough=100)
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


def make_handler(**settings: Any) -> GuardedHandler:
    known = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "WIREWATCH_ALLOW_PRIVATE": ["127.0.0.0/8"], **settings}
    spider = SimpleNamespace(hosts=HostBook(CrawlJob((), Crawl(), clock.now())))
    return GuardedHandler.from_crawler(SimpleNamespace(settings=Settings(known), spider=spider))


async def ask_three_times(site: Site) -> None:
    async with serving(site.talk) as port:
        handler = make_handler()
        for number in range(3):
            response = await handler.download_request(Request(f"http://127.0.0.1:{port}/{number}"))
            assert (response.status, response.body, str(response.ip_address)) == (200, b"ok", "127.0.0.1")
            await asyncio.sleep(0.05)
        await handler.close()


async def test_a_connection_is_used_again() -> None:
    site = Site()
    await ask_three_times(site)
    assert (site.connections, site.requests) == (1, 3)


@pytest.mark.parametrize("site", [Site(b"Connection: close\r\n"), Site(after=b"HTTP/1.1 200 OK\r\n\r\nforged")])
async def test_a_connection_is_not_used_again_where_it_must_not_be(site: Site) -> None:
    await ask_three_times(site)
    assert site.connections == site.requests == 3


async def test_a_kept_connection_that_has_ended_gives_way_to_a_new_one() -> None:
    site = Site(per_connection=1)
    await ask_three_times(site)
    assert site.requests == 3


async def test_a_request_that_a_kept_connection_swallows_is_sent_once_more() -> None:
    site = Site(per_connection=1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await site.talk(reader, writer)
        await reader.readuntil(b"\r\n\r\n")  # the next request: the connection ends without a word

    async with serving(talk) as port:
        handler = make_handler()
        for number in range(2):
            assert (await handler.download_request(Request(f"http://127.0.0.1:{port}/{number}"))).body == b"ok"
        await handler.close()
    assert (site.connections, site.requests) == (2, 2)


# ---- addresses


async def test_a_name_is_asked_at_the_address_that_was_found_permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["127.0.9.7", "127.1.2.3"])
    monkeypatch.setattr(Resolver, "_found", {})
    monkeypatch.setattr(socket, "gethostbyname", lambda _: next(answers))
    resolver = Resolver(AddressRule(["127.0.0.0/16"]), 5)
    assert [await resolver.find("turns.example") for _ in range(2)] == ["127.0.9.7"] * 2
    with pytest.raises(ForbiddenAddressError):
        await resolver.find("inside.example")


async def test_a_name_without_an_address_and_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(host: str) -> str:
        if host == "hangs.example":
            import time

            time.sleep(0.5)
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "gethostbyname", look_up)
    for host in ("none.example", "hangs.example"):
        with pytest.raises(NoSuchHostError):
            await Resolver(AddressRule(), 0.1).find(host)
    with pytest.raises(CannotResolveHostError):
        await make_handler().download_request(Request("http://none.example/"))


async def test_a_name_that_leads_inside_is_refused_by_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "10.0.0.1")
    with pytest.raises(RefusedError, match="private-address"):
        await make_handler().download_request(Request("http://inner.example/"))


# ---- requests


def test_a_request_in_bytes() -> None:
    request = Request("https://a.example:8443/b/c?d=e#f", headers={"User-Agent": "W"})
    assert write_request(request) == b"GET /b/c?d=e HTTP/1.1\r\nHost: a.example:8443\r\nUser-Agent: W\r\n\r\n"
    assert write_request(Request("http://[2001:db8::1]")) == b"GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n"


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
        await make_handler().download_request(request_)
