"""Names that lead inside, at once or at the second look-up, over a real name server on loopback.

The crawl runs in a mount namespace of its own whose /etc/resolv.conf names that server; that needs root on Linux.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from demo.hostile.case import item, page, rss

NAME_SERVER = "127.0.9.53"
OUTSIDE, INSIDE = "127.0.9.7", "127.1.2.3"
"""Addresses that the crawl may ask, and may not."""
ANSWERS = {
    "good.test": [[OUTSIDE]],
    "inside.test": [[INSIDE]],
    "both.test": [[INSIDE, OUTSIDE]],
    "rebind.test": [[OUTSIDE], [INSIDE]],
}
"""What the server says of a name at the first, second … question; the last holds on."""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"),
    reason="a name server of its own needs root on Linux",
)


class NameServer:
    """Answers A questions over UDP, with a time to live of nought."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.bind((NAME_SERVER, 53))
        except OSError as error:
            pytest.skip(f"port 53 cannot be had: {error}")
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                question, sender = self.socket.recvfrom(512)
            except OSError:
                return
            self.socket.sendto(self._answer(question), sender)

    def _answer(self, question: bytes) -> bytes:
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode())
            at += 1 + question[at]
        name, kind = ".".join(labels).lower(), struct.unpack(">H", question[at + 1 : at + 3])[0]
        known = ANSWERS.get(name, [])
        addresses = known[min(self.asked[name], len(known) - 1)] if known and kind == 1 else []
        self.asked[name] += kind == 1
        records = b"".join(b"\xc0\x0c\x00\x01\x00\x01\0\0\0\0\x00\x04" + socket.inet_aton(each) for each in addresses)
        flags = 0x8180 if known else 0x8183  # no such name
        return question[:2] + struct.pack(">HHHHH", flags, 1, len(addresses), 0, 0) + question[12 : at + 5] + records

    def close(self) -> None:
        self.socket.close()


class Site(BaseHTTPRequestHandler):
    """A feed of three stories at every name; also what stands inside."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        root = f"http://{self.headers['Host']}"
        stories = "".join(item(f"{root}/{number}", f"Talks {number}") for number in range(3))
        body = rss(stories) if self.path == "/feed.xml" else page(f"Talks {self.path}", f"<p>Day {self.path}</p>")
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Length", str(len(body.encode())))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def network() -> Iterator[tuple[NameServer, ThreadingHTTPServer, ThreadingHTTPServer]]:
    """The name server, a site outside, and one inside at the same port."""
    names = NameServer()
    outside = ThreadingHTTPServer((OUTSIDE, 0), Site)
    inside = ThreadingHTTPServer((INSIDE, outside.server_port), Site)
    for server in (outside, inside):
        server.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield names, outside, inside
    for server in (outside, inside):
        server.shutdown()
        server.server_close()
    names.close()


def crawl_with_names(folder: Path, port: int, names: list[str]) -> dict[str, dict[str, object]]:
    """One ``crawl`` by the command, with that name server; the ledger's accounts by source."""
    rows = [{"id": name[:-5], "name": name, "feeds": [f"http://{name}:{port}/feed.xml"]} for name in names]
    crawl = {"delay": 0, "timeout": "10s", "allow_private": ["127.0.0.0/16"]}
    config = {"database": "wire.db", "catalogue": {"none": True}, "sources": rows, "crawl": crawl}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    (folder / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\noptions timeout:2 attempts:1\n")
    command = f"{sys.executable} -m scheduler.cli"
    script = (
        f"mount --bind {folder}/resolv.conf /etc/resolv.conf && {command} crawl --config {folder}/config.yaml;"
        f" {command} ledger --json --config {folder}/config.yaml"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=280, check=False
    )
    if "mount" in done.stderr and "permission" in done.stderr.lower():
        pytest.skip("no mount namespaces here")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["source"]: line for line in lines if "found" in line}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_name_leads_inside_at_once_or_later(
    tmp_path: Path, network: tuple[NameServer, ThreadingHTTPServer, ThreadingHTTPServer]
) -> None:
    names, outside, inside = network
    accounts = crawl_with_names(tmp_path, outside.server_port, list(ANSWERS))
    assert names.asked["good.test"] >= 1
    assert inside.asked == []  # type: ignore[attr-defined]
    assert (accounts["good"]["state"], accounts["good"]["found"]) == ("ok", 3)
    assert (accounts["inside"]["state"], accounts["inside"]["reason"]) == ("refused", "private-address")
    assert accounts["both"]["state"] in ("ok", "refused")
    assert accounts["rebind"]["state"] in ("ok", "refused")
