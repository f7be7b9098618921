"""From words to a mail: headers and parts that are right on the wire, the same for alerts and digests."""

from __future__ import annotations

import hashlib
import hmac
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.charset import BASE64, Charset
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, parseaddr
from functools import cache, lru_cache

from storage.subscribers import CHANNEL, normalise_email
from wirewatch.cleaning import clean_line, clean_link
from wirewatch.config import Mail
from wirewatch.errors import ConfigError, UsageError

SUBJECT_LENGTH = 140

_WORDS = Charset("utf-8")
_WORDS.header_encoding = BASE64  # said here: loading apprise changes how the standard library encodes "utf-8"


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a mail is made of. ``identity`` names it among all mails of this database, ``key`` keys that.

    ``leave`` is '' for a mail that is no list's (to the operator), ``html`` for a channel, which shows text.
    """

    to: str
    subject: str
    text: str
    html: str
    leave: str
    language: str
    identity: str
    key: bytes
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A mail as it goes over the wire: ``raw`` is 7-bit, its lines end in CRLF and are at most 998 bytes long.

    ``subject`` is its Subject in words, ``message_id`` its Message-ID with the angle brackets.
    """

    subject: str
    message_id: str
    raw: bytes

    def parse(self) -> EmailMessage:
        """The mail as a mail client's parser reads it."""
        return message_from_bytes(self.raw, policy=default)


def make_mail(letter: Letter, mail: Mail, now: datetime) -> ComposedMail:
    """The letter as a mail dated ``now``; equal arguments give equal bytes.

    The bytes are put together here: ``email.message`` parses and folds each header anew, which took two thirds
    of the time of composing (docs/alerts.md); the tests read them with its parser. Forms: RFC 5322, 2045, 2047.

    Raises:
        ConfigError: mail.sender cannot be used.
    """
    sender = read_sender(mail)
    # "=?" would be read as an encoded word: what it hides would come after the cleaning.
    subject = clean_line(letter.subject, SUBJECT_LENGTH).replace("=?", "= ?")
    message_id = make_message_id(letter.key, letter.identity, sender.domain)
    headers = {
        "From": _say_sender(sender),
        "To": _say_recipient(letter.to, sender.domain),
        "Subject": _encode_words(subject, "Subject"),
        "Date": format_datetime(now),
        "Message-ID": message_id,
        **({"In-Reply-To": letter.thread, "References": letter.thread} if letter.thread else {}),
        "Auto-Submitted": "auto-generated",
        **(_list_headers(sender, letter.leave) if letter.leave else {}),
        "Content-Language": letter.language if letter.language == "en" else f"{letter.language}, en",
        "MIME-Version": "1.0",
    }
    body = _write_part("plain", letter.text)
    if letter.html:
        boundary = f"=_{_digest(letter.key, 'boundary', letter.identity)}"
        headers["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
        line = f"--{boundary}".encode()
        parts = (line, body, line, _write_part("html", letter.html), line + b"--\r\n")
        body = b"\r\n" + b"\r\n".join(parts)
    return ComposedMail(subject, message_id, _write_headers(headers) + body)


def _write_headers(headers: dict[str, str]) -> bytes:
    for name, value in headers.items():
        if {"\r", "\n"} & set(value.replace("\r\n ", "")):  # that is a fold
            raise ValueError(f"a line break in the header {name}")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _write_part(subtype: str, text: str) -> bytes:
    """Headers and body of a text part, in the shorter encoding.

    Quoted-printable keeps Latin text readable; for other scripts base64 is half as long.
    """
    lines = text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    special = len(lines) - len(text.encode("ascii", "ignore"))
    if len(lines) + 2 * special > len(lines) * 1.37:
        encoding, body = "base64", encodebytes(lines).replace(b"\n", b"\r\n")
    else:
        encoding, body = "quoted-printable", b2a_qp(lines, istext=True)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + body


def _say_sender(sender: Address) -> str:
    if sender.display_name.isascii():
        return str(sender)
    return f"{_encode_words(sender.display_name, 'From')} <{sender.addr_spec}>"


def _encode_words(text: str, name: str) -> str:
    """ASCII as it is; words of other scripts as encoded words, folded."""
    return text if text.isascii() else Header(text, _WORDS, header_name=name).encode(linesep="\r\n")


@lru_cache(10_000)
def _say_recipient(to: str, domain: str) -> str:
    if to.startswith(CHANNEL):
        return str(Address(to.removeprefix(CHANNEL), "channel", domain))
    return str(Address(addr_spec=to))


def _list_headers(sender: Address, leave: str) -> dict[str, str]:
    return {
        "List-Id": f"Wirewatch alerts <alerts.{sender.domain}>",
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
    }


def read_sender(mail: Mail) -> Address:
    """The From address of all mails.

    Raises:
        ConfigError: it is no address, or holds a line break.
    """
    return _read_sender(mail.sender)


@cache
def _read_sender(sender: str) -> Address:
    name, address = parseaddr(sender if sender.isprintable() else "")
    try:
        return Address(clean_line(name, 100).replace("=?", "= ?"), addr_spec=normalise_email(address))
    except (UsageError, ValueError) as error:
        raise ConfigError("config.yaml", [f"mail.sender: {sender!r} cannot be used: {error}"]) from error


def read_base_url(mail: Mail) -> str:
    """The start of all links to the reading room.

    Raises:
        ConfigError: it is no web address of up to 600 ASCII characters.
    """
    link = clean_link(mail.base_url)
    if not link or len(link) > 600:
        raise ConfigError("config.yaml", [f"mail.base_url: {mail.base_url[:100]!r} is no web address"])
    return link


def make_message_id(key: bytes, identity: str, domain: str) -> str:
    """The Message-ID of the mail called ``identity``: always the same one, and not to be guessed."""
    return f"<{_digest(key, 'message-id', identity)}@{domain if '.' in domain else domain + '.localdomain'}>"


def _digest(key: bytes, purpose: str, identity: str) -> str:
    text = f"{purpose}:{identity}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:40]
