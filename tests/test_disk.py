"""A disk that is full: real ones, a few megabytes large. Nothing half-written stays, work goes on by itself."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from alerts.deliver import deliver_due
from scheduler.commands.demo import write_config
from scheduler.service.mailing import Mailing
from scheduler.service.state import Service
from storage.backup import check_database
from storage.database import DatabaseError, explain, open_database
from storage.outbox import count_waiting
from storage.subscribers import subscribe
from tests.mailing import fill_outbox, mail_server, make_config
from tests.test_restore import START, crawl, story
from wirewatch import clock
from wirewatch.errors import StorageError

SIZE = 8 * 1024 * 1024
"""Room for the file and for a log that SQLite folds into it at 4 MB."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no right to mount a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """A file that takes all the room there is but ``leave`` bytes."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    ballast.write_bytes(b"x" * max(0, room.f_bavail * room.f_bsize - leave))
    return ballast


def test_on_a_full_disk_nothing_half_written_stays_and_it_goes_on_when_there_is_room(disk: Path) -> None:
    file = disk / "wire.db"
    with closing(open_database(file)) as db:
        subscribe(db, "anna@x.test", "Talks", "talks", now=START)
        crawl(db, [story(1, START)], START)
        ballast = fill(disk)
        said = set()
        for number in range(2, 10):
            try:
                crawl(db, [story(number, START)], START)
            except DatabaseError as error:
                said.add(str(explain(error, file)))
        assert said == {f"{file}: the disk is full; free some space, nothing half-written was kept"}
        stored = db.execute("SELECT count(*) FROM articles").fetchone()[0]
        listed = db.execute("SELECT count(*) FROM ledger WHERE state = 'stored'").fetchone()[0]
        assert stored == listed, "each source landed whole, or not at all"
        ballast.unlink()
        crawl(db, [story(number, START) for number in range(1, 10)], START)
        assert check_database(db) == []
        assert db.execute("SELECT count(*) FROM articles").fetchone()[0] == 9


def test_a_full_disk_makes_no_database_and_says_so(disk: Path) -> None:
    ballast = fill(disk, leave=20_000)
    with pytest.raises(StorageError, match=r"disk is full|disk fails or is full"):
        open_database(disk / "wire.db")
    ballast.unlink()
    with closing(open_database(disk / "wire.db")) as db:
        assert check_database(db) == []


async def test_mail_waits_while_the_disk_is_full_and_each_goes_out_once_after(disk: Path) -> None:
    file = disk / "wire.db"
    async with mail_server() as box:
        with closing(open_database(file)) as db:
            fill_outbox(db, [f"reader{number}@x.test" for number in range(4)], stories=6, now=clock.now())
            ballast = fill(disk)
            service = Service(make_config(file, port=box.port))
            said = await Mailing(service, db)._send()
            assert said
            assert "disk" in said
            ballast.unlink()
            for _ in range(3):
                await deliver_due(db, make_config(file, port=box.port))
            assert count_waiting(db) == 0
            assert check_database(db) == []
    assert len(box.mails) == len(set(box.mails)) == 24


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_limit_on_the_size_of_files_is_one_line_for_the_commands_too(tmp_path: Path) -> None:
    config = write_config(tmp_path, [], 1).file
    assert config is not None

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [sys.executable, "-m", "scheduler.cli", "db", "migrate", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "the disk fails or is full" in line
