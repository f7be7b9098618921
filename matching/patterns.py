"""Regular expressions, by RE2: linear time whatever the expression and the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from matching.document import BODY, Batch, Document
from matching.nodes import Node, show
from wirewatch.search import Term

MOST_PLACES = 100
"""Places looked at for a receipt."""


class Pattern(Node):
    """``/…/``: a regular expression that RE2 runs in linear time over the unfolded text of a field."""

    __slots__ = ("compiled", "scope", "written")

    def __init__(self, written: str, compiled: Any, scope: str = BODY) -> None:
        self.written, self.compiled, self.scope = written, compiled, scope

    def _bits(self, batch: Batch) -> int:
        mask = 0
        for number, document in enumerate(batch.documents):
            if next(self._places(document), None) is not None:
                mask |= 1 << number
        return mask

    def _places(self, document: Document) -> Iterator[Term]:
        for name in ("title", "text") if self.scope == BODY else (self.scope,):
            start, end = (0, document.lead_end) if name == "lead" else (0, len(document.texts.get(name, "")))
            name = "text" if name == "lead" else name
            text = document.texts[name][start:end]
            if not text.isascii():
                text = text.encode("utf-8", "replace").decode()  # RE2 takes no lone surrogates
            for found in self.compiled.finditer(text):
                if found.end() > found.start():
                    form = document.texts[name][found.start() : found.end()]
                    yield Term(self.written, form, name, found.start(), found.end())

    def _terms(self, document: Document) -> Sequence[Term]:
        return show(islice(self._places(document), MOST_PLACES))
