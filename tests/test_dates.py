"""Dates as publishers write them: the region's forms are read, doubtful ones are left."""

from __future__ import annotations

import time
import timeit
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading.dates import parse_date, read_feed_date

BAKU = ZoneInfo("Asia/Baku")
NOW = datetime(2025, 8, 1, 12, 0, tzinfo=UTC)


def read(text: str, zone: str = "Asia/Baku", language: str | None = None) -> tuple[str, str, bool] | None:
    found = parse_date(text, zone=ZoneInfo(zone), now=NOW, language=language)
    return (found.instant.isoformat(), found.precision, found.zone_stated) if found else None


@pytest.mark.parametrize(
    ("text", "instant", "precision", "stated"),
    [
        ("9 May 2025 14:01 (UTC+04:00)", "2025-05-09T14:01:00+04:00", "minute", True),
        ("12.03.2020 [10:41]", "2020-03-12T10:41:00+04:00", "minute", False),
        ("14 Mar. 13:30 (UTC+3 MSK)", "2025-03-14T13:30:00+03:00", "minute", True),
        ("02.05.2023 12:22", "2023-05-02T12:22:00+04:00", "minute", False),
        ("27.06.2024 | 14:58", "2024-06-27T14:58:00+04:00", "minute", False),
        ("2025.01.28 / 15:50", "2025-01-28T15:50:00+04:00", "minute", False),
        ("19 February 2018, 10:50", "2018-02-19T10:50:00+04:00", "minute", False),
        ("Ekleme: 10.05.2024 19:09:17 / Güncelleme: 10.05.2024 19:16:52", "2024-05-10T19:09:17+04:00", "second", False),
        ("Mar 14, 2025, 9:39am EDT", "2025-03-14T09:39:00-04:00", "minute", True),
        ("May 15, 2024 | 4:25 AM", "2024-05-15T04:25:00+04:00", "minute", False),
        ("29 March 2024", "2024-03-29T00:00:00+04:00", "day", False),
        ("Dec 2 2021", "2021-12-02T00:00:00+04:00", "day", False),
        ("Published April 23,2024", "2024-04-23T00:00:00+04:00", "day", False),
        ("2024-07-20T08:32+00:00", "2024-07-20T08:32:00+00:00", "minute", True),
        ("2024-11-28 19:36:00", "2024-11-28T19:36:00+04:00", "second", False),
        ("Mon, 21 Jul 2025 08:32:00 +0400", "2025-07-21T08:32:00+04:00", "second", True),
        ("2024-07-20T08:32:11.250Z", "2024-07-20T08:32:11+00:00", "second", True),
        ("2024-07-20T08:32:60Z", "2024-07-20T08:32:59+00:00", "second", True),
        ("20240720", "2024-07-20T00:00:00+04:00", "day", False),
        ("20240720T083211Z", "2024-07-20T08:32:11+00:00", "second", True),
        ("Thu, Jun 22, 2023 at 01:11 PM EDT", "2023-06-22T13:11:00-04:00", "minute", True),
        ("21-Aug-2024 07:30", "2024-08-21T07:30:00+04:00", "minute", False),
        ("21.08.2024, 14:05 (Bakı vaxtı ilə)", "2024-08-21T14:05:00+04:00", "minute", True),
        ("21 августа 2024, 14:05 по московскому времени", "2024-08-21T14:05:00+03:00", "minute", True),
        ("August 21, 2024 14:05 Yerevan time", "2024-08-21T14:05:00+04:00", "minute", True),
        ("Wed Aug 21 2024 14:05:33 GMT+0300 (Arabian Standard Time)", "2024-08-21T14:05:33+03:00", "second", True),
        ("21 Aug 2024, 2.05pm", "2024-08-21T14:05:00+04:00", "minute", False),
        ("21.08.2024 11.39", "2024-08-21T11:39:00+04:00", "minute", False),
        ("21 août 2024 14h05", "2024-08-21T14:05:00+04:00", "minute", False),
        ("21 օգոստոսի 2024թ., 14:05", "2024-08-21T14:05:00+04:00", "minute", False),
        ("14:05, 21 Aug 2024", "2024-08-21T14:05:00+04:00", "minute", False),
    ],
)
def test_usual_and_regional_forms_are_read(text: str, instant: str, precision: str, stated: bool) -> None:
    assert read(text) == (instant, precision, stated)


@pytest.mark.parametrize(
    "text",
    [
        "21 августа 2024 г. 14:05",
        "21 АВГУСТА 2024, 14:05",
        "среда, 21 августа 2024 года, 14:05",
        "21 avqust 2024-cü il, saat 14:05",
        "21 Avqust, 2024 14:05",
        "21 Ağustos 2024 Çarşamba 14:05",
        "21 AĞUSTOS 2024 - 14:05",
        "2024 թ. օգոստոսի 21, 14:05",
        "21 Օգոստոսի, 2024 14։05",
        "21 აგვისტო, 2024 14:05",
        "ოთხშაბათი, 21 აგვისტოს 2024 14:05",
        "۳۱ مرداد ۱۴۰۳ - ۱۴:۰۵",
        "چهارشنبه ۳۱ مرداد ۱۴۰۳ ساعت ۱۴:۰۵",
        "31 Mordad 1403 14:05",
        "1403/05/31 14:05",
        "۲۱ اوت ۲۰۲۴ ۱۴:۰۵",
        "21 أغسطس 2024 14:05",
        "21 août 2024 à 14:05",
        "Mittwoch, 21. August 2024, 14:05 Uhr",
        "21 de agosto de 2024 14:05",
        "21 серпня 2024 14:05",
        "21-08-2024 14:05",
        "Qua, 21 Aug 2024 14:05",
        "Ç., 21 Avq 2024 14:05",
        "20240821 14:05",
        "21/08/2024 14:05",
    ],
)
def test_the_same_moment_is_read_in_every_language(text: str) -> None:
    assert read(text) == ("2024-08-21T14:05:00+04:00", "minute", False)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("AMT", 4), ("AZT", 4), ("GET", 4), ("MSK", 3), ("МСК", 3), ("TRT", 3), ("IRST", 3.5), ("EDT", -4),
        ("GMT", 0), ("GMT+4", 4), ("UTC +04:00", 4), ("+04", 4), ("+0330", 3.5), ("CEST", 2),
        ("(GMT+4)", 4), ("Asia/Tbilisi", 4), ("America/New_York", -5), ("ET", -5),
    ],
)  # fmt: skip
def test_named_zones_count_not_the_sources(zone: str, offset: float) -> None:
    found = parse_date(f"Mon, 20 Jan 2025 10:00:00 {zone}", zone=ZoneInfo("Asia/Tokyo"), now=NOW)
    assert found is not None
    assert found.zone_stated
    assert found.instant.utcoffset() == timedelta(hours=offset)


def test_an_abbreviation_of_the_sources_own_zone_means_that_zone() -> None:
    assert read("20 Jan 2025 10:00 IST", "Asia/Kolkata") == ("2025-01-20T10:00:00+05:30", "minute", True)
    assert read("20 Jan 2025 10:00 IST", "Asia/Baku") is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("28 February, 11:39", "2025-02-28T11:39:00+04:00"),
        ("16 September, 11:17", "2024-09-16T11:17:00+04:00"),
        ("1 avqust, 15:00", "2025-08-01T15:00:00+04:00"),
        ("2 Dec in 12:40", "2024-12-02T12:40:00+04:00"),
    ],
)
def test_a_date_without_year_is_the_last_such_day(text: str, instant: str) -> None:
    found = read(text)
    assert found is not None
    assert found[0] == instant


@pytest.mark.parametrize(
    "text",
    [
        "today at 10:05", "Today, 10:05 AM", "сегодня, 10:05", "Сегодня в 10:05", "10:05, сегодня", "сьогодні о 10:05",
        "bu gün, 10:05", "Bu gün, saat 10:05", "bugün 10.05", "Bugün, 10:05", "այսօր, 10:05", "Այսօր, ժամը 10։05",
        "დღეს, 10:05", "დღეს 10:05 საათზე", "امروز ۱۰:۰۵", "امروز، ساعت ۱۰:۰۵", "اليوم 10:05",
    ],
)  # fmt: skip
def test_today_is_the_day_of_the_fetch_in_the_sources_zone(text: str) -> None:
    late = datetime(2025, 7, 31, 20, 30, tzinfo=UTC)  # half past midnight in Baku
    for now, day in ((NOW, "2025-08-01"), (late + timedelta(hours=12), "2025-08-01")):
        found = parse_date(text, zone=BAKU, now=now)
        assert found is not None
        assert found.instant.isoformat() == f"{day}T10:05:00+04:00"
    assert parse_date(text, zone=BAKU, now=late) is None  # 10:05 of that day is still to come


@pytest.mark.parametrize(
    "text",
    [
        "yesterday at 20:15", "Вчера, 20:15", "dünən, 20:15", "Dünən saat 20:15", "Dün 20:15", "երեկ, 20:15",
        "Երեկ ժամը 20։15", "გუშინ, 20:15", "دیروز ۲۰:۱۵", "دیروز، ساعت ۲۰:۱۵", "أمس 20:15",
    ],
)  # fmt: skip
def test_yesterday_is_the_day_before_the_fetch_in_the_sources_zone(text: str) -> None:
    late = datetime(2025, 7, 31, 20, 30, tzinfo=UTC)  # half past midnight of 1 August in Baku
    for now in (NOW, late):
        found = parse_date(text, zone=BAKU, now=now)
        assert found is not None
        assert found.instant.isoformat() == "2025-07-31T20:15:00+04:00"


def test_today_in_a_stated_zone_is_the_day_it_is_there() -> None:
    late = datetime(2025, 7, 31, 20, 30, tzinfo=UTC)
    for text, instant in (
        ("yesterday 10:05 UTC", "2025-07-30T10:05:00+00:00"),
        ("сегодня, 20:05 UTC", "2025-07-31T20:05:00+00:00"),
        ("вчера, 23:05 МСК", "2025-07-30T23:05:00+03:00"),
    ):
        found = parse_date(text, zone=BAKU, now=late)
        assert found is not None
        assert found.instant.isoformat() == instant


@pytest.mark.parametrize(
    "text",
    [
        "сегодня", "bugün", "сегодня, 18:30", "Вчера, 24:10", "позавчера, 10:05", "2 часа назад", "5 saat əvvəl",
        "2 saat önce", "10 minutes ago", "5 րոպե առաջ", "2 საათის წინ", "۲ ساعت پیش", "Bazar ertəsi, 10:05",
        "today 31 July 10:05", "Dünya 10:05", "today 10:05, yesterday 11:05",
    ],
)  # fmt: skip
def test_a_day_told_by_its_distance_alone_or_to_come_is_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "14:05", "hello 21 July 2025", "30 February, 10:00", "31 June 2024", "2024-02-30", "24:10 1 May 2024",
        "2024-05-01T25:00:00Z", "2024-05-01T10:61:00Z", "3 Aug 2025", "2031-01-01", "9999-12-31T23:59:59-99:99",
        "0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "01.01.1970 00:00", "5 May 12.08.2024",
        "21-22 August 2024", "10:00 11:00 1 May 2024", "1 May 2024 2 May 2024", "1 May June 2024",
        "2024-05-01T10:00:00-05:00Z", "1 May 2024 10:00 UTC+3 EDT", "Updated: 21 July 2025", "31 Esfand 1402",
        "2013-01-27-01", "May 2024", "2024", "1107450009", "16 zzz 2012 11:47", "x" * 500, "1 May 2024 13:00 am",
        "01.13.2024", "12345678", "1.2.3.4", "Вчера", "10 комментариев",
    ],
)  # fmt: skip
def test_nonsense_contradiction_and_future_give_nothing(text: str) -> None:
    assert read(text) is None


def test_day_and_month_in_figures_are_told_apart_only_where_something_tells_them() -> None:
    assert read("03/04/2025", "Asia/Baku") == ("2025-04-03T00:00:00+04:00", "day", False)
    assert read("03/04/2025", "America/New_York") is None
    assert read("03/04/2025", "UTC") is None
    assert read("03/04/2025", "UTC", "fr") == ("2025-04-03T00:00:00+00:00", "day", False)
    assert read("03/28/2025", "UTC") == ("2025-03-28T00:00:00+00:00", "day", False)
    assert read("Thu, 03/04/2025", "UTC") == ("2025-04-03T00:00:00+00:00", "day", False)
    assert read("Tue, 03/04/2025", "UTC") == ("2025-03-04T00:00:00+00:00", "day", False)


def test_a_stated_weekday_that_is_wrong_does_not_spoil_a_full_date() -> None:
    assert read("Mon, 21 Aug 2024 10:00:00 GMT") == ("2024-08-21T10:00:00+00:00", "second", True)


def test_a_clock_a_little_ahead_is_forgiven() -> None:
    assert read("2025-08-01T12:04:00Z") is not None
    assert read("2025-08-01T12:06:00Z") is None


def test_local_time_follows_summer_time_of_the_source() -> None:
    assert read("21 July 2024 10:00", "Europe/Berlin") == ("2024-07-21T10:00:00+02:00", "minute", False)
    assert read("21 January 2024 10:00", "Europe/Berlin") == ("2024-01-21T10:00:00+01:00", "minute", False)


def test_feeds_may_state_a_month_alone_or_seconds_since_1970() -> None:
    def feed(text: str) -> tuple[str, str] | None:
        found = read_feed_date(text, zone=UTC, now=NOW)
        return (found[0].isoformat(), found[1]) if found else None

    assert feed("2024-335") == ("2024-11-30T00:00:00+00:00", "day")
    assert feed("Nov. 2020") == ("2020-11-01T00:00:00+00:00", "month")
    assert feed("2003") == ("2003-01-01T00:00:00+00:00", "year")
    assert feed("0001-01-01T00:00:00Z") == ("0001-01-01T00:00:00+00:00", "second")
    assert feed("1720000000") == ("2024-07-03T09:46:40+00:00", "second")


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("UTC")])
def test_korean_in_a_feed_of_unknown_zone_is_korean_time(zone: tzinfo) -> None:
    found = read_feed_date("2024-05-25 오후 11:23:17", zone=zone, now=NOW)
    assert found is not None
    assert found[0].isoformat() == "2024-05-25T23:23:17+09:00"


@pytest.mark.parametrize("text", ["Mon, 21 Jul 2025 08:32:00 +0400", "2025-07-21T08:32:00Z", "10.04.2020 [10:41]"])
def test_usual_forms_are_quick(text: str) -> None:
    runs = 200
    best = min(timeit.repeat(lambda: parse_date(text, zone=BAKU, now=NOW), "", time.process_time, 5, runs))
    assert best / runs < 150e-6  # about 25e-6 on an idle machine


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2025, 7, 1)),
    st.sampled_from(["%d %B %Y %H:%M", "%d.%m.%Y %H:%M", "%B %d, %Y %I:%M %p", "%Y-%m-%dT%H:%M", "%H:%M, %d %b %Y"]),
)
def test_what_strftime_writes_is_read_back(moment: datetime, form: str) -> None:
    found = parse_date(moment.strftime(form), zone=BAKU, now=NOW)
    assert found is not None
    assert found.instant.replace(tzinfo=None) == moment.replace(second=0, microsecond=0)


@given(st.text(max_size=60))
def test_any_text_ends_in_a_past_instant_or_none(text: str) -> None:
    for reader in (parse_date, read_feed_date):
        found = reader(text, zone=BAKU, now=NOW)
        if found is not None:
            instant = found[0] if isinstance(found, tuple) else found.instant
            assert instant.tzinfo is not None
            assert instant <= NOW + timedelta(minutes=5)


@given(st.text(alphabet="0123456789:.-/ +ZTAPMampmai", max_size=40))
def test_figures_in_any_order_never_raise(text: str) -> None:
    parse_date(text, zone=BAKU, now=NOW)
