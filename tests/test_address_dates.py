"""Days in addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.reading.address_dates import read_address_date

NOW = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://x.ir/en/news/2025/08/19/3377/a-slug", "2025-08-19"),
        ("https://x.ru/20160410/slug-12.html", "2016-04-10"),
        ("https://x.com/en/latest/2025-08-12/slug/", "2025-08-12"),
        ("https://x.com/news-detail/a-slug-2025-4-11-18/", "2025-04-11"),
        ("https://x.com/world/2024/aug/21/slug", "2024-08-21"),
        ("https://x.ir/news/13990725000338/slug", "2020-10-16"),
        ("https://x.am/en/2024/8/1", "2024-08-01"),
    ],
)
def test_the_day_of_an_address_is_read(address: str, day: str) -> None:
    found = read_address_date(address, zone=ZoneInfo("Asia/Baku"), now=NOW)
    assert found is not None
    assert (found.instant.date().isoformat(), found.precision) == (day, "day")


@pytest.mark.parametrize(
    "address",
    [
        "https://x.am/news/123456.html",
        "https://x.am/2024/13/40/a",
        "https://x.am/2031/01/01/a",
        "https://x.am/2024/08/21/on-2020-01-02-the-war",
        "https://x.am/20240821",
        "https://x.am/1107450009/Title",
        "https://x.am/2024/08/",
    ],
)
def test_no_day_or_two_give_none(address: str) -> None:
    assert read_address_date(address, zone=ZoneInfo("Asia/Baku"), now=NOW) is None
