"""Which SQLite is linked, and whether it may damage a database as we use it (docs/decisions/0001)."""

from __future__ import annotations

from sqlite_utils.utils import sqlite3

FIXED = (3, 51, 3)
"""The first release without the WAL-reset bug, which can damage a file that several connections write."""
FIXED_TOO = {(3, 50): 7, (3, 44): 6}
"""Older series into which the fix was taken over, and from which patch on."""
NEEDED = (3, 43, 0)
"""For full-text tables that keep no text but allow deleting."""


def linked_version() -> str:
    """The version of the SQLite library in use, such as ``3.53.1``."""
    return str(sqlite3.sqlite_version)


def find_fault(version: str) -> str | None:
    """In words why SQLite ``version`` must not write our file, None where it may."""
    number = tuple(int(part) for part in version.split(".")[:3])
    mend = "set up the locked requirements again ('python3 ww --version')"
    if number < NEEDED:
        return f"SQLite {version} is too old (3.43 is needed): {mend}"
    if number >= FIXED or (len(number) == 3 and number[2] >= FIXED_TOO.get(number[:2], 10**6)):
        return None
    return f"SQLite {version} can damage the database (WAL-reset bug, fixed in 3.51.3): {mend}"
