"""Every error that a user of Wirewatch can meet, with one base class.

The message names the thing that failed and says what to do about it. ``exit_code`` is what the
command line returns: 1 done in part, 2 the call or the configuration is wrong, 3 the database is held
by another instance.
"""

from __future__ import annotations


class WirewatchError(Exception):
    """Base of all errors raised on purpose; ``str()`` is one line for a person."""

    exit_code = 2


class UsageError(WirewatchError):
    """The call itself is wrong: an unknown source, a file that is not there."""


class ConfigError(WirewatchError):
    """config.yaml (or a file it names) cannot be used; ``problems`` holds every mistake at once."""

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file = file
        self.problems = problems
        super().__init__(f"{file}: {len(problems)} mistake(s): " + "; ".join(problems))


class QueryError(WirewatchError):
    """A query that cannot be understood.

    ``position`` is the 0-based character offset in ``query`` at which understanding ended;
    ``suggestion`` says how to write it instead (may be empty).
    """

    def __init__(self, query: str, position: int, problem: str, suggestion: str = "") -> None:
        self.query = query
        self.position = position
        self.problem = problem
        self.suggestion = suggestion
        hint = f" ({suggestion})" if suggestion else ""
        super().__init__(f"query not understood at character {position + 1}: {problem}{hint}: {query[:200]!r}")


class UnreadableError(WirewatchError):
    """A page, feed or file that holds no article or feed we can read.

    ``reason`` is one of the fixed reason words of :mod:`wirewatch.outcome` (``not-a-feed``,
    ``no-text``, ``time-limit`` …), ``detail`` says more for a person.
    """

    exit_code = 1

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(reason, detail)

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class StorageError(WirewatchError):
    """The database cannot be used (missing folder, read-only, damaged, locked, too new)."""


class InstanceError(WirewatchError):
    """Another Wirewatch process holds this database."""

    exit_code = 3
