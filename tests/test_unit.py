"""The systemd unit: hardened, and in step with the program and the page that explains it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
UNIT = ROOT / "deploy/wirewatch.service"
TEXT = UNIT.read_text(encoding="utf-8")
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_its_exposure_is_at_most_two():
    done = subprocess.run(
        [str(ANALYZE), "security", "--offline=true", "--threshold=20", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    [level] = re.findall(r"Overall exposure level for wirewatch.service: ([\d.]+)", done.stdout)
    assert float(level) <= 2.0


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_understands_every_line(tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / "wirewatch.service"
    copy.write_text(re.sub(r"/opt/wirewatch/\S+wirewatch", str(program), TEXT))
    done = subprocess.run([str(ANALYZE), "verify", str(copy)], capture_output=True, text=True, check=False)
    assert "wirewatch.service" not in done.stderr, done.stderr


def test_it_waits_for_the_service_to_say_that_it_works():
    assert "Type=notify\n" in TEXT
    assert "WatchdogSec=" in TEXT
    assert "ExecReload=/bin/kill -HUP $MAINPID" in TEXT


def test_no_secret_stands_in_it():
    assert not re.search(r"^Environment=.*(PASSWORD|TOKEN|SECRET)", TEXT, re.MULTILINE)
