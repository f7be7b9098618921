"""The engine of one machine: each job in a process of its own."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from dataclasses import replace

from crawler.engine import Event, Heard, Lost
from crawler.job import CrawlJob, Finished, Rules
from crawler.launch import CrawlProcess


class LocalEngine:
    """Jobs as child processes of this one, at most ``processes`` at once.

    ``region`` is where this machine stands; sources that ask for another have no place here.
    """

    name = "local"
    settle = 0.0

    def __init__(self, processes: int = 1, region: str = "") -> None:
        self._processes = processes
        self._region = region
        self._running: dict[int, CrawlProcess] = {}
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stopped = False

    def places(self, region: str) -> int:
        """The processes, where the region is this machine's."""
        return self._processes if region in ("", self._region) else 0

    def start(self, ticket: int, job: CrawlJob, _region: str) -> None:
        """Start a process and a thread that hears it."""
        with self._lock:
            if self._stopped:
                return
            self._running[ticket] = process = CrawlProcess(self._divide(job))
        threading.Thread(target=self._hear, args=(ticket, process), name=f"crawl-{ticket}", daemon=True).start()

    def _divide(self, job: CrawlJob) -> CrawlJob:
        """The job with its share of the machine's reading processes."""
        readers = max(1, job.crawl.readers // self._processes)
        return replace(job, crawl=replace(Rules.of(job.crawl), readers=readers))

    def _hear(self, ticket: int, process: CrawlProcess) -> None:
        message = None
        with process:
            for message in process.messages():
                self._events.put(Heard(ticket, message))
        if not isinstance(message, Finished):
            self._events.put(Lost(ticket, "the crawl process died"))
        with self._lock:
            self._running.pop(ticket, None)

    def wait(self, seconds: float) -> list[Event]:
        """All that has been heard; waits at most so long for the first."""
        found = []
        with suppress(queue.Empty):
            found.append(self._events.get(timeout=seconds))
            while True:
                found.append(self._events.get_nowait())
        return [event for event in found if event is not None]

    def end(self, ticket: int) -> None:
        """Kill the job's process."""
        with self._lock:
            process = self._running.get(ticket)
        if process:
            process.stop()

    def stop(self) -> None:
        """Kill all processes; who waits is woken."""
        with self._lock:
            self._stopped = True
            processes = list(self._running.values())
        for process in processes:
            process.stop()
        self._events.put(None)
