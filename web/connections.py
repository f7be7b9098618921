"""Connections of the pages to the one file: a few that read, one that writes, each in a thread of its own.

The event loop may be the daemon's, so no page ever asks the database in it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from storage.database import DatabaseError, open_database, open_for_reading

T = TypeVar("T")

READERS = 4
READ_SECONDS = 8.0
"""After so long a question to the archive is cut off: it would keep others waiting."""
_STEPS = 20_000
"""SQLite's steps between two looks at the clock."""


class Connections:
    """Threads with connections to ``file``; the file is there and its schema is current."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._open: list[Database] = []
        self._mine = threading.local()
        self._readers = ThreadPoolExecutor(READERS, "pages")
        self._writer = ThreadPoolExecutor(1, "pages-write")

    async def read(self, work: Callable[[Database], T]) -> T:
        """What ``work`` finds; all it asks is answered from one state of the database.

        Raises:
            pysqlite3.DatabaseError: trouble with the file, or the answer took too long (``interrupted``).
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Callable[[Database], T]) -> T:
        """What ``work`` returns when all it changed is committed; changes come one after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    def close(self) -> None:
        """End the threads and close their connections; waits for what is under way."""
        self._readers.shutdown()
        self._writer.shutdown()
        for db in self._open:
            db.close()

    def _read(self, work: Callable[[Database], T]) -> T:
        db = self._connection(open_for_reading)
        limit = time.monotonic() + READ_SECONDS
        db.conn.set_progress_handler(lambda: time.monotonic() > limit, _STEPS)
        db.execute("BEGIN")
        try:
            return work(db)
        finally:
            db.conn.set_progress_handler(None, _STEPS)
            with suppress(*DatabaseError):
                db.execute("ROLLBACK")

    def _write(self, work: Callable[[Database], T]) -> T:
        return work(self._connection(lambda file: open_database(file, migrate=False)))

    def _connection(self, connect: Callable[[Path], Database]) -> Database:
        db: Database | None = getattr(self._mine, "db", None)
        if db is None:
            db = self._mine.db = connect(self._file)
            self._open.append(db)
        return db
