"""When a source is asked next: decided from its own rhythm of publication, without a clock of its own.

The rhythm is a rate for each local hour of the week, learned from publication times with a half-life of
three weeks. Two askings are so far apart that the integral of l(t)^p over the time between them is the same
for all sources and hours; that constant is :data:`EFFORT`. For Poisson processes of rates l(t), p = 1/2 gives
the least mean delay for a given number of requests (Sia, Cho and Cho, "Efficient Monitoring Algorithm for
Fast News Alerts", IEEE TKDE 19(7), 2007; this is the continuous form of their resource allocation), and p = 1
nearly the least median, at the cost of the slow sources. :data:`POWER` lies between (decision 0012).

All instants are aware; hours are counted in the zone of the publisher, so that its working day stays in its
place when summer time comes and goes. Rates are items an hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from math import exp2

WEEK = 168
_HOUR = timedelta(hours=1)
MEMORY = timedelta(weeks=8)
"""Publications older than this say nothing of a rhythm; so far back a feed's first reading is used."""
_LATE = timedelta(hours=6)
"""Publications that were out for longer than this before the last news are left out: they were passed over then."""
_FADING = 0.5 ** (1 / 3)
"""What an hour of the week keeps of its past when it comes round again: half in three weeks."""
_DAY = 6.0
_HOUR_OF_DAY = 2.0
_PLACE = 3.0
"""Hours of experience that the wider rate counts for against that of a weekday, an hour of the day, one of the week."""
_UNKNOWN = (0.5, 6.0)
"""Items and hours of a source of which nothing is known."""
POWER = 0.7
EFFORT = 0.24
"""Integral of rate^POWER over one interval (rates in items an hour, time in hours): 14 minutes at one item an hour."""
_BURST = timedelta(minutes=40)
"""Half-life of what is remembered of the last items: news comes in bursts."""
_BURST_DOUBT = 2.0
"""Items that the usual rate counts for against what came just now."""
_CALM, _LIVELY = 0.5, 6.0
"""Times the usual rate that a lull or a burst may count for at most: the usual rate is that of both together."""
SILENT_AFTER = 6.0
"""Items that were to be expected before a source counts as silent; the chance of none is then 0.25 %."""
_SILENCE_FACTOR = 1.5
"""Its longest usual silence (in items expected meanwhile) times this."""
STALE_AFTER = timedelta(days=14)
_STALE_FACTOR = 5
"""A feed whose newest entry is older than this many of its own usual gaps has ended (and at least STALE_AFTER)."""
_OVERDUE = 3.0
WHOLE_EVERY = timedelta(hours=6)
WHOLE_AFTER_A_LIE = timedelta(hours=1)
WHOLE_IF_OVERDUE = timedelta(minutes=30)
"""After so long a feed is read whole, whatever its validators say."""
_FEW = 5
"""Publications that must be known before silence says anything."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Shortest and longest interval between two askings, and the longest after failures."""

    fastest: timedelta = timedelta(minutes=2)
    slowest: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a source publishes.

    Attributes:
        items: publications by local hour of the week (Monday 00:00 first), faded.
        hours: hours watched, likewise.
        watched: up to when ``hours`` counts: the asking at which something new was last found.
        newest: when something was last published (or first seen, where that is not stated).
        burst: publications of late at ``newest``, each counting half after every 40 minutes.
        longest: the longest silence that ended by itself, in items that were to be expected meanwhile.
    """

    items: tuple[float, ...] = (0.0,) * WEEK
    hours: tuple[float, ...] = (0.0,) * WEEK
    watched: datetime | None = None
    newest: datetime | None = None
    burst: float = 0.0
    longest: float = 0.0

    def to_text(self) -> str:
        """As it is stored: JSON."""
        return json.dumps(
            {
                "items": [round(each, 3) for each in self.items],
                "hours": [round(each, 3) for each in self.hours],
                "watched": self.watched and int(self.watched.timestamp()),
                "newest": self.newest and int(self.newest.timestamp()),
                "burst": round(self.burst, 3),
                "longest": round(self.longest, 3),
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_text(cls, text: str) -> Rhythm:
        """What :meth:`to_text` wrote."""
        row = json.loads(text)
        watched, newest = (
            None if row[name] is None else datetime.fromtimestamp(row[name], UTC) for name in ("watched", "newest")
        )
        return cls(tuple(row["items"]), tuple(row["hours"]), watched, newest, row["burst"], row["longest"])


# ---- learning


def learn(rhythm: Rhythm, times: Iterable[datetime], now: datetime, zone: tzinfo) -> Rhythm:
    """The rhythm after an asking at ``now`` that found items published at ``times``.

    A time that lies in the future counts as now; what came out long before it was found does not count. Where
    nothing is new the rhythm stays as it is: how long a silence was is known when it ends.
    """
    oldest = max(now - MEMORY, rhythm.watched - _LATE) if rhythm.watched else now - MEMORY
    new = sorted(min(each, now) for each in times if each > oldest)
    if not new:
        return rhythm if rhythm.watched else Rhythm(watched=now)
    start = max(rhythm.watched or new[0], now - MEMORY)
    items, hours = list(rhythm.items), list(rhythm.hours)
    for begin, span in _slices(start, now, zone):
        place = _place(begin, zone)
        if _starts_hour(begin, zone):
            items[place] *= _FADING
            hours[place] *= _FADING
        hours[place] += span
    for each in new:
        items[_place(each, zone)] += 1
    learned = Rhythm(tuple(items), tuple(hours), now, max(new[-1], rhythm.newest or new[-1]))
    moments = [rhythm.newest, *new] if rhythm.newest else new
    bar, rates = _silence_bar(rhythm), _watched_rates(learned)
    gaps = [min(_sum_up(rates, one, two, zone), bar) for one, two in pairwise(moments) if one < two]
    return Rhythm(
        learned.items,
        learned.hours,
        learned.watched,
        learned.newest,
        burst=_burst_after(rhythm, new),
        longest=max([rhythm.longest * 0.9995 ** len(new), *gaps]),
    )


def _burst_after(rhythm: Rhythm, new: list[datetime]) -> float:
    last = max(new[-1], rhythm.newest or new[-1])
    before = rhythm.burst * _remains(last - rhythm.newest) if rhythm.newest else 0.0
    return before + sum(_remains(last - each) for each in new)


def _remains(age: timedelta) -> float:
    return exp2(-min(age / _BURST, 60.0))


def _slices(start: datetime, end: datetime, zone: tzinfo) -> Iterator[tuple[datetime, float]]:
    """The span cut at local full hours: where each piece begins, and its length in hours."""
    while start < end:
        past = timedelta(seconds=_seconds_into_hour(start, zone))
        stop = min(start - past + _HOUR, end)
        yield start, (stop - start) / _HOUR
        start = stop


def _seconds_into_hour(when: datetime, zone: tzinfo) -> float:
    local = when.astimezone(zone)
    return local.minute * 60 + local.second + local.microsecond / 1e6


def _starts_hour(when: datetime, zone: tzinfo) -> bool:
    return _seconds_into_hour(when, zone) == 0


def _place(when: datetime, zone: tzinfo) -> int:
    local = when.astimezone(zone)
    return local.weekday() * 24 + local.hour


# ---- rates


def usual_rate(rhythm: Rhythm, when: datetime, zone: tzinfo) -> float:
    """Items an hour at this hour of the week."""
    return _rates(rhythm)[_place(when, zone)]


def _rates(rhythm: Rhythm) -> list[float]:
    """Items an hour by hour of the week: what was seen of it, as far as that is little drawn to what its weekday
    and its hour of the day let expect together.
    """
    overall = _drawn(sum(rhythm.items), sum(rhythm.hours), *_UNKNOWN)
    days = [_rate_within(rhythm, slice(at, at + 24), overall, _DAY) for at in range(0, WEEK, 24)]
    hours = [_rate_within(rhythm, slice(at, None, 24), overall, _HOUR_OF_DAY) for at in range(24)]
    together = (days[at // 24] * hours[at % 24] / overall for at in range(WEEK))
    return [_rate_within(rhythm, slice(at, at + 1), rate, _PLACE) for at, rate in enumerate(together)]


def _rate_within(rhythm: Rhythm, hours: slice, wider: float, doubt: float) -> float:
    return _drawn(sum(rhythm.items[hours]), sum(rhythm.hours[hours]), wider * doubt, doubt)


def _drawn(items: float, hours: float, more_items: float, more_hours: float) -> float:
    return (items + more_items) / (hours + more_hours)


def expect(rhythm: Rhythm, start: datetime, end: datetime, zone: tzinfo) -> float:
    """Items to be expected from ``start`` to ``end``, as far as hours of the week have been watched before."""
    return _sum_up(_watched_rates(rhythm), max(start, end - MEMORY), end, zone)


def _watched_rates(rhythm: Rhythm) -> list[float]:
    return [rate if watched >= 0.5 else 0.0 for rate, watched in zip(_rates(rhythm), rhythm.hours, strict=True)]


def _sum_up(rates: list[float], start: datetime, end: datetime, zone: tzinfo) -> float:
    return sum(span * rates[_place(begin, zone)] for begin, span in _slices(start, end, zone))


def _liveliness(rhythm: Rhythm, rate: float, now: datetime) -> float:
    """How many times the usual rate the last items stand for."""
    if rhythm.newest is None:
        return 1.0
    lately = rhythm.burst * _remains(max(now - rhythm.newest, timedelta(0)))
    usual = rate * (_BURST / _HOUR) * 1.4427  # the integral of 2^-t is 1/ln 2
    return min(max((lately + _BURST_DOUBT) / (usual + _BURST_DOUBT), _CALM), _LIVELY)


# ---- deciding


def next_interval(
    rhythm: Rhythm, now: datetime, zone: tzinfo, limits: Limits, effort_each: float = EFFORT
) -> timedelta:
    """From ``now`` to the next asking of a source that answers."""
    rates = _rates(rhythm)
    lively = _liveliness(rhythm, rates[_place(now, zone)], now)
    left, passed = effort_each, timedelta(0)
    for begin, span in _slices(now, now + limits.slowest, zone):
        effort = (rates[_place(begin, zone)] * lively) ** POWER * span
        if effort >= left:
            passed += timedelta(hours=span * left / effort)
            break
        left -= effort
        passed += timedelta(hours=span)
    return min(max(passed, limits.fastest), limits.slowest)


def backoff(failures: int, interval: timedelta, limits: Limits) -> timedelta:
    """How long a feed is left alone that failed ``failures`` times in a row: doubled each time, never for good.

    ``interval`` is its pace while it answers.
    """
    doublings = min(max(failures - 1, 0), 20)
    return max(min(interval * (1 << doublings), limits.longest), interval)


def is_overdue(rhythm: Rhythm, now: datetime, zone: tzinfo) -> bool:
    """True when something new is likely to be out, by the rhythm: three times as much as usually comes between two."""
    return rhythm.newest is not None and expect(rhythm, rhythm.newest, now, zone) >= _OVERDUE


def reads_whole(last: datetime | None, lies: int, now: datetime, overdue: bool) -> bool:
    """True when a feed is to be read without conditions, because its validators may lie.

    Args:
        last: when it was last read whole; None is never.
        lies: how often it said "not modified" when there was news; two are believed.
        overdue: what :func:`is_overdue` says of its source.
    """
    if last is None or lies > 1:
        return True
    age = now - last
    return age >= (WHOLE_AFTER_A_LIE if lies else WHOLE_EVERY) or (overdue and age >= WHOLE_IF_OVERDUE)


def is_silent(rhythm: Rhythm, now: datetime, zone: tzinfo) -> bool:
    """True when nothing new came for so long that it cannot be chance, by its own weekdays and hours."""
    if rhythm.newest is None or sum(rhythm.items) < _FEW:
        return False
    return expect(rhythm, rhythm.newest, now, zone) > _silence_bar(rhythm)


def _silence_bar(rhythm: Rhythm) -> float:
    """Items to be expected from which on a silence is none of its usual ones."""
    return max(SILENT_AFTER, rhythm.longest * _SILENCE_FACTOR)


def is_stale(times: Iterable[datetime], now: datetime) -> bool:
    """True when a feed's own dates say that it has ended: all of them are old, by its own usual gap.

    A feed of one date or none says nothing.
    """
    known = sorted(times)
    if len(known) < 2 or now - known[-1] < STALE_AFTER:
        return False
    gaps = sorted(two - one for one, two in pairwise(known))
    return now - known[-1] > _STALE_FACTOR * gaps[len(gaps) // 2]
