"""Python's expat reader with text handed over in large pieces.

Without it each escaped ``&lt;`` and each line of a feed's text is a call of its own, which takes a third of
feedparser's time. feedparser loads its XML reader by module name (``PREFERRED_XML_PARSERS``).
"""

from __future__ import annotations

from typing import Any
from xml.sax.expatreader import ExpatParser

from feedparser import api


class BufferedExpatParser(ExpatParser):
    """An expat reader whose character data is buffered."""

    def reset(self) -> None:
        """Begin a new document."""
        super().reset()
        expat: Any = vars(self)["_parser"]
        expat.buffer_text = True
        expat.buffer_size = 65_536


def create_parser() -> BufferedExpatParser:
    """What ``xml.sax.make_parser`` calls."""
    return BufferedExpatParser()


def install() -> None:
    """Make feedparser use this reader in this process."""
    if __name__ not in api.PREFERRED_XML_PARSERS:
        api.PREFERRED_XML_PARSERS.insert(0, __name__)
