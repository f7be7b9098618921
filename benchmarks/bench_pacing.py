"""From publication to mail by rule of pacing, at the same number of requests.

python -m benchmarks.bench_pacing
"""

from __future__ import annotations

import argparse
import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from benchmarks.pacing_rules import Fixed, MediaCloud, Miniflux, Ours, Rule, Seen

START = datetime(2026, 3, 2, tzinfo=UTC)
WARM = timedelta(weeks=2)
MEASURED = timedelta(weeks=2)
TICK = timedelta(minutes=1)
"""Runs begin at full minutes: what is due in between waits, whatever the rule."""
TO_MAIL = timedelta(seconds=10)
"""From the beginning of a run to the mail, for every rule (docs/operation.md has the measurement)."""
WINDOW = 30
"""Entries that a feed holds: what it has dropped before it was asked is lost."""
PER_DAY = (94, 93, 69, 65, 43, 38, 37, 17, 17, 13, 11, 11, 8, 8, 6.5, 6.4, 6.3, 4.8, 4.8, 4.4, 2.1, 1.8, 1.5, 1.2, 1.1,
           0.7, 0.7, 0.7, 0.6, 0.5, 0.3, 0.2, 0.2, 0.2, 0.2)  # fmt: skip
"""Items a day of 35 real news feeds, as counted from their dates."""
DAY = (3, 2, 2, 2, 2, 3, 5, 9, 15, 20, 22, 22, 20, 20, 21, 21, 20, 18, 14, 10, 8, 7, 5, 4)
"""Weight of each local hour on a working day."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """One simulated source: when it published, and the zone it works in."""

    times: tuple[datetime, ...]
    zone: ZoneInfo


def make_publishers(seed: int) -> list[Publisher]:
    """One for each real rate. Their gaps scatter like those of the real feeds (coefficient of variation 1 to 2)."""
    rng = random.Random(seed)
    return [_make_publisher(rng, per_day) for per_day in PER_DAY]


def _make_publisher(rng: random.Random, per_day: float) -> Publisher:
    zone = ZoneInfo(rng.choice(("Asia/Baku", "Asia/Tbilisi", "Europe/Istanbul", "Europe/London", "America/New_York")))
    night, weekend, children = rng.uniform(0.2, 2), rng.uniform(0.2, 0.9), rng.choice((0.0, 0.5, 1.0, 2.0))
    batch = rng.random() < 0.2
    weights = [weight + night * 3 for weight in DAY]
    top = per_day / (1 + children) / (sum(weights) * (5 + 2 * weekend) / 7)
    times: list[datetime] = []
    now, end = START, START + WARM + MEASURED
    most = top * max(weights)
    while now < end:
        now += timedelta(hours=rng.expovariate(most))
        local = now.astimezone(zone)
        rate = top * weights[local.hour] * (weekend if local.weekday() >= 5 else 1)
        if rng.random() * most > rate:
            continue
        times.append(now)
        later = now
        while rng.random() < children / (1 + children):
            later += timedelta(minutes=rng.expovariate(1 / 12))
            times.append(later)
    if batch:
        times = [_next_half_hour(each) for each in times]
    return Publisher(tuple(sorted(each for each in times if each < end)), zone)


def _next_half_hour(when: datetime) -> datetime:
    half = timedelta(minutes=30)
    return START + ceil((when - START) / half) * half


@dataclass(slots=True)
class Outcome:
    """Minutes from publication to mail, requests, and items that the feed had dropped before it was asked."""

    delays: list[float]
    requests: int = 0
    missed: int = 0


def follow(publisher: Publisher, rule: Rule, outcome: Outcome) -> None:
    """Ask one publisher by one rule, from the start to the end of the time."""
    now, taken = START, 0
    end = START + WARM + MEASURED
    while now < end:
        here = bisect_right(publisher.times, now)
        first = max(taken, here - WINDOW)
        new = list(publisher.times[first:here])
        if now >= START + WARM:
            outcome.requests += 1
            outcome.missed += first - taken
            outcome.delays += [(now - each + TO_MAIL) / timedelta(minutes=1) for each in new if each >= START + WARM]
        dates = publisher.times[max(0, here - WINDOW) : here]
        wait = rule.next(now, Seen(new, len(dates) - len(new), list(dates)))
        taken = here
        now = START + ceil((now + wait - START) / TICK) * TICK


def measure(publishers: Sequence[Publisher], make: Callable[[Publisher], Rule]) -> Outcome:
    """All publishers by one rule."""
    outcome = Outcome([])
    for publisher in publishers:
        follow(publisher, make(publisher), outcome)
    outcome.delays.sort()
    return outcome


def scale_to(publishers: Sequence[Publisher], make: Callable[[Publisher, float], Rule], requests: int) -> Outcome:
    """The rule stretched or squeezed until it makes ``requests``, within a hundredth."""
    low, high = 0.001, 100.0
    outcome = Outcome([])
    for _ in range(24):
        middle = (low * high) ** 0.5
        outcome = measure(publishers, lambda each, scale=middle: make(each, scale))
        if abs(outcome.requests - requests) < requests / 100:
            break
        low, high = (middle, high) if outcome.requests > requests else (low, middle)
    return outcome


def row(name: str, outcome: Outcome, sources: int) -> str:
    """One line of the table."""
    days = MEASURED / timedelta(days=1)
    delays = outcome.delays
    middle, late = delays[len(delays) // 2], delays[int(len(delays) * 0.95)]
    each = outcome.requests / days / sources
    return f"| {name} | {each:.1f} | {middle:.1f} | {late:.1f} | {sum(delays) / len(delays):.1f} | {outcome.missed} |"


def ours(publisher: Publisher, scale: float = 1.0) -> Ours:
    return Ours(scale, zone=publisher.zone)


RULES: tuple[tuple[str, Callable[[Publisher, float], Rule]], ...] = (
    (Fixed.name, lambda _, scale: Fixed(scale)),
    (Miniflux.name, lambda _, scale: Miniflux(scale)),
    (MediaCloud.name, lambda _, scale: MediaCloud(scale)),
)


def main(arguments: Iterable[str] | None = None) -> None:
    """Entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    publishers = make_publishers(options.seed)
    count = len(publishers)
    items = sum(len(each.times) for each in publishers)
    print(f"{count} sources, {items} items in {(WARM + MEASURED).days} days, measured over the last {MEASURED.days}")
    head = "| rule | requests a source and day | median, min | 95th percentile, min | mean, min | missed |"
    own = measure(publishers, ours)
    print(f"\nAs published:\n\n{head}\n|---|---|---|---|---|---|\n{row(Ours.name, own, count)}", flush=True)
    for name, make in RULES:
        print(row(name, measure(publishers, lambda each, make=make: make(each, 1.0)), count), flush=True)
    print(f"\nEach stretched to the same number of requests:\n\n{head}\n|---|---|---|---|---|---|")
    print(row(Ours.name, own, count), flush=True)
    for name, make in RULES:
        print(row(name, scale_to(publishers, make, own.requests), count), flush=True)


if __name__ == "__main__":
    main()
