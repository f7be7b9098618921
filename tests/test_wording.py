"""Times, lags, countries and credits in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from wirewatch.article import Credit
from wirewatch.wording import say_country, say_credits, say_lag, say_offset, say_published, say_time

WHEN = datetime.fromisoformat("2026-03-29T01:30:00+00:00")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "Sunday, 29 March 2026, 01:30 (UTC)"),
        ("Asia/Baku", "Sunday, 29 March 2026, 05:30 (Asia/Baku, UTC+4)"),
        ("Asia/Tehran", "Sunday, 29 March 2026, 05:00 (Asia/Tehran, UTC+3:30)"),
        ("America/New_York", "Saturday, 28 March 2026, 21:30 (America/New_York, UTC−4)"),
        ("Europe/Berlin", "Sunday, 29 March 2026, 03:30 (Europe/Berlin, UTC+2)"),
        ("No/Such_Zone", "Sunday, 29 March 2026, 01:30 (UTC)"),
    ],
)
def test_an_instant_is_said_in_the_readers_zone(zone, words):
    assert say_time(WHEN, zone) == words


def test_a_publisher_far_east_keeps_its_day_when_only_the_day_is_known():
    day = datetime.fromisoformat("2026-03-30T00:00:00+04:00")
    assert say_published(day, "day", None, "America/New_York").startswith("Monday, 30 March 2026 (")


def test_an_unknown_time_is_not_made_up():
    assert say_published(None, None, None, "UTC") == "time not stated by the source"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "at the same time"),
        (1, "1 min later"),
        (-59, "59 min earlier"),
        (60, "1 h later"),
        (-125, "2 h 5 min earlier"),
        (60 * 24 * 3, "3 days later"),
    ],
)
def test_a_lag_is_said_as_people_say_it(minutes, words):
    assert say_lag(timedelta(minutes=minutes)) == words


def test_offsets_countries_and_credits():
    assert [say_offset(timedelta(minutes=m)) for m in (0, 240, 270, -300)] == ["UTC+0", "UTC+4", "UTC+4:30", "UTC−5"]
    assert [say_country(code) for code in ("AZ", "ge", "", "XX1")] == ["Azerbaijan", "Georgia", "", "XX1"]
    given = [Credit("Hub", "distributor", ""), Credit("Wire", "origin", "said Wire"), Credit("Post", "via", "")]
    assert [name for _, name, _ in say_credits(given)] == ["Wire", "Post", "Hub"]
