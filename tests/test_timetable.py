"""The clock of the service: overruns, failures, clocks that jump, another interval."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from scheduler.service import timetable
from scheduler.service.timetable import Timetable
from wirewatch import clock
from wirewatch.config import Schedule

HOUR = timedelta(hours=1)
SOON = 3.0
"""Seconds within which something that is due at once has happened, on a busy machine too."""


class Work:
    """A crawl that counts itself."""

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.seconds, self.error, self.pause = seconds, error, timedelta(hours=1)
        self.begun = self.under_way = self.most = 0

    async def crawl(self) -> datetime:
        self.begun += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.seconds)
        self.under_way -= 1
        if self.error:
            raise self.error
        return clock.now() + self.pause


async def keep(made: Timetable, until: Callable[[], bool], seconds: float = SOON) -> bool:
    """Let a timetable work until something is true, at most so long; whether it came true."""
    stop = asyncio.Event()
    made.start()
    watching = asyncio.create_task(made.watch(stop))
    end = asyncio.get_running_loop().time() + seconds
    while not until() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.01)
    came = until()
    stop.set()
    await watching
    made.close()
    return came


def make(work: Callable[[], Awaitable[datetime]], first: datetime | None = None, every: str = "1h") -> Timetable:
    return Timetable(work, Schedule(every=every, jitter="0.001s"), first or clock.now())


async def test_a_run_that_takes_longer_than_its_interval_is_never_joined_by_a_second(caplog):
    work = Work(seconds=2.2)
    work.pause = timedelta(milliseconds=10)
    assert await keep(make(work.crawl, every="1s"), lambda: work.begun >= 2, 12)
    assert work.most == 1
    assert "the run before still goes on; this one is left out" in caplog.text


async def test_a_run_that_fails_is_tried_again_before_its_time(caplog):
    made = make(Work(error=OSError("disk full")).crawl)
    assert await keep(made, lambda: "the crawl failed: disk full; next attempt" in caplog.text)


async def test_a_failed_run_is_due_again_in_minutes(monkeypatch):
    work = Work(error=OSError("disk full"))
    monkeypatch.setattr(timetable, "RETRY_AFTER", timedelta(seconds=0.2))
    assert await keep(make(work.crawl), lambda: work.begun >= 3)


@pytest.mark.parametrize("jump", [2 * HOUR, -5 * HOUR, timedelta(days=400)], ids=["asleep", "back", "far ahead"])
async def test_after_a_jump_of_the_clock_the_run_comes_once(jump, monkeypatch, caplog):
    work, real, ahead = Work(), clock.now, [timedelta()]
    monkeypatch.setattr(timetable, "CLOCK_CHECK_SECONDS", 0.02)
    monkeypatch.setattr(clock, "now", lambda: real() + ahead[0])

    class WallClock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + ahead[0]

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", WallClock)
    made = make(work.crawl, first=real() + HOUR * 5 / 6)
    asyncio.get_running_loop().call_later(0.1, lambda: ahead.__setitem__(0, jump))
    assert await keep(made, lambda: work.begun >= 1)
    assert "the clock was changed or stood still" in caplog.text
    assert work.begun == 1


async def test_another_interval_holds_at_once():
    made = make(Work().crawl, first=clock.now() + 3 * HOUR, every="4h")
    made.start()
    made.change(Schedule(every="1h"), clock.now() + HOUR / 2)
    assert abs(made.next_run - (clock.now() + HOUR / 2)) < timedelta(seconds=5)
    made.close()


@pytest.fixture(autouse=True)
def _quiet_library():
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("apscheduler").setLevel(logging.NOTSET)
