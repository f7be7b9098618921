"""The reading room of the service, where ``web.with_daemon`` asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlite_utils import Database

from scheduler.service.state import Service

log = logging.getLogger("wirewatch")


@asynccontextmanager
async def pages_of(service: Service, db: Database) -> AsyncIterator[None]:
    """Serve the pages during the block."""
    web = service.config.settings.web
    if not web.with_daemon:
        yield
        return
    from web.app import make_room  # Datasette takes 25 MB and a second, and many services show no pages
    from web.server import start_pages

    room = await asyncio.to_thread(make_room, service.config, db)  # it may have to make the index anew
    pages = await start_pages(room, web.host, web.port)
    log.info("pages on %s", pages.address)
    try:
        yield
    finally:
        await pages.stop()
