"""When a source is asked next: pure decisions on its rhythm, with the clock passed in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wirewatch.pacing import (
    MEMORY,
    SILENT_AFTER,
    Limits,
    Rhythm,
    backoff,
    expect,
    is_overdue,
    is_silent,
    is_stale,
    learn,
    next_interval,
    reads_whole,
    usual_rate,
)

BAKU = ZoneInfo("Asia/Baku")
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
LIMITS = Limits()


def office_hours(weeks, an_hour=4, zone=BAKU):
    """Reports from 9 to 18 on working days, evenly."""
    times = []
    for day in range(7 * weeks):
        for hour in range(9, 18):
            start = (MONDAY.astimezone(zone) + timedelta(days=day)).replace(hour=hour, minute=0)
            if start.weekday() < 5:
                times += [start + HOUR * number / an_hour for number in range(an_hour)]
    return times


def follow(times, zone=BAKU, every=HOUR, start=MONDAY, end=None):
    """The rhythm after asking ``every`` so often."""
    rhythm, now, left = Rhythm(), start, sorted(times)
    end = end or left[-1] + every
    while now <= end:
        found = [each for each in left if each <= now]
        left = left[len(found) :]
        rhythm = learn(rhythm, found, now, zone)
        now += every
    return rhythm


@pytest.fixture(scope="module")
def wire():
    return follow(office_hours(3))


def at(weekday, hour, zone=BAKU):
    """A moment in the fourth week, in local time."""
    return (MONDAY.astimezone(zone) + timedelta(days=21 + weekday)).replace(hour=hour, minute=30)


def test_rates_are_learned_by_weekday_and_hour(wire):
    assert usual_rate(wire, at(1, 11), BAKU) > 2.5
    assert usual_rate(wire, at(1, 3), BAKU) < 0.5
    assert usual_rate(wire, at(6, 11), BAKU) < usual_rate(wire, at(1, 11), BAKU) / 2


def test_a_busy_hour_is_asked_often_and_a_quiet_one_seldom(wire):
    busy, quiet = next_interval(wire, at(1, 11), BAKU, LIMITS), next_interval(wire, at(6, 3), BAKU, LIMITS)
    assert busy < 12 * MINUTE
    assert quiet > 30 * MINUTE


def test_who_publishes_more_is_asked_more_often():
    slow, fast = follow(office_hours(2, 1)), follow(office_hours(2, 20))
    when = at(1, 11) - timedelta(days=7)
    assert next_interval(fast, when, BAKU, LIMITS) < next_interval(slow, when, BAKU, LIMITS)


def test_the_morning_is_met_when_it_begins(wire):
    early = at(1, 8) + 15 * MINUTE
    assert next_interval(wire, early, BAKU, LIMITS) < 45 * MINUTE


def test_a_source_of_which_nothing_is_known_is_asked_about_hourly():
    assert 30 * MINUTE < next_interval(Rhythm(), MONDAY, BAKU, LIMITS) <= HOUR


def test_a_burst_is_followed(wire):
    calm = at(1, 11)
    before = learn(wire, [calm - 3 * DAY], calm - 3 * DAY, BAKU)
    burst = learn(before, [calm - number * MINUTE for number in range(15)], calm, BAKU)
    assert next_interval(burst, calm, BAKU, LIMITS) < next_interval(before, calm, BAKU, LIMITS) * 0.7


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(-(10**8), 10**7), max_size=40),
    st.integers(0, 10**7),
    st.sampled_from(["UTC", "Asia/Baku", "Asia/Tehran", "America/New_York"]),
)
def test_the_interval_always_lies_within_the_limits_whatever_a_publisher_states(offsets, ahead, zone):
    zone = ZoneInfo(zone)
    now = MONDAY + timedelta(seconds=ahead)
    rhythm = learn(Rhythm(), [MONDAY + timedelta(seconds=each) for each in offsets], MONDAY, zone)
    rhythm = learn(rhythm, [now - HOUR], now, zone)
    assert LIMITS.fastest <= next_interval(rhythm, now, zone, LIMITS) <= LIMITS.slowest
    assert Rhythm.from_text(rhythm.to_text()).to_text() == rhythm.to_text()
    assert expect(rhythm, now, now + DAY, zone) >= 0


def test_a_first_reading_teaches_the_rhythm_at_once():
    times = office_hours(3)
    rhythm = learn(Rhythm(), times, times[-1], BAKU)
    assert usual_rate(rhythm, at(1, 11), BAKU) > 2


def test_dates_of_the_future_and_of_long_ago_do_not_count():
    rhythm = learn(Rhythm(), [MONDAY + 400 * DAY, MONDAY - MEMORY - DAY], MONDAY, BAKU)
    assert sum(rhythm.items) == 1
    assert rhythm.newest == MONDAY


def test_what_was_passed_over_before_does_not_count_twice():
    rhythm = learn(Rhythm(), [MONDAY - HOUR], MONDAY, BAKU)
    later = learn(rhythm, [MONDAY - 30 * DAY, MONDAY + HOUR], MONDAY + 2 * HOUR, BAKU)
    assert sum(later.items) == 2


def test_the_hours_watched_are_as_many_as_passed():
    rhythm = follow([MONDAY + HOUR * number for number in range(1, 100)], every=7 * MINUTE)
    assert sum(rhythm.hours) == pytest.approx(98, abs=2)


def test_summer_time_keeps_the_working_day_in_its_place():
    zone = ZoneInfo("Europe/London")
    start = datetime(2026, 10, 12, tzinfo=UTC)
    times = [
        (start.astimezone(zone) + timedelta(days=day)).replace(hour=9, minute=minute)
        for day in range(13)
        for minute in (0, 15, 30, 45)
    ]
    rhythm = follow(times, zone, start=start)
    winter = datetime(2026, 10, 26, 9, 30, tzinfo=zone)
    assert usual_rate(rhythm, winter, zone) > 2
    assert usual_rate(rhythm, winter - HOUR, zone) < 1


# ---- silence


def test_silence_is_seen_by_the_rhythm_of_weekdays_and_hours(wire):
    assert not is_silent(wire, wire.newest + 15 * HOUR, BAKU)  # a night
    assert not is_silent(wire, at(-1, 17), BAKU)  # a weekend
    assert is_silent(wire, at(0, 13), BAKU)  # Monday at noon


def test_silence_lasts_until_something_is_published(wire):
    later = wire.newest + 10 * DAY
    assert is_silent(wire, later, BAKU)
    assert is_silent(learn(wire, [], later, BAKU), later, BAKU)
    assert not is_silent(learn(wire, [later - MINUTE], later, BAKU), later, BAKU)


def test_who_publishes_in_batches_is_given_the_silence_between_them():
    times = [MONDAY + DAY * day + MINUTE * number for day in range(1, 28) for number in range(20)]
    rhythm = follow(times, ZoneInfo("UTC"))
    assert not is_silent(rhythm, rhythm.newest + 23 * HOUR, ZoneInfo("UTC"))
    assert is_silent(rhythm, rhythm.newest + 4 * DAY, ZoneInfo("UTC"))


def test_hours_that_were_never_watched_say_nothing():
    times = [MONDAY + 12 * HOUR + 10 * MINUTE * number for number in range(20)]
    rhythm = learn(Rhythm(), times, times[-1], BAKU)
    assert expect(rhythm, rhythm.newest, rhythm.newest + 2 * DAY, BAKU) < SILENT_AFTER


def test_two_or_three_reports_say_nothing_of_silence():
    rhythm = learn(Rhythm(), [MONDAY, MONDAY + HOUR], MONDAY + 2 * HOUR, BAKU)
    assert not is_silent(rhythm, MONDAY + 50 * DAY, BAKU)


@pytest.mark.parametrize(
    ("ages", "stale"),
    [
        ([90, 91, 92, 93], True),
        ([13, 14, 15], False),
        ([40, 70, 100, 130], False),
        ([200, 230, 260, 290], True),
        ([400], False),
        ([], False),
        ([-400, 90, 91], False),
    ],
)
def test_a_feed_is_stale_by_its_own_gaps(ages, stale):
    assert is_stale([MONDAY - DAY * age for age in ages], MONDAY) is stale


# ---- failures, and validators that lie


def test_failures_back_off_to_a_day_and_never_for_good():
    spans = [backoff(number, 3 * MINUTE, LIMITS) for number in range(1, 200)]
    assert spans[:4] == [3 * MINUTE, 6 * MINUTE, 12 * MINUTE, 24 * MINUTE]
    assert spans == sorted(spans)
    assert spans[-1] == DAY
    assert backoff(1, HOUR, LIMITS) == HOUR


def test_a_feed_is_read_whole_now_and_then_and_always_after_two_lies():
    assert reads_whole(None, 0, MONDAY, False)
    assert not reads_whole(MONDAY - HOUR, 0, MONDAY, False)
    assert reads_whole(MONDAY - HOUR, 0, MONDAY, True)
    assert reads_whole(MONDAY - HOUR, 1, MONDAY, False)
    assert reads_whole(MONDAY - 7 * HOUR, 0, MONDAY, False)
    assert reads_whole(MONDAY - MINUTE, 2, MONDAY, False)
    assert not reads_whole(MONDAY + DAY, 0, MONDAY, True)  # the clock was set back


def test_a_busy_source_is_overdue_soon(wire):
    noon = at(1, 12)
    learned = learn(wire, [noon], noon, BAKU)
    assert not is_overdue(learned, noon + 10 * MINUTE, BAKU)
    assert is_overdue(learned, noon + 2 * HOUR, BAKU)
    assert not is_overdue(Rhythm(), noon, BAKU)
