"""The far side of a cluster: what a Dask worker does with a job.

It claims the job, waits until the coordinator's board grants it, runs it in a process of its own and
passes on what that says. The process is kept alive only as long as the board is renewed.
"""

from __future__ import annotations

import asyncio
import pickle
import queue
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from distributed import get_worker

from crawler.job import CrawlJob, Message
from crawler.launch import CrawlProcess

GRANT_SECONDS = 60.0
POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Station:
    """Where coordinator and workers meet on the scheduler. ``silence``: seconds that the board may stand still."""

    name: str
    token: str
    silence: float

    @property
    def queue(self) -> str:
        """The queue of all that workers say."""
        return f"{self.name}-said"

    @property
    def board(self) -> str:
        """The variable that the coordinator renews: ``{token, count, holders: {ticket: claim}}``."""
        return f"{self.name}-board"


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker wants to begin a job."""

    token: str
    ticket: int
    claim: str
    worker: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the process of a job has said, in order."""

    token: str
    ticket: int
    claim: str
    messages: list[Message]


class SupersededError(Exception):
    """The board gives the job to another, or to nobody any more."""


class _Line:
    """The worker's line to the coordinator, through the scheduler; each call has an end."""

    def __init__(self, station: Station, ticket: int) -> None:
        self._worker: Any = get_worker()
        self._station, self._ticket = station, ticket
        self._claim = uuid.uuid4().hex
        self._count = -1

    def claim(self) -> None:
        """Ask for the job and wait until the board grants it.

        Raises:
            SupersededError: it is another's.
        """
        name = str(self._worker.name)
        self._put(Claim(self._station.token, self._ticket, self._claim, name))
        deadline = monotonic() + GRANT_SECONDS
        while monotonic() < deadline:
            holder = self._read_board()["holders"].get(str(self._ticket))
            if holder == self._claim:
                return
            if holder is not None:
                raise SupersededError("another worker has begun this job before")
            threading.Event().wait(0.1)
        raise SupersededError("the job was not granted")

    def say(self, messages: list[Message]) -> None:
        """Hand messages to the coordinator's queue; returns when the scheduler has them."""
        self._put(Said(self._station.token, self._ticket, self._claim, messages))

    def is_renewed(self) -> bool:
        """True when the board was renewed since the last look.

        Raises:
            SupersededError: the job is no longer this worker's.
        """
        board = self._read_board()
        if board["token"] != self._station.token or board["holders"].get(str(self._ticket)) != self._claim:
            raise SupersededError("the coordinator has taken the job back")
        before, self._count = self._count, board["count"]
        return before != self._count

    def _put(self, value: object) -> None:
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self._ask(self._worker.scheduler.queue_put(name=self._station.queue, data=data))

    def _read_board(self) -> dict[str, Any]:
        record = self._ask(self._worker.scheduler.variable_get(name=self._station.board, timeout=self._station.silence))
        board: dict[str, Any] = record["value"]
        return board

    def _ask(self, call: Any) -> Any:
        future = asyncio.run_coroutine_threadsafe(call, self._worker.loop.asyncio_loop)
        try:
            return future.result(self._station.silence)
        except TimeoutError:
            future.cancel()
            raise


def crawl_group(station: Station, ticket: int, payload: bytes) -> str:
    """The Dask task: one job of a run, from claim to its last word. Returns how it ended.

    Raises:
        SupersededError: the job is (or was given to) another's.
    """
    line = _Line(station, ticket)
    line.claim()
    job: CrawlJob = pickle.loads(payload)  # noqa: S301 - from our coordinator; TLS says who that is
    heard: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    with CrawlProcess(job, lease=station.silence) as process:
        threading.Thread(target=_hear, args=(process, heard), daemon=True).start()
        looked = 0.0
        while True:
            if monotonic() - looked >= POLL_SECONDS:
                looked = monotonic()
                if line.is_renewed():
                    process.renew()
                line.say([])  # this worker lives, whatever its process is about
            messages, ended = _take(heard)
            if messages:
                line.say(messages)
            if ended:
                return f"{len(job.sources)} sources"


def _hear(process: CrawlProcess, heard: queue.SimpleQueue[Message | None]) -> None:
    for message in process.messages():
        heard.put(message)
    heard.put(None)


def _take(heard: queue.SimpleQueue[Message | None]) -> tuple[list[Message], bool]:
    """What has been heard (waits up to half a second for something), and whether that was the end."""
    found: list[Message | None] = []
    with suppress(queue.Empty):
        found.append(heard.get(timeout=POLL_SECONDS / 2))
        while True:
            found.append(heard.get_nowait())
    return [message for message in found if message is not None], None in found
