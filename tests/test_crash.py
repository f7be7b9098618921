"""A sender that is killed at any moment: nothing lost, nothing doubled that could have been avoided."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
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
    """Run the sender again and again, each time dying one commit later; returns how often it died."""
    for commit in range(1, 30):
        command = [*LOOP, str(file), "die", str(port), str(commit)]
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        if await process.wait() == 0:
            return commit - 1
        assert process.returncode == 9
    raise AssertionError("it never came to an end")


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


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not HOSTILE.exists(), reason="the hostile mail server is not here")
def test_random_kills_under_random_faults_pass_the_checker(tmp_path):
    port, python = free_port(), sys.executable
    file, ledger, kills, expected = (str(tmp_path / name) for name in ("w.db", "l.jsonl", "k.jsonl", "e.jsonl"))
    filled = subprocess.run([*LOOP, file, "fill", "6", "10"], cwd=ROOT, capture_output=True, check=True)
    Path(expected).write_bytes(filled.stdout)
    faults = "accept=60,greylist=8,drop_mid_data=8,drop_dot_stored=8,ok_then_drop=8,dot451=8,rcpt421=8,mail451=4"
    chaos = [python, str(HOSTILE / "smtp_chaos.py"), str(port), "--random", faults, "--log", ledger]
    with subprocess.Popen(
        [*chaos, "--max-seconds", "100", "--greylist-seconds", "2"], stdout=subprocess.DEVNULL
    ) as server:
        time.sleep(1)
        run = " ".join([*LOOP, file, "run", str(port)])
        crash = [python, str(HOSTILE / "crashloop.py"), "--cmd", f"exec {run}", "--kills", "6", "--ledger", ledger]
        subprocess.run(
            [*crash, "--log", kills, "--aim", "0.7", "--drain", "60", "--idle-cmd", " ".join([*LOOP, file, "idle"])],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        server.terminate()
    check = [python, str(HOSTILE / "smtp_chaos.py"), "check", "--log", ledger, "--expected", expected, "--kills", kills]
    verdict = json.loads(subprocess.run([*check, "--max-per-kill", "4"], capture_output=True, check=False).stdout)
    assert verdict["verdict"] == "PASS", verdict
    assert verdict["anomalies"] == {}
