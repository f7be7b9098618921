"""What publishers changed in a report after it was stored, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from matching.edits import Change
from storage.rechecks import find_withdrawn
from storage.versions import Version, read_versions
from wirewatch.article import parse_time
from wirewatch.cleaning import clean_line

_LONGEST = 400
_WORDS = {"removed": "taken down", "cosmetic": "cosmetic"}


@dataclass(frozen=True, slots=True)
class Passage:
    """One change: what kind, the old words ('' where new) and the new ones ('' where gone)."""

    kind: str
    before: str
    after: str
    is_material: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """One later version: when it was seen first, and its changes against the version before."""

    number: int
    seen: datetime | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Edits:
    """All that became of a report; ``withdrawn``: when it was seen to be taken down, None while it stands."""

    edits: tuple[Edit, ...]
    withdrawn: datetime | None

    def __bool__(self) -> bool:
        return bool(self.edits or self.withdrawn)


def read_edits(db: Database, article_id: int) -> Edits:
    """The later versions of a stored article."""
    later = [version for version in read_versions(db, article_id) if version.number > 1]
    return Edits(tuple(map(_show, later)), find_withdrawn(db, article_id))


def _show(version: Version) -> Edit:
    return Edit(version.number, parse_time(version.seen), tuple(map(_passage, version.changes)))


def _passage(change: Change) -> Passage:
    kind = _WORDS.get(change.kind, change.kind)
    return Passage(kind, clean_line(change.before, _LONGEST), clean_line(change.after, _LONGEST), change.is_material)
