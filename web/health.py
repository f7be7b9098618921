"""A sign of life and figures for whoever watches the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from web.metrics import CONTENT_TYPE, read_report, render_health, render_metrics
from web.operator_access import is_operator
from web.route import Route

if TYPE_CHECKING:
    from web.app import ReadingRoom

_LOOPBACK = ("127.0.0.1", "::1")
_PASSED_ON = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
"""Headers by which a request shows that a proxy on this machine hands it on for somebody else."""


async def show_health(_request: Request, room: ReadingRoom) -> Response:
    """200 while the database answers."""
    return await _health(room, strict=False)


async def show_whether_well(_request: Request, room: ReadingRoom) -> Response:
    """200 when nothing needs a person, else 503."""
    return await _health(room, strict=True)


async def _health(room: ReadingRoom, *, strict: bool) -> Response:
    report = await room.connections.read(lambda db: read_report(db, room.config))
    status, body, kind = render_health(report, strict=strict)
    return Response(body.decode(), status, {"Cache-Control": "no-store"}, kind)


async def show_metrics(request: Request, room: ReadingRoom) -> Response:
    """All metrics, for programs on this machine and for the operator."""
    if not (_is_local(request) or is_operator(room, request)):
        return Response.text("The figures are for programs on this machine and for the operator.\n", status=403)
    report = await room.connections.read(lambda db: read_report(db, room.config))
    return Response(render_metrics(report).decode(), 200, {"Cache-Control": "no-store"}, CONTENT_TYPE)


def _is_local(request: Request) -> bool:
    """Whether a program on this machine asks for itself."""
    client = request.scope.get("client") or ("", 0)
    return client[0] in _LOOPBACK and not any(request.headers.get(name) for name in _PASSED_ON)


ROUTES = (
    Route("/health", show_health, "A sign of life: 200 while the database answers"),
    Route("/health/well", show_whether_well, "200 when nothing needs a person, else 503", listed=False),
    Route(
        "/metrics",
        show_metrics,
        "Figures for Prometheus, for programs on this machine and for the operator",
        listed=False,
    ),
)
