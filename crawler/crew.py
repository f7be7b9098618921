"""The crew: one run's sources shared out in groups of hosts over an engine's places, until each is accounted for.

A group whose process dies is given out again: only what is left of it, to another process, with what is
known of its hosts. What a source may need of another group's hosts is done in a later round. When the
engine itself is gone, the rest is asked on this machine.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from crawler.engine import Engine, EngineLost, Event, Heard, Lost
from crawler.groups import Group, hosts_of, share_out
from crawler.hosts import fold_host
from crawler.job import CrawlJob, Finished, HandOver, HostState, Message, Progress, Pulse, SourceJob
from wirewatch import clock
from wirewatch.outcome import FeedResult, FeedState, ItemResult, SourceResult, State
from wirewatch.urls import hide_password, host_of, site_of

_LOG = logging.getLogger("wirewatch")

MOST_TRIES = 3
"""Processes that may die over a source before it is accounted as failed."""
MOST_ROUNDS = 3
"""Rounds in which sources that need each other's hosts are shared out anew; what is left then goes together."""
SILENCE = 120.0
"""Seconds without a word after which a process is ended (one that lives says so every second)."""
GROUPS_A_PLACE = 3
SOURCES_A_GROUP = 8
"""Smaller groups than this cost more to start than they gain in balance."""
EXTRA_TIME = 120.0
"""Seconds that a group may take beyond the time of its sources, to start and to end."""


@dataclass(slots=True)
class _Running:
    group: Group
    left: dict[str, SourceJob]
    heard: float
    deadline: float


class Crew:
    """One run under way: a context manager in which the crawl works. ``stop()`` from another thread ends it.

    Args:
        job: the whole run.
        engine: where it runs.
        local: makes the engine that takes over when that one is gone.
        settle_first: wait until no process that another coordinator left can still be asking.
    """

    def __init__(
        self, job: CrawlJob, engine: Engine, local: Callable[[], Engine], *, settle_first: bool = False
    ) -> None:
        self._job, self._engine, self._local = job, engine, local
        self._settle_first = settle_first
        self._pending: list[Group] = []
        self._running: dict[int, _Running] = {}
        self._handed: list[tuple[SourceJob, frozenset[str]]] = []
        self._hosts: dict[str, HostState] = {}
        self._done: set[str] = set()
        self._tries: Counter[str] = Counter()
        self._without: dict[str, float] = {}
        self._limit = job.limit
        self._tickets = self._rounds = 0
        self._note = ""
        self._stopped = False

    def __enter__(self) -> Crew:
        """Start the first processes: they work while the caller makes ready for what they send."""
        self._handed = [(job, hosts_of(job)) for job in self._job.sources]
        self._share_out()
        if self._settle_first:
            self._hold_back(self._engine.settle)
        self._start_groups()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End all processes now; what they have not handed in is left for the next run."""
        self._stopped = True
        self._engine.stop()

    def messages(self) -> Iterator[Message]:
        """Progress and the result of each source exactly once, then Finished; without that it was stopped."""
        while self._pending or self._running or self._handed:
            if not self._pending and not self._running:
                self._share_out()
            yield from self._account_for_placeless()
            self._start_groups()
            events = self._engine.wait(1.0)
            silent = self._find_silent(events)  # before they are handled: who stores a result may take minutes
            for event in events:
                if not self._stopped:
                    yield from self._handle(event)
            if self._stopped:
                return
            for ticket, reason in silent:
                yield from self._lose(ticket, reason)
        yield Finished("done")

    # ---- sharing out

    def _share_out(self) -> None:
        """Groups of all that waits; with one place, or after too many rounds, one group that may ask any host."""
        jobs, self._handed = self._handed, []
        self._rounds += 1
        regions = {job.source.region for job, _ in jobs}
        alone = len(regions) == 1 and (self._engine.places(min(regions)) <= 1 or self._rounds > MOST_ROUNDS)
        if alone:
            self._pending = [Group(tuple(job for job, _ in jobs), None, min(regions))]
        elif self._rounds > MOST_ROUNDS:
            self._pending = [replace(group, hosts=None) for group in share_out(jobs, 1)]
        else:
            self._pending = share_out(jobs, self._count_parts(len(jobs)))

    def _count_parts(self, sources: int) -> int:
        places = max(1, self._engine.places(""))
        return max(min(places, sources), min(GROUPS_A_PLACE * places, sources // SOURCES_A_GROUP))

    def _account_for_placeless(self) -> Iterator[Message]:
        """Sources of a region in which nothing works; where nothing works at all, this machine takes over."""
        for region in {group.region for group in self._pending}:
            if self._engine.places(region):
                self._without.pop(region, None)
                continue
            since = self._without.setdefault(region, monotonic())
            if monotonic() - since < self._engine.settle:
                continue
            if not self._engine.places("") and self._engine.name != "local":
                self._take_over("no worker is there")
                return
            for group in [group for group in self._pending if group.region == region]:
                self._pending.remove(group)
                yield from map(self._miss, group.jobs)

    def _start_groups(self) -> None:
        for group in list(self._pending):
            if monotonic() < group.not_before or not self._has_room(group):
                continue
            self._pending.remove(group)
            jobs = tuple(self._refresh(job) for job in group.jobs if job.source.id not in self._done)
            if jobs:
                self._start(replace(group, jobs=jobs))

    def _has_room(self, group: Group) -> bool:
        running = [each.group for each in self._running.values()]
        if self._limit is not None and running:  # what one group leaves of the limit is the next one's
            return False
        if len(running) >= self._engine.places("") or any(group.meets(other) for other in running):
            return False
        return sum(other.region == group.region for other in running) < self._engine.places(group.region)

    def _start(self, group: Group) -> None:
        self._tickets += 1
        hosts = tuple(
            state
            for site, state in self._hosts.items()
            if group.hosts is None or fold_host(host_of(f"//{site}")) in group.hosts
        )
        job = replace(self._job, sources=group.jobs, own=group.hosts, hosts=hosts, limit=self._limit)
        now = monotonic()
        rounds = -(-len(group.jobs) // job.crawl.sources_at_once)
        deadline = now + rounds * job.crawl.source_time.total_seconds() + EXTRA_TIME
        self._running[self._tickets] = _Running(group, {each.source.id: each for each in group.jobs}, now, deadline)
        self._engine.start(self._tickets, job, group.region)

    def _refresh(self, job: SourceJob) -> SourceJob:
        """The job with the feeds whose hosts have meanwhile asked to be left alone."""
        now = clock.now()
        waiting = {site for site, state in self._hosts.items() if state.until and state.until > now}
        feeds = frozenset(feed for feed in job.source.feeds if site_of(feed) in waiting)
        return replace(job, waiting=job.waiting | feeds) if feeds else job

    # ---- hearing

    def _handle(self, event: Event) -> Iterator[Message]:
        if isinstance(event, EngineLost):
            self._take_over(event.reason)
        elif isinstance(event, Lost):
            yield from self._lose(event.ticket, event.reason)
        else:
            yield from self._hear(event)

    def _hear(self, event: Heard) -> Iterator[Message]:
        message, running = event.message, self._running.get(event.ticket)
        if isinstance(message, SourceResult):
            yield from self._end_source(message, running)
        elif isinstance(message, Progress):
            yield message
        elif isinstance(message, Pulse):
            self._hosts |= {state.site: state for state in message.hosts}
        elif isinstance(message, HandOver) and running and message.source in running.left:
            job = running.left.pop(message.source)
            self._handed.append((replace(job, begun=message.begun), hosts_of(job) | message.hosts))
        elif isinstance(message, Finished) and running:
            if running.left:
                yield from self._lose(event.ticket, "the crawl process ended")
            self._running.pop(event.ticket, None)

    def _end_source(self, result: SourceResult, running: _Running | None) -> Iterator[Message]:
        if running:
            running.left.pop(result.source, None)
        if result.source in self._done:  # it came late, after another process had been given it
            return
        self._done.add(result.source)
        if self._limit is not None:
            self._limit = max(0, self._limit - sum(item.article is not None for item in result.items))
        result.note = self._note
        yield result

    # ---- what goes wrong

    def _find_silent(self, events: list[Event]) -> list[tuple[int, str]]:
        """Processes that said nothing for too long, or work for too long; ``events`` is all that was said by now."""
        now, found = monotonic(), []
        heard = {event.ticket for event in events if isinstance(event, Heard)}
        for ticket, running in self._running.items():
            if ticket in heard:
                running.heard = now
            if now - running.heard > max(SILENCE, self._engine.settle):
                found.append((ticket, "the crawl process was no longer heard"))
            elif now > running.deadline:
                found.append((ticket, "the crawl process took too long"))
        return found

    def _lose(self, ticket: int, reason: str) -> Iterator[Message]:
        """Give out again what a lost process left; what has cost several processes is accounted as failed."""
        running = self._running.pop(ticket, None)
        if running is None:
            return
        self._engine.end(ticket)
        self._tries.update(running.left.keys())
        again = [job for name, job in running.left.items() if self._tries[name] < MOST_TRIES]
        if again:
            _LOG.warning("%s; %d of its sources are asked again", reason, len(again))
        for jobs in _halve(again) if any(self._tries[job.source.id] > 1 for job in again) else [again]:
            if jobs:
                not_before = monotonic() + self._engine.settle
                self._pending.append(replace(running.group, jobs=tuple(jobs), not_before=not_before))
        for name, job in running.left.items():
            if self._tries[name] >= MOST_TRIES:
                self._done.add(name)
                yield _fail(job, FeedState.FAILED, f"{reason} before this source was done")

    def _take_over(self, reason: str) -> None:
        """The engine is gone: this machine asks what is left, once no process elsewhere can still be asking."""
        lost, self._engine = self._engine, self._local()
        if self._stopped:  # by another thread, which knew only of the old engine
            self._engine.stop()
        lost.stop()
        self._note = f"asked on this machine: {lost.name}: {reason}"
        _LOG.warning("%s: %s; the rest of the run is asked on this machine", lost.name, reason)
        left = [job for running in self._running.values() for job in running.left.values()]
        left += [job for group in self._pending for job in group.jobs]
        self._running, self._rounds = {}, 0
        self._handed += [(job, hosts_of(job)) for job in left if job.source.id not in self._done]
        self._share_out()
        self._hold_back(lost.settle)

    def _hold_back(self, seconds: float) -> None:
        """Start no group before so long from now."""
        self._pending = [replace(group, not_before=monotonic() + seconds) for group in self._pending]

    def _miss(self, job: SourceJob) -> SourceResult:
        self._done.add(job.source.id)
        where = "" if self._engine.name == "local" else f" at {self._engine.name}"
        return _fail(job, FeedState.NO_WORKER, f"not asked: no worker{where} stands in its region {job.source.region}")


def _halve(jobs: list[SourceJob]) -> Iterable[list[SourceJob]]:
    middle = len(jobs) // 2
    return jobs[:middle], jobs[middle:]


def _fail(job: SourceJob, state: FeedState, reason: str) -> SourceResult:
    """The account of a source that no process has answered for."""
    source, now = job.source, clock.now()
    feed = (*source.feeds, *(listing.url for listing in source.listings), *source.pages, source.home)[0]
    failed = FeedResult(feed, state, reason, asked=state is not FeedState.NO_WORKER)
    if job.begun is None:
        return SourceResult(source.id, now, now, [failed])
    result = job.begun.result
    left = [
        ItemResult(hide_password(entry.link), State.DEFERRED, reason, entry.title or "") for entry in job.begun.entries
    ]
    return replace(result, finished=now, feeds=[*result.feeds, failed], items=[*result.items, *left])
