"""Mails a second through the outbox, against named senders that open a connection for each mail.

    python -m benchmarks.bench_deliver --peers FOLDER                   the table of docs/alerts.md
    python -m benchmarks.bench_deliver --server delay-30 --connections 8
    python -m benchmarks.bench_deliver --server plain --mails 10000     peak memory

The others are Python's smtplib as its documentation uses it, the same with its TLS context kept ("thrifty"), and,
with ``--peers``, Django, apprise and rss2email as they come, from benchmarks/requirements-mail-peers.txt in an
environment of their own (FOLDER, made where it is not there). They are given finished mails and keep no outbox; ours
composes, keeps its outbox and flushes it to disk.

Servers, all on the loopback and each in processes of its own: ``postfix`` is a real Postfix as it comes, with STARTTLS
(needs root); its own queue is flushed to disk with each mail. ``starttls`` takes everything at once, over STARTTLS. The
certificate of both is verified against a file with the authorities of this machine and the server's, as large as that
of any mail sender. ``plain`` takes everything at once, ``delay-N`` answers each command N milliseconds late (30 is
a mail server in the same country); both are without encryption.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import resource
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from sqlite_utils import Database

from alerts.compose import compose_alert
from alerts.deliver import deliver_due
from benchmarks.mail_peers import SENDERS
from benchmarks.peer_environment import make_environment
from storage import outbox
from storage.database import open_database
from storage.material import load_alert
from tests.mailing import NOW, fill_outbox, make_certificate, make_config
from tests.postfix import MISSING, run_postfix
from wirewatch.config import Config

TABLE = ("starttls", "delay-30", "delay-10", "plain")
PINS = Path(__file__).with_name("requirements-mail-peers.txt")
OWN = ("smtplib", "smtplib_thrifty")
"""Other senders that need no installing."""
AUTHORITIES = ssl.get_default_verify_paths().cafile
"""The machine's own file of authorities; None where it has none."""


class _Sink:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        del server, session, envelope
        return "250 taken"


def _let_in(*_: Any) -> AuthResult:
    return AuthResult(success=True)


def serve(pipe: Connection, delay: float, folder: Path | None = None) -> None:
    """An SMTP server that takes everything and answers ``delay`` seconds late; with the certificate of ``folder``."""
    context = None
    if folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")

    class Server(SMTP):
        async def push(self, status: Any) -> None:
            if delay:
                await asyncio.sleep(delay)
            await super().push(status)

    def make() -> Server:
        encrypted = context is not None
        return Server(_Sink(), timeout=60, tls_context=context, require_starttls=encrypted, authenticator=_let_in)

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd says with each login what it will change
    asyncio.run(main())


def fill(folder: Path, name: str, mails: int) -> Database:
    db = open_database(folder / f"{name}.db")
    fill_outbox(db, [f"reader{n}@x.test" for n in range(10)], stories=(mails + 9) // 10)
    return db


def compose_all(db: Database, config: Config, most: int) -> list[dict[str, str]]:
    """The mails that are due, finished, as the other senders get them."""
    mails = []
    for row in outbox.due(db, NOW, most):
        alert = load_alert(db, row, config.sources)
        assert alert is not None
        mail = compose_alert(alert, config.settings.mail, now=NOW)
        parts = {kind: mail.parse().get_body((kind,)) for kind in ("plain", "html")}
        assert parts["plain"] is not None
        assert parts["html"] is not None
        mails.append(
            {
                "to": alert.subscriber.email,
                "subject": mail.subject,
                "text": parts["plain"].get_content(),
                "html": parts["html"].get_content(),
                "raw": mail.raw.decode("ascii"),
            }
        )
    return mails


def trust(certificate: Path) -> None:
    """Let this process and its children trust ``certificate`` beside the authorities of the machine."""
    everyone = Path(AUTHORITIES).read_text("utf-8") if AUTHORITIES else ""
    bundle = certificate.with_name("authorities.pem")
    bundle.write_text(everyone + certificate.read_text("utf-8"), "utf-8")
    os.environ["SSL_CERT_FILE"] = str(bundle)


@contextmanager
def start(server: str) -> Iterator[dict[str, Any]]:
    """The server of that name; gives the mail settings that reach it."""
    if server == "postfix":
        with run_postfix([f"reader{n}" for n in range(10)]) as postfix:
            trust(postfix.folder / "certificate.pem")
            yield {"host": "localhost", "port": postfix.port, "security": "starttls", "timeout": "30s"}
        return
    with tempfile.TemporaryDirectory() as name:
        folder, more = None, {}
        if server == "starttls":
            folder, more = Path(name), {"host": "localhost", "security": "starttls"}
            trust(make_certificate(folder))
        ours, theirs = multiprocessing.Pipe()
        delay = int(server.removeprefix("delay-")) / 1000 if server.startswith("delay-") else 0
        process = multiprocessing.Process(target=serve, args=(theirs, delay, folder), daemon=True)
        process.start()
        try:
            yield {"port": ours.recv(), **more}
        finally:
            process.terminate()
            process.join()
            os.environ.pop("SSL_CERT_FILE", None)


def ask_peer(name: str, python: Path, config: Config, mails: list[dict[str, str]], folder: Path) -> float | None:
    """Mails a second of another sender; None where it cannot send to this server."""
    mail = config.settings.mail
    job = {"host": mail.host, "port": mail.port, "starttls": mail.security == "starttls", "mails": mails}
    file = folder / "mails.json"
    file.write_text(json.dumps(job))
    command = [str(python), "-W", "ignore", "-m", "benchmarks.mail_peers", name, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return float(done.stdout.split()[-1])


def measure(server: str, mails: int, connections: Sequence[int], peers: dict[str, Path]) -> Iterator[list[str]]:
    """A row of the table for each number of connections: mails a second, and how many go out for one of theirs."""
    with start(server) as settings, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = make_config(folder, **settings)
        finished = compose_all(fill(folder, "finished", mails), config, mails)
        rates = [ask_peer(peer, python, config, finished, folder) for peer, python in peers.items()]
        for count in connections:
            config = make_config(folder, connections=count, **settings)
            db = fill(folder, f"ours{count}", mails)
            begin = time.perf_counter()
            report = asyncio.run(deliver_due(db, config, now=lambda: NOW))
            ours = report.sent / (time.perf_counter() - begin)
            assert report.sent == report.composed >= mails, report
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            told = [f"{ours / rate:.1f} × {rate:.0f}/s" if rate else "refused" for rate in rates]
            yield [server, str(count), f"{ours:.0f}/s", *told, f"{peak:.0f} MB"]


def print_row(cells: Sequence[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--server", help="one of the servers above (default: each of the table)")
    parser.add_argument("--connections", type=int, help="default: 4 and 8")
    parser.add_argument("--peers", type=Path, help="environment of the peers (made where it is missing)")
    options = parser.parse_args()
    peers = dict.fromkeys(OWN, Path(sys.executable))
    if options.peers:
        python = make_environment(options.peers, PINS)
        peers |= {name: python for name in SENDERS if name not in OWN}
    head = ["server", "connections", "wirewatch", *(f"to {name}" for name in peers), "peak memory"]
    print_row(head)
    print_row(["---"] * len(head))
    connections = [options.connections] if options.connections else [4, 8]
    for server in [options.server] if options.server else [*(() if MISSING else ("postfix",)), *TABLE]:
        for row in measure(server, options.mails, connections, peers):
            print_row(row)


if __name__ == "__main__":
    main()
