"""Telling the operator from a stranger: a token from the environment or a file, never open by default."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request
from itsdangerous import BadSignature

from wirewatch import clock

if TYPE_CHECKING:
    from web.app import ReadingRoom

COOKIE = "wirewatch_operator"
STAY = 12 * 3600
"""Seconds after which the operator is asked for the token again."""
_PURPOSE = "operator"


def check_token(room: ReadingRoom, given: str) -> bool:
    """Whether ``given`` is the operator's token; no token is ever right where none is set."""
    token = room.operator_token
    return token is not None and hmac.compare_digest(token.encode(), given.encode())


def make_cookie(room: ReadingRoom) -> str:
    """The value of the cookie for one who has shown the token; it ends with the token or after STAY."""
    return str(room.sign({"until": int(clock.now().timestamp()) + STAY, "of": _mark(room)}, _PURPOSE))


def is_operator(room: ReadingRoom, request: Request) -> bool:
    """Whether the request carries the token (``Authorization: Bearer``) or the cookie made for it."""
    if room.operator_token is None:
        return False
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return check_token(room, given.strip())
    try:
        kept = room.unsign(request.cookies.get(COOKIE, ""), _PURPOSE)
    except BadSignature:
        return False
    return kept["until"] > clock.now().timestamp() and hmac.compare_digest(kept["of"], _mark(room))


def _mark(room: ReadingRoom) -> str:
    """Changes with the token, so that a new one ends every session."""
    return hmac.new(str(room.operator_token).encode(), b"session", "sha256").hexdigest()[:16]
