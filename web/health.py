"""A sign of life for whoever watches the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from storage.ledger import last_run
from web.route import Route

if TYPE_CHECKING:
    from web.app import ReadingRoom


async def show_health(_request: Request, room: ReadingRoom) -> Response:
    """200 while the database answers; the time of the last finished run."""
    run = await room.connections.read(lambda db: last_run(db, finished=True))
    return Response.json({"ok": True, "last_run": run.started.isoformat() if run else None})


ROUTES = (Route("/health", show_health, "A sign of life, and when the last finished run began"),)
