"""What several test files ask for by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.database import open_database


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """A new database in a file of its own."""
    return open_database(tmp_path / "w.db")
