"""The main job as a new user meets it."""

from __future__ import annotations

import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest


@pytest.mark.timeout(180)
def test_the_demo_goes_from_newsroom_to_mail_without_a_network(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "scheduler.cli", "demo", "--folder", str(folder)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=150)
    assert done.returncode == 0, done.stderr
    assert "found" in done.stdout
    assert "MENAFN" in done.stdout
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted((folder / "mails").glob("*.eml"))]
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)
    assert 7 <= len(mails) <= 8, "a mail an event, whatever language comes first"
    assert (folder / "mails" / "0001.html").exists()
    search = [sys.executable, "-m", "scheduler.cli", "search", "gudauri", "--config", str(folder / "config.yaml")]
    found = subprocess.run(search, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert "›" in found.stdout
