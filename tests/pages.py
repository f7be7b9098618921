"""The reading room as a real server over a real file, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlite_utils import Database

from storage.database import open_database
from web.app import make_room
from web.server import Pages, start_pages
from wirewatch.config import Config, Settings

HOP = ("content-length", "transfer-encoding", "connection", "date", "server")


def make_config(file: Path, sources: dict[str, Any] | None = None, **settings: Any) -> Config:
    """A configuration as config.yaml would give it; ``settings`` are its sections."""
    checked = Settings.model_validate({"database": str(file), **settings})
    return Config(file=file.parent / "config.yaml", settings=checked, sources=sources or {})


@asynccontextmanager
async def serving(config: Config, db: Database | None = None, port: int = 0) -> AsyncIterator[Pages]:
    """The pages over the file of ``config`` on loopback, on a free port unless one is named."""
    mine = db or open_database(config.database)
    pages = await start_pages(make_room(config, mine), "127.0.0.1", port)
    try:
        yield pages
    finally:
        await pages.stop()
        if db is None:
            mine.close()


@asynccontextmanager
async def proxied(site: str, prefix: str) -> AsyncIterator[str]:
    """A reverse proxy that shows ``site`` under ``prefix`` and takes the prefix off; its own address."""

    async def hand_on(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        address = site + request.raw_path.removeprefix(prefix)
        async with aiohttp.ClientSession(auto_decompress=False) as client:
            data = await request.read()
            async with client.request(
                request.method, address, headers=headers, data=data, allow_redirects=False
            ) as answer:
                kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOP]
                body = await answer.read()
                reply = web.Response(status=answer.status, body=body)
                reply.headers.clear()
                for name, value in kept:
                    reply.headers.add(name, value)
                return reply

    app = web.Application()
    app.router.add_route("*", f"{prefix}/{{rest:.*}}", hand_on)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://{}:{}".format(*runner.addresses[0][:2])
    await runner.cleanup()
