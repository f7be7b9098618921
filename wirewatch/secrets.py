"""Secrets from the environment or from files, so that none need stand in config.yaml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_known: set[str] = set()
_SHORTEST = 6
"""A shorter secret is not hidden in logs: its letters would be torn out of ordinary words."""
_HIDDEN = "(secret)"


def read_secret(variable: str, file: Path | None, setting: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The secret called ``variable``, such as ``WIREWATCH_MAIL_PASSWORD``, from the first place that names one.

    The places in turn:

    1. the environment variable itself;
    2. the file that the variable with ``_FILE`` at its end names;
    3. systemd's credential ``mail-password`` (``LoadCredential=``, a file in ``$CREDENTIALS_DIRECTORY``);
    4. ``file``, which the configuration's ``setting`` names.

    Of a file the first line counts. None where no place names one. What was read is hidden by
    :func:`hide_secrets` from then on.

    Raises:
        ValueError: a file that is named holds none that can be read.
    """
    if value := environ.get(variable):
        return remember(value)
    if named := environ.get(f"{variable}_FILE"):
        return remember(_first_line(Path(named), f"${variable}_FILE"))
    name = variable.removeprefix("WIREWATCH_").lower().replace("_", "-")
    credential = Path(environ.get("CREDENTIALS_DIRECTORY", "")) / name
    if "CREDENTIALS_DIRECTORY" in environ and credential.exists():
        return remember(_first_line(credential, f"credential {name}"))
    return remember(_first_line(file, setting)) if file else None


def _first_line(file: Path, what: str) -> str:
    try:
        line = file.read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, IndexError, UnicodeDecodeError):
        line = ""
    if not line:
        raise ValueError(f"{what}: {file} holds no password that can be read")
    return line


def remember(secret: str) -> str:
    """``secret`` itself, which no log shows from now on."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)
    return secret


def hide_secrets(text: str) -> str:
    """``text`` with every secret that was read replaced."""
    for secret in _known:
        text = text.replace(secret, _HIDDEN)
    return text
