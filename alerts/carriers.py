"""What takes a mail out of our hands: the SMTP server (``alerts.smtp``), the machine's sendmail, a chat channel."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from email import message_from_bytes
from email.policy import default
from typing import Any, Protocol

from alerts.answers import Answer, Attempt, ServerError
from storage.bounces import RECIPIENT_REFUSED
from storage.subscribers import CHANNEL
from wirewatch.config import Mail


class Carrier(Protocol):
    """Takes one mail at a time."""

    @property
    def opened(self) -> int:
        """Connections made, or programs started."""

    @property
    def failures(self) -> int:
        """Troubles in a row that had nothing to do with a mail."""

    async def send(self, recipient: str, message: bytes, sender: str) -> Attempt:
        """Hand one mail over, with ``sender`` on the envelope.

        Raises:
            ServerError: nothing can be handed over now; it has nothing to do with this mail.
        """

    async def close(self) -> None:
        """Say goodbye."""


_LATER = frozenset({os.EX_TEMPFAIL, os.EX_CANTCREAT, os.EX_IOERR})
_REFUSED = {os.EX_NOUSER: RECIPIENT_REFUSED, os.EX_NOHOST: RECIPIENT_REFUSED, os.EX_DATAERR: ""}


class Sendmail:
    """The machine's own mail program (Postfix, Exim, msmtp …): one process a mail, exit codes as in sysexits.h."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self.opened = 0
        self.failures = 0

    async def send(self, recipient: str, message: bytes, sender: str) -> Attempt:
        """See :class:`Carrier`."""
        try:
            process = await asyncio.create_subprocess_exec(
                str(self._mail.sendmail), "-i", "-f", sender, "--", recipient,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            self.failures += 1
            raise ServerError(f"{self._mail.sendmail} cannot be run: {error.strerror}; check mail.sendmail") from error
        self.opened += 1
        try:
            # The program expects lines as this machine writes them.
            _, said = await asyncio.wait_for(
                process.communicate(message.replace(b"\r\n", b"\n")), self._mail.timeout.total_seconds()
            )
        except TimeoutError:
            return Attempt(Answer.LATER, f"{self._mail.sendmail} did not end in time")
        except OSError as error:
            said = str(error).encode()
            await process.wait()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return self._judge(process.returncode or 0, recipient, said.decode("utf-8", "replace"))

    def _judge(self, code: int, recipient: str, said: str) -> Attempt:
        words = " ".join(re.sub(re.escape(recipient), "recipient", said, flags=re.IGNORECASE).split())[:300]
        detail = f"sendmail ended with {code}: {words}".rstrip(": ")
        if code == os.EX_OK:
            self.failures = 0
            return Attempt(Answer.ACCEPTED)
        if code in _REFUSED:
            return Attempt(Answer.REFUSED, f"{_REFUSED[code]}{detail}")
        if code in _LATER or code < 0:
            return Attempt(Answer.LATER, detail)
        self.failures += 1
        raise ServerError(f"{self._mail.sendmail}: {detail}")

    async def close(self) -> None:
        """Nothing is held open."""


class Channels:
    """Chat services and webhooks, by apprise: one address (``slack://…``) for each name."""

    def __init__(self, urls: Mapping[str, str], seconds: float) -> None:
        self._urls, self._seconds = urls, seconds
        self.opened = 0
        self.failures = 0

    async def send(self, recipient: str, message: bytes, sender: str) -> Attempt:  # noqa: ARG002 - as any carrier
        """Post the text of a frozen mail. A service says only yes or no, so a no is tried again."""
        name = recipient.removeprefix(CHANNEL)
        url = self._urls.get(name)
        if url is None:
            return Attempt(Answer.LATER, f"no channel {name!r} is set (channels of config.yaml)")
        mail = message_from_bytes(message, policy=default)
        body = mail.get_body(("plain",))
        text = body.get_content().replace("\r\n", "\n").strip() if body else ""
        try:
            service = await asyncio.to_thread(_make_service, url)
            asked = service.async_notify(text, title=str(mail["Subject"]), body_format="text")
            taken = await asyncio.wait_for(asked, self._seconds)
        except TimeoutError:
            return Attempt(Answer.LATER, f"channel {name!r} did not answer in time")
        except Exception as error:  # noqa: BLE001 - a hundred services' code: none may stop the mail, or log secrets
            return Attempt(Answer.LATER, f"channel {name!r} failed: {type(error).__name__}")
        self.opened += 1
        return Attempt(Answer.ACCEPTED) if taken else Attempt(Answer.LATER, f"channel {name!r} did not take it")

    async def close(self) -> None:
        """Nothing is held open."""


def _make_service(url: str) -> Any:
    """The service behind an address; one that apprise does not know takes nothing.

    What is too long for one message of the service comes in several, unless the address says ``overflow=…``:
    apprise leaves it to the service, which refuses it.
    """
    import apprise  # takes a second to load, and most installations have no channel

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold the addresses, which are secrets
    service = apprise.Apprise()
    service.add(url)
    if "overflow=" not in url:
        for each in service:
            each.overflow_mode = apprise.OverflowMode.SPLIT
    return service


class Post:
    """Mail by one carrier, channels by the other, whichever the recipient is."""

    def __init__(self, mail: Carrier, channels: Channels) -> None:
        self._mail, self._channels = mail, channels

    async def send(self, recipient: str, message: bytes, sender: str) -> Attempt:
        """See :class:`Carrier`."""
        carrier: Carrier = self._channels if recipient.startswith(CHANNEL) else self._mail
        return await carrier.send(recipient, message, sender)

    async def close(self) -> None:
        """Say goodbye to the mail server."""
        await self._mail.close()

    @property
    def opened(self) -> int:
        """Connections made to the mail server."""
        return self._mail.opened

    @property
    def failures(self) -> int:
        """Troubles in a row with the mail server."""
        return self._mail.failures
