"""Which sources the clock asks now."""

from datetime import UTC, datetime, timedelta

from scheduler.due import due_sources, next_due, tick
from storage.plans import Plan
from wirewatch.pacing import Limits
from wirewatch.source import Source

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SOURCES = (Source("araks", "Araks"), Source("bogaz", "Bogaz"), Source("mtkvari", "Mtkvari"))


def plan(source, due, asked=NOW - MINUTE):
    return Plan(source, asked, due, MINUTE, "")


PLANS = {"araks": plan("araks", NOW + 20 * MINUTE), "bogaz": plan("bogaz", NOW + 5 * MINUTE)}


def ids(sources):
    return [each.id for each in sources]


def test_what_was_never_asked_is_due_at_once():
    assert ids(due_sources(SOURCES, PLANS, NOW)) == ["mtkvari"]
    assert next_due(SOURCES, PLANS, NOW) == NOW


def test_what_is_due_within_half_a_minute_goes_along():
    when = NOW + 5 * MINUTE - timedelta(seconds=20)
    assert ids(due_sources(SOURCES[:2], PLANS, when)) == ["bogaz"]
    assert due_sources(SOURCES[:2], PLANS, when - MINUTE) == ()


def test_the_next_source_is_named():
    assert next_due(SOURCES[:2], PLANS, NOW) == NOW + 5 * MINUTE
    assert next_due(SOURCES[:2], PLANS, NOW + 9 * MINUTE) == NOW + 9 * MINUTE
    assert next_due((), PLANS, NOW) is None


def test_a_plan_made_in_the_future_does_not_hold_after_the_clock_was_set_back():
    ahead = {"araks": plan("araks", NOW + timedelta(days=9), asked=NOW + timedelta(days=8))}
    assert ids(due_sources(SOURCES[:1], ahead, NOW)) == ["araks"]
    assert next_due(SOURCES[:1], ahead, NOW) == NOW


def test_the_clock_looks_every_minute_or_as_often_as_the_fastest_source():
    assert tick(Limits()) == MINUTE
    assert tick(Limits(timedelta(seconds=2), timedelta(seconds=2))) == timedelta(seconds=2)
    assert tick(Limits(timedelta(0), timedelta(0))) == timedelta(seconds=1)
