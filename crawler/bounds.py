"""Bounds that aiohttp's client lacks: of the headers of an answer, of its framing, and for what nobody asked for."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import ClientError, ClientPayloadError, ServerDisconnectedError, StreamReader
from aiohttp.client_proto import ResponseHandler

LARGEST_HEAD = 256 * 1024
"""Bytes of status lines and headers taken of one answer; common servers send 1 to 4 kB."""
LONGEST_LINE = 16 * 1024
"""Bytes of one header; common servers take 8 kB of a request's."""
MOST_FRAMING = 25_000
"""Bytes around the chunks of a body (5 for each at least) that may be more than half of what is in them."""
_HEAD_END = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.[0-9] +1[0-9][0-9]\b")
_NO_HEADER = re.compile(rb"\n(?![ \t]|[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:|\r?\n|\Z)[^\n]*(?=\n)")
_BEFORE_COLON = re.compile(rb"(?<=\n)([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]+:")
_CODED = re.compile(rb"\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_LENGTH = re.compile(rb"\ncontent-length[ \t]*:[^\n]*(?=\n)", re.IGNORECASE)
_NOT_IN_VALUE = re.compile(rb"\x00|\r(?!\n)")


class ConnectionLostError(ClientError):
    """The connection ended before the answer's headers did."""


class MalformedError(ClientError):
    """Bytes that are no HTTP."""


class HeadTooLargeError(ClientError):
    """An answer whose headers are longer than LARGEST_HEAD."""


class CutShortError(ClientPayloadError):
    """A body that is broken, or more framing than body."""


class BoundedProtocol(ResponseHandler):
    """aiohttp's side of a connection, which gets the headers of an answer when they are whole.

    aiohttp asks again when a connection ends without an answer, a new one as well and one that ended in the headers;
    here only where a kept one ends without a word.
    """

    _idle = True
    _in_head = False
    _answers = 0

    def set_response_params(self, **params: Any) -> None:
        """A request is about to be sent. Called by aiohttp."""
        self._idle, self._in_head = False, True
        self._held = bytearray()
        self._head_size = self._wire = 0
        self._last = b""
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Bytes came. Called by asyncio, and by aiohttp without any where it goes on after a pause."""
        if self._idle or (not self._in_head and data and (self._payload is None or self._payload.is_eof())):
            self._end()  # nobody asked for it
            return
        try:
            if self._in_head:
                self._take_head(data)
            else:
                self._take_body(data)
        except ClientError as error:
            self._end()
            self.set_exception(error)
            if self._payload is not None:
                self._payload.set_exception(error)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """The connection failed. Called by aiohttp."""
        silent = self._answers and self._in_head and not self._held and not self._head_size
        if isinstance(exc, OSError | ServerDisconnectedError):
            exc = exc if silent else ConnectionLostError(str(exc))
        super().set_exception(exc, *cause)

    def _end(self) -> None:
        self._should_close = True
        if self.transport is not None:
            self.transport.abort()

    def _take_head(self, data: bytes) -> None:
        """Hold what came until the headers are whole; interim answers (1xx) are passed over."""
        start = max(0, len(self._held) - 3)
        self._held += data
        if not self._head_size:
            del self._held[: len(self._held) - len(self._held.lstrip(b"\r\n"))]
        while found := _HEAD_END.search(self._held, start):
            head, start = bytes(self._held[: found.end()]), 0
            del self._held[: found.end()]
            self._head_size += len(head)
            if self._head_size > LARGEST_HEAD:
                break
            if not _INTERIM.match(head):
                self._in_head, self._answers = False, self._answers + 1
                super().data_received(clean_head(head))
                self._take_body(bytes(self._held))
                return
        check_head(self._held, self._head_size)

    def _take_body(self, data: bytes) -> None:
        payload = self._payload
        ended = payload is None or payload.is_eof()
        if self._exception is None and (data or not ended):
            self._wire += len(data)
            self._last = (self._last + data[-4:])[-4:]
            if ended:
                self._should_close = True  # more than was asked for
                return
            super().data_received(data)
        if payload is None or self._reading_paused:
            return
        if payload.is_eof():
            self._check_end(payload)
            return
        if self._exception is not None:
            raise CutShortError("a body whose chunks are none")
        framing = self._wire - payload.total_bytes
        if framing > MOST_FRAMING and 2 * framing > payload.total_bytes:
            raise CutShortError("more around the chunks of a body than in them")

    def _check_end(self, payload: StreamReader) -> None:
        """Close the connection where it may have brought more than the end of the answer."""
        framed = self._wire > payload.total_bytes  # whatever is not of the body: chunks, or what nobody asked for
        if self._payload is not payload or (framed and self._last != b"\r\n\r\n"):
            self._end()


def check_head(held: bytearray, before: int) -> None:
    """Look at headers that are not whole; ``before`` bytes of them stood before.

    Raises:
        ClientError: they will not become what is taken.
    """
    if len(held) - held.rfind(b"\n") > LONGEST_LINE:
        raise MalformedError(f"a header of more than {LONGEST_LINE} bytes")
    if before + len(held) > LARGEST_HEAD:
        raise HeadTooLargeError(f"more than {LARGEST_HEAD} bytes of headers")
    if len(held) > 4 and not held.startswith(b"HTTP/"):
        raise MalformedError("an answer that is not HTTP")


def clean_head(head: bytes) -> bytes:
    """``head`` without lines that are no header, which browsers pass over, and as RFC 9110 (5.5) and 9112 (6.3) say.

    No NUL or CR in a value; no length beside a chunked body.
    """
    if _CODED.search(head):
        head = _LENGTH.sub(b"", head)
    return _BEFORE_COLON.sub(rb"\1:", _NO_HEADER.sub(b"", _NOT_IN_VALUE.sub(b" ", head)))
