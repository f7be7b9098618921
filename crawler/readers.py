"""Processes that read feeds and pages, each job killed at its time limit.

The event loop never parses: feedparser is quadratic in long attributes, libxml2 in attributes of one
tag, and either would stop every other source meanwhile.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import multiprocessing
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from crawler.reader import PRELOADED, BrokenJobError, Job, OverTimeError, Reader, ReaderEndedError
from wirewatch.errors import UnreadableError

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_JOBS_BEFORE_RENEWAL = 2000
_AHEAD = 2
"""Jobs that a reading process is given at once: it goes on with the next while an answer is on its way."""


class Turns:
    """Lets ``places`` pass at once; of those that wait, the lowest number first.

    So the sources of a run end one after the other, and the writer works while others are still read.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._count = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def take(self, number: int) -> AsyncIterator[None]:
        """A place, when it is the turn of ``number``."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(number)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, number: int) -> None:
        """Until another hands on its place; a place that is handed to one who no longer waits goes further."""
        self._count += 1
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (number, self._count, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            turn = heapq.heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


@dataclass(frozen=True, slots=True)
class SourceReaders:
    """The reading processes as one source of a run has them."""

    readers: Readers
    number: int

    async def run(self, work: Callable[..., T | UnreadableError], *args: Any) -> T:
        """As :meth:`Readers.run`."""
        return await self.readers.run(work, *args, number=self.number)


class Readers:
    """Reading processes, started as they are needed. A context manager; at its end they are killed, not waited for.

    All that uses one runs in the same event loop. ``seconds`` is the time limit of a job.
    """

    def __init__(self, processes: int, seconds: float) -> None:
        self.seconds = seconds
        self._processes = processes
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)
        self._turns = Turns(_AHEAD * processes)
        self._readers: list[Reader] = []
        self._all: set[Reader] = set()
        self._starting = asyncio.Lock()
        self._moves: set[asyncio.Task[None]] = set()
        self._closed = False

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *exc: object) -> None:
        self._closed = True
        for reader in self._all:
            reader.stop()
        for reader in self._all:
            reader.join()
            reader.hang_up()

    def for_source(self, number: int) -> SourceReaders:
        """The same processes for the source of that number: of what waits, the lowest is read first."""
        return SourceReaders(self, number)

    async def run(self, work: Callable[..., T | UnreadableError], *args: Any, number: int = 0) -> T:
        """``work(*args)`` in a reading process, when it is the turn of source ``number``.

        Raises:
            UnreadableError: what ``work`` returned as such; ``time-limit`` or ``reader-died`` otherwise.
        """
        async with self._turns.take(number):
            answer = await self._run(work, args)
        if isinstance(answer, UnreadableError):
            raise answer
        return answer

    async def _run(self, work: Callable[..., T | UnreadableError], args: tuple[Any, ...]) -> T | UnreadableError:
        job = Job(work, args, asyncio.get_running_loop().create_future())
        await self._give(job)
        try:
            answer: T | UnreadableError = await job.answer
        except OverTimeError:
            return UnreadableError("time-limit", f"reading took longer than {self.seconds:g} s")
        except ReaderEndedError as error:
            return UnreadableError("reader-died", f"the reading process ended with {error.code}")
        except BrokenJobError as error:
            if error.name == "MemoryError":
                return UnreadableError("too-large", "reading needed more memory than allowed")
            _LOG.error("an error of ours while reading\n%s", error.trace)
            return UnreadableError("internal-error", error.name)
        return answer

    async def _give(self, job: Job) -> None:
        """Hand the job to the process with the fewest; a new one where all are busy and there may be more."""
        reader = self._idlest()
        if reader is None or (reader.waiting and len(self._readers) < self._processes):
            async with self._starting:
                reader = await self._start_one()
        reader.give(job)
        if reader.given >= _JOBS_BEFORE_RENEWAL:
            self._readers.remove(reader)
            reader.retire()

    def _idlest(self) -> Reader | None:
        return min(self._readers, key=lambda each: each.waiting, default=None)

    async def _start_one(self) -> Reader:
        """A new process, or the idlest where meanwhile there are enough."""
        idlest = self._idlest()
        if idlest and (not idlest.waiting or len(self._readers) >= self._processes):
            return idlest
        reader = Reader(self.seconds, self._end)
        await reader.start(self._context)
        self._all.add(reader)
        self._readers.append(reader)
        return reader

    def _end(self, reader: Reader, left: list[Job]) -> None:
        """A process has ended: what it had not begun goes to another."""
        self._all.discard(reader)
        if reader in self._readers:
            self._readers.remove(reader)
        for job in () if self._closed else left:
            task = asyncio.ensure_future(self._give(job))
            self._moves.add(task)
            task.add_done_callback(self._moves.discard)
