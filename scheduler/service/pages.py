"""The pages of the service, where ``web.with_daemon`` asks for them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlite_utils import Database

from scheduler.service.state import Service
from web.app import make_app, start_pages

log = logging.getLogger("wirewatch")


@asynccontextmanager
async def pages_of(service: Service, db: Database) -> AsyncIterator[None]:
    """Serve the pages that mails link to during the block."""
    web = service.config.settings.web
    if not web.with_daemon:
        yield
        return
    runner = await start_pages(make_app(db), web.host, web.port)
    log.info("pages on http://%s:%s", web.host, web.port)
    try:
        yield
    finally:
        await runner.cleanup()
