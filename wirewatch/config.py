"""config.yaml: what it may hold, its defaults, and reading it with every mistake named at once.

The models below are the single list of settings: default, unit and help. ``config schema`` prints
them as JSON Schema, ``config check`` reports mistakes with path and line.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from wirewatch.clock import is_zone
from wirewatch.errors import ConfigError
from wirewatch.pacing import Limits
from wirewatch.source import REGION, Source

SHORTEST_TOKEN = 12
"""Characters of an operator's token that is taken."""
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


Zone = Annotated[str, AfterValidator(_check_zone)]
Network = Annotated[str, AfterValidator(_check_network)]
BaseUrl = Annotated[str, AfterValidator(_check_base_url)]
Sender = Annotated[str, AfterValidator(_check_sender)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Schedule(_Section):
    """When the daemon works."""

    every: Span = Field(timedelta(hours=1), description="how often each source is asked at least")
    pacing: bool = Field(True, description="ask sources that publish more more often; false: all of them alike")
    fastest: Span = Field(timedelta(minutes=2), description="how often a source is asked at most, with pacing")
    jitter: Span = Field(
        timedelta(seconds=1), description="a run starts up to this much later, so that not all do at once"
    )

    @property
    def limits(self) -> Limits:
        """The bounds of a source's pace."""
        longest = max(self.every, Limits().longest)
        return Limits(min(self.fastest, self.every) if self.pacing else self.every, self.every, longest)


class Crawl(_Section):
    """How the crawl behaves towards publishers, and its caps."""

    user_agent: str = Field(
        "Wirewatch/0.1 (news monitor; +https://wirewatch.example/bot)",
        description="how we name ourselves to publishers",
    )
    delay: Annotated[float, Field(ge=0, le=600)] = Field(1.0, description="seconds between two requests to one host")
    concurrency: Annotated[int, Field(ge=1, le=256)] = Field(
        32, description="requests under way at once, over all hosts"
    )
    per_host: Annotated[int, Field(ge=1, le=16)] = Field(1, description="requests under way at once to one host")
    timeout: Span = Field(timedelta(seconds=20), description="for one answer, from request to last byte")
    source_time: Span = Field(
        timedelta(minutes=10), description="for one source in a run; the rest is left for the next"
    )
    max_items: Annotated[int, Field(ge=1)] = Field(100, description="new articles read of one source in a run")
    rechecks: Annotated[int, Field(ge=0)] = Field(
        20, description="stored pages of one source asked again in a run, to see silent edits; 0: none"
    )
    max_page_bytes: Annotated[int, Field(ge=1024)] = Field(
        8 * 2**20, description="largest page taken, decoded, in bytes"
    )
    max_feed_bytes: Annotated[int, Field(ge=1024)] = Field(
        8 * 2**20, description="largest feed taken, decoded, in bytes"
    )
    read_time: Span = Field(timedelta(seconds=10), description="for reading one page or feed before it is cut off")
    readers: Annotated[int, Field(ge=1, le=64)] = Field(
        default_factory=lambda: max(1, os.cpu_count() or 1),
        description="processes that read pages (default: one a core)",
    )
    obey_robots: bool = Field(True, description="keep to robots.txt")
    allow_private: tuple[Network, ...] = Field(
        (), description="private addresses or networks that may be asked all the same, such as 127.0.0.1 or 10.0.0.0/8"
    )

    @property
    def sources_at_once(self) -> int:
        """Sources under way at once in a process: most of them wait out their host's pause."""
        return 4 * self.concurrency


class Workers(_Section):
    """Where sources are asked: in processes of this machine."""

    processes: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="crawl processes at once; each host is asked by one of them at a time"
    )
    region: Annotated[str, AfterValidator(_check_region)] = Field(
        "", description="label of this machine, for sources that ask for a region"
    )


class Mail(_Section):
    """The mail server and the sender. Without ``host`` nothing is mailed and alerts wait in the outbox."""

    host: str | None = Field(None, description="SMTP server; unset: alerts wait in the outbox")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(
        25, description="25, 465 (security: tls) or 587 (security: starttls)"
    )
    security: Literal["none", "starttls", "tls"] = Field("none", description="encryption; certificates are checked")
    user: str | None = Field(None, description="login name; unset: no login")
    password: str | None = Field(
        None, description="better: the environment variable WIREWATCH_MAIL_PASSWORD", repr=False
    )
    password_file: Path | None = Field(
        None, description="file whose first line is the password, relative to config.yaml"
    )
    sender: Sender = Field("Wirewatch <wirewatch@localhost>", description="From of every mail")
    base_url: BaseUrl = Field(
        "http://localhost:8765", description="where the reading room is reached; unsubscribe links start with it"
    )
    connections: Annotated[int, Field(ge=1, le=32)] = Field(4, description="connections to the mail server at once")
    timeout: Span = Field(timedelta(seconds=30), description="for one answer of the mail server")
    retry: Span = Field(timedelta(minutes=1), description="before the second attempt; doubled each time")
    retry_max: Span = Field(timedelta(hours=4), description="longest wait between two attempts")
    give_up: Span = Field(
        timedelta(days=5), description="a mail that could not be delivered for so long is marked failed"
    )


class Alerts(_Section):
    """What is mailed, and how often."""

    max_age: Span = Field(
        timedelta(days=2),
        description="stories published longer ago get no mail each: a run's come together as one digest",
    )
    follow_up: Span = Field(
        timedelta(hours=1), description="shortest time between two mails of one story's thread; doubled with each"
    )


class Web(_Section):
    """The reading room: pages over the archive, and those that mails link to.

    Put a reverse proxy with TLS before them and name it in ``mail.base_url``; a path there is the pages' prefix.
    """

    with_daemon: bool = Field(False, description="true: the daemon serves the pages as well")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8765, description="port to listen on")
    zone: Zone = Field("UTC", description="zone of the times on the pages, such as Asia/Baku")
    token_file: Path | None = Field(
        None,
        description="file whose first line opens the operator's page (12 characters or more), relative to config.yaml;"
        " better: the environment variable WIREWATCH_WEB_TOKEN; neither: the page stays closed",
    )


class SearchEntry(_Section):
    """A standing search of the house: what it matches is stored."""

    name: str = Field(description="short name, shown as the reason", pattern=r"^[\w][\w .-]*$")
    query: str = Field(description="in the query language, docs/query-language.md")


class SubscriberEntry(_Section):
    """A reader named in the configuration (others are added with 'wirewatch subscribe')."""

    email: str = Field(description="where the alerts go", pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    topics: tuple[str, ...] = Field((), description="ids of topics")
    searches: tuple[str, ...] = Field((), description="names from 'searches'")
    query: str | None = Field(None, description="a query of its own")
    tz: Zone = Field("UTC", description="zone of the times in mails, such as Asia/Baku")
    every: Literal["instant", "hourly", "daily", "weekly"] = Field("instant", description="the rhythm of its mails")
    at: str | None = Field(None, description="local time of a digest, such as 08:00; of a week also 'fri 08:00'")
    quiet: str | None = Field(None, description="local hours without mail, such as 22:00-07:00")
    languages: tuple[str, ...] = Field((), description="only articles in these languages; empty: all")
    limit: int | None = Field(None, description="mails a day of each search, the rest comes as a digest", ge=1, le=1000)
    nothing_new: bool = Field(False, description="true: a mail also when a daily or weekly digest has nothing to tell")


class SourceChoice(_Section):
    """Which sources of the shipped catalogue are asked."""

    only: tuple[str, ...] = Field((), description="ids; empty: all of the catalogue")
    without: tuple[str, ...] = Field((), description="ids left out")
    none: bool = Field(False, description="true: ask only the sources of this file")


class Settings(_Section):
    """The whole of config.yaml as data; the sources it defines are read by the catalogue's reader."""

    database: Path = Field(Path("data/wirewatch.db"), description="the SQLite file, relative to config.yaml")
    schedule: Schedule = Field(default_factory=Schedule)
    crawl: Crawl = Field(default_factory=Crawl)
    workers: Workers = Field(default_factory=Workers)
    topics: tuple[str, ...] = Field(("south-caucasus-diplomacy",), description="ids of shipped topics that are stored")
    searches: tuple[SearchEntry, ...] = Field((), description="further searches whose finds are stored")
    catalogue: SourceChoice = Field(default_factory=SourceChoice)
    sources: tuple[dict[str, Any], ...] = Field((), description="sources of your own, in the catalogue's form")
    mail: Mail = Field(default_factory=Mail)
    alerts: Alerts = Field(default_factory=Alerts)
    web: Web = Field(default_factory=Web)
    subscribers: tuple[SubscriberEntry, ...] = Field((), description="readers named here")


class Config(BaseModel):
    """A checked configuration: the settings, the file they came from, and the sources to ask."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    file: Path | None
    settings: Settings
    sources: dict[str, Source]
    lines: dict[tuple[str | int, ...], int] = Field(default_factory=dict, repr=False)
    """Line of each setting in ``file``, for messages."""

    @property
    def database(self) -> Path:
        """The database file, absolute or relative to the folder of config.yaml."""
        folder = self.file.parent if self.file else Path()
        return folder / self.settings.database

    def mail_password(self) -> str | None:
        """The SMTP password: from WIREWATCH_MAIL_PASSWORD, then ``password_file``, then ``password``.

        Raises:
            ConfigError: the file holds none.
        """
        mail = self.settings.mail
        return self._secret("WIREWATCH_MAIL_PASSWORD", mail.password_file, "mail.password_file") or mail.password

    def operator_token(self) -> str | None:
        """The word that opens the operator's page: from WIREWATCH_WEB_TOKEN, then ``web.token_file``; None: closed.

        Raises:
            ConfigError: the file holds none, or the word is too short to be safe.
        """
        token = self._secret("WIREWATCH_WEB_TOKEN", self.settings.web.token_file, "web.token_file")
        if token is not None and len(token) < SHORTEST_TOKEN:
            problem = f"the operator's token has fewer than {SHORTEST_TOKEN} characters; make a longer one"
            raise ConfigError(str(self.file), [problem])
        return token

    def _secret(self, variable: str, file: Path | None, setting: str) -> str | None:
        """A word that is kept out of config.yaml: from the environment, else the first line of ``file``."""
        if from_environment := os.environ.get(variable):
            return from_environment
        if file is None:
            return None
        place = (self.file.parent if self.file else Path()) / file
        try:
            word = place.read_text(encoding="utf-8").splitlines()[0].strip()
        except (OSError, IndexError, UnicodeDecodeError) as error:
            raise ConfigError(str(self.file), [f"{setting}: {place} holds no password that can be read"]) from error
        if not word:
            raise ConfigError(str(self.file), [f"{setting}: {place} holds no password that can be read"])
        return word
