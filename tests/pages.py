"""The reading room as a real server over a real file, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import open_database
from web.app import make_room
from web.server import Pages, start_pages
from wirewatch.config import Config, Settings


def make_config(file: Path, sources: dict[str, Any] | None = None, **settings: Any) -> Config:
    """A configuration as config.yaml would give it; ``settings`` are its sections."""
    checked = Settings.model_validate({"database": str(file), **settings})
    return Config(file=file.parent / "config.yaml", settings=checked, sources=sources or {})


@asynccontextmanager
async def serving(config: Config, db: Database | None = None) -> AsyncIterator[Pages]:
    """The pages over the file of ``config`` on a free port of loopback."""
    mine = db or open_database(config.database)
    pages = await start_pages(make_room(config, mine), "127.0.0.1", 0)
    try:
        yield pages
    finally:
        await pages.stop()
        if db is None:
            mine.close()
