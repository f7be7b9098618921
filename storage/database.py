"""Opening the one SQLite file: pragmas, migrations, the instance lock, one transaction a source.

Wirewatch is one writer and any number of readers. The SQLite linked is the one of the pysqlite3 wheel
(3.53), because versions before 3.51.3 can corrupt a WAL file when several connections reset it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3 as python_sqlite
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3

from storage.migrations import migrations
from storage.sqlite_build import find_fault, linked_version
from wirewatch.errors import InstanceError, StorageError

DatabaseError: tuple[type[Exception], ...] = (sqlite3.DatabaseError, python_sqlite.DatabaseError)
BUSY_SECONDS = 10
_HEADER = b"SQLite format 3\x00"
_WAS_THERE = "database made"
"""In the lock file, once there was a database beside it."""


def open_database(file: Path, *, migrate: bool = True) -> Database:
    """Open ``file`` for writing, make it if it was never there, bring its schema up to date.

    Without ``migrate`` the file must be there and up to date: a second connection beside one that is open.

    Raises:
        StorageError: the folder is missing, the file is no database, read-only, damaged, locked for longer
            than 10 s, made by a newer Wirewatch, or gone although it was there before; the SQLite that is
            linked could damage it.
    """
    if fault := find_fault(linked_version()):
        raise StorageError(fault)
    _check_file(file)
    _check_history(file)
    try:
        address = address_of(file, "rwc" if migrate else "rw")
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        db = Database(connection, execute_plugins=False)
        _set_pragmas(db)
        if migrate:
            _migrate(db, file)
    except DatabaseError as error:
        raise explain(error, file) from error
    return db


def open_for_reading(file: Path) -> Database:
    """Open ``file`` read-only (``mode=ro``); it is never created or migrated.

    Raises:
        StorageError: it is not there or cannot be read.
    """
    _check_history(file)
    if not file.exists():
        raise StorageError(f"{file}: no database there yet; run 'wirewatch crawl' or 'wirewatch db migrate' first")
    _check_file(file)
    try:
        connection = sqlite3.connect(
            address_of(file, "ro"), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        db = Database(connection, execute_plugins=False)
        db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if migrations.pending(db):
            raise StorageError(f"{file}: its schema is older than this version; run 'wirewatch db migrate'")
    except DatabaseError as error:
        raise explain(error, file) from error
    return db


def address_of(file: Path, mode: Literal["ro", "rw", "rwc"]) -> str:
    """SQLite's address of ``file``: read-only, for writing, or made where it is not there yet."""
    quoted = str(file.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}?mode={mode}"


def restoring_file(file: Path) -> Path:
    """Where a backup lies ready while it takes the place of ``file``."""
    return file.with_name(file.name + ".restoring")


def lock_file(file: Path) -> Path:
    """The file beside the database that says who holds it, and that it was there."""
    return file.with_name(file.name + ".lock")


def _check_history(file: Path) -> None:
    """No new, empty database in the place of one that was there, and none while a restore is half done."""
    if restoring_file(file).exists():
        raise StorageError(f"{file}: a restore was interrupted; run the same 'wirewatch db restore' again")
    if file.exists() and file.stat().st_size:
        return
    try:
        was_there = _WAS_THERE in lock_file(file).read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    if was_there:
        raise StorageError(
            f"{file}: is missing or empty, but was there before; put it back, mount its disk or restore a backup"
            f" ('wirewatch db restore'); to begin anew, delete {lock_file(file).name}"
        )


def _check_file(file: Path) -> None:
    if file.is_dir():
        raise StorageError(f"{file}: is a folder, not a database file")
    if not file.parent.is_dir():
        raise StorageError(f"{file}: the folder {file.parent} does not exist; make it or change 'database'")
    if file.exists() and file.stat().st_size:
        try:
            with file.open("rb") as handle:
                head = handle.read(16)
        except OSError as error:
            raise StorageError(f"{file}: cannot be read: {error.strerror}") from error
        if head != _HEADER:
            raise StorageError(f"{file}: is not an SQLite database; nothing was changed")


def _set_pragmas(db: Database) -> None:
    mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError("the database cannot use a write-ahead log here (network folder or read-only disk?)")
    db.execute("PRAGMA synchronous=FULL")  # an outbox row must survive a power cut once committed
    db.execute("PRAGMA foreign_keys=ON")
    db.execute("PRAGMA secure_delete=ON")  # a person who leaves is erased from the pages too


def _migrate(db: Database, file: Path) -> None:
    known = {step.name for step in migrations._migrations}
    unknown = [step.name for step in migrations.applied(db) if step.name not in known]
    if unknown:
        raise StorageError(f"{file}: was made by a newer Wirewatch ({unknown[-1]}); update the program")
    if migrations.pending(db):
        migrations.apply(db)


def explain(error: Exception, file: Path | None) -> StorageError:
    """The StorageError that says in words what SQLite's error means for ``file``."""
    text = str(error).lower()
    file = file or Path("the database")
    if "locked" in text or "busy" in text:
        return StorageError(f"{file}: another program has been writing to it for {BUSY_SECONDS} s; try again later")
    if "readonly" in text or "read-only" in text:
        return StorageError(f"{file}: is read-only for this user; give write access to it and its folder")
    if "unable to open" in text:
        return StorageError(f"{file}: cannot be opened for writing; check the rights of the file and its folder")
    if "full" in text:
        return StorageError(f"{file}: the disk is full; free some space, nothing half-written was kept")
    if "i/o error" in text:
        return StorageError(f"{file}: the disk fails or is full; see 'dmesg' and 'df', nothing half-written was kept")
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return StorageError(f"{file}: is damaged; restore a backup, or keep a copy and run 'wirewatch db check'")
    return StorageError(f"{file}: {error}")


@contextmanager
def write(db: Database) -> Iterator[Database]:
    """One transaction that may read and then write (BEGIN IMMEDIATE): all of it lands, or nothing.

    sqlite-utils' own ``atomic()`` is a plain BEGIN, which fails at once when another writer came between.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")  # inside: a commit that fails (disk full) leaves the transaction open
    except BaseException:
        if db.conn.in_transaction:
            db.execute("ROLLBACK")
        raise


class InstanceLock:
    """The right to crawl and mail on a database: one process at a time, released by the kernel at its death."""

    def __init__(self, file: Path) -> None:
        self.file, self._database = lock_file(file), file
        self._handle: IO[str] | None = None

    def __enter__(self) -> InstanceLock:
        try:
            handle = self.file.open("a+", encoding="ascii")
        except OSError as error:
            raise StorageError(f"{self.file}: cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            holder = handle.read(20).strip() or "unknown"
            handle.close()
            raise InstanceError(
                f"another wirewatch (process {holder}) holds this database; stop it first, or use another --db"
            ) from error
        handle.seek(0)
        was_there = _WAS_THERE in handle.read()
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n" + (f"{_WAS_THERE}\n" if was_there else ""))
        handle.flush()
        self._handle = handle
        if not was_there and self._database.exists():
            self.note_database()
        return self

    def note_database(self) -> None:
        """Remember that the database is there: should it be missing later, no new one is made in silence."""
        assert self._handle is not None
        self._handle.seek(0)
        if _WAS_THERE not in self._handle.read():
            self._handle.write(f"{_WAS_THERE}\n")
            self._handle.flush()

    def __exit__(self, *exc: Any) -> None:
        if self._handle:
            if self._database.exists():
                self.note_database()
            self._handle.close()
            self._handle = None


def read_holder(file: Path) -> int | None:
    """The process that holds ``file`` (its InstanceLock), None where none does; nothing is locked by asking."""
    try:
        lock = lock_file(file)
        inode, text = lock.stat().st_ino, lock.read_text(encoding="ascii", errors="replace")
        held = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    locked = any("FLOCK" in line and line.split()[5].endswith(f":{inode}") for line in held if "->" not in line)
    number = text.split("\n", 1)[0].strip()
    return int(number) if locked and number.isdecimal() else None


def open_in_memory() -> Database:
    """A database of the same schema that is gone with its connection: for runs that store nothing."""
    db = Database(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), execute_plugins=False)
    db.execute("PRAGMA foreign_keys=ON")
    migrations.apply(db)
    return db
