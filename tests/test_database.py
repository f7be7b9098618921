"""Opening the database: every way it can go wrong is one clear line."""

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from storage import database
from storage.database import InstanceLock, open_database, open_for_reading, open_in_memory, write
from storage.migrations import migrations
from wirewatch.errors import InstanceError, StorageError

LOWER = ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all"] if Path("/usr/bin/setpriv").exists() else []
"""Root without capabilities is bound by the rights of files."""


def refuse(action, *args, match):
    with pytest.raises(StorageError, match=match) as caught:
        action(*args)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "wire.db"
    open_database(path).close()
    return path


def test_a_new_file_gets_the_whole_schema(file):
    db = open_for_reading(file)
    names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"runs", "source_runs", "feeds", "links", "articles", "stories", "matches", "ledger", "outbox"} <= names
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    db.close()


def test_an_empty_file_is_taken_as_new(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    open_database(path).close()
    db = open_for_reading(path)
    assert not migrations.pending(db)
    db.close()


def test_opening_twice_changes_nothing(file):
    before = file.read_bytes()
    open_database(file).close()
    assert file.read_bytes() == before


def test_a_database_in_memory_has_the_same_schema(file):
    schema = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%migrations%' ORDER BY name"
    one, two = open_for_reading(file), open_in_memory()
    assert one.execute(schema).fetchall() == two.execute(schema).fetchall()
    one.close()
    two.close()


@pytest.mark.parametrize("content", [b"this is no database at all, only words", b"SQLite format 2\x00" + b"x" * 100])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    for action in (open_database, open_for_reading):
        refuse(action, path, match="not an SQLite database")
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_a_damaged_database_is_said_to_be_damaged(file):
    data = bytearray(file.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    file.write_bytes(data)
    refuse(open_database, file, match="damaged")
    refuse(open_for_reading, file, match="damaged")


def test_a_missing_folder_is_named(tmp_path):
    refuse(open_database, tmp_path / "none" / "wire.db", match="folder .* does not exist")


def test_a_folder_is_no_database(tmp_path):
    refuse(open_database, tmp_path, match="is a folder")


def test_a_missing_database_is_not_made_by_reading(tmp_path):
    refuse(open_for_reading, tmp_path / "wire.db", match="no database there yet")
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_is_refused(file):
    db = open_database(file)
    db["_sqlite_migrations"].insert(
        {**dict(next(iter(db["_sqlite_migrations"].rows))), "id": 99, "name": "m9999_from_the_future"}
    )
    db.close()
    refuse(open_database, file, match="newer Wirewatch")


def test_an_older_schema_is_not_read_but_migrated_when_opened_for_writing(tmp_path):
    path = tmp_path / "old.db"
    sqlite3.connect(path).execute("CREATE TABLE unrelated (x)").connection.close()
    refuse(open_for_reading, path, match="older than this version")
    open_database(path).close()
    open_for_reading(path).close()


@pytest.mark.skipif(os.geteuid() == 0 and not LOWER, reason="root may write everywhere")
def test_a_read_only_database_is_said_to_be_read_only(file, tmp_path):
    code = (
        "import sys; from pathlib import Path; from storage.database import open_database, write\n"
        "from wirewatch.errors import StorageError\n"
        "from storage.database import DatabaseError, explain\n"
        "file = Path(sys.argv[1])\n"
        "try:\n    db = open_database(file)\n    with write(db): db.execute('DELETE FROM runs')\n"
        "except DatabaseError as error: print(explain(error, file))\n"
        "except StorageError as error: print(error)\n"
    )
    with as_nobody(tmp_path, file):
        command = [*(LOWER if os.geteuid() == 0 else []), sys.executable, "-c", code, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert "read-only" in done.stdout or "cannot be opened for writing" in done.stdout
    assert done.stdout.count("\n") == 1


class as_nobody:  # noqa: N801
    """Takes the right to write from a folder and a file for a while."""

    def __init__(self, folder, file):
        self.paths = [file, folder]

    def __enter__(self):
        for path in self.paths:
            path.chmod(path.stat().st_mode & ~0o222)

    def __exit__(self, *exc):
        for path in reversed(self.paths):
            path.chmod(path.stat().st_mode | 0o200)


def test_a_database_that_another_program_writes_to_is_said_to_be_locked(file, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    other = database.sqlite3.connect(str(file), isolation_level=None)  # one library: its locks are the process's
    other.execute("BEGIN EXCLUSIVE")
    db = open_database(file)
    with pytest.raises(database.DatabaseError) as caught, write(db):
        pass
    assert "another program" in str(database.explain(caught.value, file))
    other.execute("ROLLBACK")
    other.close()
    with write(db):
        db.execute("INSERT INTO meta VALUES ('x', 'y')")
    db.close()


def test_a_writer_that_reads_first_waits_for_another_writer(file):
    one, two = open_database(file), open_database(file)
    begun, waited = threading.Event(), []

    def write_slowly():
        with write(one):
            begun.set()
            threading.Event().wait(0.3)
            one.execute("INSERT INTO meta VALUES ('one', '1')")

    thread = threading.Thread(target=write_slowly)
    thread.start()
    begun.wait(5)
    with write(two):
        waited.append(two.execute("SELECT value FROM meta WHERE key = 'one'").fetchone())
        two.execute("INSERT INTO meta VALUES ('two', '2')")
    thread.join()
    assert waited == [("1",)]
    one.close()
    two.close()


def test_a_write_that_fails_leaves_nothing(file):
    db = open_database(file)
    with pytest.raises(database.DatabaseError, match="UNIQUE"), write(db):
        db.execute("INSERT INTO meta VALUES ('x', 'y'), ('x', 'y')")
    assert db.execute("SELECT count(*) FROM meta WHERE key = 'x'").fetchone() == (0,)
    with write(db):
        db.execute("INSERT INTO meta VALUES ('x', 'y')")
    db.close()


def test_only_one_process_holds_a_database(file):
    with InstanceLock(file), pytest.raises(InstanceError, match=str(os.getpid())) as caught:
        InstanceLock(file).__enter__()
    assert caught.value.exit_code == 3
    with InstanceLock(file):
        pass


def test_the_lock_of_a_killed_process_is_free(file):
    code = (
        "import sys, time; from pathlib import Path; from storage.database import InstanceLock\n"
        "with InstanceLock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InstanceError, match=str(holder.pid)):
            InstanceLock(file).__enter__()
        holder.kill()
        holder.wait()
    with InstanceLock(file):
        pass
