"""Rhythms and quiet hours, also on the days when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rhythm import is_within, leave_quiet, next_digest, next_mail

ZONES = [
    "UTC",
    "Asia/Baku",
    "Asia/Tehran",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
]
zones = st.sampled_from(ZONES)
instants = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)).map(lambda when: when.replace(tzinfo=UTC))
clocks = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda parts: f"{parts[0]:02}:{parts[1]:02}")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.mark.parametrize(
    ("every", "at", "now", "due"),
    [
        ("daily", "08:00", "2026-03-28T09:00", "2026-03-29T08:00"),  # clocks go forward in between
        ("daily", "02:30", "2026-03-28T12:00", "2026-03-29T03:30"),  # does not exist that day
        ("daily", "02:30", "2026-10-24T12:00", "2026-10-25T02:30"),  # exists twice: the first
        ("daily", "08:00", "2026-10-25T07:59", "2026-10-25T08:00"),
        ("daily", None, "2026-06-01T08:00", "2026-06-02T08:00"),
        ("weekly", "07:15", "2026-03-23T07:15", "2026-03-30T07:15"),
        ("weekly", "07:15", "2026-03-23T07:14", "2026-03-23T07:15"),
        ("hourly", None, "2026-03-29T01:20", "2026-03-29T03:00"),
        ("hourly", None, "2026-06-01T10:00", "2026-06-01T11:00"),
    ],
)
def test_the_next_digest_comes_at_the_local_time(every, at, now, due):
    assert next_digest(every, at, "Europe/Berlin", berlin(now)) == berlin(due)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-06-01T21:59", "2026-06-01T21:59"),
        ("2026-06-01T22:00", "2026-06-02T07:00"),
        ("2026-06-02T06:59", "2026-06-02T07:00"),
        ("2026-06-02T07:00", "2026-06-02T07:00"),
        ("2026-03-29T00:30", "2026-03-29T07:00"),
        ("2026-10-25T00:30", "2026-10-25T07:00"),
    ],
)
def test_quiet_hours_put_mail_off_to_their_end(now, due):
    assert leave_quiet(berlin(now), "22:00-07:00", "Europe/Berlin") == berlin(due)


@given(instants, st.sampled_from(["instant", "hourly", "daily", "weekly"]), clocks, clocks, clocks, zones)
def test_mail_never_comes_early_never_in_quiet_hours_and_never_much_too_late(now, every, at, start, end, zone):
    due = next_mail(every, at, f"{start}-{end}", zone, now)
    assert now <= due <= now + timedelta(days=9, hours=2)
    local = due.astimezone(ZoneInfo(zone))
    assert not is_within(local.time().replace(microsecond=0), *(time.fromisoformat(each) for each in (start, end)))


@given(instants, clocks, zones)
def test_there_is_one_daily_digest_each_local_day(now, at, zone):
    tz, days = ZoneInfo(zone), []
    for _ in range(10):
        now = next_digest("daily", at, zone, now)
        days.append(now.astimezone(tz).date())
    assert days == [days[0] + timedelta(days=n) for n in range(10)]


@given(instants, clocks, zones)
def test_weekly_digests_come_on_mondays_a_week_apart(now, at, zone):
    first = next_digest("weekly", at, zone, now)
    second = next_digest("weekly", at, zone, first)
    tz = ZoneInfo(zone)
    assert first.astimezone(tz).weekday() == second.astimezone(tz).weekday() == 0
    assert second.astimezone(tz).date() - first.astimezone(tz).date() == timedelta(days=7)


@given(instants, zones)
def test_hourly_digests_come_within_the_hour(now, zone):
    due = next_digest("hourly", None, zone, now)
    assert timedelta() < due - now <= timedelta(hours=1)
