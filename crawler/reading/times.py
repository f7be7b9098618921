"""When a page says its article was published and changed: from declarations first, then from visible times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, tzinfo
from functools import lru_cache
from itertools import islice

from crawler.reading.dates import is_relative, parse_date
from crawler.reading.document import Document, title_of
from crawler.reading.structured import Declared, pick_text
from crawler.reading.visible import find_date_texts
from crawler.reading.wire_forms import WireForms
from crawler.reading.zones import is_near, zone_stated_near
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
_SIGNS = str.maketrans("", "", ":._-")
_OTHER_SPELLINGS = frozenset(name.translate(_SIGNS) for name in _PUBLISHED_META)
"""``article:published:time``, ``article-published-time`` … are the same name."""
_NOT_PUBLISHED = re.compile(
    r"updat|modif|aktualis|ge[äa]ndert|mis à jour|actualizado|обновл|изменен|yenilən|güncel|"
    r"թարմաց|განახლ|به.?روز|read|lesezeit",
    re.IGNORECASE,
)
_TITLE_DATE = re.compile(r"[|–—,-]\s*(\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d\d-\d\d)\s*$")
"""The day at the end of a page's title (``Headline | House | 28.04.2023``)."""
_MAX_WORDS = 12
_OTHER_WORDS = 6
_MIN_DIGITS = 5
"""The fewest digits of a line that states a day of a year or a time of a day (``3 mart 2026``)."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A time as the page stated it; ``zoned`` is False where the text named no zone."""

    instant: datetime
    precision: Precision
    zoned: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """How the page's times are read: its zone (None where unknown), the time of the fetch, its language."""

    zone: tzinfo | None
    now: datetime
    language: str | None = None


def parse_stated(text: str, frame: Frame) -> Stated | None:
    """Read one stated time; None where it is none, is doubtful, before 1990 or after the fetch.

    A local time whose zone is neither stated nor known keeps its day only. «Today» and «yesterday» are not read: a
    page may have been saved long before it is read.
    """
    text = text.strip()
    if not text or len(text) > 100:
        return None
    found = parse_date(text, zone=frame.zone or UTC, now=frame.now, language=frame.language)
    if found is None or found.instant.year < 1990 or is_relative(text):
        return None
    if found.precision == "day" or found.zone_stated or frame.zone:
        return Stated(found.instant, found.precision, found.zone_stated)
    return Stated(found.instant.replace(hour=0, minute=0, second=0, microsecond=0), "day", zoned=False)


def read_published(document: Document, declared: Declared, frame: Frame) -> Stated | None:
    """The publication time the page declares, else the one it shows by its headline, else None."""
    stated = _best(_read_all(_published_texts(document, declared), frame))
    if stated and (stated.precision != "day" or not frame.zone):
        return stated
    shown = _best(_without_today(list(_read_shown(find_date_texts(document), frame)), frame))
    if stated is None:
        return shown
    finer = shown and shown.precision != "day" and shown.instant.date() == stated.instant.date()
    return shown if finer else stated


def read_published_by_offset(document: Document, declared: Declared, frame: Frame) -> Stated | None:
    """The publication time read in the offset that the page states for its last change, if both are near each other."""
    for text in _modified_texts(declared):
        zone, changed = zone_stated_near(text), parse_stated(text, frame)
        if zone and changed:
            stated = read_published(document, declared, replace(frame, zone=zone))
            return stated if stated and is_near(stated.instant, changed.instant) else None
    return None


def stated_in_text(forms: WireForms, frame: Frame) -> Stated | None:
    """The time line above a text, else the day of a stored page's prefix; never after the fetch."""
    stated = parse_stated(forms.stated_time, frame)
    if stated or not forms.stated_day:
        return stated
    midnight = datetime.combine(forms.stated_day, time(), tzinfo=frame.zone or UTC)
    return Stated(midnight, "day", zoned=False) if midnight <= frame.now else None


def read_modified(declared: Declared, frame: Frame) -> Stated | None:
    """The time of the last change the page declares, or None."""
    return _best(_read_all(_modified_texts(declared), frame))


def _modified_texts(declared: Declared) -> list[str]:
    return [pick_text(declared.article.get("dateModified")), *(declared.first(name) for name in _MODIFIED_META)]


def _published_texts(document: Document, declared: Declared) -> list[str]:
    texts = [pick_text(declared.article.get("datePublished"))]
    texts += [declared.first(name) for name in _PUBLISHED_META]
    texts += [found[0] for name, found in declared.meta.items() if len(name) < 80 and _is_other_spelling(name)]
    texts += [element.attributes.get("datetime") or "" for element in islice(document.all("time"), 2)]
    texts += _TITLE_DATE.findall(title_of(document))
    return texts


@lru_cache(maxsize=4096)
def _is_other_spelling(name: str) -> bool:
    return name.translate(_SIGNS) in _OTHER_SPELLINGS


def _read_all(texts: Iterable[str], frame: Frame) -> Iterator[Stated]:
    """The times among ``texts``, each text once; the next one is read when it is asked for."""
    return (stated for stated in (parse_stated(text, frame) for text in dict.fromkeys(texts) if text) if stated)


def _read_shown(lines: list[str], frame: Frame) -> Iterator[Stated]:
    """Times in lines that may hold other words besides; what stands behind a word for updates is not read."""
    for line in lines:
        line = _NOT_PUBLISHED.split(line, maxsplit=1)[0]
        if sum(map(str.isdigit, line)) < _MIN_DIGITS:
            continue
        stated = next((found for found in (parse_stated(part, frame) for part in parts_of(line)) if found), None)
        if stated:
            yield stated


def _without_today(found: list[Stated], frame: Frame) -> list[Stated]:
    """Many sites print the present day at their head: beside another day, a lone one of the fetch is not meant."""
    zone = frame.zone or UTC
    today = frame.now.astimezone(zone).date()
    others = [stated for stated in found if stated.precision != "day" or stated.instant.date() != today]
    return others or found


def parts_of(line: str) -> Iterator[str]:
    """The line, then runs of its words that leave ever more of them out, but not many: a sentence is no date line."""
    words = line.replace("[", " ").replace("]", " ").split()[:_MAX_WORDS]
    for size in range(len(words), max(0, len(words) - _OTHER_WORDS - 1), -1):
        for start in range(len(words) - size + 1):
            part = " ".join(words[start : start + size])
            if sum(map(str.isdigit, part)) >= _MIN_DIGITS:
                yield part


def _best(found: Iterable[Stated]) -> Stated | None:
    """The first that states a zone and a time, else the first with a time, else the first day."""
    first: Stated | None = None
    for stated in found:
        if stated.precision == "day":
            first = first or stated
        elif stated.zoned:
            return stated
        elif first is None or first.precision == "day":
            first = stated
    return first
