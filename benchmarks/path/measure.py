"""A command as a whole: wall time, processor time and memory of all its processes, also of those nobody waits for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Slice:
    """What some pages after each other cost: ``pages`` stored at its end, seconds of processor time and proportional
    size (MB, at its end) by kind of process."""

    pages: int
    count: int
    cpu: Counter[str]
    memory: Counter[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """``wall`` and ``cpu`` in seconds, ``memory`` the largest sum of the processes' proportional sizes (MB)."""

    wall: float
    cpu: float
    memory: float
    said: dict[str, Any]
    slices: list[Slice] = field(default_factory=list)


def kind_of(process: Path) -> str:
    """Which of Wirewatch's processes this is, by its command line; '' of one that has ended, which has none."""
    command = (process / "cmdline").read_bytes()
    if not command:
        return ""
    return "crawl" if b"crawler.process" in command else "readers" if b"multiprocessing" in command else "writer"


class _Watch(threading.Thread):
    """Looks at the processes of a session five times a second.

    ``progress`` is a file with the number of pages stored; a slice is noted every ``step`` of them.
    """

    def __init__(self, session: int, progress: Path, step: int | None) -> None:
        super().__init__(daemon=True)
        self.session, self.done = session, threading.Event()
        self.progress, self.step = progress, step
        self.cpu: dict[int, float] = {}
        self.kinds: dict[int, str] = {}
        self.memory = 0.0
        self.slices: list[Slice] = []
        self._before: Counter[str] = Counter()

    def run(self) -> None:
        turn = 0
        while not self.done.wait(0.2):
            self.look(weigh=turn % 5 == 0)
            turn += 1

    def look(self, *, weigh: bool) -> None:
        sizes: Counter[str] = Counter()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[3]) != self.session:
                    continue
                kind = kind_of(folder) or self.kinds.get(int(folder.name), "writer")
                self.kinds[int(folder.name)] = kind
                self.cpu[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICK
                if weigh:
                    lines = (folder / "smaps_rollup").read_text().splitlines()
                    sizes[kind] += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        self.memory = max(self.memory, sizes.total())
        if weigh and self.step:
            self.note(sizes, self.step)

    def note(self, sizes: Counter[str], step: int) -> None:
        """End a slice where enough pages have been stored since the last."""
        text = self.progress.read_text() if self.progress.exists() else ""
        before = self.slices[-1].pages if self.slices else 0
        pages = int(text or before)
        if pages - before < step:
            return
        spent: Counter[str] = Counter()
        for process, seconds in self.cpu.items():
            spent[self.kinds[process]] += seconds
        self.slices.append(Slice(pages, pages - before, spent - self._before, sizes))
        self._before = spent


def run(command: list[str], seconds: float, slices: int | None = None, **env: str) -> Cost:
    """Run ``command`` to its end; its last line on standard output is JSON.

    With ``slices`` its cost is noted every so many pages; it writes their number into the file BENCH_PROGRESS.

    Raises:
        RuntimeError: it failed, or was not done after ``seconds``.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **env, "BENCH_PROGRESS": f"{folder}/pages"},
        ) as process,
    ):
        watch = _Watch(process.pid, Path(folder) / "pages", slices)
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
    return Cost(wall, sum(watch.cpu.values()), watch.memory, json.loads(out.strip().splitlines()[-1]), watch.slices)
