"""Whether the memory of the service stays flat over two days of hours, run after run without a pause.

python -m benchmarks.bench_soak [--sources 1000] [--runs 48]

A server on the loopback is all publishers, each with a feed of its own; a tenth of them have news in each run, the
others answer 304. The daemon is the real one, a process of its own with mail and retention; only its hour is a second
long. The memory (proportional set size, so that shared pages count once) is that of the daemon itself after each run.
It stops by itself.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import yaml
from aiohttp import web

NEWS_EVERY = 10
WORDS = "Talks between Armenia and Azerbaijan on the border went on in Gudauri, delegates of both sides said. "


def serve(pipe: object) -> None:
    """The publishers: feed and pages of source N at /N/; every tenth has a new item each time a run begins."""
    asked: dict[int, int] = {}

    async def feed(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        asked[number] = count = asked.get(number, 0) + 1
        edition = 1 + count // NEWS_EVERY if number % NEWS_EVERY else count
        tag = f'"{edition}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        root = f"http://{request.host}/{number}"
        items = "".join(
            f"<item><title>Report {n} of {number}: border talks</title><link>{root}/story/{n}</link></item>"
            for n in range(edition, max(0, edition - 5), -1)
        )
        text = f"<rss version='2.0'><channel><title>{number}</title><link>{root}</link>{items}</channel></rss>"
        return web.Response(text=text, content_type="application/rss+xml", headers={"ETag": tag})

    async def page(request: web.Request) -> web.Response:
        number, story = request.match_info["number"], request.match_info["story"]
        body = "".join(f"<p>{WORDS}Round {story} of {number}, part {part}.</p>" for part in range(6))
        title = f"Report {story} of {number}: border talks"
        return web.Response(
            text=f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>",
            content_type="text/html",
        )

    app = web.Application()
    app.router.add_get("/{number:\\d+}/rss", feed)
    app.router.add_get("/{number:\\d+}/story/{story:\\d+}", page)
    app.router.add_get("/robots.txt", lambda _: web.Response(status=404))

    async def started(_: web.Application) -> None:
        pipe.send(sites[0]._server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]

    sites: list[web.TCPSite] = []

    async def run() -> None:
        import asyncio

        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        sites.append(web.TCPSite(runner, "0.0.0.0", 0))
        await sites[0].start()
        await started(app)
        await asyncio.Event().wait()

    import asyncio

    asyncio.run(run())


@contextmanager
def publishers() -> Iterator[int]:
    """The server; its port, on all of 127.0.0.0/8."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield int(here.recv())
    finally:
        process.kill()


def memory_of(pid: int) -> float:
    """Proportional set size in MiB."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def write_config(folder: Path, port: int, sources: int) -> Path:
    """All sources, each under an address of its own, asked as fast as they answer."""
    rows = {
        "database": "soak.db",
        "schedule": {"every": "1s", "pacing": False, "jitter": "1s"},
        "catalogue": {"none": True},
        "sources": [
            {"id": f"s{n}", "name": f"S{n}", "feeds": [f"http://127.0.{n // 250}.{n % 250 + 1}:{port}/{n}/rss"]}
            for n in range(sources)
        ],
        "crawl": {"delay": 0, "allow_private": ["127.0.0.0/8"], "concurrency": 64, "obey_robots": False},
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(rows), encoding="utf-8")
    return file


def soak(sources: int, runs: int) -> Iterator[tuple[int, float, int]]:
    """Number, memory of the daemon in MiB, and stored articles of each run."""
    with tempfile.TemporaryDirectory() as folder, publishers() as port:
        config = write_config(Path(folder), port, sources)
        command = [sys.executable, "-m", "scheduler.cli", "daemon", "--config", str(config), "--log-format", "json"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
            try:
                assert daemon.stderr is not None
                for line in daemon.stderr:
                    row = json.loads(line)
                    if "run" in row:
                        yield row["run"], memory_of(daemon.pid), row["stored"]
                        if row["run"] >= runs:
                            break
            finally:
                daemon.terminate()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=48)
    chosen = parser.parse_args()
    found = []
    print(f"{'run':>5} {'MiB':>8} {'stored':>7}")
    for number, memory, stored in soak(chosen.sources, chosen.runs):
        found.append(memory)
        print(f"{number:5} {memory:8.1f} {stored:7}", flush=True)
    quarter = max(1, len(found) // 4)
    early, late = median(found[quarter : 2 * quarter] or found), median(found[-quarter:])
    print(
        f"second quarter {early:.1f} MiB, last quarter {late:.1f} MiB: {late / early:.2f} times; {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
