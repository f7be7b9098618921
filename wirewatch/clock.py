"""The clock. Functions that decide take the time as an argument; only shells ask for it here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC, without microseconds."""
    return datetime.now(UTC).replace(microsecond=0)
