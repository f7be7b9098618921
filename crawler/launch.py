"""The parent's side of a crawl process: start it, hear its messages, end it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from crawler.job import CrawlJob, Message
from crawler.process import read_message, write_message


class CrawlProcess:
    """One crawl under way. A context manager: leaving it ends the process, whatever it was doing."""

    def __init__(self, job: CrawlJob) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "crawler.process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None
        try:
            write_message(self._process.stdin, job)
        except BrokenPipeError:
            self.stop()

    def __enter__(self) -> CrawlProcess:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.stop()
        if self._process.stdout:  # not in stop(): another thread may be reading it at this moment
            self._process.stdout.close()

    def messages(self) -> Iterator[Message]:
        """What the crawl says, to its end; the last is Finished unless the process died."""
        assert self._process.stdout is not None
        while (message := read_message(self._process.stdout)) is not None:
            if isinstance(message, Message):
                yield message

    def stop(self) -> None:
        """End the process now; may be called from another thread, and twice."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin and not self._process.stdin.closed:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
