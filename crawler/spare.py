"""A crawl process that is started before its job is known: it loads Scrapy while the caller makes the job."""

from __future__ import annotations

import subprocess
import sys

_spare: list[subprocess.Popen[bytes]] = []


def start_process() -> subprocess.Popen[bytes]:
    """A crawl process that waits for its job on standard input; it ends when that is closed."""
    command = [sys.executable, "-W", "ignore", "-m", "crawler.process"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours


def prepare() -> None:
    """Start the process that the next job will get."""
    if not _spare:
        _spare.append(start_process())


def take() -> subprocess.Popen[bytes]:
    """The prepared process, or a new one."""
    if _spare and _spare[0].poll() is None:
        return _spare.pop()
    drop()
    return start_process()


def drop() -> None:
    """End the prepared process: no job is done on this machine."""
    while _spare:
        process = _spare.pop()
        process.kill()
        process.communicate()
