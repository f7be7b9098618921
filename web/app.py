"""The pages that mails link to: leaving by RFC 8058's one click or by hand, and a sign of life.

A page is changed by POST alone: mail scanners and link previews open links, and opt nobody out by it.
"""

from __future__ import annotations

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlite_utils import Database

from storage.database import DatabaseError
from storage.ledger import last_run
from storage.subscribers import find_by_token, unsubscribe_by_token
from wirewatch import clock
from wirewatch.errors import UsageError

DATABASE = web.AppKey("database", Database)
LARGEST_POST = 4096
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address of the page is the reader's token
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_pages = Environment(loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined)


def make_app(db: Database) -> web.Application:
    """The application over ``db`` (open for writing; used in the application's thread)."""
    app = web.Application(client_max_size=LARGEST_POST, middlewares=[_guard])
    app[DATABASE] = db
    app.router.add_get("/unsubscribe/{token}", ask_to_leave)
    app.router.add_post("/unsubscribe/{token}", leave)
    app.router.add_get("/health", show_health)
    app.router.add_get("/style.css", show_style)
    return app


async def start_pages(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Serve ``app``; the runner's ``cleanup()`` ends it.

    Raises:
        UsageError: the address cannot be listened on.
    """
    runner = web.AppRunner(app, access_log=None)  # addresses hold readers' tokens: they stay out of logs
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror or error}; change web.port") from error
    return runner


@web.middleware
async def _guard(request: web.Request, handler: web.Handler) -> web.StreamResponse:  # type: ignore[name-defined]
    """Security headers on every answer; trouble with the database is a 503 that says to come back."""
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    except DatabaseError:
        response = _page("Not just now", "The database is busy. Please try again in a minute.", 503)
    response.headers.update(HEADERS)
    return response


async def ask_to_leave(request: web.Request) -> web.Response:
    """The page behind the link in a mail: says whose alerts they are and asks to confirm."""
    reader = find_by_token(request.app[DATABASE], request.match_info["token"])
    if reader is None:
        return _unknown()
    if reader.state == "left":
        return _page("You have left", "No more alerts are sent to you.")
    return _page("Stop these alerts?", "All alerts to this address will end at once.", ask=True)


async def leave(request: web.Request) -> web.Response:
    """End all alerts of the reader, mails that wait included; the answer is sent when that is committed."""
    if not unsubscribe_by_token(request.app[DATABASE], request.match_info["token"], now=clock.now()):
        return _unknown()
    return _page("You have left", "No more alerts are sent to you.")


async def show_health(request: web.Request) -> web.Response:
    """200 while the database answers; the time of the last finished run."""
    run = last_run(request.app[DATABASE], finished=True)
    return web.json_response({"ok": True, "last_run": run.started.isoformat() if run else None})


async def show_style(_request: web.Request) -> web.Response:
    """The style sheet of the pages."""
    return web.Response(text=_pages.get_template("style.css").render(), content_type="text/css")


def _unknown() -> web.Response:
    return _page("This link is not valid", "It may have been cut in your mail program: copy it whole.", 404)


def _page(title: str, text: str, status: int = 200, *, ask: bool = False) -> web.Response:
    body = _pages.get_template("notice.html").render(title=title, text=text, ask=ask)
    return web.Response(text=body, status=status, content_type="text/html")
