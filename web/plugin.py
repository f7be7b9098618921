"""Our pages as a Datasette plugin: its hooks, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError
from jinja2 import Environment
from jinja2.ext import Extension

from storage.database import DatabaseError
from web.guard import App, Guard, Scope, log
from web.operator_access import is_operator
from web.problem import ProblemError
from web.render import render, style_version
from web.route import Route
from web.routes import ROUTES

if TYPE_CHECKING:
    from web.app import ReadingRoom

NAME = "wirewatch"
OPERATOR = {"id": "operator"}
_INLINE = re.compile(r"<script\b[^>]*>.*?</script>|<style\b[^>]*>.*?</style>|\sstyle=\"[^\"]*\"", re.DOTALL)

_LABELS = (
    ('<select name="_filter_column', "Column"),
    ('<select name="_filter_op', "Condition"),
    ('<select name="_sort"', "Sort by"),
    ('<input type="text" name="_filter_value', "Value"),
    ('<textarea id="sql-editor"', "SQL"),
)


@hookimpl
def register_routes(datasette: ReadingRoom) -> list[tuple[str, Callable[..., Any]]]:  # noqa: ARG001 - a hook
    """Our addresses come before Datasette's own; of its inner pages (``/-/``) only its static files are served."""
    return [*((route.pattern, _serve(route)) for route in ROUTES), (r"^/-/(?!static/)", _hide)]


def _serve(route: Route) -> Callable[..., Any]:
    async def answer(request: Request, datasette: Any) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if method not in route.methods:
            raise ProblemError(405, "Not in this way", f"This address answers {' and '.join(route.methods)}.")
        return await route.view(request, datasette)

    return answer


async def _hide() -> Response:
    raise ProblemError(404, "There is no such page", "")


@hookimpl
def asgi_wrapper(datasette: ReadingRoom) -> Callable[[App], App]:
    """The guard around the site."""
    return lambda app: Guard(app, lambda scope: skip_csrf(datasette, scope), is_secure=datasette.is_secure)


@hookimpl
def skip_csrf(datasette: ReadingRoom, scope: Scope) -> bool:
    """Whether a post to this address is a mail program's one click."""
    prefix = str(datasette.setting("base_url"))
    path = scope["path"]
    path = "/" + path[len(prefix) :] if path.startswith(prefix) else path
    return any(re.match(route.pattern, path) for route in ROUTES if route.one_click)


@hookimpl
def actor_from_request(datasette: ReadingRoom, request: Request) -> dict[str, str] | None:
    """The operator, where the request proves to be his."""
    return dict(OPERATOR) if is_operator(datasette, request) else None


@hookimpl
def forbidden(datasette: ReadingRoom, request: Request, message: str) -> Response:
    """What is not for strangers looks as if it were not there."""
    return _problem(datasette, request, ProblemError(404, "There is no such page", message and ""))


@hookimpl
def handle_exception(datasette: ReadingRoom, request: Request, exception: Exception) -> Response:
    """A page for whatever went wrong; the unforeseen is logged and not shown."""
    return _problem(datasette, request, _explain(exception))


def _explain(error: Exception) -> ProblemError:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, DatasetteError):
        return ProblemError(error.status if error.status != 500 else 400, "Not understood", str(error.message))
    if isinstance(error, Base400):
        words = "" if error.status == 404 else str(error)
        return ProblemError(error.status, "There is no such page" if error.status == 404 else "Not understood", words)
    if isinstance(error, DatabaseError):
        return _explain_database(error)
    log.exception("a page failed", exc_info=error)
    return ProblemError(500, "Something went wrong here", "It has been written down. Please try again later.")


def _explain_database(error: Exception) -> ProblemError:
    words = str(error)
    if "interrupted" in words:
        return ProblemError(503, "This took too long", "Ask for less at once: a shorter time, or a rarer word.")
    if any(refusal in words for refusal in ("prohibited", "not authorized", "vtable constructor")):
        return ProblemError(404, "There is no such page", "")
    log.warning("a page could not be answered: %s", words)
    return ProblemError(503, "Not just now", "The database is busy. Please try again in a minute.")


def _problem(room: ReadingRoom, request: Request, problem: ProblemError) -> Response:
    if request.path.endswith(".json"):
        body = {"ok": False, "status": problem.status, "error": problem.title, "detail": problem.words}
        return Response.json(body, status=problem.status)
    return render(room, request, "notice.html", status=problem.status, title=problem.title, text=problem.words)


class OurWay(Extension):
    """Datasette's own templates, made to fit: without inline script and style, which the site's policy would refuse,
    and with names for the fields that have none for a screen reader."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """The template's source, changed."""
        source = _INLINE.sub("", source)
        for start, label in _LABELS:
            source = source.replace(start, start.replace(" ", f' aria-label="{label}" ', 1))
        return source


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """For Datasette's pages; ours have an environment of their own."""
    env.add_extension(OurWay)


@hookimpl
def extra_template_vars(datasette: ReadingRoom, request: Request | None) -> dict[str, Any]:
    """What the frame of Datasette's pages needs of ours."""
    return {"room": datasette, "style_version": style_version(), "is_operator": bool(request and request.actor)}
