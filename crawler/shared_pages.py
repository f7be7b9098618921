"""Memory that the crawl and one reading process both have open: a page goes through it and not through their socket.

A socket takes a page of 265 kB in parts, for each of which both processes are woken.
"""

from __future__ import annotations

import os
import pickle
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

PLACES = 3
"""Pages that lie in the memory of one reading process at once; another goes through the socket."""
PLACE_BYTES = 64 * 2**20
"""The largest page that has room in a place. Only what was written to takes memory."""
LARGE_BYTES = 32 * 1024
"""From here on a page is put into a place; smaller ones go through the socket as quickly."""


class SharedPages:
    """The crawl's side of the memory, which has no name and ends with the last process that has it open."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self._file = os.fdopen(os.memfd_create("pages"), "r+b", buffering=0)
        else:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - until close()
        self._free = list(range(PLACES))

    def give_to(self, line: socket.socket) -> None:
        """Let the process at the other end of ``line`` have it; :func:`take_from` is its part."""
        socket.send_fds(line, [b"\0"], [self._file.fileno()])

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def pack(self, work: Callable[..., Any], args: tuple[Any, ...]) -> tuple[bytes, int | None, int]:
        """The pickle of a job, and the place (None for none) and size in bytes of the page that was left out of it."""
        if self._free:
            for at, page in enumerate(args):
                if isinstance(page, bytes) and LARGE_BYTES <= len(page) <= PLACE_BYTES and self._put(page):
                    rest = (*args[:at], pickle.PickleBuffer(page), *args[at + 1 :])
                    data = pickle.dumps((work, rest), pickle.HIGHEST_PROTOCOL, buffer_callback=_leave_out)
                    return data, self._free.pop(), len(page)
        return pickle.dumps((work, args), pickle.HIGHEST_PROTOCOL), None, 0

    def _put(self, page: bytes) -> bool:
        """Write a page to the next free place; False where the machine has no memory for it."""
        with suppress(OSError):
            return os.pwrite(self._file.fileno(), page, self._free[-1] * PLACE_BYTES) == len(page)
        return False

    def free(self, place: int) -> None:
        """What lies in a place is no longer needed."""
        self._free.append(place)


def _leave_out(_page: pickle.PickleBuffer) -> None:
    """Keep a page out of the pickle: false is how pickle is told so."""


def take_from(line: socket.socket) -> int:
    """The memory that the other end of ``line`` gives, as a file descriptor."""
    return socket.recv_fds(line, 1, 1)[1][0]


def unpack(data: bytes, memory: int, place: int, size: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """What :meth:`SharedPages.pack` packed; ``size`` is 0 where nothing was left out."""
    pages = [os.pread(memory, size, place * PLACE_BYTES)] if size else []
    work, args = pickle.loads(data, buffers=pages)  # noqa: S301 - from the process that started this one
    return work, args
