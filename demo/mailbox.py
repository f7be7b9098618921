"""A mail server on loopback that catches what is sent instead of delivering it.

with Mailbox() as mailbox:
    …  # send to mailbox.host, mailbox.port
    mailbox.wait_for(1)
    mailbox.messages[0].message["Subject"]
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from wirewatch import clock

LARGEST_MESSAGE = 32 * 2**20
"""Bytes of one message above which the server refuses it."""


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One accepted message: its envelope, its bytes as received, the parsed message, the time (UTC)."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    message: EmailMessage
    received: datetime


class Mailbox:
    """The catching mail server in a background thread; a context manager.

    Args:
        folder: where each message is kept as ``0001.eml``, ``0002.eml`` … (None: nowhere).
        port: the port (0: a free one).
        refuse: called with each recipient's address; a text such as ``"550 no such mailbox"`` refuses it.
    """

    def __init__(
        self, folder: Path | None = None, port: int = 0, refuse: Callable[[str], str | None] | None = None
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.messages: list[CaughtMail] = []
        self._folder = folder
        self._refuse = refuse
        self._arrived = threading.Condition()
        self._controller: Controller | None = None

    def start(self) -> Self:
        """Serve; ``port`` holds the real port afterwards.

        Raises:
            OSError: the port asked for is taken.
        """
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._controller = _FreePortController(
            self, hostname=self.host, port=self.port, data_size_limit=LARGEST_MESSAGE, enable_SMTPUTF8=True
        )
        self._controller.start()
        self.port = self._controller.port
        return self

    def stop(self) -> None:
        """End the server; harmless when not started. What was caught stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_for(self, count: int, timeout: float = 10.0) -> list[CaughtMail]:
        """The messages, once there are at least ``count``.

        Raises:
            TimeoutError: fewer came within ``timeout`` seconds; the message says how many.
        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.messages) >= count, timeout):
                raise TimeoutError(f"{len(self.messages)} of {count} mails came within {timeout:g} s")
            return list(self.messages)

    def to(self, address: str) -> list[CaughtMail]:
        """The messages whose envelope names ``address`` (case ignored)."""
        wanted = address.casefold()
        return [mail for mail in self.messages if wanted in (name.casefold() for name in mail.recipients)]

    # --- called by aiosmtpd in its thread ------------------------------------------------------

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks hooks up by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse one recipient."""
        refusal = self._refuse(address) if self._refuse else None
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one message."""
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        mail = CaughtMail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            raw=raw,
            message=parse_mail(raw),
            received=clock.now(),
        )
        with self._arrived:
            self.messages.append(mail)
            self._keep(raw, len(self.messages))
            self._arrived.notify_all()
        return "250 OK caught"

    def _keep(self, raw: bytes, number: int) -> None:
        if self._folder is not None:
            (self._folder / f"{number:04}.eml").write_bytes(raw)


class _FreePortController(Controller):
    """Learns the port that the system chose for port 0 before aiosmtpd tries its own server."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def parse_mail(raw: bytes) -> EmailMessage:
    """The message in ``raw`` (RFC 5322)."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message
