"""One reading process: what runs in it, and how the crawl speaks with it.

A job is a function and its arguments, pickled, with its length before it; the answer comes back in the same
form over the same pair of sockets. A large page lies in memory that both have open. The process ends when the
other end is closed.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import struct
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from typing import Any

from crawler.shared_pages import SharedPages, take_from, unpack

PRELOADED = ["crawler.reading.work", "crawler.reading.warm", "crawler.reading.feed", "crawler.reading.listing"]
"""What a reading process needs, loaded once, before the first is forked."""
_LENGTH = struct.Struct("<Q")
_HEAD = struct.Struct("<QQQ")
"""Before a job: the length of its pickle, and the place and size of its page in the shared memory (size 0: none)."""
_READY = _LENGTH.pack(0)
"""Said once by a process that has started: an answer without bytes."""
_GRACE = 10
"""Seconds beyond its time limit after which a job ends its process, should nobody be left to end it."""


# ---- in the process


def serve(line: socket.socket, seconds: float, niceness: int) -> None:
    """Do the jobs that come over ``line`` until it is closed; each may take ``seconds`` and a little more.

    ``niceness`` is that of the process that gives the jobs: the one from which this was forked may have another.
    """
    from crawler.reading.work import limit_memory  # who only speaks with readers loads nothing of reading

    limit_memory()
    os.nice(max(0, niceness - os.nice(0)))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    memory = take_from(line)
    line.sendall(_READY)
    with line.makefile("rb") as stream:
        while head := stream.read(_HEAD.size):
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
            length, place, size = _HEAD.unpack(head)
            answer = _work(stream.read(length), memory, place, size)
            signal.setitimer(signal.ITIMER_REAL, 0)
            line.sendall(_LENGTH.pack(len(answer)) + answer)


def _work(job: bytes, memory: int, place: int, size: int) -> bytes:
    """The pickled (answer, None), or (None, (name of the exception's class, its traceback))."""
    try:
        work, args = unpack(job, memory, place, size)
        return pickle.dumps((work(*args), None), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - the boundary of the process: who asked is told
        return pickle.dumps((None, (type(error).__name__, traceback.format_exc())))


# ---- in the crawl


class ReaderEndedError(Exception):
    """The reading process ended during a job; ``code`` is its exit code (negative: the signal)."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        super().__init__(code)


class OverTimeError(Exception):
    """The job was not done within its time; its process was ended."""


class BrokenJobError(Exception):
    """The job raised an exception: ``name`` of its class, ``trace`` as text."""

    def __init__(self, name: str, trace: str) -> None:
        self.name, self.trace = name, trace
        super().__init__(name)


@dataclass(eq=False, slots=True)
class Job:
    """``work(*args)``, and the answer to come; ``place`` is that of its page in the shared memory, if it lies there."""

    work: Callable[..., Any]
    args: tuple[Any, ...]
    answer: asyncio.Future[Any]
    place: int | None = None


class Reader(asyncio.Protocol):
    """A reading process and the jobs it was given, oldest first. ``seconds`` is the time limit of a job.

    When it ends, its first job is to blame; the others go to ``on_end``.
    """

    def __init__(self, seconds: float, on_end: Callable[[Reader, list[Job]], None]) -> None:
        self._seconds, self._on_end = seconds, on_end
        self._jobs: deque[Job] = deque()
        self._parts: list[bytes] = []
        self._size = 0
        self._needed = _LENGTH.size
        self._reads_head = True
        self._timer: asyncio.TimerHandle | None = None
        self._ready = self._late = self._retired = False
        self._pages = SharedPages()
        self.given = 0
        """Jobs that it has ever been given."""

    async def start(self, context: ForkServerContext) -> None:
        """Start the process."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = context.Process(target=serve, args=(theirs, self._seconds, os.nice(0)), daemon=True)
            with _nameless_main():
                self._process.start()
        self._pages.give_to(ours)
        ours.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._transport, _ = await self._loop.create_connection(lambda: self, sock=ours)

    @property
    def waiting(self) -> int:
        """Jobs that are not done."""
        return len(self._jobs)

    def give(self, job: Job) -> None:
        """Add a job; its time begins when those before it are done."""
        self.given += 1
        self._jobs.append(job)
        data, job.place, size = self._pages.pack(job.work, job.args)
        self._transport.write(_HEAD.pack(len(data), job.place or 0, size) + data)
        if len(self._jobs) == 1 and self._ready:
            self._wind()

    def stop(self) -> None:
        """End the process now."""
        if self._timer:
            self._timer.cancel()
        self._process.kill()

    def retire(self) -> None:
        """End the process when it has done what it was given."""
        self._retired = True
        if not self._jobs:
            self.stop()

    def hang_up(self) -> None:
        """Let go of the line to a process that has ended, and of the memory shared with it."""
        self._pages.close()
        if not self._loop.is_closed():
            self._transport.abort()

    def join(self) -> int | None:
        """Wait until the process has ended; its exit code."""
        self._process.join(5)
        return self._process.exitcode

    def _wind(self) -> None:
        """Let the time of the first job begin."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if self._jobs:
            self._timer = self._loop.call_later(self._seconds, self._end_late)

    def _end_late(self) -> None:
        self._late = True
        self.stop()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: a part of an answer, or several answers."""
        self._parts.append(data)
        self._size += len(data)
        if self._size < self._needed:
            return
        whole = b"".join(self._parts)
        while len(whole) >= self._needed:
            part, whole = whole[: self._needed], whole[self._needed :]
            if self._reads_head:
                self._needed = _LENGTH.unpack(part)[0]
            else:
                self._needed = _LENGTH.size
                self._answer(part)
            self._reads_head = not self._reads_head
        self._parts, self._size = [whole] if whole else [], len(whole)

    def _answer(self, data: bytes) -> None:
        if not self._ready:  # its start is not on the first job's account
            self._ready = True
            self._wind()
            return
        job = self._jobs.popleft()
        if job.place is not None:
            self._pages.free(job.place)
        self._wind()
        if self._retired and not self._jobs:
            self.stop()
        if job.answer.done():  # nobody waits for it any more
            return
        answer, broken = pickle.loads(data)  # noqa: S301 - from our own process
        if broken:
            job.answer.set_exception(BrokenJobError(*broken))
        else:
            job.answer.set_result(answer)

    def connection_lost(self, _: Exception | None) -> None:
        """Called by asyncio: the process has ended."""
        if self._timer:
            self._timer.cancel()
        self._pages.close()
        code = self.join()
        if self._jobs:
            answer = self._jobs.popleft().answer
            if not answer.done():
                answer.set_exception(OverTimeError() if self._late else ReaderEndedError(code))
        self._on_end(self, list(self._jobs))


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Keep a process that is started from loading the main module of this one: it has no use for it."""
    main = sys.modules["__main__"]
    spec, file = main.__spec__, main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file
