"""Writing down how mails ended: one flush to disk for all that ended at about the same time.

Each connection waits until its own mail's end is on the disk before it takes the next one; but the
ends of several connections share a transaction, since the flush is what takes the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlite_utils import Database

from storage.database import DatabaseError, write

TOGETHER_SECONDS = 0.001
"""How long the first of a group waits for others."""
WAITS = (0.5, 1, 2, 4, 8, 15, 30)
"""Seconds between the attempts while the database is locked or the disk is full."""

Change = Callable[[], object]


class Recorder:
    """Commits changes to ``db`` in groups; ``on_trouble`` is told in a line when that does not work for now."""

    def __init__(self, db: Database, on_trouble: Callable[[str], None]) -> None:
        self._db, self._on_trouble = db, on_trouble
        self._waiting: list[tuple[Change, asyncio.Future[None]]] = []

    async def commit(self, change: Change) -> None:
        """Return when ``change`` is committed, if need be after about a minute of waiting.

        Raises:
            sqlite3 errors: it could not be for all that time.
        """
        for wait in WAITS:
            try:
                return await self._join(change)
            except DatabaseError as error:
                self._on_trouble(f"the database could not be written: {error}")
            await asyncio.sleep(wait)
        return await self._join(change)

    async def _join(self, change: Change) -> None:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        self._waiting.append((change, ended))
        if len(self._waiting) == 1:
            loop.call_later(TOGETHER_SECONDS, self.flush)
        await ended

    def flush(self) -> None:
        """Commit what waits, now."""
        group, self._waiting = self._waiting, []
        if not group:
            return
        try:
            with write(self._db):
                for change, _ in group:
                    change()
        except DatabaseError as error:
            _end(group, error)
        except BaseException as error:
            _end(group, error)
            raise
        else:
            _end(group, None)


def _end(group: list[tuple[Change, asyncio.Future[None]]], error: BaseException | None) -> None:
    for _, ended in group:
        if ended.done():
            continue
        if error is None:
            ended.set_result(None)
        else:
            ended.set_exception(error)
