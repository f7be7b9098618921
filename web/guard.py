"""The door of the site: every request and answer passes here before Datasette and after it.

Answers get the security headers; what is posted is small, a form, and carries the token against cross-site
requests; what nobody foresaw becomes a plain page without a word of the inside.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("wirewatch")

LARGEST_POST = 64 * 1024
CSRF_COOKIE = "ds_csrftoken"
POLICY = "; ".join(
    (
        "default-src 'none'",  # so no script at all, from wherever
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),  # addresses of readers' pages hold their token
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_SAFE = ("GET", "HEAD")
_YEAR = b"public, max-age=31536000, immutable"


class _RefusedError(Exception):
    """A request that is answered at the door."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


class Guard:
    """ASGI middleware around the whole site; ``is_one_click`` names the posts that need no token.

    ``is_secure``: readers come over TLS, so cookies ask for it.
    """

    def __init__(self, app: App, is_one_click: Callable[[Scope], bool], *, is_secure: bool) -> None:
        self._app = app
        self._is_secure = is_secure
        self._is_one_click = is_one_click

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send, self._is_secure)
        try:
            await self._app(scope, await self._check(scope, receive), answer)
        except _RefusedError as refused:
            await answer.say(refused.status, refused.words)
        except Exception:  # the boundary of the process: the page must not show the inside
            log.exception("a page failed: %s", scope["path"].split("/")[1:2])
            await answer.say(500, "Something went wrong here. It has been written down; please try again.")

    async def _check(self, scope: Scope, receive: Receive) -> Receive:
        """What the application may receive.

        Raises:
            _RefusedError: the request is not let in.
        """
        if scope["method"] in _SAFE:
            return receive
        if scope["method"] != "POST":
            raise _RefusedError(405, "Pages are read with GET and changed with POST.")
        body = await _read_body(receive)
        if not self._is_one_click(scope):
            _check_form(scope, body)
        return _replay(body, receive)


async def _read_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _RefusedError(400, "The request was cut off.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_POST:
            raise _RefusedError(413, "The form is too long.")
    return body


def _check_form(scope: Scope, body: bytes) -> None:
    headers = dict(scope["headers"])
    if headers.get(b"content-type", b"").partition(b";")[0].strip() != b"application/x-www-form-urlencoded":
        raise _RefusedError(415, "A form is expected: application/x-www-form-urlencoded.")
    if f"{CSRF_COOKIE}=".encode() not in headers.get(b"cookie", b""):
        raise _RefusedError(403, "This form was not opened here, or cookies are off. Open the page again and send it.")
    if headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
        raise _RefusedError(403, "This form was sent from another site.")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _RefusedError(400, "The form is not UTF-8.") from error


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


class _Answer:
    """``send`` that adds the headers, and can still answer where nothing has been sent."""

    def __init__(self, scope: Scope, send: Send, is_secure: bool) -> None:
        self._scope = scope
        self._is_secure = is_secure
        self._send = send
        self._begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begun = True
            message = {**message, "headers": self._headers(message)}
        await self._send(message)

    def _headers(self, message: Message) -> list[tuple[bytes, bytes]]:
        ours = {name for name, _ in HEADERS}
        headers = [(name.lower(), self._tighten(name.lower(), value)) for name, value in message.get("headers", [])]
        kept = [(name, value) for name, value in headers if name not in ours and name != b"link"]
        if message["status"] == 200 and b"v=" in self._scope.get("query_string", b"") and self._is_static():
            kept = [(name, value) for name, value in kept if name != b"cache-control"] + [(b"cache-control", _YEAR)]
        elif not any(name == b"cache-control" for name, _ in kept):
            kept.append((b"cache-control", b"no-store"))
        return [*kept, *HEADERS]

    def _tighten(self, name: bytes, value: bytes) -> bytes:
        """The token against cross-site requests is read by the server alone, and sent over TLS where there is TLS."""
        if name != b"set-cookie" or not value.startswith(CSRF_COOKIE.encode()):
            return value
        return value + b"; HttpOnly" + (b"; Secure" if self._is_secure else b"")

    def _is_static(self) -> bool:
        return "/static/" in str(self._scope["path"])

    async def say(self, status: int, words: str) -> None:
        """A line of text, unless an answer is under way already."""
        if self._begun:
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        if status == 405:
            headers.append((b"allow", b"GET, HEAD, POST"))
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": f"{words}\n".encode()})
