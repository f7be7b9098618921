"""The description of the JSON: OpenAPI 3.1, made from the routes themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from web.lists import FRESH
from web.route import Parameter, Route
from wirewatch import __version__

if TYPE_CHECKING:
    from web.app import ReadingRoom

_TYPES = {"json": "application/json", "csv": "text/csv", "atom": "application/atom+xml"}


async def show_openapi(request: Request, room: ReadingRoom) -> Response:  # noqa: ARG001 - a view
    """The description as JSON."""
    headers = {"Cache-Control": f"public, max-age={FRESH}", "Access-Control-Allow-Origin": "*"}
    return Response.json(describe(room), headers=headers)


def describe(room: ReadingRoom) -> dict[str, Any]:
    """The whole description."""
    from web.routes import ROUTES

    paths: dict[str, Any] = {}
    for route in ROUTES:
        if route.listed:
            for form in route.formats or ("json",):
                suffix = f".{form}" if route.formats else ""
                paths[f"{route.path}{suffix}"] = {"get": _operation(route, form)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wirewatch",
            "version": __version__,
            "description": "Lists of the reading room; each is a page without the suffix. Times are ISO 8601 with"
            " offset; what a publisher did not state is null. Datasette's own JSON of the tables is under /data.",
        },
        "servers": [{"url": room.public_address("").rstrip("/") or "/"}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }


def _operation(route: Route, form: str) -> dict[str, Any]:
    given = [_path_parameter(name) for name in re.findall(r"\{(\w+)\}", route.path)]
    schema = {"$ref": f"#/components/schemas/{_schema_of(route)}"} if form == "json" else {"type": "string"}
    return {
        "summary": route.summary,
        "operationId": re.sub(r"\W+", "_", f"{route.path}_{form}").strip("_"),
        "parameters": [*given, *map(_query_parameter, route.parameters)],
        "responses": {
            "200": {"description": "The list", "content": {_TYPES[form]: {"schema": schema}}},
            "400": {"description": "Not understood"},
            "404": {"description": "There is none"},
        },
    }


def _schema_of(route: Route) -> str:
    if route.path in ("/article/{article}", "/health"):
        return "Object"
    return {"/search": "Articles", "/story/{story}": "Reports"}.get(route.path, "List")


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.words,
        "schema": {"type": parameter.kind},
    }


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["title", "items", "next"],
        "properties": {
            "title": {"type": "string"},
            "items": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "description": "Path of the part that follows; null at the end"},
        },
    }


_NULLABLE = {"type": ["string", "null"]}
_ARTICLE = {
    "type": "object",
    "properties": {
        "article": {"type": "integer"},
        "url": {"type": "string"},
        "canonical_url": {"type": "string"},
        "source": _NULLABLE,
        "title": {"type": "string"},
        "summary": _NULLABLE,
        "language": _NULLABLE,
        "published": _NULLABLE,
        "published_precision": {"enum": ["second", "minute", "day", None]},
        "fetched": _NULLABLE,
        "matches": {"type": "array", "items": {"type": "object"}},
        "story": {"type": "string"},
        "relation": {"enum": ["original", "copy", "rewrite", "report"]},
        "origin": _NULLABLE,
    },
}
_REPORT = {
    "type": "object",
    "properties": {
        "article": {"type": "integer"},
        "source": _NULLABLE,
        "outlet": {"type": "string"},
        "capital": {"type": "string"},
        "title": {"type": "string"},
        "url": _NULLABLE,
        "published": _NULLABLE,
        "lag": {"type": ["integer", "null"], "description": "Seconds after the first report"},
        "relation": {"type": "string"},
    },
}
_SCHEMAS: dict[str, Any] = {
    "Object": {"type": "object"},
    "List": _list_of({"type": "object"}),
    "Articles": _list_of(_ARTICLE),
    "Reports": _list_of(_REPORT),
}

ROUTES = (Route("/openapi.json", show_openapi, "This description"),)
