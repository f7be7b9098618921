"""What the tests of a cluster share: a real Dask scheduler and real workers, as processes on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A scheduler and its workers; ``within`` goes before a command (``ip netns exec …``)."""

    def __init__(self, *, host: str = "127.0.0.1", scheme: str = "tcp", options: tuple[str, ...] = ()) -> None:
        self.host, self.scheme, self.options = host, scheme, options
        self.port = free_port()
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self._logs: list[Any] = []

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for process in (*self.workers, *([self.scheduler] if self.scheduler else [])):
            end(process)
        for log in self._logs:
            log.close()

    def start_scheduler(self, *within: str) -> None:
        tls = [part.replace("--ca-file", "--tls-ca-file").replace("--cert-file", "--tls-cert") for part in self.options]
        tls = [part.replace("--key-file", "--tls-key") for part in tls]
        command = [str(BIN / "dask"), "scheduler", "--host", self.host, "--port", str(self.port), "--no-dashboard",
                   "--protocol", self.scheme, *tls]  # fmt: skip
        self.scheduler = start(*within, *command)
        wait_for(lambda: answers(self.host, self.port), "the scheduler did not come up")

    def start_worker(self, *options: str, within: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """A worker that has joined the scheduler."""
        log = tempfile.NamedTemporaryFile()  # noqa: SIM115 - lives as long as the worker
        command = [*within, str(BIN / "wirewatch"), "worker", self.address, *self.options, *options]
        process = subprocess.Popen(
            command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
        )
        self.workers.append(process)
        self._logs.append(log)
        wait_for(lambda: b"working for" in Path(log.name).read_bytes(), "the worker did not join")
        return process

    def start_plain_worker(self) -> None:
        """A worker of Dask's own, started as docs/workers.md says."""
        command = [str(BIN / "dask"), "worker", self.address, "--nthreads", "1", "--memory-limit", "0"]
        self.workers.append(start(*command))


def start(*command: str) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload, no-any-return]


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a command with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], object], problem: str = "it did not come to that", seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(problem)


def crawl_processes(above: int) -> list[int]:
    """The processes that crawl, at any depth below the process ``above``."""
    parents, crawling = {}, set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if b"crawler.process" in (folder / "cmdline").read_bytes():
                crawling.add(int(folder.name))
    below = {above}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return sorted(crawling & below)


def answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


@contextmanager
def cluster(workers: int = 2, **options: Any) -> Iterator[Cluster]:
    """A scheduler with so many workers; all are killed at the end."""
    with Cluster(**options) as made:
        made.start_scheduler()
        for _ in range(workers):
            made.start_worker()
        yield made
