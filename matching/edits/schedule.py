"""When a stored page is asked again: often while it is young, seldom later, never after a month."""

from __future__ import annotations

from datetime import datetime, timedelta

AGES = (
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=30),
)
"""Ages of a story, since it was first fetched, at which its page is asked again."""
LAST_AGE = AGES[-1]
SECOND_LOOK = timedelta(minutes=50)
"""After an answer that may be a withdrawal, or an edit, the page is asked again in the next hourly run."""


def next_ask(first: datetime, now: datetime, *, look_again: bool = False) -> datetime | None:
    """When a page first fetched at ``first`` is asked again, seen from ``now``; None: never.

    ``look_again``: the last answer was a change or a sign of a withdrawal, which more often follow each other.
    """
    ahead = [first + age for age in AGES if first + age > now]
    if look_again and now - first < LAST_AGE:
        return min([now + SECOND_LOOK, *ahead])
    return ahead[0] if ahead else None
