"""Processes that read feeds and pages, each job killed at its time limit.

The event loop never parses: feedparser is quadratic in long attributes, libxml2 in attributes of one
tag, and either would stop every other source meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.reading.work import limit_memory
from wirewatch.errors import UnreadableError

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_JOBS_BEFORE_RENEWAL = 2000


class Readers:
    """A pool of reading processes. Use as a context manager; a pool is killed, not waited for, at its end."""

    def __init__(self, processes: int, seconds: float) -> None:
        self.seconds = seconds
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["crawler.reading.work"])
        self._pool = ProcessPool(
            max_workers=processes, max_tasks=_JOBS_BEFORE_RENEWAL, initializer=limit_memory, context=context
        )

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *exc: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    async def run(self, work: Callable[..., T | UnreadableError], *args: Any) -> T:
        """``work(*args)`` in a reading process.

        Raises:
            UnreadableError: what ``work`` returned as such; ``time-limit`` or ``reader-died`` otherwise.
        """
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
