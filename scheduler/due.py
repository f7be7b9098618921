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


def due_sources(
    sources: Iterable[Source], plans: Mapping[str, Plan], limits: Limits, now: datetime
) -> tuple[Source, ...]:
    """Those to be asked now; one that was never asked is due at once."""
    soon = now + TOGETHER
    return tuple(each for each in sources if _due_of(plans.get(each.id), limits, now) <= soon)


def next_due(sources: Iterable[Source], plans: Mapping[str, Plan], limits: Limits, now: datetime) -> datetime:
    """When the next source is due, ``now`` where one is already."""
    return min((_due_of(plans.get(each.id), limits, now) for each in sources), default=now + limits.slowest)


def next_start(due: datetime, began: datetime, limits: Limits) -> datetime:
    """When the run after the one that began at ``began`` starts, if the next source is due at ``due``."""
    return max(due, began + min(SHORTEST_GAP, limits.fastest))


def _due_of(plan: Plan | None, limits: Limits, now: datetime) -> datetime:
    """When a source is due; at once where it never was asked, or was in the future: the clock was set back then.

    A plan that was made when sources were asked less often holds no longer than ``limits`` allow.
    """
    if plan is None or plan.asked > now:
        return now
    waits = plan.due > plan.asked + plan.interval + timedelta(seconds=1)
    due = plan.due if waits else min(plan.due, plan.asked + limits.slowest)
    return max(due, now)
