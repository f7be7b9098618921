"""A sender that is killed at any moment: nothing lost, nothing doubled that could have been avoided."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import open_database
from storage.outbox import count_waiting, summary
from tests.mailing import fill_outbox, free_port, mail_server
from wirewatch import clock

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = Path(os.environ.get("WIREWATCH_SHARED", ROOT.parent / "shared")) / "hostile"
LOOP = [sys.executable, "-m", "tests.deliver_loop"]


async def die_before_each_commit(file: Path, port: int) -> int:
    """Let the sender die before each of its commits in turn; returns how often it died."""
    command = [*LOOP, str(file), "die", str(port)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return int(printed)


@pytest.mark.slow
async def test_a_sender_that_dies_before_each_commit_in_turn_loses_nothing_and_repeats_bytes(tmp_path):
    file = tmp_path / "w.db"
    fill_outbox(open_database(file), ["a@x.test", "b@x.test"], stories=2, now=clock.now())
    async with mail_server() as box:
        deaths = await die_before_each_commit(file, box.port)
    assert count_waiting(open_database(file)) == 0
    copies = Counter(box.mails)
    assert {(rcpt, b"STORY-n1-" in raw) for rcpt, raw in copies} == {
        (who, second) for who in ("a@x.test", "b@x.test") for second in (False, True)
    }
    assert len(copies) == 4, "a repeat had other bytes"
    assert sum(copies.values()) <= 4 + 2 * deaths


@pytest.mark.slow
async def test_a_digest_survives_a_death_before_each_commit_too(tmp_path):
    file, past = tmp_path / "w.db", clock.now() - timedelta(hours=3)
    db = open_database(file)
    fill_outbox(db, ["a@x.test"], stories=3, now=past)
    db.execute("UPDATE outbox SET form = 'digest'")
    async with mail_server() as box:
        deaths = await die_before_each_commit(file, box.port)
    assert summary(db).counts["sent"] == 3
    assert deaths > 0
    assert len(set(box.mails)) == 1
    assert all(box.messages[0].get_body(("plain",)).get_content().count(f"STORY-n{n}-") == 1 for n in range(3))


@contextmanager
def chaos_server(*options: str) -> Iterator[int]:
    """The hostile mail server in a process of its own, once it listens; gives its port."""
    port = free_port()
    command = [sys.executable, str(HOSTILE / "smtp_chaos.py"), str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert json.loads(server.stdout.readline())["ready"]
            yield port
        finally:
            server.terminate()


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(600)
@pytest.mark.skipif(not HOSTILE.exists(), reason="the hostile mail server is not here")
def test_random_kills_under_random_faults_pass_the_checker(tmp_path):
    file, ledger, kills, expected = (str(tmp_path / name) for name in ("w.db", "l.jsonl", "k.jsonl", "e.jsonl"))
    filled = subprocess.run([*LOOP, file, "fill", "6", "10"], cwd=ROOT, capture_output=True, check=True)
    Path(expected).write_bytes(filled.stdout)
    faults = "accept=60,greylist=8,drop_mid_data=8,drop_dot_stored=8,ok_then_drop=8,dot451=8,rcpt421=8,mail451=4"
    with chaos_server("--random", faults, "--log", ledger, "--max-seconds", "590", "--greylist-seconds", "2") as port:
        run = " ".join([*LOOP, file, "run", str(port), "timeout=30s", "retry=0.5s", "retry_max=2s"])
        crash = [sys.executable, str(HOSTILE / "crashloop.py"), "--cmd", f"exec {run}", "--kills", "6", "--aim", "0.7"]
        crash += ["--ledger", ledger, "--log", kills, "--min", "1", "--drain", "400"]
        crash += ["--idle-cmd", f"test -e {file}.idle"]
        looped = subprocess.run(crash, cwd=ROOT, capture_output=True, check=False)
    assert looped.returncode == 0, looped.stdout
    check = [sys.executable, str(HOSTILE / "smtp_chaos.py"), "check", "--log", ledger, "--expected", expected]
    check += ["--kills", kills, "--max-per-kill", "4"]
    verdict = json.loads(subprocess.run(check, capture_output=True, check=False).stdout)
    assert verdict["verdict"] == "PASS", verdict
    assert verdict["anomalies"] == {}
