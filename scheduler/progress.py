"""Progress of a run on a terminal: one bar for the run, one for each source under way. Nothing in a pipe."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from crawler.job import Progress as SourceProgress
from storage.ledger import Account


class RunDisplay:
    """A context manager; shows nothing where standard error is no terminal."""

    def __init__(self, sources: int) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:24.24}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._whole = self._bars.add_task("sources", total=sources)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> RunDisplay:
        self._bars.start()
        return self

    def __exit__(self, *exc: Any) -> None:
        self._bars.stop()

    def progress(self, message: SourceProgress) -> None:
        """How far a source is."""
        if message.source not in self._tasks:
            self._tasks[message.source] = self._bars.add_task(message.source)
        self._bars.update(self._tasks[message.source], total=message.found, completed=message.done)

    def end_source(self, account: Account) -> None:
        """A source is done with: its bar goes away."""
        if account.source in self._tasks:
            self._bars.remove_task(self._tasks.pop(account.source))
        self._bars.advance(self._whole)
