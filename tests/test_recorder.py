"""Ends of mails are written down together, and none is forgotten."""

from __future__ import annotations

import asyncio
import time

import pytest

from alerts.recorder import Recorder
from storage.database import open_database

PUT = "INSERT INTO meta (key, value) VALUES (?, '')"


def count(db) -> int:
    return db.execute("SELECT count(*) FROM meta WHERE key LIKE 'k%'").fetchone()[0]


async def test_what_ends_at_the_same_time_shares_one_commit(db):
    commits: list[str] = []
    db.conn.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    recorder = Recorder(db, commits.append)
    await asyncio.gather(*(recorder.commit(lambda n=n: db.execute(PUT, [f"k{n}"])) for n in range(8)))
    assert (count(db), commits) == (8, ["COMMIT"])


async def test_a_commit_returns_only_when_it_is_on_the_disk(db, tmp_path):
    recorder, other = Recorder(db, print), open_database(tmp_path / "w.db")
    await recorder.commit(lambda: db.execute(PUT, ["k1"]))
    assert count(other) == 1


async def test_a_locked_database_is_waited_for_and_named(db, tmp_path):
    db.execute("PRAGMA busy_timeout = 20")
    other, said = open_database(tmp_path / "w.db"), []
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.2, other.execute, "COMMIT")
    recorder, start = Recorder(db, said.append), time.monotonic()
    await asyncio.gather(*(recorder.commit(lambda n=n: db.execute(PUT, [f"k{n}"])) for n in range(3)))
    assert count(db) == 3
    assert time.monotonic() - start > 0.2
    assert said
    assert all("locked" in line for line in said)


async def test_what_waits_when_all_ends_is_still_committed(db):
    recorder = Recorder(db, print)
    task = asyncio.create_task(recorder.commit(lambda: db.execute(PUT, ["k1"])))
    await asyncio.sleep(0)
    task.cancel()
    recorder.flush()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert count(db) == 1
