"""A route: one address of the site, what answers it, and what the description of the site says of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from datasette.utils.asgi import Request, Response

View = Callable[[Request, Any], Awaitable[Response]]

FORMATS = ("json", "csv", "atom")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query part, as the description names it; ``kind`` is a JSON type."""

    name: str
    words: str
    kind: str = "string"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` with ``{name}`` for a variable part (one segment, percent-encoded in the address).

    ``formats`` are further forms of the same list, reached by a suffix: ``/stories.json``. ``one_click`` posts
    need no token (RFC 8058: a mail program has none). ``listed`` routes stand in the OpenAPI description.
    """

    path: str
    view: View
    summary: str
    methods: tuple[str, ...] = ("GET",)
    formats: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    one_click: bool = False
    listed: bool = True

    @property
    def pattern(self) -> str:
        """The regular expression of the address, without the site's prefix."""
        parts = re.split(r"(\{\w+\})", self.path)
        body = "".join(f"(?P<{part[1:-1]}>[^/]+?)" if part.startswith("{") else re.escape(part) for part in parts)
        ending = rf"(?:\.(?P<format>{'|'.join(self.formats)}))?" if self.formats else ""
        return f"^{body}{ending}$"


def variable(request: Request, name: str) -> str:
    """The variable part ``name`` of the address, decoded."""
    return unquote(request.url_vars[name])


def wanted_format(request: Request) -> str:
    """``html``, or the suffix of the address: json, csv, atom."""
    return request.url_vars.get("format") or "html"
