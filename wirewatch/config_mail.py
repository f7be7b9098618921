"""The sections of config.yaml on what readers and the operator get, and how it leaves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from wirewatch.config_types import ADDRESS, CHANNEL_NAME, BaseUrl, Section, Sender, Span, Zone


class Mail(Section):
    """The mail server and the sender. Without ``host`` or ``sendmail`` no mail goes out: it waits in the outbox."""

    host: str | None = Field(None, description="SMTP server; unset (and no 'sendmail'): alerts wait in the outbox")
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
    sendmail: Path | None = Field(
        None, description="program that takes mail instead of 'host', such as /usr/sbin/sendmail"
    )
    connections: Annotated[int, Field(ge=1, le=32)] = Field(4, description="connections to the mail server at once")
    per_minute: int | None = Field(None, ge=1, description="mails handed over in a minute at most; unset: no limit")
    timeout: Span = Field(timedelta(seconds=30), description="for one answer of the mail server")
    retry: Span = Field(timedelta(minutes=1), description="before the second attempt; doubled each time")
    retry_max: Span = Field(timedelta(hours=4), description="longest wait between two attempts")
    give_up: Span = Field(
        timedelta(days=5), description="a mail that could not be delivered for so long is marked failed"
    )
    bounce_address: Sender | None = Field(
        None,
        description="where bounces come back: the envelope sender of each mail, with the reader's mark (bounces+7-…@…)",
    )
    bounce_maildir: Path | None = Field(
        None, description="Maildir that holds these bounces, relative to config.yaml; the daemon reads and empties it"
    )
    refusals: Annotated[int, Field(ge=1, le=100)] = Field(
        3, description="mails in a row refused for good (or bounced) after which a reader is suspended"
    )
    refusal_span: Span = Field(
        timedelta(days=1), description="so far apart the first and last of them must be: a bad hour suspends nobody"
    )
    dkim_key: Path | None = Field(
        None,
        description="file with the private RSA key (PEM) that signs mails (DKIM), relative to config.yaml",
    )
    dkim_selector: str = Field("wirewatch", description="name of the key in DNS", pattern=r"^[A-Za-z0-9._-]{1,63}$")

    @model_validator(mode="after")
    def _check_carrier(self) -> Mail:
        if self.host and self.sendmail:
            raise ValueError("give either host or sendmail, not both")
        return self

    @property
    def goes_out(self) -> bool:
        """Whether there is anything that takes mail."""
        return bool(self.host or self.sendmail)


class ChannelEntry(Section):
    """A chat channel or webhook that may get alerts like a reader: ``wirewatch subscribe channel:NAME QUERY``."""

    name: str = Field(description="short name, such as newsroom", pattern=f"^{CHANNEL_NAME}$")
    url: str | None = Field(
        None,
        description="its address in apprise's form, such as slack://…, tgram://…, matrix://…, json://…",
        repr=False,
    )
    url_file: Path | None = Field(
        None, description="file whose first line is that address, relative to config.yaml (it is a secret)"
    )


class Alerts(Section):
    """What is mailed, and how often."""

    max_age: Span = Field(
        timedelta(days=2),
        description="stories published longer ago get no mail each: a run's come together as one digest",
    )
    follow_up: Span = Field(
        timedelta(hours=1), description="shortest time between two mails of one story's thread; doubled with each"
    )


class Operator(Section):
    """Who is told when something is wrong, and when that is."""

    email: str | None = Field(
        None,
        description="where alarms go: an address, or channel:NAME; unset: 'status' alone tells them",
        pattern=ADDRESS,
    )
    canary: str | None = Field(
        None,
        description="where the test story of each run goes as a mail; unset: there is no test story",
        pattern=ADDRESS,
    )
    outbox_stuck: Span = Field(timedelta(hours=1), description="mail that waits so long beyond its time is an alarm")
    disk_low: Annotated[int, Field(ge=0)] = Field(
        500 * 2**20, description="so few bytes free where the database lies are an alarm"
    )


class SubscriberEntry(Section):
    """A reader named in the configuration (others are added with 'wirewatch subscribe')."""

    email: str = Field(description="where the alerts go: an address, or channel:NAME", pattern=ADDRESS)
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
