"""Which report of its story an article has its text from."""

from __future__ import annotations

from datetime import timedelta

from matching.stories.judge import Comparison
from matching.stories.window import Member


def choose_origin(inside: list[Comparison], credited: Member | None) -> Comparison:
    """Of the members that share nearly the most text: the credited one, else the one published first."""
    most = max(overlap.of_new for _, overlap in inside)
    near = [pair for pair in inside if pair.overlap.of_new >= 0.9 * most]
    if credited is not None:
        near = [pair for pair in near if pair.old.number == credited.number] or near
    return min(near, key=_by_time)


def _by_time(pair: Comparison) -> tuple[bool, float, int]:
    published = pair.old.published
    return published is None, published.timestamp() if published else 0.0, pair.old.number


def came_first(new: Member, old: Member) -> bool:
    """True when both times are known to the minute at least and the new article is the earlier one."""
    if new.published is None or old.published is None or "day" in (new.precision, old.precision):
        return False
    return old.published - new.published > timedelta(minutes=1)
