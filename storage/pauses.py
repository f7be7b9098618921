"""The mail server left alone for a while after trouble: kept, so that a restart keeps it too."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlite_utils import Database

_HOST_PAUSE = "mail-pause"


@dataclass(frozen=True, slots=True)
class HostPause:
    """The mail server as a whole is left alone until ``until`` (seconds since 1970 UTC)."""

    server: str
    until: int
    failures: int
    error: str


def read_any_pause(db: Database) -> HostPause | None:
    """The pause that is kept, whatever server it is for; None when there is none."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", [_HOST_PAUSE]).fetchone()
    return HostPause(**json.loads(row[0])) if row else None


def read_pause(db: Database, server: str) -> HostPause | None:
    """The pause kept for ``server`` (``host:port``), over or not; None when there is none."""
    pause = read_any_pause(db)
    return pause if pause and pause.server == server else None


def set_pause(db: Database, pause: HostPause | None) -> None:
    """Keep (or, with None, end) the mail server's pause, so that a restart keeps it too."""
    if pause is None:
        db.execute("DELETE FROM meta WHERE key = ?", [_HOST_PAUSE])
    else:
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [_HOST_PAUSE, json.dumps(asdict(pause))])
