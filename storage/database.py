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
from typing import IO, Any

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3

from storage.migrations import migrations
from wirewatch.errors import InstanceError, StorageError

DatabaseError: tuple[type[Exception], ...] = (sqlite3.DatabaseError, python_sqlite.DatabaseError)
BUSY_SECONDS = 10
_HEADER = b"SQLite format 3\x00"


def open_database(file: Path, *, migrate: bool = True) -> Database:
    """Open ``file`` for writing, make it if it is not there, bring its schema up to date.

    Raises:
        StorageError: the folder is missing, the file is no database, read-only, damaged, locked for
            longer than 10 s, or made by a newer Wirewatch.
    """
    _check_file(file)
    try:
        connection = sqlite3.connect(str(file), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
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
    if not file.exists():
        raise StorageError(f"{file}: no database there yet; run 'wirewatch crawl' or 'wirewatch db migrate' first")
    _check_file(file)
    try:
        uri = f"file:{_quote(file)}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db = Database(connection, execute_plugins=False)
        db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if migrations.pending(db):
            raise StorageError(f"{file}: its schema is older than this version; run 'wirewatch db migrate'")
    except DatabaseError as error:
        raise explain(error, file) from error
    return db


def _quote(file: Path) -> str:
    return str(file.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


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
        self.file = file.with_name(file.name + ".lock")
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
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._handle = handle
        return self

    def __exit__(self, *exc: Any) -> None:
        if self._handle:
            self._handle.close()
            self._handle = None


def open_in_memory() -> Database:
    """A database of the same schema that is gone with its connection: for runs that store nothing."""
    db = Database(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), execute_plugins=False)
    db.execute("PRAGMA foreign_keys=ON")
    migrations.apply(db)
    return db
