"""Settings of the service itself: its monitor, its log, what it keeps how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from wirewatch.config_types import Section, Span


class Monitor(Section):
    """Health and metrics of the daemon, on an address for machines only (the pages answer them as well)."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None, description="port for `/health` and `/metrics`; unset: not served"
    )


class Log(Section):
    """The log of the daemon, on standard error."""

    format: Literal["plain", "json"] = Field("plain", description="lines for a person, or one JSON object a line")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="from which weight on")


class Keep(Section):
    """How long what is past is kept; the daemon lets go of the rest once a day, `wirewatch db prune` at once."""

    articles: Span | None = Field(None, description="articles with their receipts, since publication; unset: for ever")
    ledger: Span | None = Field(timedelta(days=90), description="what became of each item; `null`: for ever")
    accounts: Span | None = Field(
        timedelta(days=400), description="what each run brought of each source, in figures; `null`: for ever"
    )
    mails: Span | None = Field(
        timedelta(days=400), description="who was told what (a mail's row in the outbox); `null`: for ever"
    )
    messages: Span = Field(
        timedelta(days=7), description="the bytes of a mail that was sent; of one given up, four times"
    )
    links: Span | None = Field(
        timedelta(days=400), description="addresses of what was read but not stored; `null`: for ever"
    )
