"""One mail from one alert: a pure function, so that the same alert at the same time is the same bytes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import cache
from textwrap import wrap

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts.cleaning import clean_line, clean_link
from alerts.view import View, view_alert
from storage.material import Alert
from storage.subscribers import normalise_email
from wirewatch.config import Mail
from wirewatch.errors import ConfigError, UsageError

SUBJECT_LENGTH = 140
TEXT_WIDTH = 76
LARGEST_MAIL = 100_000
"""Bytes above which Gmail clips a mail."""


class _WirePolicy(EmailPolicy):
    """SMTP line ends, 7-bit bodies; header values that a program reads are never folded or encoded."""

    _unfolded = frozenset({"list-unsubscribe", "list-unsubscribe-post", "message-id", "references", "in-reply-to"})

    def fold_binary(self, name: str, value: object) -> bytes:
        """The header as bytes; see the class."""
        if name.lower() in self._unfolded:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)  # type: ignore[arg-type]


WIRE_POLICY = _WirePolicy(linesep="\r\n", cte_type="7bit", utf8=False, max_line_length=SMTP.max_line_length)


def compose_alert(alert: Alert, mail: Mail, *, now: datetime) -> EmailMessage:
    """The mail of one alert, ready to be frozen; ``now`` becomes its Date.

    Raises:
        ConfigError: mail.sender or mail.base_url cannot be used in a mail.
    """
    sender, base_url = read_sender(mail), read_base_url(mail)
    view = view_alert(alert, base_url)
    message = EmailMessage(policy=WIRE_POLICY)
    _set_address_headers(message, sender, view)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_message_id(alert, sender.domain)
    if alert.thread:
        message["In-Reply-To"] = alert.thread
        message["References"] = alert.thread
    _set_list_headers(message, sender, view)
    text, html = render_text(view), render_html(view)
    message.set_content(text, cte=_shorter_encoding(text))
    message.add_alternative(html, subtype="html", cte=_shorter_encoding(html))
    message.set_boundary(_boundary(alert))
    # After the parts: set_content moves or drops all Content- headers that are there before.
    message["Content-Language"] = view.language if view.language == "en" else f"{view.language}, en"
    return message


def _shorter_encoding(text: str) -> str:
    """Quoted-printable keeps Latin text readable; for other scripts base64 is half as long."""
    size = len(text.encode("utf-8", "replace"))
    special = size - len(text.encode("ascii", "ignore"))
    return "base64" if size + 2 * special > size * 1.37 else "quoted-printable"


def _set_address_headers(message: EmailMessage, sender: Address, view: View) -> None:
    message["From"] = sender
    message["To"] = Address(addr_spec=view.email)
    message["Subject"] = clean_line(view.headline, SUBJECT_LENGTH)


def _set_list_headers(message: EmailMessage, sender: Address, view: View) -> None:
    message["List-Id"] = f"Wirewatch alerts <alerts.{sender.domain}>"
    message["List-Unsubscribe"] = f"<{view.leave}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"


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


def make_message_id(alert: Alert, domain: str) -> str:
    """The Message-ID of (subscriber, story, sequence): always the same one, and not to be guessed."""
    return f"<{_digest(alert, 'message-id')}@{domain if '.' in domain else domain + '.localdomain'}>"


def _boundary(alert: Alert) -> str:
    return f"=_{_digest(alert, 'boundary')}"


def _digest(alert: Alert, purpose: str) -> str:
    who = f"{purpose}:{alert.subscriber.id}:{alert.sequence}:{alert.story_id}"
    return hmac.new(alert.key, who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrapped"] = _wrap_text
    return environment


def _wrap_text(text: str, indent: str = "") -> str:
    """Lines of at most 76 characters; a word longer than that (a link) keeps its line whole."""
    return "\n".join(
        wrap(
            text,
            TEXT_WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def render_text(view: View) -> str:
    """The plain-text part."""
    return _environment().get_template("alert.txt").render(view=view)


def render_html(view: View) -> str:
    """The HTML part, its style sheet inlined (dark mode and narrow screens stay in a style element)."""
    return _inliner().inline(_environment().get_template("alert.html").render(view=view))
