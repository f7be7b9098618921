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
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.reading.work import limit_memory
from wirewatch.errors import UnreadableError

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_JOBS_BEFORE_RENEWAL = 2000


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
    """A pool of reading processes. Use as a context manager; a pool is killed, not waited for, at its end."""

    def __init__(self, processes: int, seconds: float) -> None:
        self.seconds = seconds
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["crawler.reading.work"])
        self._turns = Turns(2 * processes)
        self._pool = ProcessPool(
            max_workers=processes, max_tasks=_JOBS_BEFORE_RENEWAL, initializer=limit_memory, context=context
        )

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *exc: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def for_source(self, number: int) -> SourceReaders:
        """The same processes for the source of that number: of what waits, the lowest is read first."""
        return SourceReaders(self, number)

    async def run(self, work: Callable[..., T | UnreadableError], *args: Any, number: int = 0) -> T:
        """``work(*args)`` in a reading process, when it is the turn of source ``number``.

        Raises:
            UnreadableError: what ``work`` returned as such; ``time-limit`` or ``reader-died`` otherwise.
        """
        async with self._turns.take(number):
            return await self._run(work, args)

    async def _run(self, work: Callable[..., T | UnreadableError], args: tuple[Any, ...]) -> T:
        future = self._pool.schedule(work, args=args, timeout=self.seconds)
        try:
            answer = await asyncio.wrap_future(future)
        except (TimeoutError, FutureTimeout) as error:
            raise UnreadableError("time-limit", f"reading took longer than {self.seconds:g} s") from error
        except ProcessExpired as error:
            raise UnreadableError("reader-died", f"the reading process ended with {error.exitcode}") from error
        except MemoryError as error:
            raise UnreadableError("too-large", "reading needed more memory than allowed") from error
        except Exception as error:  # the boundary to the process: what breaks on one page is that page's matter
            _LOG.exception("an error of ours while reading")
            raise UnreadableError("internal-error", type(error).__name__) from error
        if isinstance(answer, UnreadableError):
            raise answer
        return answer
