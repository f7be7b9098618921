"""Mails a second through the outbox, against the usual sender that opens a connection for each mail.

python -m benchmarks.bench_deliver [--mails 300] [--connections 4] [--delay 0.03]

The server runs in a process of its own on the loopback; --delay is its wait before each answer, in seconds
(0.03 is a mail server in the same country; at 0 composing takes most of the time for both senders). Both
compose the same mails from the same material; the usual one keeps no outbox at all, which costs it nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import smtplib
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from sqlite_utils import Database

from alerts.compose import compose_alert
from alerts.deliver import deliver_due
from storage import outbox
from storage.database import open_database
from storage.material import load_alert
from tests.mailing import NOW, fill_outbox, make_config
from wirewatch.config import Config


class _Sink:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        del server, session, envelope
        return "250 taken"


def serve(pipe: Connection, delay: float) -> None:
    """An SMTP server that takes everything and answers ``delay`` seconds late."""

    class Server(SMTP):
        async def push(self, status: Any) -> None:
            if delay:
                await asyncio.sleep(delay)
            await super().push(status)

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Server(_Sink(), timeout=60), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def fill(folder: Path, name: str, mails: int) -> Database:
    db = open_database(folder / f"{name}.db")
    fill_outbox(db, [f"reader{n}@x.test" for n in range(10)], stories=(mails + 9) // 10)
    return db


def send_the_usual_way(db: Database, config: Config) -> int:
    """Compose, connect, send, quit; no outbox is kept."""
    mail, sent = config.settings.mail, 0
    for row in outbox.due(db, NOW, 1_000_000):
        alert = load_alert(db, row, config.sources)
        assert alert is not None
        message = compose_alert(alert, mail, now=NOW)
        with smtplib.SMTP(str(mail.host), mail.port, local_hostname="bench") as server:
            server.sendmail("alerts@wirewatch.test", [alert.subscriber.email], message.raw)
        sent += 1
    return sent


def measure(mails: int, connections: int, delay: float) -> dict[str, float]:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs, delay), daemon=True)
    server.start()
    figures: dict[str, float] = {"mails": mails, "connections": connections, "delay": delay}
    try:
        with tempfile.TemporaryDirectory() as folder:
            config = make_config(Path(folder), port=ours.recv(), connections=connections)
            usual = min(mails, 100)
            start = time.perf_counter()
            sent = send_the_usual_way(fill(Path(folder), "usual", usual), config)
            figures["usual_per_second"] = round(sent / (time.perf_counter() - start), 1)
            db = fill(Path(folder), "pooled", mails)
            start = time.perf_counter()
            report = asyncio.run(deliver_due(db, config, now=lambda: NOW))
            figures["pooled_per_second"] = round(report.sent / (time.perf_counter() - start), 1)
            assert report.sent == report.composed >= mails
    finally:
        server.terminate()
        server.join()
    figures["times"] = round(figures["pooled_per_second"] / figures["usual_per_second"], 1)
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=300)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--delay", type=float, default=0.03)
    options = parser.parse_args()
    print(json.dumps(measure(options.mails, options.connections, options.delay)))


if __name__ == "__main__":
    main()
