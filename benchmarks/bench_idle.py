"""What an hour costs in which nothing was published: 2,000 feeds on loopback that all answer 304.

python -m benchmarks.bench_idle
python -m benchmarks.bench_idle --feeds 200
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from sqlite_utils import Database

from crawler.plan import Scope
from scheduler.due import due_sources
from scheduler.run import Order, Run
from storage.database import open_database
from storage.desk import Desk
from storage.ledger import begin_run
from storage.plans import read_plans
from wirewatch import clock
from wirewatch.config import Crawl
from wirewatch.outcome import FeedResult, FeedState, ItemResult, SourceResult, State
from wirewatch.pacing import Limits
from wirewatch.source import Source

BODY = b"<rss version='2.0'><channel><title>x</title></channel></rss>"
A_WEEK = 30
"""Reports of each source in the week before."""


def serve(pipe: Connection) -> None:
    """In a process of its own: answers at every loopback address; says its port, then requests and bytes when asked."""
    counts = {"/robots.txt": 0, "304": 0, "200": 0, "bytes": 0}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                text = head.decode("latin-1")
                if text.startswith("GET /robots.txt"):
                    kind, reply = "/robots.txt", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                elif "if-none-match" in text.lower():
                    kind, reply = "304", b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
                else:
                    kind = "200"
                    reply = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: %d\r\n\r\n%s' % (len(BODY), BODY)
                counts[kind] += 1
                counts["bytes"] += len(head) + len(reply)
                writer.write(reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=2048)
        pipe.send(server.sockets[0].getsockname()[1])
        while True:
            await asyncio.sleep(0.05)
            if pipe.poll():
                if pipe.recv() == "stop":
                    return
                pipe.send(dict(counts))
                counts.update(dict.fromkeys(counts, 0))

    asyncio.run(main())


def make_sources(count: int, port: int) -> list[Source]:
    """Each at a loopback address of its own."""
    return [
        Source(
            f"s{n}", f"Source {n}", feeds=(f"http://127.{10 + n // 50000}.{n // 200 % 250}.{1 + n % 200}:{port}/rss",)
        )
        for n in range(count)
    ]


def prime(db: Database, sources: Iterable[Source], now: datetime) -> None:
    """As if every source had been read whole an hour ago, with a rhythm."""
    desk = Desk(db, [], {}, now)
    run = begin_run(db, "clock", 0, now)
    times = [now - timedelta(hours=168 * n / A_WEEK) for n in range(A_WEEK)]
    for source in sources:
        items = [ItemResult(f"{source.feeds[0]}/{n}", State.OFF_TOPIC, published=t) for n, t in enumerate(times)]
        feed = FeedResult(source.feeds[0], FeedState.OK, status=200, etag='"1"', body_hash="0" * 64)
        desk.commit(run, SourceResult(source.id, now, now, [feed], items), now)


@dataclass(slots=True)
class Cost:
    """Wall and CPU seconds (ours and our children's)."""

    wall: float
    cpu: float


def spent() -> float:
    parts = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def run_once(db: Database, sources: tuple[Source, ...]) -> Cost:
    """One run as the daemon makes it."""
    wall, cpu = time.perf_counter(), spent()
    crawl = Crawl(delay=0, allow_private=("127.0.0.0/8",))
    Run(db, db, crawl).execute(Order(sources, (), {}, "clock", Scope(paced=True)))
    return Cost(time.perf_counter() - wall, spent() - cpu)


def main() -> None:
    """Entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2000)
    count = parser.parse_args().feeds
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    sources = make_sources(count, ours.recv())
    print(f"{count} feeds\n\n| run | wall s | CPU s | robots.txt | 304 | whole | kB | next |\n|{'---|' * 8}")
    with tempfile.TemporaryDirectory() as folder, closing(open_database(Path(folder) / "wire.db")) as db:
        prime(db, sources, clock.now() - timedelta(hours=1))
        due = due_sources(sources, read_plans(db), Limits(), clock.now())
        for name, chosen in (
            ("first of the day", due),
            ("the next ones", tuple(sources)),
            ("of one feed", tuple(sources[:1])),
        ):
            cost = run_once(db, chosen)
            ours.send("count")
            counts = ours.recv()
            minutes = sorted(plan.interval.total_seconds() / 60 for plan in read_plans(db).values())
            middle = f"{minutes[len(minutes) // 2]:.0f} min"
            print(
                f"| {name} ({len(chosen)}) | {cost.wall:.1f} | {cost.cpu:.1f} | {counts['/robots.txt']} |"
                f" {counts['304']} | {counts['200']} | {counts['bytes'] / 1000:.0f} | {middle} |",
                flush=True,
            )
    ours.send("stop")


if __name__ == "__main__":
    main()
