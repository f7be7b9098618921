"""A web site of a few answers on loopback, for tests that need pages the newsroom does not have."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """One answer; ``{root}`` in its text and its headers becomes the site's own address."""

    text: str = ""
    status: int = 200
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def _kind_of(text: str) -> str:
    head = text.lstrip()[:40]
    return "application/json" if head.startswith("{") else "text/xml" if head.startswith("<?xml") else "text/html"


@contextmanager
def serve(
    pages: Mapping[str, str | Reply], asked: list[str] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve ``pages`` by path and query, 404 for others; yields the site's root. Paths asked for go to ``asked``."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.append(self.path)
            found = pages.get(self.path, Reply("nothing here", 404))
            reply = Reply(found) if isinstance(found, str) else found
            body = reply.text.replace("{root}", root).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value.replace("{root}", root))
            self.send_header("Content-Type", reply.kind or f"{_kind_of(reply.text)}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        root = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield root
        finally:
            server.shutdown()
