"""Which sources the clock asks now, and when it looks next."""

from datetime import UTC, datetime, timedelta

from scheduler.due import due_sources, next_due, next_start
from storage.plans import Plan
from wirewatch.pacing import Limits
from wirewatch.source import Source

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOURCES = (Source("araks", "Araks"), Source("bogaz", "Bogaz"), Source("mtkvari", "Mtkvari"))
LIMITS = Limits()


def plan(source, due, asked=NOW - MINUTE, interval=None):
    return Plan(source, asked, due, due - asked if interval is None else interval, "")


PLANS = {"araks": plan("araks", NOW + 20 * MINUTE), "bogaz": plan("bogaz", NOW + 5 * MINUTE)}


def ids(*call):
    return [each.id for each in due_sources(*call)]


def test_what_was_never_asked_is_due_at_once():
    assert ids(SOURCES, PLANS, LIMITS, NOW) == ["mtkvari"]
    assert next_due(SOURCES, PLANS, LIMITS, NOW) == NOW


def test_what_is_due_within_half_a_minute_goes_along():
    when = NOW + 5 * MINUTE - timedelta(seconds=20)
    assert ids(SOURCES[:2], PLANS, LIMITS, when) == ["bogaz"]
    assert ids(SOURCES[:2], PLANS, LIMITS, when - MINUTE) == []


def test_the_next_source_is_named_and_what_is_overdue_is_due_now():
    assert next_due(SOURCES[:2], PLANS, LIMITS, NOW) == NOW + 5 * MINUTE
    assert next_due(SOURCES[:2], PLANS, LIMITS, NOW + 9 * MINUTE) == NOW + 9 * MINUTE
    assert next_due((), PLANS, LIMITS, NOW) == NOW + HOUR


def test_a_plan_made_in_the_future_does_not_hold_after_the_clock_was_set_back():
    ahead = {"araks": plan("araks", NOW + 9 * 24 * HOUR, asked=NOW + 8 * 24 * HOUR)}
    assert ids(SOURCES[:1], ahead, LIMITS, NOW) == ["araks"]


def test_a_shorter_interval_holds_at_once_but_not_for_what_is_left_alone():
    limits = Limits(slowest=10 * MINUTE)
    slow = {"araks": plan("araks", NOW + 50 * MINUTE, asked=NOW - 10 * MINUTE)}
    failing = {"araks": plan("araks", NOW + 50 * MINUTE, asked=NOW - 10 * MINUTE, interval=5 * MINUTE)}
    assert ids(SOURCES[:1], slow, limits, NOW) == ["araks"]
    assert ids(SOURCES[:1], failing, limits, NOW) == []
    assert next_due(SOURCES[:1], failing, limits, NOW) == NOW + 50 * MINUTE


def test_runs_begin_a_minute_apart_or_as_often_as_the_fastest_source():
    assert next_start(NOW, NOW - MINUTE / 2, LIMITS) == NOW + MINUTE / 2
    assert next_start(NOW + HOUR, NOW, LIMITS) == NOW + HOUR
    assert next_start(NOW, NOW, Limits(timedelta(seconds=1), timedelta(seconds=1))) == NOW + timedelta(seconds=1)
