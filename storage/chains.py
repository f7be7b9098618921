"""The provenance of stored stories: who had each first, who took it from whom, with the evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from matching.stories import chain
from storage.articles import read_reports
from wirewatch.source import Source

MOST_CHAINED = 30
"""Reports of a story, the first ones, that its chain is made of: so that a long story costs no more than these."""


def write_chain(
    db: Database, story_id: str, sources: Mapping[str, Source], homes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Work out a story's chain and keep it where the story has several reports; inside the caller's transaction.

    ``homes``: see :func:`matching.stories.chain`. Returns it as :meth:`matching.stories.Provenance.to_json` gives it.
    """
    found = _work_out(db, story_id, sources, homes)
    if len(found["steps"]) > 1:
        db.execute("UPDATE stories SET chain = ? WHERE id = ?", [json.dumps(found, ensure_ascii=False), story_id])
    return found


def read_chain(db: Database, story_id: str, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The chain of a story: as it is kept, else worked out now."""
    row = db.execute("SELECT chain FROM stories WHERE id = ?", [story_id]).fetchone()
    if row and row[0]:
        kept: dict[str, Any] = json.loads(row[0])
        return kept
    return _work_out(db, story_id, sources)


def _work_out(
    db: Database, story_id: str, sources: Mapping[str, Source], homes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return chain(read_reports(db, story_id, MOST_CHAINED), sources, homes).to_json()
