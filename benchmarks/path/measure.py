"""A command as a whole: wall time, processor time and memory of all its processes, also of those nobody waits for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """``wall`` and ``cpu`` in seconds, ``memory`` the largest sum of the processes' proportional sizes (MB)."""

    wall: float
    cpu: float
    memory: float
    said: dict[str, Any]


class _Watch(threading.Thread):
    """Looks at the processes of a session five times a second."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session, self.done = session, threading.Event()
        self.cpu: dict[int, float] = {}
        self.memory = 0.0

    def run(self) -> None:
        turn = 0
        while not self.done.wait(0.2):
            self.look(weigh=turn % 5 == 0)
            turn += 1

    def look(self, *, weigh: bool) -> None:
        total = 0.0
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[3]) != self.session:
                    continue
                self.cpu[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICK
                if weigh:
                    lines = (folder / "smaps_rollup").read_text().splitlines()
                    total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        self.memory = max(self.memory, total)


def run(command: list[str], seconds: float, **env: str) -> Cost:
    """Run ``command`` to its end; its last line on standard output is JSON.

    Raises:
        RuntimeError: it failed, or was not done after ``seconds``.
    """
    began = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **env},
    ) as process:
        watch = _Watch(process.pid)
        watch.start()
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"not done after {seconds:g} s") from error
        finally:
            wall = time.monotonic() - began
            watch.done.set()
            watch.join()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode or not out.strip():
        raise RuntimeError(f"ended with {process.returncode}: {err.strip()[-300:]}")
    return Cost(wall, sum(watch.cpu.values()), watch.memory, json.loads(out.strip().splitlines()[-1]))
