"""What a page answers where it cannot do what was asked."""

from __future__ import annotations


class ProblemError(Exception):
    """A page that says what is wrong: ``status`` is HTTP's, ``title`` and ``words`` are for a person."""

    def __init__(self, status: int, title: str, words: str) -> None:
        self.status = status
        self.title = title
        self.words = words
        super().__init__(title)
