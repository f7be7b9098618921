"""The parent's side of a crawl process: start it, hear its messages, end it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from crawler import spare
from crawler.job import CrawlJob, Errand, Message, Rules
from crawler.process import read_message, write_message


class CrawlProcess:
    """One crawl under way. A context manager: leaving it ends the process, whatever it was doing."""

    def __init__(self, job: CrawlJob, lease: float | None = None) -> None:
        """With ``lease`` (seconds) the process ends itself when ``renew`` was not called for so long."""
        self._process = spare.take()
        assert self._process.stdin is not None
        try:
            write_message(self._process.stdin, Errand(replace(job, crawl=Rules.of(job.crawl)), lease))
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

    def renew(self) -> None:
        """Let the process live for another lease."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(b".")
            self._process.stdin.flush()

    def stop(self) -> None:
        """End the process now; may be called from another thread, and twice."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin and not self._process.stdin.closed:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
