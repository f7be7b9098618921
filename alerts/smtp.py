"""One connection to the mail server, and what its answers mean for a mail.

aiosmtplib speaks the protocol; this module decides. A connection that did anything but answer in
plain SMTP is closed at once, so that no answer is ever taken for that of another command.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from contextlib import suppress

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from alerts.answers import Answer, Attempt, ServerError
from storage.bounces import RECIPIENT_REFUSED
from wirewatch.config import Mail

_TROUBLES = (SMTPException, OSError, TimeoutError, EOFError, ValueError)
# Codes that say "not you" rather than "not this mail": login wanted, encryption wanted, relaying denied.
_NOT_US = frozenset({530, 534, 535, 538})
_RELAY = re.compile(r"\brelay", re.IGNORECASE)


class Connection:
    """A reused connection: opened by the first :meth:`send`, again after trouble, ended by :meth:`close`.

    ``opened`` counts connections made, ``failures`` troubles in a row without a mail answered in between.
    """

    def __init__(self, mail: Mail, password: str | None) -> None:
        self._mail, self._password = mail, password
        self._client: aiosmtplib.SMTP | None = None
        self._used = 0
        self.opened = 0
        self.failures = 0

    async def open(self) -> None:
        """Connect, encrypt and log in unless that is done.

        Raises:
            ServerError: saying what to check.
        """
        if self._client is not None and self._client.is_connected:
            return
        client = self._make_client()
        try:
            await client.connect()
            await _greet(client)
        except _TROUBLES as error:
            client.close()
            self.failures += 1
            raise ServerError(explain_trouble(error, self._mail)) from error
        except BaseException:
            client.close()
            raise
        self._client, self._used, self.opened = client, 0, self.opened + 1

    def _make_client(self) -> aiosmtplib.SMTP:
        mail = self._mail
        return aiosmtplib.SMTP(
            hostname=mail.host,
            port=mail.port,
            username=mail.user,
            password=self._password if mail.user else None,
            local_hostname=_own_name(),
            timeout=mail.timeout.total_seconds(),
            use_tls=mail.security == "tls",
            start_tls=mail.security == "starttls",
            tls_context=None if mail.security == "none" else ssl.create_default_context(),
        )

    async def send(self, recipient: str, message: bytes, sender: str) -> Attempt:
        """Hand one mail to the server, with ``sender`` on the envelope.

        A connection that served before and now turns us away before the mail began (idle too long, its
        number of mails used up) is opened anew once: that says nothing about the server.

        Raises:
            ServerError: no connection could be made, or the server takes no mail from us.
        """
        await self.open()
        reused = self._used > 0
        attempt = await self._send_once(recipient, message, sender)
        if attempt.answer is Answer.SERVER and reused:
            await self.open()
            attempt = await self._send_once(recipient, message, sender)
        detail = _hide(recipient, attempt.detail)
        if attempt.answer is Answer.SERVER:
            self.failures += 1
            raise ServerError(detail)
        return Attempt(attempt.answer, detail)

    async def _send_once(self, recipient: str, message: bytes, sender: str) -> Attempt:
        client, in_step = self._client, False
        assert client is not None
        try:
            attempt = await self._transact(client, recipient, message, sender)
            in_step = attempt.answer in (Answer.ACCEPTED, Answer.LATER, Answer.REFUSED)
        finally:
            if not in_step:
                self.drop()
        if in_step:
            self._used, self.failures = self._used + 1, 0
            if attempt.answer is not Answer.ACCEPTED:
                await self._reset(client)
        return attempt

    async def _transact(self, client: aiosmtplib.SMTP, recipient: str, message: bytes, sender: str) -> Attempt:
        try:
            await client.mail(sender)
        except _TROUBLES as error:
            return _judge_sender(error)
        try:
            await client.rcpt(recipient)
            await client.data(message)
        except _TROUBLES as error:
            return _judge_mail(error)
        return Attempt(Answer.ACCEPTED)

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.rset()
        except _TROUBLES:
            self.drop()

    def drop(self) -> None:
        """Close without a word: the connection is out of step or dead."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def close(self) -> None:
        """Say goodbye (waiting at most two seconds) and close."""
        client, self._client = self._client, None
        if client is None:
            return
        if client.is_connected:
            with suppress(*_TROUBLES):
                await client.quit(timeout=2)
        client.close()


async def _greet(client: aiosmtplib.SMTP) -> None:
    """EHLO now (not with the first mail), so that a server which fails at it is not taken for one that serves."""
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


def _own_name() -> str:
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9.-]{1,200}", name) else "localhost"


def _judge_sender(error: Exception) -> Attempt:
    """MAIL FROM failed: that is about us or the server, unless the size is the reason."""
    code, detail = _code(error), _one_line(error)
    if code == 552:
        return Attempt(Answer.REFUSED, detail)
    if 400 <= code < 600:
        return Attempt(Answer.SERVER, f"the mail server does not take mail from us: {detail}")
    return Attempt(Answer.SERVER, f"the connection failed at MAIL FROM: {detail}")


def _judge_mail(error: Exception) -> Attempt:
    """RCPT or DATA failed."""
    code, detail = _code(error), _one_line(error)
    if code == 421:
        return Attempt(Answer.BROKEN, detail)
    if 400 <= code < 500:
        return Attempt(Answer.LATER, detail)
    if code in _NOT_US or (500 <= code < 600 and _RELAY.search(detail)):
        return Attempt(Answer.SERVER, f"the mail server does not relay for us (mail.user?): {detail}")
    if 500 <= code < 600:
        at_recipient = isinstance(error, aiosmtplib.SMTPRecipientRefused)
        return Attempt(Answer.REFUSED, f"{RECIPIENT_REFUSED}{detail}" if at_recipient else detail)
    return Attempt(Answer.BROKEN, detail)


def _code(error: Exception) -> int:
    return error.code if isinstance(error, SMTPResponseException) else -1


def _one_line(error: Exception) -> str:
    text = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:300] or type(error).__name__


def _hide(recipient: str, detail: str) -> str:
    """Servers repeat the address; it belongs neither in logs nor where 'forget' does not look."""
    return re.sub(re.escape(recipient), "recipient", detail, flags=re.IGNORECASE)


def explain_trouble(error: Exception, mail: Mail) -> str:
    """Why there is no connection, in one line that says what to check."""
    server, text = f"mail server {mail.host}:{mail.port}", _one_line(error)
    cause = error.__cause__ or error
    if isinstance(cause, OSError) and f"[Errno {errno.ECONNREFUSED}]" in str(cause):  # at each of several addresses
        cause = ConnectionRefusedError()
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"{server} refused the login of {mail.user!r} ({text}); check mail.user and the password"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"{server} has a certificate that cannot be trusted ({cause.verify_message}); check mail.host"
    for kind, words in _WORDS:
        if isinstance(cause, kind):
            return f"{server} {words}"
    if isinstance(error, TimeoutError):
        return f"{server} did not answer within {mail.timeout.total_seconds():g} s"
    if isinstance(error, SMTPResponseException):
        return f"{server} {f'turned us away ({text})' if error.code > 0 else _NO_SMTP}"
    return f"{server}: {text}"


_NO_SMTP = "does not speak SMTP on this port; check mail.port and mail.security"
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLError, "does not speak TLS on this port; check mail.security and mail.port"),
    (ConnectionRefusedError, "refuses connections; is it running? check mail.host and mail.port"),
    (socket.gaierror, "is not a known host; check mail.host and the network"),
    (aiosmtplib.SMTPServerDisconnected, "broke the connection off"),
    (ConnectionResetError, "broke the connection off"),
)
