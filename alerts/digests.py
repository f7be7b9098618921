"""What a digest says, as plain strings: stories grouped by search, and of what does not fit the headlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.updates import view_update
from alerts.view import View, leave_link, manage_link, view_alert
from storage.material import Alert
from wirewatch.wording import say_time

DIGEST_OPENING = 240
"""Characters of a report's own that a digest quotes."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """The stories of a digest that one search found; ``anchor`` is where the table of contents leads."""

    name: str
    anchor: str
    stories: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class DigestView:
    """All strings of a digest: the groups told, headlines of what did not fit, and how many not even that."""

    subject: str
    title: str
    date: str
    groups: tuple[GroupView, ...]
    headlines: tuple[View, ...]
    untold: int
    leave: str
    manage: str
    email: str


def view_digest(alerts: Sequence[Alert], base_url: str, now: datetime, told: int, headlines: int) -> DigestView:
    """The strings of a digest at ``now``: ``told`` stories grouped by the first search that found each, and
    of up to ``headlines`` more the headline."""
    first, number = alerts[0], len(alerts)
    stories = [_view_in_digest(alert, base_url) for alert in alerts[: told + headlines]]
    groups: dict[str, list[View]] = {}
    for story in stories[:told]:
        groups.setdefault(story.reasons[0].name if story.reasons else "your searches", []).append(story)
    count = f"{number} stories" if number > 1 else "1 story"
    return DigestView(
        subject=f"{count}: {stories[0].headline}",
        title=count,
        date=say_time(now, first.subscriber.zone),
        groups=tuple(GroupView(name, f"g{at}", tuple(mine)) for at, (name, mine) in enumerate(groups.items(), 1)),
        headlines=tuple(stories[told:]),
        untold=max(0, number - told - headlines),
        leave=leave_link(first.subscriber, base_url),
        manage=manage_link(first.subscriber, base_url),
        email=first.subscriber.email,
    )


def _view_in_digest(alert: Alert, base_url: str) -> View:
    """A story in short; of one the reader knows, what is new."""
    view = view_alert(alert, base_url, DIGEST_OPENING)
    if alert.update is None:
        return view
    update = view_update(alert, base_url)
    return replace(view, headline=f"Update: {update.headline}", opening=(update.summary, *update.lines))
