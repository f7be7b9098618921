"""The pages behind the link at the end of a mail: leaving by RFC 8058's one click or by hand.

A page is changed by POST alone: mail scanners and link previews open links, and opt nobody out by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from storage.subscribers import find_by_token, unsubscribe_by_token
from web.problem import ProblemError
from web.render import render
from web.route import Route, variable
from wirewatch import clock

if TYPE_CHECKING:
    from web.app import ReadingRoom


async def show_or_leave(request: Request, room: ReadingRoom) -> Response:
    """GET asks, POST ends all alerts of the reader, mails that wait included; answered when that is committed."""
    token = variable(request, "token")
    if request.method == "POST":
        left = await room.connections.write(lambda db: unsubscribe_by_token(db, token, now=clock.now()))
        if not left:
            raise _not_valid()
        return _say_left(room, request)
    reader = await room.connections.read(lambda db: find_by_token(db, token))
    if reader is None:
        raise _not_valid()
    if reader.state == "left":
        return _say_left(room, request)
    return render(room, request, "leave.html")


def _say_left(room: ReadingRoom, request: Request) -> Response:
    return render(room, request, "notice.html", title="You have left", text="No more alerts are sent to you.")


def _not_valid() -> ProblemError:
    return ProblemError(404, "This link is not valid", "It may have been cut in your mail program: copy it whole.")


ROUTES = (
    Route(
        "/unsubscribe/{token}",
        show_or_leave,
        "Leave: ends all alerts of a reader",
        methods=("GET", "POST"),
        one_click=True,
        listed=False,
    ),
)
