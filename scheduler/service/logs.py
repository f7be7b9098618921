"""The log of the service on standard error: plain lines for a person or the journal, JSON lines for a collector."""

from __future__ import annotations

import logging
import os
import re
import sys
from typing import Any, TextIO

import structlog

from wirewatch.config import Log
from wirewatch.secrets import hide_secrets
from wirewatch.urls import hide_password

OTHERS = {"apscheduler": logging.ERROR, "distributed": logging.WARNING, "tornado": logging.WARNING}
"""Libraries that talk more than they say, and from which level on they are heard."""
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_TOKEN = re.compile(r"(/(?:unsubscribe|subscription|confirm|manage|me|s)/)[\w.~=-]{12,}")
_PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""Of syslog; the journal reads them from a prefix ``<6>``."""

_BEFORE: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.stdlib.ExtraAdder(),
]


def start_logs(log: Log, stream: TextIO | None = None) -> None:
    """Write all logs of this process to ``stream`` (standard error) as ``log`` asks; may be called again."""
    out = stream or sys.stderr
    last = _render_json if log.format == "json" else _PlainRenderer(journal=stream is None and _is_journal(out))
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_BEFORE,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _hide,
            last,
        ],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    for name in ("wirewatch", "alerts", "crawler", "storage", "web"):
        logging.getLogger(name).setLevel(log.level.upper())
    for name, level in OTHERS.items():
        logging.getLogger(name).setLevel(level)


def _is_journal(out: TextIO) -> bool:
    """True where systemd connected ``out`` to its journal (``JOURNAL_STREAM`` holds its device and inode)."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        stat = os.fstat(out.fileno())
    except (OSError, ValueError):
        return False
    return (device, inode) == (str(stat.st_dev), str(stat.st_ino))


def _hide(_logger: Any, _method: str, row: Any) -> Any:
    """No password, token or secret in a log, whoever wrote the line."""
    return {key: hide(value) if isinstance(value, str) else value for key, value in row.items()}


def hide(text: str) -> str:
    """``text`` without secrets that were read, passwords in addresses, and readers' tokens."""
    text = _ADDRESS.sub(lambda found: hide_password(found[0]), hide_secrets(text))
    return _TOKEN.sub(r"\1…", text)


def _render_json(logger: Any, method: str, row: Any) -> str:
    first = {"time": row.pop("time"), "level": row.pop("level"), "event": row.pop("event")}
    out = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)(logger, method, {**first, **row})
    return str(out)


class _PlainRenderer:
    """``2026-11-27T17:20:00Z warning: text``; for the journal, which has time and level itself, ``<4>text``."""

    def __init__(self, *, journal: bool) -> None:
        self._journal = journal

    def __call__(self, _logger: Any, _method: str, row: Any) -> str:
        level, text = row["level"], row["event"]
        if trace := row.get("exception"):
            text = f"{text}\n{trace}"
        if self._journal:
            return "\n".join(f"<{_PRIORITY.get(level, 6)}>{line}" for line in text.splitlines() or [""])
        return f"{row['time'][:19]}Z {level}: {text}"
