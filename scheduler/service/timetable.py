"""When the crawl runs: APScheduler's clock, held against the wall clock."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobExecutionEvent, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from wirewatch import clock
from wirewatch.config import Schedule

log = logging.getLogger("wirewatch")

CLOCK_CHECK_SECONDS = 15.0
OVERDUE = timedelta(seconds=60)
"""How far off its time a run may be before the clock is taken to have been changed."""
RETRY_AFTER = timedelta(minutes=5)
"""A run that could not be made (disk full, database locked) is tried again so soon, and no later than its time."""


def is_astray(due: datetime, every: timedelta, now: datetime) -> bool:
    """True when a run due at ``due`` is overdue (and did not start by itself) or further off than an interval."""
    return due < now - OVERDUE or due > now + every + OVERDUE


class Timetable:
    """Calls ``crawl`` when a source is due: never two at once, a missed run once and late rather than never.

    ``crawl`` returns when it is to be called next. Until it has, ``schedule.every`` from its beginning holds.
    """

    def __init__(self, crawl: Callable[[], Awaitable[datetime]], schedule: Schedule, first: datetime) -> None:
        self._every = schedule.every
        self._crawl = crawl
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._run,
            self._trigger(),
            id="crawl",
            next_run_time=first + _spread(schedule),
            coalesce=True,  # a night asleep is one late run, not ten
            max_instances=1,  # never two at once
            misfire_grace_time=None,  # late is better than never
        )
        self._scheduler.add_listener(self._note_failure, EVENT_JOB_ERROR)
        self._scheduler.add_listener(self._note_overrun, EVENT_JOB_MAX_INSTANCES)

    def _trigger(self) -> IntervalTrigger:
        return IntervalTrigger(seconds=max(1, int(self._every.total_seconds())), timezone="UTC")

    @property
    def next_run(self) -> datetime:
        """When the crawl runs next, as far as is known now."""
        due: datetime = self._scheduler.get_job("crawl").next_run_time
        return due

    def start(self) -> None:
        """Begin; needs the running event loop."""
        self._scheduler.start()

    def pause(self) -> None:
        """Begin no further run."""
        self._scheduler.pause()

    def close(self) -> None:
        """Cancel what is still under way; so it comes last."""
        self._scheduler.shutdown(wait=False)

    def change(self, schedule: Schedule, first: datetime) -> None:
        """Take over other intervals; the next run is at ``first``."""
        self._every = schedule.every
        self._scheduler.reschedule_job("crawl", trigger=self._trigger())
        self._bring_to(first)

    async def _run(self) -> None:
        self._bring_to(await self._crawl())

    async def watch(self, stop: asyncio.Event) -> None:
        """Until ``stop``: see that the next run is where the wall clock says.

        APScheduler sleeps by the monotonic clock. After a suspend or a clock set forward the run would come
        late; after a clock set back it would stay out for as long as the clock went back.
        """
        while not stop.is_set():
            now = clock.now()
            if is_astray(self.next_run, self._every, now):
                self._bring_to(now)
                log.warning("the clock was changed or stood still; the next run starts now")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), CLOCK_CHECK_SECONDS)

    def _bring_to(self, when: datetime) -> None:
        self._scheduler.modify_job("crawl", next_run_time=when)

    def _note_failure(self, event: JobExecutionEvent) -> None:
        self._bring_to(min(self.next_run, clock.now() + RETRY_AFTER))
        log.error("the crawl failed: %s; next attempt %s", event.exception, _iso(self.next_run))

    def _note_overrun(self, _event: JobSubmissionEvent) -> None:
        log.warning("the run before still goes on; this one is left out, the next is due %s", _iso(self.next_run))


def _spread(schedule: Schedule) -> timedelta:
    return timedelta(seconds=random.uniform(0, schedule.jitter.total_seconds()))  # noqa: S311 - spreads load only


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
