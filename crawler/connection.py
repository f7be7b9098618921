"""One HTTP/1.1 connection to a publisher: a request goes out, an answer comes in, nothing of it without bounds.

The answer is parsed by llhttp (through httptools), the parser of Node.js. What stands before the body is kept until
it is whole, so that its size is known before any of it is taken apart.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

import httptools

LARGEST_HEAD = 256 * 1024
"""Bytes of status lines and headers taken of one answer; common servers send 1 to 4 kB."""
LONGEST_LINE = 16 * 1024
"""Bytes of one header; common servers take 8 kB of a request's."""
MOST_CHUNKS = 5_000
SMALLEST_CHUNK = 10
"""A chunked body may not come in more chunks than that where they hold less than this on average (bytes)."""
_HEAD_END = re.compile(rb"\n\r?\n")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)", re.DOTALL)
_NO_BODY = frozenset({204, 304})
_LENIENT = {
    "lenient_headers": True,
    "lenient_chunked_length": True,
    "lenient_keep_alive": True,
    "lenient_transfer_encoding": True,
    "lenient_version": True,
    "lenient_data_after_close": True,
    "lenient_optional_lf_after_cr": True,
    "lenient_optional_cr_before_lf": True,
    "lenient_optional_crlf_after_chunk": True,
    "lenient_spaces_after_chunk_size": True,
}
"""What browsers forgive as well; who sends an answer can do no harm by it, since each connection has one publisher."""


class AnswerError(Exception):
    """An answer that cannot be taken."""


class ConnectionLostError(AnswerError):
    """The connection ended before the answer's headers did. ``silent``: before any byte of an answer."""

    def __init__(self, *, silent: bool) -> None:
        self.silent = silent
        super().__init__("the connection ended before the answer")


class MalformedError(AnswerError):
    """Bytes that are no HTTP."""


class HeadTooLargeError(AnswerError):
    """An answer whose headers are longer than LARGEST_HEAD."""


class BodyTooLargeError(AnswerError):
    """A body that is, or says that it is, longer than what was asked for."""


class CutShortError(AnswerError):
    """A body that does not come to its end: the connection ended, its chunks are none, are too small or too wrapped."""


@dataclass(slots=True)
class Received:
    """An answer: ``headers`` in their order as they came, ``body`` as it came (chunking undone)."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    version: str = ""


class Connection(asyncio.Protocol):
    """A connection that is asked once and, where ``reusable`` afterwards, again. ``address`` is its other end's."""

    def __init__(self) -> None:
        self._waiter: asyncio.Future[Received] | None = None
        self.reusable = False
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.address = transport.get_extra_info("peername")[0]

    async def ask(self, request: bytes, most: int, enough: int | None = None) -> Received:
        """Send ``request`` (all of it) and wait for the answer, of whose body ``most`` bytes are taken.

        With ``enough`` the body ends there, whatever follows.

        Raises:
            AnswerError: there is no answer, or one that cannot be taken; the connection is closed then.
        """
        self._waiter = asyncio.get_running_loop().create_future()
        self._most, self._enough = most, enough
        self._answer = Received()
        self._parts: list[bytes] = []
        self._size = self._wire = self._chunks = self._head_size = 0
        self._held = bytearray()
        self._bare = request.startswith(b"HEAD ")
        self._in_head, self._ended, self._more, self.reusable = True, False, False, False
        self._fault: AnswerError | None = None
        self._parser = self._make_parser()
        self._transport.write(request)
        try:
            return await self._waiter
        except BaseException:
            self.abort()
            raise

    def _make_parser(self) -> httptools.HttpResponseParser:
        parser = httptools.HttpResponseParser(self)
        parser.set_dangerous_leniencies(**_LENIENT)
        return parser

    def abort(self) -> None:
        """Close the connection now."""
        self.reusable = False
        self._transport.abort()

    # ---- called by asyncio

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._waiter is None or self._waiter.done():  # nobody asked
            self.abort()
            return
        try:
            if self._in_head:
                self._take_head(data)
            else:
                self._take_body(data)
        except AnswerError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """The connection ended: that may be the end of the body."""
        self.reusable = False
        if self._waiter is None or self._waiter.done():
            return
        if self._in_head:
            self._fail(ConnectionLostError(silent=not self._held and not self._head_size))
        elif self._length is not None or self._is_chunked:
            self._fail(CutShortError("the connection ended within the body"))
        else:
            self._finish()

    # ---- an answer as it comes

    def _take_head(self, data: bytes) -> None:
        """Hold what came until the headers are whole; interim answers (1xx) are passed over."""
        start = max(0, len(self._held) - 3)
        self._held += data
        while found := _HEAD_END.search(self._held, start):
            head, start = bytes(self._held[: found.end()]), 0
            del self._held[: found.end()]
            self._head_size += len(head)
            if self._head_size > LARGEST_HEAD:
                break
            self._parse_head(head)
            if not self._in_head:
                self._begin_body()
                return
        if len(self._held) - self._held.rfind(b"\n") > LONGEST_LINE:
            raise MalformedError(f"a header of more than {LONGEST_LINE} bytes")
        if self._head_size + len(self._held) > LARGEST_HEAD:
            raise HeadTooLargeError(f"more than {LARGEST_HEAD} bytes of headers")
        first = self._held[:64].lstrip(b"\r\n")
        if len(first) > 4 and not first.startswith(b"HTTP/"):
            raise MalformedError("an answer that is not HTTP")

    def _parse_head(self, head: bytes) -> None:
        try:
            self._feed(head)
        except MalformedError:
            if self._fault:
                raise
            self._answer.headers.clear()
            self._parser = self._make_parser()
            self._feed(_clean_head(head))

    def _begin_body(self) -> None:
        """The headers are whole; what was held beyond them belongs to the body."""
        rest, self._held = bytes(self._held), bytearray()
        if self._ended or self._bare:
            self._more = self._more or bool(rest)
            self._finish()
        elif rest:
            self._take_body(rest)

    def _take_body(self, data: bytes) -> None:
        self._wire += len(data)
        self._feed(data)
        if self._ended or (self._enough is not None and self._size >= self._enough):
            self._finish()
        elif self._is_chunked and self._wire - self._size > LARGEST_HEAD + self._size:
            raise CutShortError("more around the chunks of a body than in them")

    def _feed(self, data: bytes) -> None:
        """Let the parser take ``data``; what comes after a whole answer was not asked for."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self._fault:
                raise self._fault from error
            if not self._ended:
                raise (MalformedError if self._in_head else CutShortError)(str(error)) from error
            self._more = True

    def _finish(self) -> None:
        """The answer is whole."""
        assert self._waiter is not None
        answer = self._answer
        answer.body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        answer.version = self._parser.get_http_version()
        self._parts = []
        self.reusable = self._ended and self._keeps and not self._more
        if not self.reusable:
            self._transport.abort()
        self._waiter.set_result(answer)

    def _fail(self, error: AnswerError) -> None:
        assert self._waiter is not None
        self._parts = []
        self._waiter.set_exception(error)

    # ---- called by the parser

    def on_message_begin(self) -> None:
        """An answer begins; a second one was not asked for."""
        if self._ended:
            raise MalformedError("a second answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or what follows a chunked body (which does not count)."""
        if len(name) + len(value) > LONGEST_LINE:
            self._fault = MalformedError(f"a header of more than {LONGEST_LINE} bytes")
            raise self._fault
        if self._in_head:
            self._answer.headers.append((name, value.strip()))

    def on_headers_complete(self) -> None:
        """The headers are whole."""
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._answer.headers.clear()
            return
        if self._ended:
            return
        self._answer.status = status
        names = {name.lower(): value for name, value in self._answer.headers}
        self._is_chunked = b"transfer-encoding" in names
        if names.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
            self._fault = MalformedError("a transfer encoding that was not asked for")
            raise self._fault
        length = names.get(b"content-length", b"")
        self._length = int(length) if length.isdigit() and not self._is_chunked else None
        self._in_head = False
        self._bare = self._bare or status in _NO_BODY
        if not self._bare and (self._length or 0) > self._most:
            self._fault = BodyTooLargeError(f"a body of {self._length} bytes")
            raise self._fault

    def on_body(self, data: bytes) -> None:
        """A part of the body."""
        self._size += len(data)
        if self._enough is None and self._size > self._most:
            self._fault = BodyTooLargeError(f"a body of more than {self._most} bytes")
            raise self._fault
        self._parts.append(data)

    def on_chunk_header(self) -> None:
        """A chunk of the body begins."""
        self._chunks += 1
        if self._chunks > MOST_CHUNKS and self._size < self._chunks * SMALLEST_CHUNK:
            self._fault = CutShortError("a body in chunks of a few bytes")
            raise self._fault

    def on_message_complete(self) -> None:
        """The body is whole."""
        if self._answer.status and not self._ended:
            self._ended, self._keeps = True, self._parser.should_keep_alive()


def _clean_head(head: bytes) -> bytes:
    """``head`` without lines that are no header, which some servers send and browsers pass over."""
    status, *lines = head.lstrip(b"\r\n").splitlines()
    kept: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and kept:
            kept[-1] += b" " + line.strip()
        elif found := _HEADER.fullmatch(line):
            kept.append(found[1] + b": " + found[2].strip())
    return b"\r\n".join([status, *kept, b"", b""])
