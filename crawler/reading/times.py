"""When a page says its article was published and changed: from declarations first, then from visible times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from crawler.reading.structured import Declared, pick_text
from wirewatch.article import Precision

_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
    "date", "pubdate", "publishdate", "publish_date", "publication_date", "article.published",
    "cxenseparse:recs:publishtime",
    "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "og:pubdate", "og:published_time", "published_time",
    "published_at", "article:published", "rnews:datepublished", "article_date_original", "originalpublicationdate",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
)
_SLACK = timedelta(minutes=15)
"""A publisher's clock may run this far ahead of ours."""


@dataclass(frozen=True, slots=True)
class Stated:
    """An instant as the page stated it; ``zoned`` is False where the zone was assumed."""

    instant: datetime
    precision: Precision
    zoned: bool = True


def parse_stated(text: str, *, zone: tzinfo, now: datetime) -> Stated | None:
    """Read one stated time; None where it is none, is before 1990 or lies after ``now``."""
    text = text.strip()
    if not text or len(text) > 100:
        return None
    stated = _parse_iso(text, zone)
    if stated is None or not 1990 <= stated.instant.year < 2100 or stated.instant > now + _SLACK:
        return None
    return stated


def _parse_iso(text: str, zone: tzinfo) -> Stated | None:
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", text))
    text = re.sub(r"\.(\d{1,6})\d*", lambda m: "." + m[1].ljust(6, "0"), text)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    zoned = when.tzinfo is not None
    when = when if zoned else when.replace(tzinfo=zone)
    if re.fullmatch(r"\d{4}-?\d\d-?\d\d", text):
        return Stated(when, "day", zoned=False)
    return Stated(when, "second" if re.search(r"\d\d:\d\d:\d\d", text) else "minute", zoned)


def read_published(root: Any, declared: Declared, *, zone: tzinfo | None, now: datetime) -> Stated | None:
    """The publication time the page states, or None."""
    return _best(_published_candidates(root, declared), zone or UTC, now)


def read_modified(declared: Declared, *, zone: tzinfo | None, now: datetime) -> Stated | None:
    """The time of the last change the page states, or None."""
    texts = [pick_text(declared.article.get("dateModified")), *(declared.first(name) for name in _MODIFIED_META)]
    return _best(texts, zone or UTC, now)


def _published_candidates(root: Any, declared: Declared) -> list[str]:
    texts = [pick_text(declared.article.get("datePublished"))]
    texts += [declared.first(name) for name in _PUBLISHED_META]
    texts += [element.get("datetime") or "" for element in list(root.iter("time"))[:3]]
    return texts


def _best(texts: list[str], zone: tzinfo, now: datetime) -> Stated | None:
    """The first that states a zone and a time, else the first with a time, else the first day."""
    found = [stated for stated in (parse_stated(text, zone=zone, now=now) for text in texts) if stated]
    for wanted in (lambda s: s.zoned and s.precision != "day", lambda s: s.precision != "day", lambda _: True):
        chosen = next(filter(wanted, found), None)
        if chosen:
            return chosen
    return None
