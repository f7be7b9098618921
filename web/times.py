"""Times on the pages, in the zone of the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.article import Article, format_time
from wirewatch.clock import from_seconds
from wirewatch.wording import say_day, say_lag, say_offset, zone_of


@dataclass(frozen=True, slots=True)
class Times:
    """``zone`` is an IANA zone. Methods take aware datetimes, or seconds since 1970 UTC."""

    zone: str

    def local(self, when: datetime | int) -> datetime:
        """The instant in the house's zone."""
        return (from_seconds(when) if isinstance(when, int) else when).astimezone(zone_of(self.zone))

    def clock(self, when: datetime | int) -> str:
        """``14:02``."""
        return f"{self.local(when):%H:%M}"

    def day(self, when: datetime | int) -> str:
        """``Monday, 2 November 2026``."""
        return say_day(self.local(when))

    @staticmethod
    def utc_day(when: int) -> str:
        """``2026-11-02``: the day in UTC, as addresses name it."""
        return from_seconds(when).date().isoformat()

    def short(self, when: datetime | int) -> str:
        """``2 Nov 14:02``."""
        local = self.local(when)
        return f"{local.day} {local:%b %H:%M}"

    def iso(self, when: datetime | int) -> str:
        """For the ``datetime`` attribute."""
        return format_time(self.local(when)) or ""

    @property
    def label(self) -> str:
        """What the zone is called on the page."""
        return "UTC" if self.zone in ("UTC", "Etc/UTC") else self.zone

    def published(self, article: Article) -> str:
        """When an article was published, no more exact than its publisher said."""
        if article.published is None:
            seen = f"; first seen {self.short(article.fetched)}" if article.fetched else ""
            return f"time not stated{seen}"
        if article.published_precision == "day":
            return f"{say_day(article.published)}, time of day not stated"
        local = self.local(article.published)
        return f"{local.day} {local:%b %Y, %H:%M} {self.offset(local)}"

    @staticmethod
    def offset(local: datetime) -> str:
        """``UTC+4``; ``UTC`` itself for none."""
        offset = local.utcoffset() or timedelta()
        return say_offset(offset) if offset else "UTC"

    @staticmethod
    def lag(seconds: int) -> str:
        """``25 min later``."""
        return say_lag(timedelta(seconds=seconds))

    @staticmethod
    def span(seconds: float) -> str:
        """``25 min``: a length of time."""
        words = say_lag(timedelta(seconds=seconds))
        return "under a minute" if words == "at the same time" else words.rsplit(" ", 1)[0]
