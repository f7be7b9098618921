"""Copying and checking the database file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3

from storage.database import write
from storage.ledger import find_gaps
from storage.sqlite_build import find_fault, linked_version
from wirewatch.article import format_time


def copy_database(db: Database, file: Path) -> None:
    """A consistent copy of ``db`` at ``file`` while others read and write it (SQLite's online backup)."""
    part = file.with_name(file.name + ".part")
    target = sqlite3.connect(str(part))
    try:
        db.conn.backup(target)
    finally:
        target.close()
    part.replace(file)


def note_backup(db: Database, now: datetime) -> None:
    """Remember when the last backup was made, for ``status``; ``db`` is open for writing."""
    with write(db):
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('backup', ?)", [format_time(now)])


def check_database(db: Database) -> list[str]:
    """What is wrong with the program's SQLite, the file, its references or its accounts; empty when it is sound."""
    build = [fault] if (fault := find_fault(linked_version())) else []
    pages = [row[0] for row in db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    references = [f"table {row[0]}: row {row[1]} refers to nothing" for row in db.execute("PRAGMA foreign_key_check")]
    return [*build, *pages, *references, *find_gaps(db)]
