"""An Article: one report as one publisher put it out, read from its page or its feed entry."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

Precision = Literal["second", "minute", "day"]
Role = Literal["origin", "via", "distributor"]


@dataclass(frozen=True, slots=True)
class Credit:
    """Who had the report first or passed it on, with the words of the text that say so.

    ``role``: ``origin`` had it first, ``via`` took it from the origin and was taken from in turn,
    ``distributor`` put the copy before us (an aggregator).
    """

    name: str
    role: Role
    evidence: str


@dataclass(frozen=True, slots=True)
class Article:
    """One report. The JSON of the command line has exactly these fields (see ``to_json``).

    Times are aware datetimes; ``published`` and ``modified`` keep the offset the publisher stated (or
    its zone's offset where it stated a local time). ``None`` means the publisher did not state it.
    ``text`` is paragraphs split by one blank line, without title, captions or boilerplate.
    ``language`` is an ISO 639-1 code or None. ``place`` and ``agency`` come from the dateline.
    """

    url: str
    title: str
    text: str
    source: str | None = None
    canonical_url: str | None = None
    summary: str | None = None
    language: str | None = None
    published: datetime | None = None
    published_precision: Precision | None = None
    modified: datetime | None = None
    fetched: datetime | None = None
    authors: tuple[str, ...] = ()
    place: str | None = None
    agency: str | None = None
    credits: tuple[Credit, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict, compare=False)
    """Fields of an input line that are not ours; ``match`` and ``group`` hand them through."""

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the normalised title and text; equal for copies that differ in space or case only."""
        return hash_text(f"{self.title}\n{self.text}")

    @property
    def lead(self) -> str:
        """The first paragraph of the text ('' where there is none)."""
        return self.text.strip().split("\n\n", 1)[0]

    def to_json(self) -> dict[str, Any]:
        """The article as the command line prints it; times as ISO 8601 with offset."""
        return {
            **self.extra,
            "url": self.url,
            "canonical_url": self.canonical_url or self.url,
            "source": self.source,
            "title": self.title,
            "text": self.text,
            "summary": self.summary,
            "language": self.language,
            "published": format_time(self.published),
            "published_precision": self.published_precision,
            "modified": format_time(self.modified),
            "fetched": format_time(self.fetched),
            "authors": list(self.authors),
            "place": self.place,
            "agency": self.agency,
            "credits": [asdict(credit) for credit in self.credits],
            "content_hash": self.content_hash,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Article:
        """Read one JSON object; unknown keys are kept in ``extra``, missing ones are null.

        Raises:
            ValueError: a field has a value of the wrong kind (the message names the field).
        """
        known: dict[str, Any] = {
            "url": _text(row, "url"),
            "title": _text(row, "title"),
            "text": _text(row, "text"),
            "source": row.get("source"),
            "canonical_url": row.get("canonical_url"),
            "summary": row.get("summary"),
            "language": row.get("language") or row.get("lang"),
            "published": parse_time(row.get("published"), "published"),
            "published_precision": row.get("published_precision"),
            "modified": parse_time(row.get("modified"), "modified"),
            "fetched": parse_time(row.get("fetched"), "fetched"),
            "authors": tuple(row.get("authors") or ()),
            "place": row.get("place"),
            "agency": row.get("agency"),
            "credits": tuple(
                Credit(c["name"], c.get("role", "origin"), c.get("evidence", "")) for c in row.get("credits") or ()
            ),
        }
        extra = {key: value for key, value in row.items() if key not in known and key != "content_hash"}
        return cls(**known, extra=extra)

    def with_changes(self, **changes: Any) -> Article:
        """A copy with some fields replaced."""
        return replace(self, **changes)


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"field {key!r} must be text, not {type(value).__name__}")
    return value


@lru_cache(maxsize=32)
def hash_text(text: str) -> str:
    """SHA-256 (hex) of ``text`` after NFKC, case folding and joining of white space."""
    normal = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()


def format_time(when: datetime | None) -> str | None:
    """ISO 8601 with offset, to the second; None stays None."""
    return None if when is None else when.isoformat(timespec="seconds")


def parse_time(value: Any, name: str = "time") -> datetime | None:
    """An ISO 8601 text (or None) as an aware datetime; one without an offset is read as UTC.

    Raises:
        ValueError: the value is not an ISO 8601 time.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"field {name!r} must be an ISO 8601 time, not {type(value).__name__}")
    try:
        when = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"field {name!r} is not an ISO 8601 time: {value!r}") from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)
