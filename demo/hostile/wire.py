"""Hostile HTTP: odd status lines, floods, framing, encodings within encodings."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Iterator
from itertools import repeat

from demo.hostile.case import (
    ANY_FEED,
    GOOD_PAGE,
    HTML_TYPE,
    NOT_READ,
    NOT_TAKEN,
    RSS_TYPE,
    TAKEN,
    Reply,
    Site,
    Where,
    case,
    head,
    http,
    item,
    one_story,
    rss,
    stream,
)
from wirewatch.outcome import FeedState

CHUNKED = {"Content-Type": RSS_TYPE, "Transfer-Encoding": "chunked"}


def good(where: Where) -> bytes:
    """A feed with one item."""
    return rss(item(f"{where.root}/story")).encode()


def feed_of(reply: Reply) -> Site:
    """The reply as the feed, and a good page at every other address."""
    return {"/feed.xml": reply, "*": GOOD_PAGE}


def pour(start: bytes, block: bytes) -> Reply:
    """``start``, then ``block`` without end."""

    async def send() -> AsyncIterator[bytes]:
        yield start
        for each in repeat(block):
            yield each

    return send


@case("interim-answers-endless", "transport", NOT_TAKEN)
def interim_flood(_where: Where) -> Site:
    """Status 102 again and again, and never an answer."""
    return feed_of(pour(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 500))


@case("interim-answers-slow", "transport", NOT_TAKEN)
def interim_slow(_where: Where) -> Site:
    """Status 103 once a second, so that no connection looks idle."""

    async def send() -> AsyncIterator[bytes]:
        while True:
            yield b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"
            await asyncio.sleep(1)

    return feed_of(send)


@case("interim-answer-then-feed", "transport", ANY_FEED)
def interim_once(where: Where) -> Site:
    """Status 100 that nobody asked for, then a good feed."""
    return feed_of(b"HTTP/1.1 100 Continue\r\n\r\n" + http(good(where)))


@case("switches-protocols", "transport", NOT_TAKEN)
def switching(_where: Where) -> Site:
    """Status 101: it would go on in another protocol."""
    return feed_of(
        head("101 Switching Protocols", {"Upgrade": "websocket", "Connection": "Upgrade"}) + b"\x81\x05hello"
    )


@case("http-0.9", "transport", ANY_FEED)
def http_09(where: Where) -> Site:
    """The feed without status line and headers."""
    return feed_of(good(where))


@case("status-line-only", "transport", NOT_TAKEN)
def status_line_only(_where: Where) -> Site:
    """A status line, then the end of the connection."""
    return feed_of(b"HTTP/1.1 200 OK\r\n")


@case("bare-line-feeds", "transport", ANY_FEED)
def bare_feeds(where: Where) -> Site:
    """Headers that end in bare line feeds."""
    return feed_of(http(good(where)).replace(b"\r\n", b"\n", 5))


@case("folded-headers-endless", "transport", NOT_TAKEN)
def folded(_where: Where) -> Site:
    """One header that is continued line after line."""
    return feed_of(pour(b"HTTP/1.1 200 OK\r\nX-Long: a\r\n", b" and on\r\n" * 4000))


@case("ten-thousand-headers", "transport", ANY_FEED)
def many_headers(where: Where) -> Site:
    """Ten thousand short headers before a good feed."""
    lines = {f"X-{number}": "1" for number in range(10_000)}
    return feed_of(head("200 OK", {**lines, "Content-Type": RSS_TYPE, "Connection": "close"}) + good(where))


@case("header-with-control-bytes", "transport", ANY_FEED)
def control_header(where: Where) -> Site:
    """Header values with NUL, escape sequences and bytes that are no text."""
    lines = b'X-Odd: a\x00b\x1b[2J\xff\xfe\r\nETag: "\x07\x1b]0;owned\x07"\r\nConnection:'
    return feed_of(http(good(where)).replace(b"Connection:", lines, 1))


@case("two-content-types", "transport", ANY_FEED)
def two_types(where: Where) -> Site:
    """Two Content-Types that differ, one with a character set that is a path."""
    line = b"Content-Type: text/html; charset=../../etc/passwd\r\nConnection:"
    return feed_of(http(good(where)).replace(b"Connection:", line, 1))


@case("content-type-of-kilobytes", "transport", ANY_FEED)
def long_type(where: Where) -> Site:
    """A Content-Type of 100 kB of parameters."""
    return feed_of(http(good(where), "application/rss+xml" + "; a=b" * 20_000))


@case("chunks-of-one-byte", "transport", ANY_FEED)
def tiny_chunks(where: Where) -> Site:
    """A feed of 200 kB in chunks of one byte."""
    body = rss(item(f"{where.root}/story") + f"<!--{'x' * 200_000}-->").encode()
    return feed_of(head("200 OK", CHUNKED) + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")


@case("chunk-extensions-endless", "transport", NOT_TAKEN)
def chunk_extension(_where: Where) -> Site:
    """A chunk size that is followed by an extension without end."""
    return feed_of(pour(head("200 OK", CHUNKED) + b"5;", b"x=y;" * 16_000))


@case("chunk-trailers-endless", "transport", ANY_FEED)
def chunk_trailers(where: Where) -> Site:
    """A whole feed in chunks, then trailers without end."""
    body = good(where)
    return feed_of(pour(head("200 OK", CHUNKED) + b"%x\r\n%s\r\n0\r\n" % (len(body), body), b"X-After: x\r\n" * 4000))


@case("chunk-sizes-negative", "transport", NOT_TAKEN)
def negative_chunk(where: Where) -> Site:
    """A chunk of minus five bytes."""
    return feed_of(head("200 OK", CHUNKED) + b"-5\r\n" + good(where))


@case("chunks-without-end", "transport", NOT_TAKEN)
def chunks_cut(where: Where) -> Site:
    """Chunks whose last one is missing."""
    body = good(where)
    return feed_of(head("200 OK", CHUNKED) + b"%x\r\n%s\r\n" % (len(body), body))


@case("chunked-and-length", "transport", ANY_FEED)
def chunked_and_length(where: Where) -> Site:
    """Chunked encoding and a Content-Length that says otherwise (request smuggling)."""
    body = good(where)
    lines = head("200 OK", {**CHUNKED, "Content-Length": "3"})
    return feed_of(lines + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


@case("transfer-encoding-gzip", "transport", ANY_FEED)
def transfer_gzip(where: Where) -> Site:
    """A transfer encoding that was not asked for."""
    return feed_of(head("200 OK", {**CHUNKED, "Transfer-Encoding": "gzip, chunked"}) + gzip.compress(good(where)))


@case("no-content", "transport", NOT_TAKEN | TAKEN)
def no_content(where: Where) -> Site:
    """Status 204 with a body."""
    return feed_of(http(good(where), status="204 No Content"))


@case("partial-content", "transport", NOT_TAKEN | TAKEN)
def partial_content(where: Where) -> Site:
    """Status 206 with a range that nobody asked for."""
    return feed_of(http(good(where)[:200], status="206 Partial Content", Content_Range="bytes 0-199/10000000000"))


@case("not-modified-at-once", "transport", NOT_TAKEN)
def not_modified(_where: Where) -> Site:
    """Status 304 to a first request."""
    return feed_of(head("304 Not Modified", {"ETag": '"x"', "Connection": "close"}))


@case("gone-with-feed", "transport", frozenset({FeedState.GONE}))
def gone(where: Where) -> Site:
    """Status 410 with a whole feed as its body."""
    return feed_of(http(good(where), status="410 Gone"))


@case("body-after-the-end", "transport", ANY_FEED)
def body_after(where: Where) -> Site:
    """Bytes without end after a body whose length was given."""
    return feed_of(pour(http(good(where)).replace(b"Connection: close", b"Connection: keep-alive"), b"x" * 65536))


@case("keep-alive-for-ever", "transport", ANY_FEED)
def keep_alive(where: Where) -> Site:
    """A good answer on a connection that is then held open for ever."""

    async def send() -> AsyncIterator[bytes]:
        yield http(good(where)).replace(b"Connection: close", b"Connection: keep-alive")
        await asyncio.sleep(3600)

    return feed_of(send)


@case("slow-robots", "robots", ANY_FEED)
def slow_robots(where: Where) -> Site:
    """A robots.txt that comes one byte a second."""

    async def send() -> AsyncIterator[bytes]:
        yield head("200 OK", {"Content-Type": "text/plain"})
        for letter in repeat(b"#"):
            yield letter
            await asyncio.sleep(1)

    return {"/robots.txt": send, "/feed.xml": http(good(where)), "*": GOOD_PAGE}


# --- encodings --------------------------------------------------------------------------------


@case("deflate-raw", "transport", ANY_FEED)
def deflate_raw(where: Where) -> Site:
    """Deflate without its zlib frame, as some servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return feed_of(http(packer.compress(good(where)) + packer.flush(), Content_Encoding="deflate"))


@case("deflate-cut", "transport", NOT_TAKEN)
def deflate_cut(where: Where) -> Site:
    """A deflate body that is cut in the middle."""
    body = zlib.compress(good(where) * 20)
    return feed_of(http(body[: len(body) // 2], Content_Encoding="deflate"))


@case("gzip-cut", "transport", NOT_TAKEN)
def gzip_cut(where: Where) -> Site:
    """A gzip body without its last ten bytes."""
    return feed_of(http(gzip.compress(good(where) * 20)[:-10], Content_Encoding="gzip"))


@case("gzip-many-members", "transport", ANY_FEED)
def gzip_members(where: Where) -> Site:
    """A gzip body of ten thousand members of a few bytes."""
    middle = gzip.compress(b" ") * 10_000
    start, end = rss("\0").encode().split(b"\0")
    body = gzip.compress(start) + middle + gzip.compress(item(f"{where.root}/story").encode() + end)
    return feed_of(http(body, Content_Encoding="gzip"))


@case("gzip-nested-ten-times", "transport", ANY_FEED)
def gzip_nested(where: Where) -> Site:
    """Gzip within gzip, ten times, all announced."""
    body = good(where)
    for _ in range(10):
        body = gzip.compress(body)
    return feed_of(http(body, Content_Encoding=", ".join(["gzip"] * 10)))


@case("encodings-by-the-thousand", "transport", ANY_FEED)
def many_encodings(where: Where) -> Site:
    """A thousand encodings announced of a plain body."""
    return feed_of(http(good(where), Content_Encoding=", ".join(["gzip"] * 1000)))


@case("zstd-garbage", "transport", NOT_TAKEN)
def zstd_garbage(_where: Where) -> Site:
    """Zstandard that begins rightly and goes on wrongly."""
    return feed_of(http(b"\x28\xb5\x2f\xfd" + bytes(range(256)) * 40, Content_Encoding="zstd"))


@case("zstd-window-of-gigabytes", "transport", NOT_TAKEN)
def zstd_window(_where: Where) -> Site:
    """Zstandard whose header asks for a window of two gigabytes."""
    return feed_of(http(b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x03\x00\x10" + b"x" * 100, Content_Encoding="zstd"))


@case("brotli-garbage", "transport", NOT_TAKEN)
def brotli_garbage(_where: Where) -> Site:
    """Bytes that are no Brotli, announced as such."""
    return feed_of(http(bytes(range(255, 0, -1)) * 20, Content_Encoding="br"))


@case("gzip-bomb-robots", "robots", ANY_FEED)
def robots_bomb(where: Where) -> Site:
    """A robots.txt that is a gzip bomb."""
    bomb = gzip.compress(bytes(2**24), 9) * 16
    return {
        "/robots.txt": http(bomb, "text/plain", Content_Encoding="gzip"),
        "/feed.xml": http(good(where)),
        "*": GOOD_PAGE,
    }


@case("page-trickles-chunks", "transport", TAKEN, NOT_READ)
def page_trickle(where: Where) -> Site:
    """The story's page comes in chunks, one a second, without end."""

    async def send() -> AsyncIterator[bytes]:
        yield head("200 OK", {"Content-Type": HTML_TYPE, "Transfer-Encoding": "chunked"})
        while True:
            yield b"8\r\n<p>x</p>\r\n"
            await asyncio.sleep(1)

    return one_story(where, send)


@case("cookies-by-the-thousand", "transport", ANY_FEED)
def cookie_flood(where: Where) -> Site:
    """Two thousand cookies for other hosts, with line breaks escaped in them."""
    cookies = b"".join(b"Set-Cookie: c%d=x%%0d%%0a; Domain=.example; Path=/\r\n" % number for number in range(2000))
    return feed_of(http(good(where)).replace(b"Connection:", cookies + b"Connection:", 1))


@case("json-feed-endless", "transport", NOT_TAKEN)
def json_endless(where: Where) -> Site:
    """A JSON Feed without end."""

    def chunks() -> Iterator[bytes]:
        yield b'{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": ['
        yield from repeat(f'{{"id": "1", "url": "{where.root}/a"}},'.encode() * 500)

    return feed_of(stream(chunks, "application/feed+json"))
