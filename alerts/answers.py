"""What became of an attempt to hand a mail over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Answer(Enum):
    """What became of one attempt."""

    ACCEPTED = "accepted"
    """250 to the message: it is the server's now."""
    LATER = "later"
    """A temporary refusal of this mail (4xx)."""
    REFUSED = "refused"
    """A final refusal of this mail (5xx)."""
    BROKEN = "broken"
    """The connection failed within this mail's transaction; the server may even have taken it."""
    SERVER = "server"
    """The server as a whole does not serve us now; it has nothing to do with this mail."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; ``detail`` is the server's answer or the trouble in one line."""

    answer: Answer
    detail: str = ""


class ServerError(Exception):
    """The mail server cannot be used now; the message is one line for a person."""
