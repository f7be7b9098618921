"""Kinds of values in config.yaml: spans of time, zones, networks, addresses, each with its check."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from wirewatch.clock import is_zone
from wirewatch.source import REGION

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_span(value: Any) -> timedelta:
    """A span such as ``90s``, ``15m``, ``1h``, ``2d``, ``1w`` (or a timedelta, or seconds) as a timedelta.

    Raises:
        ValueError: anything else, zero or negative.
    """
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", str(value).strip())
    if not found or float(found[1]) <= 0:
        raise ValueError("must be a span of time such as 30s, 15m, 1h, 2d")
    return timedelta(seconds=float(found[1]) * _UNITS[found[2] or "s"])


def _format_span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit in "wdhm":
        if seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:g}{unit}"
    return f"{seconds:g}s"


Span = Annotated[
    timedelta,
    BeforeValidator(parse_span),
    PlainSerializer(_format_span, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*[smhdw]?$", "examples": ["1h", "15m"]}),
]


def _check_zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError("must be a time zone such as Asia/Baku or UTC")
    return value


def _check_network(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError as error:
        raise ValueError("must be an address or network such as 127.0.0.1 or 10.0.0.0/8") from error
    return value


def _check_region(value: str) -> str:
    if value and not REGION.fullmatch(value):
        raise ValueError("must be a label of letters, digits and hyphens such as AZ or eu-west")
    return value


def _check_base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://wirewatch.example.org")
    return value


def _check_sender(value: str) -> str:
    address = parseaddr(value)[1]
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or not value.isprintable():
        raise ValueError("must be an address such as Wirewatch <wirewatch@example.org>")
    return value


CHANNEL_NAME = r"[a-z0-9][a-z0-9-]{0,39}"
"""How a channel may be called."""
ADDRESS = rf"^([^@\s<>]+@[^@\s<>]+|channel:{CHANNEL_NAME})$"
"""A mailbox, or a channel."""
Zone = Annotated[str, AfterValidator(_check_zone)]
Network = Annotated[str, AfterValidator(_check_network)]
BaseUrl = Annotated[str, AfterValidator(_check_base_url)]
Sender = Annotated[str, AfterValidator(_check_sender)]
Region = Annotated[str, AfterValidator(_check_region)]


class Section(BaseModel):
    """A part of config.yaml: unknown keys are refused, defaults are checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
