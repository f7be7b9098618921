"""The service as a process: hourly, one at a time, stopped cleanly, nothing told twice after a restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from demo.mailbox import Mailbox
from demo.newsroom import Newsroom
from scheduler.commands.demo import write_config
from scheduler.service.timetable import is_astray

NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the night in which European summer time ends
HOUR = timedelta(hours=1)


def test_a_run_is_astray_when_the_clock_was_set_back_or_stood_still() -> None:
    assert is_astray(NOW + 3 * HOUR, HOUR, NOW)
    assert is_astray(NOW - timedelta(minutes=5), HOUR, NOW)
    assert not is_astray(NOW + HOUR, HOUR, NOW)
    assert not is_astray(NOW - timedelta(seconds=5), HOUR, NOW)


@contextmanager
def service(config: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "scheduler.cli", "daemon", "--config", str(config)], stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(what: str, log: Path, seconds: float = 170) -> None:
    end = time.monotonic() + seconds
    while what not in (log.read_text() if log.exists() else ""):
        assert time.monotonic() < end, f"{what!r} did not come: {log.read_text()}"
        time.sleep(0.05)


@pytest.mark.timeout(600)
def test_the_daemon_mails_each_story_once_refuses_a_second_and_stops_on_sigterm(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Newsroom(spread=True) as newsroom, Mailbox() as mailbox:
        config = write_config(tmp_path, newsroom.sources(), mailbox.port).file
        assert config is not None
        with service(config, log) as first:
            wait_until("run 1:", log)
            second = subprocess.run(
                [sys.executable, "-m", "scheduler.cli", "daemon", "--config", str(config)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert second.returncode == 3
            assert f"process {first.pid}" in second.stderr
            wait_until("0 wait", log)
            first.send_signal(signal.SIGTERM)
            assert first.wait(60) == 0
        assert "stopped" in log.read_text()
        told = [(mail.recipients, mail.message["Message-ID"]) for mail in mailbox.messages]
        assert told
        assert len({number for _, number in told}) == len(told)
        rows = yaml.safe_load(config.read_text())
        config.write_text(yaml.safe_dump({**rows, "schedule": {"every": "1s"}}))
        log.unlink()
        with service(config, log) as again:
            wait_until("run 2:", log)
            again.send_signal(signal.SIGTERM)
            assert again.wait(60) == 0
        assert len(mailbox.messages) == len(told)


@pytest.mark.timeout(600)
def test_a_killed_daemon_leaves_no_process_behind_and_the_next_one_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Newsroom(spread=True) as newsroom, Mailbox() as mailbox:
        config = write_config(tmp_path, newsroom.sources(), mailbox.port).file
        assert config is not None
        with service(config, log) as process:
            wait_until("watching", log)
            children = wait_for_children(process.pid)
            os.kill(process.pid, signal.SIGKILL)
        for child in children:
            wait_until_gone(child)
        with service(config, log):
            wait_until("0 wait", log)
        assert mailbox.messages


def wait_for_children(pid: int) -> list[int]:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = descendants(pid)
        if len(found) >= 2:
            return found
        time.sleep(0.02)
    raise AssertionError("the daemon started no crawl")


def descendants(pid: int) -> list[int]:
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(row.split()[0]): int(row.split()[1]) for row in listing.splitlines()}
    found = [pid]
    for _ in range(6):
        found += [child for child, parent in parents.items() if parent in found and child not in found]
    return [each for each in found if each != pid and is_alive(each)]


def is_alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 15
    while is_alive(pid):
        assert time.monotonic() < end, f"process {pid} outlived its daemon"
        time.sleep(0.05)
