"""The engine of a Dask cluster: each job in a process beside a worker, wherever that stands.

The scheduler's machine carries everything (workers need not reach this one): jobs as Dask tasks, what
they say through one queue, and the board, a variable that this side renews every second. The board says
who holds which job. A worker that no longer sees it renewed, or no longer finds its claim there, ends its
process; so whoever takes the job over after ``silence`` seconds is alone, whichever part of the way broke.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import queue
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from distributed import Client
from distributed.security import Security

from crawler.engine import EngineLost, Event, Heard, Lost
from crawler.job import CrawlJob, Finished, Pulse, Rules
from crawler.outpost import Claim, Said, Station, crawl_group
from wirewatch.config import Workers

_LOG = logging.getLogger("wirewatch")
REGION_RESOURCE = "region-"
"""A Dask worker that stands in a region has the resource ``region-LABEL``."""
CONNECT_SECONDS = 10.0
WORD_SECONDS = 10.0
"""How long the last word of a task that has ended may be under way."""


def make_security(ca_file: object, cert_file: object, key_file: object) -> Security | None:
    """Both sides show a certificate that the other's ``ca_file`` vouches for; None without files."""
    if not ca_file:
        return None
    ours = {
        f"tls_{role}_{kind}": str(file)
        for role in ("client", "worker", "scheduler")
        for kind, file in (("cert", cert_file), ("key", key_file))
    }
    return Security(require_encryption=True, tls_ca_file=str(ca_file), **ours)  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class _Ticket:
    """A job that was handed to the cluster. ``claim`` is None until a worker has begun it."""

    future: Any = None
    claim: str | None = None
    heard: float = field(default_factory=monotonic)
    worker: str = ""


class ClusterEngine:
    """Jobs on the workers of the Dask scheduler at ``workers.at``.

    ``instance`` names the installation (its database) among others that use the same scheduler.
    """

    def __init__(self, workers: Workers, instance: str) -> None:
        self.name = workers.at
        self.settle = workers.silence.total_seconds()
        self._security = make_security(workers.ca_file, workers.cert_file, workers.key_file)
        self._station = Station(f"wirewatch-{instance}", uuid.uuid4().hex, self.settle)
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._tickets: dict[int, _Ticket] = {}
        self._workers: dict[str, dict[str, Any]] = {}
        self._count = 0
        self._lost = False
        self._ready = threading.Event()
        self._stop: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._client: Any  # a Client; Dask types only a part of itself
        threading.Thread(target=lambda: asyncio.run(self._live()), name="cluster", daemon=True).start()
        self._ready.wait()

    # ---- called by the crew

    def places(self, region: str) -> int:
        """Threads of all workers, or of those that have the region's resource."""
        if self._lost:
            return 1  # what is started is answered with EngineLost
        threads = (
            min(info["nthreads"], info["resources"].get(REGION_RESOURCE + region, 0)) if region else info["nthreads"]
            for info in list(self._workers.values())
        )
        return int(sum(threads))

    def start(self, ticket: int, job: CrawlJob, region: str) -> None:
        """Hand a job to the scheduler."""
        if not isinstance(job.crawl, Rules) and "readers" not in job.crawl.model_fields_set:
            job = replace(job, crawl=replace(Rules.of(job.crawl), readers=1))
        self._tickets[ticket] = _Ticket()
        self._call(self._submit(ticket, pickle.dumps(job, pickle.HIGHEST_PROTOCOL), region))

    def wait(self, seconds: float) -> list[Event]:
        """All that has been heard; waits at most so long for the first."""
        found = []
        with suppress(queue.Empty):
            found.append(self._events.get(timeout=seconds))
            while True:
                found.append(self._events.get_nowait())
        return [event for event in found if event is not None]

    def end(self, ticket: int) -> None:
        """Take the job off the board; its worker ends it within ``settle`` seconds."""
        known = self._tickets.pop(ticket, None)
        if known and known.future:
            self._call(self._cancel(known.future))

    def stop(self) -> None:
        """Take everything off the board and leave the cluster."""
        with suppress(RuntimeError):  # it has been left already
            self._loop.call_soon_threadsafe(self._stop.set)
        self._events.put(None)

    # ---- in the engine's own thread

    def _call(self, work: Any) -> None:
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the loop has ended
            work.close()

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it comes out as an event
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                self._client = await Client(  # type: ignore[no-untyped-call]
                    self.name,
                    asynchronous=True,
                    security=self._security,
                    set_as_default=False,
                    timeout=CONNECT_SECONDS,
                    name="wirewatch",
                )
                await self._open_station()
        except Exception as error:  # noqa: BLE001 - whatever Dask raises here means the same
            self._give_up(f"cannot be reached: {error or type(error).__name__}")
            self._ready.set()
            return
        self._ready.set()
        work = [asyncio.create_task(self._keep_board()), asyncio.create_task(self._collect())]
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait([*work, stop], return_when=asyncio.FIRST_COMPLETED)
        for task in (*work, stop):
            task.cancel()
        await self._leave()

    async def _open_station(self) -> None:
        scheduler = self._client.scheduler
        await scheduler.queue_create(name=self._station.queue, maxsize=0)
        await scheduler.queue_get(name=self._station.queue, batch=True)  # what a coordinator left that was killed
        await self._renew()
        for _ in range(50):
            if self._workers:
                return
            await asyncio.sleep(0.1)
            await self._look_at_workers()

    async def _leave(self) -> None:
        with suppress(Exception):
            if not self._lost:
                for ticket in self._tickets.values():
                    if ticket.future:
                        await self._cancel(ticket.future)
                self._client._send_to_scheduler({"op": "variable_delete", "name": self._station.board})
                self._client._send_to_scheduler({"op": "queue_release", "name": self._station.queue})
            await self._client.close(timeout=2)

    def _give_up(self, reason: str) -> None:
        if not self._lost:
            self._lost = True
            self._events.put(EngineLost(reason))

    async def _submit(self, ticket: int, payload: bytes, region: str) -> None:
        known = self._tickets.get(ticket)
        if known is None:
            return
        try:
            known.future = self._client.submit(
                crawl_group,
                self._station,
                ticket,
                payload,
                key=f"{self._station.token}-{ticket}",
                pure=False,
                resources={REGION_RESOURCE + region: 1} if region else None,
            )
            await known.future
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - a worker's error of any kind ends that job only
            self._lose(ticket, f"the worker failed: {type(error).__name__}: {error}"[:300])
            return
        await asyncio.sleep(WORD_SECONDS)
        self._lose(ticket, "the worker ended without a last word")

    async def _cancel(self, future: Any) -> None:
        with suppress(Exception):
            await future.cancel(force=True)

    def _lose(self, ticket: int, reason: str) -> None:
        if self._tickets.pop(ticket, None):
            self._events.put(Lost(ticket, reason))

    # ---- the board

    async def _keep_board(self) -> None:
        """Renew the board every second and look who is silent; the scheduler's own silence ends the engine."""
        answered = monotonic()
        while True:
            try:
                await asyncio.wait_for(self._renew(), self.settle / 3)
                answered = monotonic()
            except Exception as error:  # noqa: BLE001 - OSError, TimeoutError, Dask's own: it did not answer
                _LOG.debug("the scheduler did not answer: %r", error)
                if monotonic() - answered > self.settle:
                    self._give_up(f"the scheduler has not answered for {self.settle:g} s")
                    return
            self._look_for_silence()
            await asyncio.sleep(1)

    async def _renew(self) -> None:
        self._count += 1
        holders = {str(ticket): known.claim for ticket, known in self._tickets.items() if known.claim}
        board = {"token": self._station.token, "count": self._count, "holders": holders}
        await self._client.scheduler.variable_set(name=self._station.board, data=board)
        await self._look_at_workers()

    async def _look_at_workers(self) -> None:
        identity = await self._client.scheduler.identity(n_workers=-1)
        self._workers = identity["workers"]

    def _look_for_silence(self) -> None:
        for ticket, known in list(self._tickets.items()):
            if known.claim is None:
                self._events.put(Heard(ticket, Pulse()))  # it waits for a worker that is free
            elif monotonic() - known.heard > self.settle:
                self._lose(ticket, f"the worker {known.worker} was no longer heard")

    # ---- the queue

    async def _collect(self) -> None:
        """Take what the workers say, as it comes."""
        scheduler = self._client.scheduler
        while True:
            try:
                record = await scheduler.queue_get(name=self._station.queue, timeout=1, batch=False)
                self._hear(record)
                for more in await scheduler.queue_get(name=self._station.queue, batch=True):
                    self._hear(more)
            except TimeoutError:
                continue
            except Exception as error:  # noqa: BLE001 - the board finds out whether the scheduler is gone
                _LOG.debug("the queue did not answer: %r", error)
                await asyncio.sleep(1)

    def _hear(self, record: dict[str, Any]) -> None:
        said = pickle.loads(record["value"])  # noqa: S301 - workers run our code; TLS says who they are
        known = self._tickets.get(said.ticket)
        if said.token != self._station.token or known is None:
            return
        if isinstance(said, Claim):
            self._grant(said, known)
        elif isinstance(said, Said) and said.claim == known.claim:
            known.heard = monotonic()
            for message in said.messages:
                if isinstance(message, Finished):
                    self._tickets.pop(said.ticket, None)
                self._events.put(Heard(said.ticket, message))

    def _grant(self, said: Claim, known: _Ticket) -> None:
        """The first worker that claims a job gets it; a second claim means that Dask lost the first worker."""
        if known.claim is None:
            known.claim, known.worker, known.heard = said.claim, said.worker, monotonic()
            self._call(self._renew())
        else:
            self._lose(said.ticket, f"the worker {known.worker} died")
