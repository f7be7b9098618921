"""The state of things in one screen of text: what ``status`` prints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storage.health import Health
from storage.ledger import Run
from wirewatch.article import format_time

_SCREEN = 24
"""Lines of a terminal."""


def show(health: Health) -> str:
    """The state in one screen of text."""
    facts = [
        ("service", f"process {health.holder} is at work" if health.holder else "no daemon and no crawl is running"),
        ("last run", _say_run(health.last)),
        ("next run", _say_time(health.next_run) or "as soon as the daemon starts"),
        ("archive", f"{health.articles} articles, {health.last_day} of the last 24 hours"),
        ("outbox", _say_outbox(health.outbox.to_json())),
        ("canary", _say_canary(health)),
        ("database", f"{health.database}, {_mib(health.size)}, {_mib(health.free)} free, SQLite {health.sqlite}"),
        ("last backup", _say_time(health.backup) or "none yet: 'wirewatch db backup FILE'"),
    ]
    if health.restored:
        facts.append(("restored", f"{_say_time(health.restored)} from a backup"))
    lines = [f"{name:12} {text}" for name, text in facts]
    troubles = _fit([f"  - {trouble}" for trouble in health.troubles], _SCREEN - len(lines) - 2)
    return "\n".join(["needs a person:" if troubles else "all is well", *troubles, "", *lines])


def _fit(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"  - and {len(lines) - most + 1} more: 'wirewatch status --json' has all"]


def _mib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 10 * 2**30 else f"{size / 2**20:.1f} MiB"


def _say_time(when: datetime | None) -> str:
    return format_time(when) or ""


def _say_run(run: Run | None) -> str:
    if run is None:
        return "none yet"
    end = f"finished {format_time(run.finished)}" if run.finished else "not finished"
    return f"{run.id} ({run.trigger}), began {format_time(run.started)}, {end}, {run.sources} sources"


def _say_canary(health: Health) -> str:
    """When a test story last came out as a mail (``operator.canary``)."""
    return (
        f"last came out as a mail {format_time(health.canary.mailed)}" if health.canary.mailed else "none has come out"
    )


def _say_outbox(box: dict[str, Any]) -> str:
    return ", ".join(
        f"{value} {name}" for name, value in box.items() if isinstance(value, int) and not isinstance(value, bool)
    )
