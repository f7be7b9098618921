"""Where crawl jobs run: the seam between the crew, which shares out the work, and the places that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from crawler.job import CrawlJob, Message


@dataclass(frozen=True, slots=True)
class Heard:
    """A job's process said something."""

    ticket: int
    message: Message


@dataclass(frozen=True, slots=True)
class Lost:
    """A job's process ended, or can no longer be heard, without having said Finished."""

    ticket: int
    reason: str


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The engine itself is gone: no job that was started is heard of any more."""

    reason: str


Event = Heard | Lost | EngineLost


class Engine(Protocol):
    """Runs crawl jobs side by side. ``ticket`` is the caller's number of a job, never used twice."""

    name: str
    """As people know it: ``local``, or the address of a scheduler."""
    settle: float
    """Seconds after which a process that is no longer heard has surely ended, wherever it is."""

    def places(self, region: str) -> int:
        """How many jobs it can run at once for sources of ``region`` ('' is any); 0: none just now."""
        ...

    def start(self, ticket: int, job: CrawlJob, region: str) -> None:
        """Begin a job; what it says comes out of :meth:`wait`."""
        ...

    def wait(self, seconds: float) -> list[Event]:
        """What happened; waits at most so long for the first event."""
        ...

    def end(self, ticket: int) -> None:
        """End a job now; a job that has ended is no error."""
        ...

    def stop(self) -> None:
        """End everything. May be called from another thread, and twice."""
        ...
