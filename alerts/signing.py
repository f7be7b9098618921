"""DKIM signatures (RFC 6376), made when a mail is frozen: each attempt sends the same one."""

from __future__ import annotations

import dkim

from alerts.envelope import read_sender
from wirewatch.config import Config
from wirewatch.errors import ConfigError

SIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
    "Content-Language", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
)  # fmt: skip
"""RFC 8058 wants both List-Unsubscribe headers covered."""


def sign_mail(message: bytes, config: Config) -> bytes:
    """``message`` with a DKIM-Signature before it, where ``mail.dkim_key`` is set; else as it is.

    Raises:
        ConfigError: the key cannot be used.
    """
    key = config.dkim_key()
    if key is None:
        return message
    mail = config.settings.mail
    try:
        signature = dkim.sign(
            message,
            mail.dkim_selector.encode(),
            read_sender(mail).domain.encode(),
            key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.lower().encode() for name in SIGNED],
        )
    except (dkim.DKIMException, ValueError, TypeError) as error:
        raise ConfigError(
            str(config.file), [f"mail.dkim_key: {mail.dkim_key} is no RSA key in PEM: {error}"]
        ) from error
    return bytes(signature) + message
