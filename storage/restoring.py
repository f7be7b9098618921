"""Putting a backup in the place of the database, so that nobody is told again what he was told since.

The order lets a kill at any moment leave one of three clear states: the old database untouched; ``FILE.restoring``
beside it, which every command refuses until the restore is run again; or the restored database.
"""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3

from storage.backup import check_database, copy_database
from storage.database import BUSY_SECONDS, DatabaseError, address_of, explain, open_database, restoring_file, write
from storage.migrations import migrations
from wirewatch.errors import StorageError

_PEOPLE = ("subscribers", "subscriptions", "signups")
"""Tables that are taken from the present database where it can be read: what people wished since counts."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. ``aside`` is where the database it replaced now lies (None: there was none)."""

    aside: Path | None
    waiting: int
    """Mails that waited in the backup and are taken as sent."""
    people_known: bool
    """Whether leavings and new subscribers since the backup were carried over."""


def restore_database(
    backup: Path, file: Path, now: datetime, *, told_until: datetime | None = None, as_is: bool = False
) -> Restored:
    """Put a copy of ``backup`` in the place of ``file``; the caller holds the instance lock.

    What is replaced is moved aside, never deleted. Mails that wait in the backup are taken as sent, except
    those that the present database (if it can be read) knows not to have been sent. After ``told_until`` no mail
    had gone out any more. With ``as_is`` nothing was mailed since the backup was made (a move to another
    machine): all that waits stays, and nothing is held back.

    Raises:
        StorageError: the backup cannot be used, or another program has the database open.
    """
    part = file.with_name(file.name + ".part")
    _remove_with_log(part)
    _copy(backup, part)
    can_read = _quiet(file)
    with closing(open_database(part)) as db:
        if problems := check_database(db):
            raise StorageError(f"{backup}: is not sound ({problems[0]}); nothing was changed")
        known = None if as_is or not can_read else _carry_people_over(db, file)
        waiting = 0 if as_is else _hold_back(db, now, told_until, known or set())
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode=DELETE")  # one file, which can be renamed
    _sync(part)
    ready = restoring_file(file)
    part.replace(ready)
    aside = _move_aside(file, now)
    ready.replace(file)
    _sync(file.parent)
    return Restored(aside, waiting, known is not None)


def _copy(backup: Path, part: Path) -> None:
    if not backup.is_file():
        raise StorageError(f"{backup}: no such file")
    try:
        with closing(sqlite3.connect(address_of(backup, "ro"), uri=True, timeout=BUSY_SECONDS)) as connection:
            db = Database(connection, execute_plugins=False)
            if not migrations.applied(db):
                raise StorageError(f"{backup}: is no database of Wirewatch")
            if (words := db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                raise StorageError(f"{backup}: is damaged ({words}); nothing was changed")
            copy_database(db, part)
    except DatabaseError as error:
        raise explain(error, backup) from error


def _quiet(file: Path) -> bool:
    """Bring the log of ``file`` into it; False where it is missing or damaged.

    Raises:
        StorageError: another program has it open; it would go on writing to what is moved aside.
    """
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(address_of(file, "rw"), uri=True, timeout=1, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()  # needs to be alone
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StorageError(
                f"{file}: another program has it open ('wirewatch serve'?); stop it, then run the command again"
            ) from error
        return False


def _carry_people_over(db: Database, file: Path) -> set[int] | None:
    """Who left, was erased or came since the backup, from the present database; None where that is not possible.

    Returns the ids of the mails that wait in both, so were not sent in between.
    """
    db.conn.execute("ATTACH ? AS present", [address_of(file, "ro")])
    try:
        if not _same_form(db) or not _value(db, "SELECT count(*) FROM present.subscribers"):
            return None
        with write(db):
            for table in _PEOPLE:
                _take_over(db, table)
            return _take_over_ends(db)
    except DatabaseError:
        return None
    finally:
        db.conn.execute("DETACH present")


def _same_form(db: Database) -> bool:
    steps = "SELECT group_concat(name) FROM (SELECT name FROM {}._sqlite_migrations ORDER BY name)"
    return bool(_value(db, steps.format("main")) == _value(db, steps.format("present")))


def _take_over(db: Database, table: str) -> None:
    columns = [row[1] for row in db.execute(f"PRAGMA main.table_info({table})")]
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
    db.execute(f"DELETE FROM main.{table} WHERE id NOT IN (SELECT id FROM present.{table})")
    db.execute(
        f"INSERT INTO main.{table} ({', '.join(columns)}) SELECT {', '.join(columns)} FROM present.{table} WHERE true"
        f" ON CONFLICT (id) DO UPDATE SET {changes}"
    )


def _take_over_ends(db: Database) -> set[int]:
    """Waiting mails of the backup that the present database has too: how they stand there. Those that still wait."""
    same = (
        "SELECT p.id FROM present.outbox p JOIN main.outbox o USING (id) WHERE o.state IN ('queued', 'frozen')"
        " AND p.subscriber_id IS o.subscriber_id AND p.story_id = o.story_id AND p.article_id = o.article_id"
        " AND p.created = o.created"
    )
    known = [row[0] for row in db.execute(same)]
    for row_id in known:
        db.execute("DELETE FROM main.outbox WHERE id = ?", [row_id])
        db.execute("INSERT INTO main.outbox SELECT * FROM present.outbox WHERE id = ?", [row_id])
    waits = "SELECT id FROM main.outbox WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('queued', 'frozen')"
    return {row[0] for row in db.execute(waits, [json.dumps(known)])}


def _hold_back(db: Database, now: datetime, told_until: datetime | None, known: set[int]) -> int:
    """Take what waits as sent, and note the restore: see the trigger ``outbox_after_restore``."""
    with write(db):
        waiting = db.execute(
            "UPDATE outbox SET state = 'sent', finished = ?, error = 'taken as told before the restore', message = NULL"
            " WHERE state IN ('queued', 'frozen') AND id NOT IN (SELECT value FROM json_each(?))",
            [int(now.timestamp()), json.dumps(sorted(known))],
        ).rowcount
        db.execute(
            "INSERT INTO restores (restored, told_until) VALUES (?, ?)",
            [int(now.timestamp()), told_until and int(told_until.timestamp())],
        )
    return int(waiting)


def _move_aside(file: Path, now: datetime) -> Path | None:
    """Give the replaced file a second name; its log, which must not meet the new file, moves there too."""
    if not file.exists():
        return None
    aside = file.with_name(f"{file.name}.before-{now:%Y%m%dT%H%M%SZ}")
    aside.unlink(missing_ok=True)
    os.link(file, aside)  # the database's own name is never without a file
    for end in ("-wal", "-shm"):
        log = file.with_name(file.name + end)
        if log.exists():
            log.replace(aside.with_name(aside.name + end))
    return aside


def _remove_with_log(file: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _value(db: Database, sql: str) -> Any:
    return db.execute(sql).fetchone()[0]
