"""Mails a second through the outbox, against the usual sender that opens a connection for each mail.

python -m benchmarks.bench_deliver                                  # the table of docs/alerts.md
python -m benchmarks.bench_deliver --server delay-30 --connections 8
python -m benchmarks.bench_deliver --server delay-0 --mails 10000   # peak memory

Servers, all on the loopback and each in processes of its own: ``postfix`` is a real Postfix as it comes (submission
with STARTTLS; needs root), ``delay-N`` answers each command N milliseconds late (30 is a mail server in the same
country), without encryption. Both senders compose the same mails from the same material; the usual one keeps no
outbox at all, which costs it nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import smtplib
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.postfix import MISSING, run_postfix
from wirewatch.config import Config

TABLE = ("delay-30", "delay-10", "delay-0")


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
    """Compose, connect, encrypt where the server wants it, send, quit; no outbox is kept."""
    mail, sent = config.settings.mail, 0
    for row in outbox.due(db, NOW, 1_000_000):
        alert = load_alert(db, row, config.sources)
        assert alert is not None
        message = compose_alert(alert, mail, now=NOW)
        with smtplib.SMTP(str(mail.host), mail.port, local_hostname="bench") as server:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            server.sendmail("alerts@wirewatch.test", [alert.subscriber.email], message.raw)
        sent += 1
    return sent


@contextmanager
def start(server: str) -> Iterator[dict[str, Any]]:
    """The server of that name; gives the mail settings that reach it."""
    if server == "postfix":
        with run_postfix([f"reader{n}" for n in range(10)]) as postfix:
            os.environ["SSL_CERT_FILE"] = str(postfix.folder / "certificate.pem")
            yield {"host": "localhost", "port": postfix.port, "security": "starttls", "timeout": "30s"}
        return
    ours, theirs = multiprocessing.Pipe()
    delay = int(server.removeprefix("delay-")) / 1000
    process = multiprocessing.Process(target=serve, args=(theirs, delay), daemon=True)
    process.start()
    try:
        yield {"port": ours.recv()}
    finally:
        process.terminate()
        process.join()


def measure(server: str, mails: int, connections: int) -> dict[str, Any]:
    """Mails a second of both senders, the factor between them, and the peak memory of this process in MB."""
    with start(server) as settings, tempfile.TemporaryDirectory() as folder:
        config = make_config(Path(folder), connections=connections, **settings)
        begin = time.perf_counter()
        sent = send_the_usual_way(fill(Path(folder), "usual", min(mails, 100)), config)
        usual = sent / (time.perf_counter() - begin)
        db = fill(Path(folder), "pooled", mails)
        begin = time.perf_counter()
        report = asyncio.run(deliver_due(db, config, now=lambda: NOW))
        pooled = report.sent / (time.perf_counter() - begin)
        assert report.sent == report.composed >= mails, report
    return {
        "server": server,
        "mails": mails,
        "connections": connections,
        "usual_per_second": round(usual, 1),
        "pooled_per_second": round(pooled, 1),
        "times": round(pooled / usual, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=300)
    parser.add_argument("--server", help="one of the servers above (default: each of the table)")
    parser.add_argument("--connections", type=int, help="default: 4 and 8")
    options = parser.parse_args()
    servers = [options.server] if options.server else [*(() if MISSING else ("postfix",)), *TABLE]
    for server in servers:
        for connections in [options.connections] if options.connections else (4, 8):
            print(json.dumps(measure(server, options.mails, connections)), flush=True)


if __name__ == "__main__":
    main()
