"""Serving the site: uvicorn in the loop that is there, the daemon's or that of ``serve``."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from web.app import ReadingRoom, make_app
from wirewatch.errors import UsageError

_BACKLOG = 256
_MOST_AT_ONCE = 200
"""Requests under way beyond which a new one is told to come back (503)."""


class _Server(uvicorn.Server):
    """Signals are the business of the daemon, or of the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers alone."""
        yield


class Pages:
    """The site while it is served; ``address`` is where: ``http://127.0.0.1:8765``."""

    def __init__(self, room: ReadingRoom, server: uvicorn.Server, task: asyncio.Task[None], address: str) -> None:
        self.room = room
        self.address = address
        self._server = server
        self._task = task

    async def stop(self) -> None:
        """Answer what was asked already, then end; connections to the database are closed."""
        self._server.should_exit = True
        await self._task
        self.room.close()


async def start_pages(room: ReadingRoom, host: str, port: int) -> Pages:
    """Serve ``room``; port 0 takes a free one.

    Raises:
        UsageError: the address cannot be listened on.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        make_app(room),
        log_config=None,
        access_log=False,  # addresses hold readers' tokens: they stay out of logs
        server_header=False,
        proxy_headers=False,  # links are made from mail.base_url alone
        ws="none",
        lifespan="on",
        limit_concurrency=_MOST_AT_ONCE,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    if task.done():
        task.result()
    name, number = listener.getsockname()[:2]
    return Pages(room, server, task, f"http://{f'[{name}]' if ':' in name else name}:{number}")


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        words = error.strerror or str(error)
        raise UsageError(f"cannot listen on {host}:{port}: {words}; change web.port") from error
