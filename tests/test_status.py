"""``status``: whether all is well and, if not, what to do, in one screen."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.status import show
from storage import database, health
from storage.backup import check_database
from storage.database import InstanceLock, open_database, read_holder, write
from storage.health import look
from storage.ledger import begin_run, finish_run
from storage.notices import settle
from storage.sqlite_build import find_fault, linked_version
from tests.mailing import make_config, tell, wish
from wirewatch.errors import StorageError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "wire.db"


@pytest.fixture
def db(file: Path):
    with closing(open_database(file)) as opened:
        yield opened


def run(db, ago: timedelta, trigger: str = "clock") -> None:
    number = begin_run(db, trigger, 1, NOW - ago)
    finish_run(db, number, NOW - ago)


def troubles(db, file: Path) -> list[str]:
    return look(db, make_config(file), NOW).troubles


def test_all_is_well_while_a_process_holds_the_database(db, file):
    run(db, timedelta(minutes=20))
    with InstanceLock(file):
        seen = look(db, make_config(file), NOW)
    assert seen.troubles == []
    assert show(seen).startswith("all is well\n")
    assert f"SQLite {linked_version()}" in show(seen)


def test_a_daemon_that_is_gone_is_said_although_its_last_run_is_fresh(db, file):
    run(db, timedelta(minutes=20))
    [trouble] = troubles(db, file)
    assert "no daemon is running" in trouble
    assert "start 'wirewatch daemon'" in trouble


def test_a_daemon_that_is_gone_before_its_first_run_was_done_is_said(db, file):
    run(db, timedelta(minutes=20), "hand")
    begin_run(db, "clock", 1, NOW - timedelta(minutes=5))
    with InstanceLock(file):
        assert troubles(db, file) == []
    [trouble] = troubles(db, file)
    assert "no daemon is running; the last finished run began 2026-11-23T11:40:00+00:00" in trouble


def test_who_crawls_by_hand_needs_no_daemon(db, file):
    run(db, timedelta(minutes=20), "hand")
    assert troubles(db, file) == []


def test_a_daemon_that_finishes_no_run_is_said(db, file):
    run(db, 5 * HOUR)
    with InstanceLock(file):
        [trouble] = troubles(db, file)
    assert "has finished no run since 2026-11-23T07:00:00+00:00" in trouble


def test_a_run_in_the_future_means_a_wrong_clock(db, file):
    run(db, -5 * HOUR)
    assert "set the clock right" in troubles(db, file)[0]


def test_notices_are_told_by_kind(db, file):
    run(db, timedelta(minutes=20), "hand")
    with write(db):
        for name in "abcdefgh":
            settle(db, name, {"silent": f"nothing new for {name}"}, ["silent"], NOW)
    [trouble] = troubles(db, file)
    assert trouble == "silent: a, b, c, d, e, f and 2 more (a: nothing new for a)"


def test_mails_that_wait_and_mails_given_up_are_told(db, file):
    run(db, timedelta(minutes=20), "hand")
    for number in (1, 2):
        tell(db, f"story{number}", wish(db, "anna@x.test", "Border"))
    db.execute("UPDATE outbox SET error = 'mail server says no'")
    db.execute("UPDATE outbox SET state = 'failed' WHERE id = 1")
    words = " ".join(troubles(db, file))
    assert "1 mails were given up" in words
    assert "1 mails wait, the mail server says: mail server says no" in words


def test_a_full_disk_is_told_before_it_is_full(db, file, monkeypatch):
    run(db, timedelta(minutes=20), "hand")
    monkeypatch.setattr(health, "LEAST_FREE", 2**62)
    [trouble] = troubles(db, file)
    assert re.match(r"the disk of the database has \d+ MiB left: free some space", trouble)


def test_it_stays_on_one_screen(db, file):
    for number in range(40):
        with write(db):
            settle(db, "part", {f"kind{number}": "words"}, [f"kind{number}"], NOW)
    shown = show(look(db, make_config(file), NOW))
    assert len(shown.splitlines()) <= 24
    assert "more: 'wirewatch status --json' has all" in shown


def test_asking_who_holds_a_database_locks_nothing(file):
    assert read_holder(file) is None
    open_database(file).close()
    with InstanceLock(file):
        assert read_holder(file) is not None
    assert read_holder(file) is None


# ---- the SQLite that is linked


@pytest.mark.parametrize(
    ("version", "fault"),
    [
        ("3.40.1", "too old"),
        ("3.43.0", "WAL-reset"),
        ("3.44.5", "WAL-reset"),
        ("3.44.6", None),
        ("3.50.6", "WAL-reset"),
        ("3.50.7", None),
        ("3.51.2", "WAL-reset"),
        ("3.51.3", None),
        ("3.53.1", None),
        ("4.0.0", None),
    ],
)
def test_a_build_that_can_damage_the_file_is_known(version, fault):
    words = find_fault(version)
    assert (words is None) if fault is None else (words is not None and fault in words)


def test_the_build_in_use_is_good():
    assert find_fault(linked_version()) is None


def test_a_bad_build_is_refused_before_it_writes(file, monkeypatch):
    monkeypatch.setattr(database, "linked_version", lambda: "3.51.2")
    with pytest.raises(StorageError, match=r"SQLite 3\.51\.2 can damage the database"):
        open_database(file)
    assert not file.exists()


def test_the_check_names_a_bad_build(db, monkeypatch):
    monkeypatch.setattr("storage.backup.linked_version", lambda: "3.50.4")
    assert "3.50.4" in check_database(db)[0]
