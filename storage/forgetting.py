"""Erasing a person: from the file, its write-ahead log, the outbox and all that hangs on them."""

from __future__ import annotations

import time
from pathlib import Path

from sqlite_utils import Database

from storage.database import write
from storage.subscribers import find_subscriber, find_subscriptions
from wirewatch.errors import StorageError


def forget(db: Database, email: str) -> bool:
    """Erase a person: address, searches, mails and receipts, in the file and in its write-ahead log.

    Returns False when the address was not there. The file is then read to see that the address is gone;
    where SQLite left a copy in unused space it is rewritten (VACUUM).

    Raises:
        StorageError: another program kept the file open for reading, so that the log could not be emptied.
    """
    with write(db):
        found = find_subscriber(db, email)
        if found is not None:
            mine = [each.search_id for each in find_subscriptions(db, "subscriber_id = ?", [found.id])]
            marks = ",".join("?" * len(mine))
            db.execute(f"DELETE FROM matches WHERE search IN ({marks})", mine)
            db.execute("DELETE FROM subscribers WHERE id = ?", [found.id])
    address = found.email if found else email
    _empty_log(db)
    file = db.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0]
    if file and _holds(Path(file), address):
        db.execute("VACUUM")
        _empty_log(db)
    return found is not None


def _empty_log(db: Database, tries: int = 20) -> None:
    for _ in range(tries):
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy:
            return
        time.sleep(0.25)
    raise StorageError(
        "the person is erased from the database, but its log could not be emptied because another program is"
        " reading it; run the command again when that has ended"
    )


def _holds(file: Path, address: str) -> bool:
    wanted, rest = address.lower().encode(), b""
    with file.open("rb") as handle:
        while block := handle.read(1 << 20):
            if wanted in (rest + block).lower():
                return True
            rest = block[-len(wanted) :]
    return False
