"""Mails that come back: the envelope sender by which they are known (VERP), and reading what the servers say.

Only what nobody else can make counts: the keyed mark in the address a bounce came to, or the Message-ID of a mail
of ours in it. The failed address that a bounce names proves nothing.
"""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

from sqlite_utils import Database

from storage.bounces import note_bounce, suspend_if_dead
from storage.secrets import get_key, is_same, read_number, sign
from wirewatch.config import Mail
from wirewatch.errors import UsageError

_KEY = "bounce-key"
_MARK = re.compile(r"\+(\d{1,18}-[0-9a-f]{16})@", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[0-9a-f]{40}@[^<>\s]+>")
LARGEST = 5 * 2**20
"""Bytes of a bounce that are read."""


@dataclass(slots=True)
class ReturnsReport:
    """What reading bounces did. ``ignored``: warnings of a delay, answers of people, mails that are not ours."""

    hard: int = 0
    suspended: int = 0
    ignored: int = 0


class Returns:
    """The envelope senders of our mails, and the way back from them to a reader."""

    def __init__(self, db: Database, mail: Mail, sender: str) -> None:
        self._address = parseaddr(mail.bounce_address)[1] if mail.bounce_address else ""
        self._sender = sender
        self._key = get_key(db, _KEY).hex() if self._address else ""

    def address_for(self, subscriber_id: int | None) -> str:
        """The envelope sender of a mail to that subscriber: ``bounces+7-<mark>@…``, or the plain sender."""
        if not self._address or subscriber_id is None:
            return self._address or self._sender
        local, _, domain = self._address.rpartition("@")
        return f"{local}+{self._mark(subscriber_id)}@{domain}"

    def reader_of(self, message: EmailMessage) -> int | None:
        """The subscriber whose mark stands in the address that a bounce came to; None where none does."""
        if not self._key:
            return None
        names = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
        for value in (str(each) for name in names for each in message.get_all(name, [])):
            for found in _MARK.finditer(value):
                number = read_number(found[1])
                if number is not None and is_same(self._mark(number), found[1].lower()):
                    return number
        return None

    def _mark(self, subscriber_id: int) -> str:
        return f"{subscriber_id}-{sign(f'bounce:{subscriber_id}', self._key)[:16]}"


def read_bounce(db: Database, raw: bytes, mail: Mail, report: ReturnsReport, now: datetime) -> None:
    """Take in one mail that came to the bounce address, and count it in ``report``."""
    message: EmailMessage = message_from_bytes(raw[:LARGEST], policy=default)
    status = find_hard_failure(message)
    reader = Returns(db, mail, "").reader_of(message)
    ours = _find_ours(raw[:LARGEST])
    if status is None or (reader is None and ours is None):
        report.ignored += 1
        return
    failed = note_bounce(db, ours, reader, status)
    if failed is None:
        report.ignored += 1
        return
    report.hard += 1
    report.suspended += suspend_if_dead(db, failed, mail, now)


def find_hard_failure(message: EmailMessage) -> str | None:
    """The status (``5.1.1``) of a delivery report (RFC 3464) that says a recipient failed for good, else None."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.iter_parts() if part.is_multipart() else ():
                action = str(block.get("Action", "")).strip().lower()
                found = re.match(r"\s*(5\.\d{1,3}\.\d{1,3})", str(block.get("Status", "")))
                if action == "failed" and found and not found[1].startswith("5.7."):
                    return found[1]
    return None


def _find_ours(raw: bytes) -> str | None:
    """The Message-ID of the returned mail: the last one of our form, so not that of the report itself."""
    found = _MESSAGE_ID.findall(raw.decode("ascii", "replace"))
    return found[-1] if found else None


def read_maildir(db: Database, folder: Path, mail: Mail, now: datetime) -> ReturnsReport:
    """Take in all mails of a Maildir and remove each once it is taken in.

    Raises:
        UsageError: the folder is no Maildir, or cannot be written.
    """
    report = ReturnsReport()
    if not (folder / "new").is_dir():
        raise UsageError(f"mail.bounce_maildir: {folder} is no Maildir (it has no folder 'new')")
    try:
        box = mailbox.Maildir(folder, create=False)
        for key, raw in _read_all(box):
            read_bounce(db, raw, mail, report, now)
            box.discard(key)
    except OSError as error:
        raise UsageError(f"mail.bounce_maildir: {folder} cannot be read: {error.strerror}") from error
    return report


def _read_all(box: mailbox.Maildir) -> Iterator[tuple[str, bytes]]:
    for key in box.keys():  # noqa: SIM118 - a Maildir is no dict
        yield key, box.get_bytes(key)
