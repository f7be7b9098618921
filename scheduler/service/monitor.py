"""Health and metrics on an address of their own, where ``monitor.port`` asks for it: for machines, not for readers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

from aiohttp import web

from scheduler.service.state import Service
from storage.database import DatabaseError, explain, open_for_reading
from web.metrics import CONTENT_TYPE, Report, read_report, render_health, render_metrics
from wirewatch.errors import StorageError, UsageError

log = logging.getLogger("wirewatch")


@asynccontextmanager
async def monitor_of(service: Service) -> AsyncIterator[None]:
    """Answer ``/health``, ``/health/well`` and ``/metrics`` during the block.

    Raises:
        UsageError: the address cannot be listened on.
    """
    monitor = service.config.settings.monitor
    if monitor.port is None:
        yield
        return
    runner = web.AppRunner(_make_app(service), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, monitor.host, monitor.port).start()
    except OSError as error:
        await runner.cleanup()
        words = error.strerror or error
        raise UsageError(f"cannot listen on {monitor.host}:{monitor.port}: {words}; change monitor.port") from error
    log.info("health and metrics on http://%s:%s", monitor.host, monitor.port)
    try:
        yield
    finally:
        await runner.cleanup()


def _make_app(service: Service) -> web.Application:
    def answer(make: Callable[[Report], tuple[int, bytes, str]]) -> Any:
        async def handle(_request: web.Request) -> web.Response:
            try:
                status, body, kind = make(await asyncio.to_thread(_read, service))
            except DatabaseError as error:
                return _trouble(explain(error, service.config.database))
            except StorageError as error:
                return _trouble(error)
            return web.Response(body=body, status=status, headers={"Content-Type": kind, "Cache-Control": "no-store"})

        return handle

    app = web.Application(client_max_size=1024)
    app.router.add_get("/health", answer(lambda report: render_health(report)))
    app.router.add_get("/health/well", answer(lambda report: render_health(report, strict=True)))
    app.router.add_get("/metrics", answer(lambda report: (200, render_metrics(report), CONTENT_TYPE)))
    return app


def _trouble(error: StorageError) -> web.Response:
    return web.json_response({"ok": False, "well": False, "error": str(error)}, status=503)


def _read(service: Service) -> Report:
    with closing(open_for_reading(service.config.database)) as db:
        return read_report(db, service.config)
