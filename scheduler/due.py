"""Which sources the clock asks now, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from storage.plans import Plan
from wirewatch.pacing import Limits
from wirewatch.source import Source

TOGETHER = timedelta(seconds=30)
"""Sources due within this time are asked in one run: a run has a process of its own."""
SHORTEST_GAP = timedelta(minutes=1)
"""From the beginning of one run to that of the next, at least."""


def due_sources(sources: Iterable[Source], plans: Mapping[str, Plan], now: datetime) -> tuple[Source, ...]:
    """Those to be asked now; one that was never asked is due at once."""
    soon = now + TOGETHER
    return tuple(each for each in sources if each.id not in plans or plans[each.id].is_due(soon))


def next_due(sources: Iterable[Source], plans: Mapping[str, Plan], now: datetime) -> datetime | None:
    """When the next source is due, ``now`` where one is already; None without a source."""
    times = [plans[each.id].due if each.id in plans and not plans[each.id].is_due(now) else now for each in sources]
    return min(times, default=None)


def tick(limits: Limits) -> timedelta:
    """How often to look whether a source is due."""
    return max(min(SHORTEST_GAP, limits.fastest), timedelta(seconds=1))
