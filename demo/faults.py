"""Faults that a test can give to a site of the newsroom: what goes wrong between a right page and its reader."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from dataclasses import dataclass, field, replace
from typing import Literal

from aiohttp import web

from demo.pages import Page

FaultKind = Literal[
    "status",
    "hang",
    "slow-body",
    "reset",
    "cut-body",
    "html-for-feed",
    "truncated",
    "gzip-bomb",
    "redirect-loop",
    "redirect",
    "ignore-validators",
    "always-304",
]
BOMB_BYTES = 256 * 2**20
"""Decoded size of the gzip bomb (about 0.3 MB on the wire)."""

CHALLENGE = b"""<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>
<h1>Checking your browser before you continue</h1><p>Please enable JavaScript and cookies.</p></body></html>"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    ``status`` is the code of kind ``status`` and of redirects; ``target`` where kind ``redirect`` leads
    (default: an address of a private network); ``seconds`` how long ``hang`` waits before it answers and
    ``slow-body`` takes for the whole body; ``headers`` are added to the answer (``Retry-After``).
    """

    kind: FaultKind
    status: int = 503
    target: str = "http://10.0.0.1/"
    seconds: float = 3600.0
    headers: dict[str, str] = field(default_factory=dict)


def change_page(fault: Fault, page: Page) -> Page:
    """The page with the fault in it, for the faults that are a wrong answer."""
    extra = {**page.headers, **fault.headers}
    if fault.kind == "status":
        return Page(fault.status, f"{fault.status}\n".encode(), "text/plain", extra)
    if fault.kind == "html-for-feed":
        return Page(200, CHALLENGE, "text/html; charset=utf-8", extra)
    if fault.kind == "truncated":
        return replace(page, body=page.body[: len(page.body) * 2 // 3], headers=extra)
    if fault.kind == "gzip-bomb":
        return replace(page, body=_make_bomb(), headers={**extra, "Content-Encoding": "gzip"})
    if fault.kind == "redirect":
        return Page(
            302 if fault.status == 503 else fault.status, b"", "text/plain", {**extra, "Location": fault.target}
        )
    return replace(page, headers=extra)


def redirect_in_circles(path: str, fault: Fault) -> Page:
    """A redirect from each path to another one, for ever."""
    step = path.rsplit("loop-", 1)[-1] if "/loop-" in path else "0"
    number = int(step) + 1 if step.isdecimal() else 1
    return Page(
        302, b"", "text/plain", {"Location": f"{path.split('/loop-')[0].rstrip('/')}/loop-{number}", **fault.headers}
    )


def _make_bomb() -> bytes:
    block = gzip.compress(bytes(2**24), 9)
    return block * (BOMB_BYTES // 2**24)


async def break_connection(request: web.BaseRequest) -> None:
    """End the connection with a TCP reset instead of an answer."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def send_slowly(request: web.BaseRequest, response: web.StreamResponse, body: bytes, seconds: float) -> None:
    """Send the body in small pieces over ``seconds``."""
    response.content_length = len(body)
    await response.prepare(request)
    pieces = [body[start : start + 64] for start in range(0, len(body), 64)] or [b""]
    for piece in pieces:
        await response.write(piece)
        await asyncio.sleep(seconds / len(pieces))


async def send_cut(request: web.BaseRequest, response: web.StreamResponse, body: bytes) -> None:
    """Announce the whole length, send half and break the connection."""
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await break_connection(request)
