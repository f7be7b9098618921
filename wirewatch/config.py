"""config.yaml: what it may hold, its defaults, and reading it with every mistake named at once.

The models below are the single list of settings: default, unit and help. ``config schema`` prints
them as JSON Schema, ``config check`` reports mistakes with path and line.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from wirewatch.config_mail import Alerts, ChannelEntry, Mail, Operator, SubscriberEntry
from wirewatch.config_service import Keep, Log, Monitor
from wirewatch.config_types import CHANNEL_NAME, Network, Region, Section, Span, Zone, parse_span
from wirewatch.errors import ConfigError
from wirewatch.pacing import Limits
from wirewatch.secrets import read_secret, remember
from wirewatch.source import Source

__all__ = [
    "CHANNEL_NAME", "Alerts", "ChannelEntry", "Config", "Crawl", "Keep", "Log", "Mail", "Monitor", "Operator",
    "Schedule", "SearchEntry", "Settings", "SourceChoice", "SubscriberEntry", "Web", "Workers", "parse_span",
]  # fmt: skip

SHORTEST_TOKEN = 12
"""Characters of an operator's token that is taken."""


class Schedule(Section):
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


class Crawl(Section):
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


class Workers(Section):
    """Where sources are asked: in processes of this machine, or by the workers of a Dask cluster.

    ``workers: local`` and ``workers: tcp://…`` alone mean ``at``.
    """

    at: str = Field(
        "local",
        description="local, or a Dask scheduler: tcp://HOST:PORT, or tls://HOST:PORT with the files below",
    )
    processes: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="local: crawl processes at once; each host is asked by one of them at a time"
    )
    region: Region = Field("", description="local: label of this machine, for sources that ask for a region")
    ca_file: Path | None = Field(None, description="tls: certificates that are trusted, relative to config.yaml")
    cert_file: Path | None = Field(None, description="tls: our own certificate")
    key_file: Path | None = Field(None, description="tls: the key of our own certificate")
    silence: Span = Field(
        timedelta(seconds=15),
        description="cluster: a worker cut off for so long stops by itself, and others take over its sources",
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """In the editors' schema an address may stand for the whole section."""
        section: dict[str, Any] = handler(schema)
        return {"anyOf": [{"type": "string"}, section]} if handler.mode == "validation" else section

    @model_validator(mode="before")
    @classmethod
    def _take_address(cls, value: Any) -> Any:
        return {"at": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check_files(self) -> Workers:
        scheme = self.at.partition("://")[0]
        files = (self.ca_file, self.cert_file, self.key_file)
        if self.at != "local" and not re.fullmatch(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}", self.at):
            raise ValueError("must be local, or an address such as tcp://10.0.0.5:8786 or tls://crawl.example.org:8786")
        if scheme == "tls" and not all(files):
            raise ValueError("tls needs ca_file, cert_file and key_file")
        if scheme != "tls" and any(files):
            raise ValueError("ca_file, cert_file and key_file are for an address that begins with tls://")
        return self


class Web(Section):
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


class SearchEntry(Section):
    """A standing search of the house: what it matches is stored."""

    name: str = Field(description="short name, shown as the reason", pattern=r"^[\w][\w .-]*$")
    query: str = Field(description="in the query language, docs/query-language.md")


class SourceChoice(Section):
    """Which sources of the shipped catalogue are asked."""

    only: tuple[str, ...] = Field((), description="ids; empty: all of the catalogue")
    without: tuple[str, ...] = Field((), description="ids left out")
    none: bool = Field(False, description="true: ask only the sources of this file")


class Settings(Section):
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
    channels: tuple[ChannelEntry, ...] = Field((), description="chat channels and webhooks that may get alerts")
    operator: Operator = Field(default_factory=Operator)
    web: Web = Field(default_factory=Web)
    monitor: Monitor = Field(default_factory=Monitor)
    log: Log = Field(default_factory=Log)
    keep: Keep = Field(default_factory=Keep)
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
    def workers(self) -> Workers:
        """The ``workers:`` section, its files absolute or relative to the current folder."""
        folder = self.file.parent if self.file else Path()
        section = self.settings.workers
        names = ("ca_file", "cert_file", "key_file")
        return section.model_copy(update={name: folder / file for name in names if (file := getattr(section, name))})

    @property
    def database(self) -> Path:
        """The database file, absolute or relative to the folder of config.yaml."""
        folder = self.file.parent if self.file else Path()
        return folder / self.settings.database

    @property
    def bounce_maildir(self) -> Path | None:
        """The Maildir of bounces, absolute or relative to the folder of config.yaml; None where none is set."""
        folder = self.settings.mail.bounce_maildir
        return folder and (self.file.parent if self.file else Path()) / folder

    def mail_password(self) -> str | None:
        """The SMTP password: from WIREWATCH_MAIL_PASSWORD, then ``password_file``, then ``password``.

        Raises:
            ConfigError: the file holds none.
        """
        mail = self.settings.mail
        found = self._secret("WIREWATCH_MAIL_PASSWORD", mail.password_file, "mail.password_file")
        return found or (remember(mail.password) if mail.password else None)

    def channel_urls(self) -> dict[str, str]:
        """Name → apprise address of each channel: from WIREWATCH_CHANNEL_<NAME>, then ``url_file``, then ``url``.

        Raises:
            ConfigError: a file holds none, or a channel has none at all.
        """
        urls = {}
        for each in self.settings.channels:
            variable = f"WIREWATCH_CHANNEL_{each.name.upper().replace('-', '_')}"
            url = self._secret(variable, each.url_file, f"channels: {each.name}: url_file") or each.url
            if not url:
                raise ConfigError(str(self.file), [f"channels: {each.name}: give url, url_file or {variable}"])
            urls[each.name] = url
        return urls

    def dkim_key(self) -> bytes | None:
        """The private key that signs mails, as PEM; None where mails are not signed.

        Raises:
            ConfigError: the file cannot be read.
        """
        file = self.settings.mail.dkim_key
        if file is None:
            return None
        place = (self.file.parent if self.file else Path()) / file
        try:
            return place.read_bytes()
        except OSError as error:
            raise ConfigError(str(self.file), [f"mail.dkim_key: {place} cannot be read: {error.strerror}"]) from error

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
        """A word that is kept out of config.yaml; see :func:`wirewatch.secrets.read_secret`."""
        place = (self.file.parent if self.file else Path()) / file if file else None
        try:
            return read_secret(variable, place, setting)
        except ValueError as error:
            raise ConfigError(str(self.file), [str(error)]) from error
