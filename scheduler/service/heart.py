"""The heartbeat of the service: systemd's watchdog, and an eye on the database file itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scheduler.service.notify import Notifier
from wirewatch.errors import StorageError

LOOK_SECONDS = 5.0


class Heart:
    """Beats in the event loop, so it stops when the loop is stuck, and systemd starts the service anew."""

    def __init__(self, notifier: Notifier, file: Path, say: Callable[[], str]) -> None:
        self._notifier, self._file, self._say = notifier, file, say
        self._identity = _identity_of(file)

    async def beat(self, stop: asyncio.Event) -> None:
        """Until ``stop``.

        Raises:
            StorageError: the database was moved, deleted or replaced under the service, which would go on
                writing to a file that nobody sees any more.
        """
        pause = min(self._notifier.ping_seconds or LOOK_SECONDS, LOOK_SECONDS)
        while not stop.is_set():
            if _identity_of(self._file) != self._identity:
                raise StorageError(
                    f"{self._file}: was moved, deleted or replaced while in use; put it back or restore a backup"
                    " ('wirewatch db restore'), then start again"
                )
            self._notifier.ping()
            self._notifier.status(self._say())
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


def _identity_of(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
