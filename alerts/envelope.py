"""From words to a mail: headers and parts that are right on the wire, the same for alerts and digests."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from email.charset import BASE64, Charset
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr

from storage.subscribers import CHANNEL, normalise_email
from wirewatch.cleaning import clean_line, clean_link
from wirewatch.config import Mail
from wirewatch.errors import ConfigError, UsageError

SUBJECT_LENGTH = 140

_WORDS = Charset("utf-8")
_WORDS.header_encoding = BASE64  # said here: loading apprise changes how the standard library encodes "utf-8"


class _WirePolicy(EmailPolicy):
    """SMTP line ends and 7-bit bodies.

    Values that a program reads are never folded or encoded, and words of other scripts are encoded by
    ``email.header``: the policy's own folding loses spaces between encoded words.
    """

    _unfolded = frozenset({"list-unsubscribe", "list-unsubscribe-post", "message-id", "references", "in-reply-to"})

    def fold_binary(self, name: str, value: object) -> bytes:
        """The header as bytes; see the class."""
        if name.lower() in self._unfolded or (name == "Subject" and str(value).isascii()):
            return f"{name}: {value}\r\n".encode("ascii")
        if name == "Subject":
            return f"{name}: {_encode_words(str(value), name)}\r\n".encode("ascii")
        if name == "From" and not str(value).isascii():
            address: Address = value.addresses[0]  # type: ignore[attr-defined]
            return f"{name}: {_encode_words(address.display_name, name)} <{address.addr_spec}>\r\n".encode("ascii")
        return super().fold_binary(name, value)  # type: ignore[arg-type]


class _Registry(HeaderRegistry):
    """The standard one makes a class for each header of each mail; this one a class for each name."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


def _encode_words(text: str, name: str) -> str:
    return Header(text, _WORDS, header_name=name).encode(linesep="\r\n")


WIRE_POLICY = _WirePolicy(linesep="\r\n", cte_type="7bit", utf8=False, header_factory=_Registry())


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


def make_mail(letter: Letter, mail: Mail, now: datetime) -> EmailMessage:
    """The letter as a mail dated ``now``; equal arguments give equal bytes.

    Raises:
        ConfigError: mail.sender cannot be used.
    """
    sender = read_sender(mail)
    message = EmailMessage(policy=WIRE_POLICY)
    message["From"] = sender
    message["To"] = _read_recipient(letter.to, sender)
    # "=?" would be read as an encoded word: what it hides would come after the cleaning.
    message["Subject"] = clean_line(letter.subject, SUBJECT_LENGTH).replace("=?", "= ?")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_message_id(letter.key, letter.identity, sender.domain)
    if letter.thread:
        message["In-Reply-To"] = letter.thread
        message["References"] = letter.thread
    message["Auto-Submitted"] = "auto-generated"
    if letter.leave:
        _set_list_headers(message, sender, letter.leave)
    message.set_content(letter.text, cte=_shorter_encoding(letter.text))
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte=_shorter_encoding(letter.html))
        message.set_boundary(f"=_{_digest(letter.key, 'boundary', letter.identity)}")
    # After the parts: set_content moves or drops all Content- headers that are there before.
    message["Content-Language"] = letter.language if letter.language == "en" else f"{letter.language}, en"
    return message


def _read_recipient(to: str, sender: Address) -> Address:
    if to.startswith(CHANNEL):
        return Address(to.removeprefix(CHANNEL), "channel", sender.domain)
    return Address(addr_spec=to)


def _set_list_headers(message: EmailMessage, sender: Address, leave: str) -> None:
    message["List-Id"] = f"Wirewatch alerts <alerts.{sender.domain}>"
    message["List-Unsubscribe"] = f"<{leave}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Precedence"] = "bulk"


def _shorter_encoding(text: str) -> str:
    """Quoted-printable keeps Latin text readable; for other scripts base64 is half as long."""
    size = len(text.encode("utf-8", "replace"))
    special = size - len(text.encode("ascii", "ignore"))
    return "base64" if size + 2 * special > size * 1.37 else "quoted-printable"


def read_sender(mail: Mail) -> Address:
    """The From address of all mails.

    Raises:
        ConfigError: it is no address, or holds a line break.
    """
    name, address = parseaddr(mail.sender if mail.sender.isprintable() else "")
    try:
        return Address(clean_line(name, 100), addr_spec=normalise_email(address))
    except (UsageError, ValueError) as error:
        raise ConfigError("config.yaml", [f"mail.sender: {mail.sender!r} cannot be used: {error}"]) from error


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
