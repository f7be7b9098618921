"""Whether two reports in different languages are on one event: states, places, ideas, names and numbers in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from matching.stories.marks import list_states
from matching.stories.similarity import names_other_days
from matching.stories.window import Member, TraitRates, times_apart

SPAN = timedelta(hours=36)
"""How far apart in time two reports in different languages may be."""
POORER_POINTS, RICHER_POINTS, LEAD_POINTS = 7.0, 5.0, 7.0
"""Points for the whole of the poorer report's marks in common, by rarity; of the richer one's; of the poorer lead's."""
SOUND_POINTS, FIGURE_POINTS = (0.55, 12.0, 10.0), (1.5, 8.0, 6.0)
"""Points for names by their sound, and for numbers, in common: for each unit of rarity, for the whole of the poorer
report's, and at most; the least of these counts. Long texts share some by chance."""
STATES_SWAPPED, STATE_ALONE = 3.5, 1.0
"""Points off where each lead has a state of which the other report says nothing, and for each such state."""
SPAN_PRICE = 4.0
"""Points off for SPAN between two publications, in proportion for less."""
DATES_PRICE = 3.0
"""Points off where article and story name dates, and none is the same."""
COMMENT_PRICE = 3.0
"""Points off where one is an opinion and the other is not."""
LEAST_POINTS, LEAST_POINTS_UNTIMED = 10.5, 15.0
"""Points from which both report one event; where a time is unknown it may be another day's."""
OWN_TONGUE_PRICE = 3.0
"""Points off where the story has reports in the article's language, too: by their words they were not alike."""
MARKS_FLOOR, LEAD_FLOOR = 12.0, 8.0
"""Rarity of marks that a report, and its lead, is taken to have at least: little in common proves little."""


def rate_story(new: Member, members: list[Member], rates: TraitRates) -> float | None:
    """Points by which a story's reports in other languages are more like the article than one event asks; None if less.

    Their mean counts with their best. ``rates``: how much a mark, a sound or a number tells.
    """
    foreign = [member for member in members if member.print.tongue != new.print.tongue]
    margins = [margin for member in foreign if (margin := rate_likeness(new, member, rates)) is not None]
    if not margins:
        return None
    margin = (max(margins) + sum(margins) / len(margins)) / 2
    if len(foreign) < len(members):
        margin -= OWN_TONGUE_PRICE
    dated = frozenset[tuple[int, int]]().union(*(member.print.days for member in foreign))
    if names_other_days(new.print.days, dated):
        margin -= DATES_PRICE
    return margin if margin >= 0 else None


def rate_likeness(new: Member, old: Member, rates: TraitRates) -> float | None:
    """Points by which two reports are more alike than one event asks (less if negative); None where too far apart."""
    apart = times_apart(new.published, old.published)
    if apart is not None and apart > SPAN:
        return None
    if not _has_much(new, old):
        return -LEAST_POINTS
    points = rate_marks(new, old, rates) + rate_names(new, old, rates) - _price_states(new, old)
    if new.print.is_comment != old.print.is_comment:
        points -= COMMENT_PRICE
    points -= SPAN_PRICE * (apart / SPAN if apart is not None else 0.0)
    return points - (LEAST_POINTS if apart is not None else LEAST_POINTS_UNTIMED)


def _has_much(new: Member, old: Member) -> bool:
    """False where so few traits are shared that the rest need not be reckoned."""
    a, b = new.print, old.print
    return len(a.marks & b.marks) > 2 or bool(a.figures & b.figures) or len(set(a.sounds).intersection(b.sounds)) > 2


def rate_marks(new: Member, old: Member, rates: TraitRates) -> float:
    """Points for states, places, people and subjects in common; the most are POORER_, RICHER_ and LEAD_POINTS."""
    a, b = new.print, old.print
    shared, all_marks = _weigh(a.marks & b.marks, rates), sorted((_weigh(a.marks, rates), _weigh(b.marks, rates)))
    led = min(_weigh(a.lead_marks, rates), _weigh(b.lead_marks, rates))
    points = POORER_POINTS * shared / max(all_marks[0], MARKS_FLOOR) + RICHER_POINTS * shared / max(
        all_marks[1], MARKS_FLOOR
    )
    return points + LEAD_POINTS * _weigh(a.lead_marks & b.lead_marks, rates) / max(led, LEAD_FLOOR)


def rate_names(new: Member, old: Member, rates: TraitRates) -> float:
    """Points for names by their sound and for numbers in common."""
    capital = [one.print for one in (new, old) if one.print.has_capitals] or [new.print, old.print]
    sounds = set(new.print.sounds).intersection(old.print.sounds)
    heard = _rate_share(sounds, [one.sounds for one in capital], rates, SOUND_POINTS)
    figures = [new.print.figures, old.print.figures]
    return heard + _rate_share(figures[0] & figures[1], figures, rates, FIGURE_POINTS)


def _rate_share(
    shared: Iterable[int], all_: Iterable[Iterable[int]], rates: TraitRates, points: tuple[float, float, float]
) -> float:
    weight = _weigh(shared, rates)
    if not weight:
        return 0.0
    each, whole, most = points
    return min(each * weight, whole * weight / min(_weigh(traits, rates) for traits in all_), most)


def _price_states(new: Member, old: Member) -> float:
    states = list_states()
    alone = [len((a.lead_marks & states) - b.marks) for a, b in ((new.print, old.print), (old.print, new.print))]
    return sum(alone) * STATE_ALONE + (STATES_SWAPPED if min(alone) else 0.0)


def _weigh(traits: Iterable[int], rates: TraitRates) -> float:
    return sum(map(rates.__getitem__, traits))
