"""A worker as a service: joins the scheduler, and joins again when that was away."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Worker

from crawler.cluster import REGION_RESOURCE, make_security

PAUSE_SECONDS = 3.0
"""Between two tries to reach the scheduler."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where and as what a worker joins; the files are for ``tls://`` addresses."""

    address: str
    region: str = ""
    name: str | None = None
    jobs: int = 1
    host: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


async def serve_worker(post: Post, announce: Callable[[str], None]) -> None:
    """Work until SIGTERM or SIGINT. Jobs under way end with this process; others take them over."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    said = ""
    while not stop.is_set():
        try:
            await _work(post, stop, announce)
            said = ""
        except Exception as error:  # noqa: BLE001 - whatever Dask raises, the next try may be better
            problem = f"{post.address} cannot be reached: {error or type(error).__name__}"
            if problem != said:
                announce(f"{problem}; trying again")
            said = problem
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
    announce("stopped")
    os._exit(0)  # a thread may wait for the network; the crawl processes end with this one


async def _work(post: Post, stop: asyncio.Event, announce: Callable[[str], None]) -> None:
    """One stay with the scheduler, until that goes away or we are to stop."""
    worker: Any = Worker(
        post.address,
        nthreads=post.jobs,
        name=f"{post.name or socket.gethostname()}-{os.getpid()}",
        host=post.host,
        resources={REGION_RESOURCE + post.region: post.jobs} if post.region else None,
        security=make_security(post.ca_file, post.cert_file, post.key_file),
        memory_limit=0,  # the work is done in other processes, which have limits of their own
        dashboard=False,
        death_timeout=10,
    )
    try:
        await worker
        announce(f"working for {post.address}" + (f" in region {post.region}" if post.region else ""))
        done = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(worker.finished())]
        await asyncio.wait(done, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.cancel()
        if not stop.is_set():
            announce(f"{post.address} has gone; waiting for it")
    finally:
        with suppress(Exception):
            await asyncio.wait_for(worker.close(timeout=1, executor_wait=False, nanny=False), 5)
