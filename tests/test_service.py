"""The service as systemd and an operator meet it: signs of life, reload, logs, health, metrics, its file taken away."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from scheduler.service.heart import Heart
from scheduler.service.notify import Notifier
from scheduler.service.reload import keep_at_start
from tests.mailing import free_port
from wirewatch.config import Config, Settings
from wirewatch.errors import StorageError

SECRET = "correct-horse-battery"


class Supervisor:
    """What systemd does with a service: listens on its socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.messages: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while data := self._socket.recv(4096):
            self.messages.append(data.decode())

    def wait_for(self, line: str, seconds: float = 170, after: int = 0) -> int:
        """The place after the first message that has ``line``."""
        end = time.monotonic() + seconds
        while True:
            for place, message in enumerate(self.messages[after:], after):
                if line in message.split("\n"):
                    return place + 1
            assert time.monotonic() < end, f"{line} did not come: {self.messages}"
            time.sleep(0.05)

    def close(self) -> None:
        """Stop listening."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", str(self.path))
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "notify.sock")
    yield made
    made.close()


@contextmanager
def service(folder: Path, *options: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "scheduler.cli", "daemon", "--config", str(folder / "config.yaml"), *options]
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environ}) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def write_config(folder: Path, **changes: Any) -> int:
    """A configuration that asks one feed that is not there; returns the monitor's port."""
    port = changes.pop("port", None) or free_port()
    source = {"id": "one", "name": "One", "feeds": [f"http://127.0.0.1:{free_port()}/rss"]}
    rows = {
        "database": "wire.db",
        "catalogue": {"none": True},
        "sources": [source],
        "crawl": {"allow_private": ["127.0.0.0/8"]},
        "monitor": {"port": port},
        "log": {"format": "json"},
        **changes,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(rows))
    return port


def read_log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log").read_text().splitlines()]


def wait_for_log(folder: Path, words: str, seconds: float = 170) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while True:
        for row in read_log(folder) if (folder / "log").exists() else []:
            if words in row["event"]:
                return row
        assert time.monotonic() < end, f"{words!r} did not come: {(folder / 'log').read_text()}"
        time.sleep(0.05)


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_service_under_a_supervisor(tmp_path: Path, supervisor: Supervisor) -> None:
    port = write_config(tmp_path)
    told = {"NOTIFY_SOCKET": str(supervisor.path), "WATCHDOG_USEC": "400000", "WIREWATCH_MAIL_PASSWORD": SECRET}
    with service(tmp_path, **told) as process:
        supervisor.wait_for("READY=1")
        supervisor.wait_for("WATCHDOG=1")
        assert wait_for_log(tmp_path, "made a new, empty database")["level"] == "warning"
        assert wait_for_log(tmp_path, "run 1: ")["failed_sources"] == 1
        check_health_and_metrics(f"http://127.0.0.1:{port}")
        check_reload(tmp_path, supervisor, process, port)
        before = len(supervisor.messages)
        process.send_signal(signal.SIGTERM)
        supervisor.wait_for("STOPPING=1", after=before)
        assert process.wait(60) == 0
    rows = read_log(tmp_path)
    assert rows[-1]["event"] == "stopped"
    assert all({"time", "level", "event"} <= row.keys() for row in rows)
    assert SECRET not in (tmp_path / "log").read_text()


def check_health_and_metrics(root: str) -> None:
    status, body = get(f"{root}/health")
    assert status == 200
    assert json.loads(body)["ok"]
    assert json.loads(body)["last_run"]
    status, body = get(f"{root}/metrics")
    assert status == 200
    assert re.search(r"^wirewatch_daemon_running 1\.0$", body, re.MULTILINE)
    assert 'wirewatch_source_failures{source="one"} 1.0' in body
    assert "wirewatch_process_resident_memory_bytes" in body
    assert get(f"{root}/elsewhere")[0] == 404


def check_reload(folder: Path, supervisor: Supervisor, process: subprocess.Popen[bytes], port: int) -> None:
    before = len(supervisor.messages)
    write_config(folder, port=port, schedule={"every": "soon"}, topics=["nonsense"])
    process.send_signal(signal.SIGHUP)
    wait_for_log(folder, "the new configuration has mistakes; the old one stays in force")
    refused = [row["event"] for row in read_log(folder) if "not taken over" in row["event"]]
    assert len(refused) == 2, "every mistake at once"
    assert "schedule.every" in "".join(refused)
    before = supervisor.wait_for("READY=1", after=supervisor.wait_for("RELOADING=1", after=before))
    write_config(folder, port=port, schedule={"every": "7h"}, database="elsewhere.db")
    process.send_signal(signal.SIGHUP)
    wait_for_log(folder, "the new configuration is in force: watching 1 sources")
    wait_for_log(folder, "database: changed, but takes effect only at the next start")
    supervisor.wait_for("READY=1", after=before)
    assert not (folder / "elsewhere.db").exists()
    assert process.poll() is None


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_service_whose_database_is_taken_away_ends_and_makes_no_new_one(tmp_path: Path) -> None:
    write_config(tmp_path)
    with service(tmp_path) as process:
        wait_for_log(tmp_path, "run 1: ")
        (tmp_path / "wire.db").rename(tmp_path / "moved.db")
        assert process.wait(60) == 2
    assert "was moved, deleted or replaced while in use" in (tmp_path / "log").read_text()
    assert not (tmp_path / "wire.db").exists()
    (tmp_path / "log").unlink()
    with service(tmp_path) as process:
        assert process.wait(60) == 2
    assert "is missing or empty, but was there before" in (tmp_path / "log").read_text()
    assert not (tmp_path / "wire.db").exists()


# ---- the parts


def test_without_a_supervisor_nothing_is_said() -> None:
    notifier = Notifier({})
    notifier.ready()
    assert notifier.ping_seconds is None


def test_an_abstract_address_is_understood_and_children_do_not_inherit_it() -> None:
    name = f"wirewatch-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        environ = {"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}
        notifier = Notifier(environ)
        notifier.status("two\nlines")
        assert listener.recv(100) == b"STATUS=two lines"
    assert environ == {}
    assert notifier.ping_seconds == 15


def test_the_watchdog_of_another_process_is_not_ours() -> None:
    assert Notifier({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}).ping_seconds is None


def test_a_supervisor_that_is_gone_disturbs_nobody(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()


async def test_the_heart_stops_with_the_loop_and_notices_another_file(tmp_path: Path, supervisor: Supervisor) -> None:
    file = tmp_path / "wire.db"
    file.write_text("one")
    notifier = Notifier({"NOTIFY_SOCKET": str(supervisor.path), "WATCHDOG_USEC": "100000"})
    beating = asyncio.create_task(Heart(notifier, file, lambda: "well").beat(asyncio.Event()))
    await asyncio.sleep(0.3)
    time.sleep(0.3)  # the loop is stuck: no sign of life
    count = len(supervisor.messages)
    time.sleep(0.3)
    assert len(supervisor.messages) == count > 0
    (tmp_path / "other").write_text("two")
    (tmp_path / "other").replace(file)
    with pytest.raises(StorageError, match="moved, deleted or replaced"):
        await beating


def test_a_reload_keeps_what_needs_a_restart() -> None:
    old = Config(file=None, settings=Settings(database="a.db", topics=("energy",)), sources={})
    new = Config(file=None, settings=Settings(database="b.db", topics=("transport",)), sources={})
    merged, later = keep_at_start(new, old)
    assert later == ["database"]
    assert merged.settings.database == Path("a.db")
    assert merged.settings.topics == ("transport",)
