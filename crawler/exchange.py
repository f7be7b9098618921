"""What goes between a collector and the network: a request, an answer, and the headers that save requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import inf
from time import monotonic

from crawler.job import Validators
from wirewatch.outcome import State

RECORDED_AT = "x-wirewatch-recorded"
"""Header of a replayed answer: when it was recorded (ISO 8601, UTC)."""


SAID_TO_WAIT = "not asked: the publisher said to wait"
"""Reason of what is left alone because its host wants it (Retry-After)."""

ELSEWHERE = "elsewhere"
"""Reason of an answer that was not given here: the host of its address is another process's to ask."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: address, headers beyond the usual, the largest body taken (bytes)."""

    url: str
    max_bytes: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``failure`` is set (REFUSED or FAILED) where there was no answer, with ``reason``."""

    url: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: State | None = None
    reason: str = ""

    @property
    def content_type(self) -> str | None:
        """The Content-Type header, None where it is missing."""
        return self.headers.get("content-type")


class ElsewhereHostError(Exception):
    """What was to be asked leads to a host that another process asks."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(host)


Fetch = Callable[[Ask], Awaitable[Answer]]


@dataclass(slots=True)
class Budget:
    """How many new articles may still be read in the run, over all sources; None is no limit."""

    left: int | None = None

    def take(self) -> bool:
        """Use one; False when none is left."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    def give_back(self) -> None:
        """The one taken brought no article."""
        if self.left is not None:
            self.left += 1


@dataclass(slots=True)
class Sparing:
    """Lets a word on how far a source is pass a few times a second: each costs both processes time."""

    every: float = 0.2
    last: float = field(default_factory=lambda: -inf)

    def is_time(self) -> bool:
        """True where the last word that passed was ``every`` seconds ago."""
        now = monotonic()
        if now - self.last < self.every:
            return False
        self.last = now
        return True


def conditional_headers(known: Validators) -> dict[str, str]:
    """What makes the request for a feed conditional, from what the last run learned of it.

    Where it is to be read whole, caches on the way are asked to look again (RFC 9111, section 5.2.1.4).
    """
    if known.whole:
        return {"Cache-Control": "no-cache"}
    headers = {}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def parse_retry_after(value: str | None, now: datetime) -> datetime | None:
    """The Retry-After header (RFC 9110: seconds or an HTTP date) as an instant, at most a day ahead."""
    if not value:
        return None
    try:
        when = now + timedelta(seconds=int(value)) if value.strip().isdigit() else parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(when, now + timedelta(days=1)) if when > now else None
