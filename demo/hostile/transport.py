"""Hostile answers below the document: connections, headers, lengths, encodings, sizes."""

from __future__ import annotations

import asyncio
import base64
import gzip
import zlib
from collections.abc import AsyncIterator, Iterator
from itertools import repeat

from demo.hostile.case import (
    ANY_FEED,
    HTML_TYPE,
    NOT_READ,
    NOT_TAKEN,
    RESET,
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
    page,
    rss,
    stream,
)

MEBIBYTE = 2**20
BOMB_MEBIBYTES = 512
BROTLI_BOMB = zlib.decompress(
    base64.b64decode(
        "eNo7//9/PYMKw6ONDkXv///8/5+/gcVBRqzh3V/7////M05g6DjMdGHv/+f//9szCDEURjDs+v7/z///7A5M"
        "CnzcDt//zQeqYvBgOJLI+OLe/8///8szcDZY6DDc/V3/7/9/ZgVGgXbWBdX/z0Mt2cBQMmoJYUvsAahT16c="
    )
)
"""405 bytes of Brotli that are 512 MiB of zeros (kept as data: the demo needs no Brotli library)."""


def good_feed(where: Where) -> bytes:
    """A feed with one item that leads to a good page."""
    return rss(item(f"{where.root}/story")).encode()


@case("never-answers", "transport", NOT_TAKEN)
def never_answers(_where: Where) -> Site:
    """Takes the request and says nothing."""

    async def wait() -> AsyncIterator[bytes]:
        await asyncio.sleep(3600)
        yield b""

    return {"/feed.xml": wait}


@case("slow-headers", "transport", NOT_TAKEN)
def slow_headers(_where: Where) -> Site:
    """Sends one header a second, for ever."""

    async def trickle() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        for number in range(3600):
            await asyncio.sleep(1)
            yield f"X-Wait-{number}: 1\r\n".encode()

    return {"/feed.xml": trickle}


@case("slow-body", "transport", NOT_TAKEN)
def slow_body(where: Where) -> Site:
    """Sends the feed one byte a second, so that no read times out."""
    body = good_feed(where)

    async def trickle() -> AsyncIterator[bytes]:
        yield head("200 OK", {"Content-Type": RSS_TYPE, "Content-Length": str(len(body))})
        for number in range(len(body)):
            await asyncio.sleep(1)
            yield body[number : number + 1]

    return {"/feed.xml": trickle}


@case("slow-page", "transport", TAKEN, NOT_READ)
def slow_page(where: Where) -> Site:
    """The feed is good, its story's page comes one byte a second."""
    body = page().encode()

    async def trickle() -> AsyncIterator[bytes]:
        yield head("200 OK", {"Content-Type": HTML_TYPE, "Content-Length": str(len(body))})
        for number in range(len(body)):
            await asyncio.sleep(1)
            yield body[number : number + 1]

    return one_story(where, trickle)


@case("endless-body", "transport", NOT_TAKEN)
def endless_body(_where: Where) -> Site:
    """A feed without end, as fast as it is read."""
    start = rss("").split("</channel>")[0].encode()
    block = (item("http://hostile.example/x") * 500).encode()

    def chunks() -> Iterator[bytes]:
        yield start
        yield from repeat(block)

    return {"/feed.xml": stream(chunks)}


@case("endless-page", "transport", TAKEN, NOT_READ)
def endless_page(where: Where) -> Site:
    """An article page without end."""

    def chunks() -> Iterator[bytes]:
        yield page().encode()
        yield from repeat(b"<p>and so on</p>" * 4096)

    return one_story(where, stream(chunks, HTML_TYPE))


@case("endless-headers", "transport", NOT_TAKEN)
def endless_headers(_where: Where) -> Site:
    """Headers without end, as fast as they are read."""

    async def pour() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        for number in range(10**9):
            yield f"X-{number}: {'x' * 1000}\r\n".encode() * 16

    return {"/feed.xml": pour}


@case("huge-header", "transport", ANY_FEED)
def huge_header(where: Where) -> Site:
    """One header line of 32 MiB before a good feed."""

    async def pour() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nX-Huge: "
        for _ in range(32):
            yield b"x" * MEBIBYTE
        yield b"\r\nContent-Type: application/rss+xml\r\n\r\n" + good_feed(where)

    return {"/feed.xml": pour}


@case("gzip-bomb", "transport", NOT_TAKEN)
def gzip_bomb(_where: Where) -> Site:
    """A small gzip body that is 512 MiB decoded."""
    return {"/feed.xml": http(_gzip_zeros(), Content_Encoding="gzip")}


@case("gzip-bomb-page", "transport", TAKEN, NOT_READ)
def gzip_bomb_page(where: Where) -> Site:
    """The same as an article page."""
    return one_story(where, http(_gzip_zeros(), HTML_TYPE, Content_Encoding="gzip"))


@case("gzip-in-gzip", "transport", NOT_TAKEN)
def gzip_in_gzip(_where: Where) -> Site:
    """A gzip bomb inside gzip, announced as such."""
    return {"/feed.xml": http(gzip.compress(_gzip_zeros()), Content_Encoding="gzip, gzip")}


@case("deflate-bomb", "transport", NOT_TAKEN)
def deflate_bomb(_where: Where) -> Site:
    """A deflate body that is 512 MiB decoded."""
    return {"/feed.xml": http(_deflate_zeros(), Content_Encoding="deflate")}


@case("brotli-bomb", "transport", NOT_TAKEN)
def brotli_bomb(_where: Where) -> Site:
    """405 bytes of Brotli that are 512 MiB decoded."""
    return {"/feed.xml": http(BROTLI_BOMB, Content_Encoding="br")}


@case("zstd-bomb", "transport", NOT_TAKEN)
def zstd_bomb(_where: Where) -> Site:
    """16 kB of Zstandard that are 512 MiB decoded: blocks that say "128 KiB of this byte"."""
    repeated = 2**17 << 3 | 1 << 1
    blocks = BOMB_MEBIBYTES * 8
    body = b"\x28\xb5\x2f\xfd\x00\x38" + (repeated.to_bytes(3, "little") + b"\0") * (blocks - 1)
    return {"/feed.xml": http(body + (repeated | 1).to_bytes(3, "little") + b"\0", Content_Encoding="zstd")}


@case("feed-as-gzip-file", "transport", ANY_FEED)
def gzip_file(_where: Where) -> Site:
    """A gzip bomb as a file (no Content-Encoding), as sitemaps often come."""
    return {"/feed.xml": http(_gzip_zeros(), "application/gzip")}


@case("broken-gzip", "transport", NOT_TAKEN)
def broken_gzip(where: Where) -> Site:
    """A gzip body with damage in the middle."""
    body = bytearray(gzip.compress(good_feed(where) * 50))
    body[len(body) // 2] ^= 0xFF
    return {"/feed.xml": http(bytes(body), Content_Encoding="gzip")}


@case("not-gzip-at-all", "transport", ANY_FEED)
def not_gzip(where: Where) -> Site:
    """A plain feed that is announced as gzip."""
    return {"/feed.xml": http(good_feed(where), Content_Encoding="gzip")}


@case("unknown-encoding", "transport", ANY_FEED)
def unknown_encoding(where: Where) -> Site:
    """A Content-Encoding that nobody knows."""
    return {"/feed.xml": http(good_feed(where), Content_Encoding="x-hostile")}


@case("reset", "transport", NOT_TAKEN)
def reset(_where: Where) -> Site:
    """A TCP reset instead of an answer."""
    return {"*": _pieces(RESET)}


@case("reset-in-body", "transport", NOT_TAKEN)
def reset_in_body(where: Where) -> Site:
    """A TCP reset in the middle of the feed."""
    whole = http(good_feed(where))
    return {"/feed.xml": _pieces(whole[: len(whole) // 2], RESET)}


@case("closes-at-once", "transport", NOT_TAKEN)
def closes_at_once(_where: Where) -> Site:
    """Closes the connection without a byte."""
    return {"*": b""}


@case("too-short", "transport", NOT_TAKEN | TAKEN)
def too_short(where: Where) -> Site:
    """Announces more bytes than it sends."""
    return {"/feed.xml": http(good_feed(where), Content_Length="100000")}


@case("length-of-a-petabyte", "transport", NOT_TAKEN)
def petabyte(where: Where) -> Site:
    """Announces a petabyte."""
    return {"/feed.xml": http(good_feed(where), Content_Length=str(10**15))}


@case("two-lengths", "transport", ANY_FEED)
def two_lengths(where: Where) -> Site:
    """Two Content-Length headers that differ."""
    return {"/feed.xml": http(good_feed(where)).replace(b"Connection:", b"Content-Length: 7\r\nConnection:", 1)}


@case("negative-length", "transport", ANY_FEED)
def negative_length(where: Where) -> Site:
    """A negative Content-Length."""
    return {"/feed.xml": http(good_feed(where), Content_Length="-1")}


@case("chunk-garbage", "transport", NOT_TAKEN)
def chunk_garbage(where: Where) -> Site:
    """Chunked encoding whose chunk sizes are words."""
    lines = {"Content-Type": RSS_TYPE, "Transfer-Encoding": "chunked"}
    return {"/feed.xml": head("200 OK", lines) + b"many\r\n" + good_feed(where)}


@case("chunk-of-a-petabyte", "transport", NOT_TAKEN)
def chunk_petabyte(where: Where) -> Site:
    """One chunk announced with sixteen hexadecimal digits."""
    lines = {"Content-Type": RSS_TYPE, "Transfer-Encoding": "chunked"}
    return {"/feed.xml": head("200 OK", lines) + b"FFFFFFFFFFFFFFF\r\n" + good_feed(where)}


@case("not-http", "transport", NOT_TAKEN)
def not_http(_where: Where) -> Site:
    """Answers in another protocol."""
    return {"*": b"220 mail.hostile.example ESMTP ready\r\n"}


@case("status-of-six-digits", "transport", ANY_FEED)
def odd_status(where: Where) -> Site:
    """A status line that no standard knows."""
    return {"/feed.xml": http(good_feed(where), status="200200 Very OK")}


@case("status-999", "transport", NOT_TAKEN)
def status_999(_where: Where) -> Site:
    """Status 999, as some sites answer robots."""
    return {"/feed.xml": http("no", status="999 Denied")}


@case("retry-after-a-century", "transport", NOT_TAKEN)
def retry_after(_where: Where) -> Site:
    """429 with a Retry-After that would silence the source for a hundred years."""
    return {"/feed.xml": http("slow down", status="429 Too Many Requests", Retry_After="3155760000")}


@case("retry-after-nonsense", "transport", NOT_TAKEN)
def retry_nonsense(_where: Where) -> Site:
    """503 with a Retry-After that is neither seconds nor a date."""
    return {"/feed.xml": http("later", status="503 Service Unavailable", Retry_After="9" * 5000)}


@case("validators-of-a-megabyte", "transport", ANY_FEED)
def huge_etag(where: Where) -> Site:
    """An ETag of 60 kB that a reader would send back each time, with line breaks escaped in it."""
    return {"/feed.xml": http(good_feed(where), ETag='"' + "x%0d%0a" * 8000 + '"'), "/story": http(page(), HTML_TYPE)}


@case("many-cookies", "transport", TAKEN)
def many_cookies(where: Where) -> Site:
    """A good feed with fifty cookies of 1 kB each."""
    cookies = "".join(f"Set-Cookie: c{number}={'x' * 1000}\r\n" for number in range(50)).encode()
    body = http(good_feed(where)).replace(b"Connection:", cookies + b"Connection:", 1)
    return {"/feed.xml": body, "/story": http(page(), HTML_TYPE)}


def _gzip_zeros() -> bytes:
    return gzip.compress(bytes(16 * MEBIBYTE), 9) * (BOMB_MEBIBYTES // 16)


def _deflate_zeros() -> bytes:
    """One packed block again and again, in a zlib frame; the Adler sum of n zeros is n and one."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(16 * MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    total = (BOMB_MEBIBYTES * MEBIBYTE % 65521) << 16 | 1
    return b"\x78\xda" + block * (BOMB_MEBIBYTES // 16) + b"\x03\x00" + total.to_bytes(4, "big")


def _pieces(*chunks: bytes) -> Reply:
    async def send() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return send
