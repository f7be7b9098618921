"""What Scrapy would write of each answer, for runs in which nobody reads it: nothing."""

from __future__ import annotations

from typing import Any

from scrapy.logformatter import LogFormatter


class QuietFormatter(LogFormatter):
    """Makes no line of a page that came or an item that was dropped; the others are made as ever."""

    def crawled(self, *_: Any) -> None:  # type: ignore[override]
        """An answer came: None is no line."""

    def dropped(self, *_: Any) -> None:  # type: ignore[override]
        """A source is accounted for."""
