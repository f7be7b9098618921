"""Our templates, filled: autoescaped, a missing value is an error."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from web.app import ReadingRoom

_STYLE = Path(__file__).parent / "static" / "style.css"
_pages = Environment(
    loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@cache
def style_version() -> str:
    """Changes with the style sheet, so that browsers may keep it for ever."""
    return hashlib.sha256(_STYLE.read_bytes()).hexdigest()[:12]


def render(
    room: ReadingRoom, request: Request, template: str, *, status: int = 200, fresh: int = 0, **values: Any
) -> Response:
    """A page. ``fresh``: seconds for which anybody's cache may keep it; 0: nobody's may."""
    body = _pages.get_template(template).render(
        address=room.address,
        style_version=style_version(),
        csrf=request.scope.get("csrftoken", str),
        is_operator=bool(request.actor),
        **values,
    )
    keep = f"public, max-age={fresh}" if fresh else "no-store"
    return Response.html(body, status=status, headers={"Cache-Control": keep})
