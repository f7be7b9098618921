"""A caught mail for people: as text for the terminal, as a page for the browser."""

from __future__ import annotations

import html
import unicodedata
from email.message import EmailMessage
from pathlib import Path

BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SHOWN_HEADERS = ("Subject", "From", "To", "Date", "Message-ID", "List-Unsubscribe")


def render_mail(message: EmailMessage) -> str:
    """The chief headers, an empty line and the text part; control characters are dropped."""
    lines = [f"{name}: {' '.join(clean_text(str(message[name])).split())}" for name in SHOWN_HEADERS if message[name]]
    return "\n".join(lines) + "\n\n" + clean_text(read_part(message, "plain")).rstrip() + "\n"


def save_mail_page(message: EmailMessage, path: Path) -> Path:
    """Write the HTML part as a file that a browser shows by itself; returns the path.

    A mail without an HTML part gives a page of its text.
    """
    body = read_part(message, "html")
    if not body:
        body = f"<pre>{html.escape(read_part(message, 'plain'))}</pre>"
    if "<meta charset" not in body.lower():
        body = '<meta charset="utf-8">\n' + body
    if not body.lstrip().lower().startswith("<!doctype"):
        body = "<!DOCTYPE html>\n" + body
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")
    return path


def read_part(message: EmailMessage, kind: str) -> str:
    """The ``text/plain`` or ``text/html`` part as text ('' where there is none)."""
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a charset that Python does not know
        return bytes(part.get_payload(decode=True)).decode("utf-8", "replace")


def clean_text(text: str) -> str:
    """``text`` without control characters that move a terminal's cursor or turn its text around.

    Line ends, tabs and the joiners of Persian stay.
    """
    return "".join(char for char in text if char in "\n\t" or not _is_control(char))


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or char in BIDI_CONTROLS
