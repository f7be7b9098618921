"""The day that an article's address names, as in /2025/08/19/, /20160410/ or -2025-8-12-."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from urllib.parse import unquote, urlsplit

from crawler.reading.dates import ParsedDate, parse_date

_YEAR = r"(20\d\d|19\d\d|1[34]\d\d)"
_IN_ADDRESS = (
    re.compile(rf"/{_YEAR}/(\d{{1,2}})/(\d{{1,2}})(?=[/?])"),
    re.compile(rf"/{_YEAR}/([a-z]{{3}})/(\d{{1,2}})(?=[/?])"),
    re.compile(rf"(?<!\d){_YEAR}-(\d{{1,2}})-(\d{{1,2}})(?!\d)"),
    re.compile(r"/(20\d\d|19\d\d)(\d\d)(\d\d)(?=[/_-])"),
    re.compile(r"/(1[34]\d\d)(\d\d)(\d\d)\d{6}(?!\d)"),
)


def read_address_date(url: str, *, zone: tzinfo, now: datetime) -> ParsedDate | None:
    """The day in an address, where it names exactly one; a Solar Hijri year is read as such.

    It is the day of the address, not always that of publication: use it where nothing else is stated.
    """
    parts = urlsplit(url)
    text = unquote(f"{parts.path}?{parts.query}").lower()
    found = {date for written in _written(text) if (date := parse_date(written, zone=zone, now=now))}
    return found.pop() if len(found) == 1 else None


def _written(text: str) -> Iterator[str]:
    for pattern in _IN_ADDRESS:
        for year, month, day in pattern.findall(text):
            yield f"{year}/{month}/{day}" if month.isdigit() else f"{day} {month} {year}"
