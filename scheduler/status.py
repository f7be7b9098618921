"""The state of things in one screen of text: what ``status`` prints."""

from __future__ import annotations

from typing import Any

from storage.health import Health
from storage.ledger import Run
from wirewatch.article import format_time


def show(health: Health) -> str:
    """The state in one screen of text."""
    last = health.last
    lines = [
        "all is well" if not health.troubles else "needs a person:",
        *(f"  - {trouble}" for trouble in health.troubles),
        "",
        f"last run     {_say_run(last)}",
        f"next run     {format_time(health.next_run) or 'as soon as the daemon starts'}",
        f"archive      {health.articles} articles, {health.last_day} of the last 24 hours",
        f"outbox       {_say_outbox(health.outbox.to_json())}",
        f"canary       {_say_canary(health)}",
        f"database     {health.database}, {health.size / 2**20:.1f} MiB",
    ]
    return "\n".join(lines)


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
