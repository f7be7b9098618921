"""The provenance of stored stories: who had each first, who took it from whom, with the evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from matching.stories import Provenance, chain
from storage.articles import read_reports
from wirewatch.source import Source

MOST_CHAINED = 30
"""Reports of a story, the first ones, that its chain is made of: so that a long story costs no more than these."""


def write_chain(
    db: Database, story_id: str, sources: Mapping[str, Source], homes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Bring a story's chain up to date and keep it where the story has several reports; inside the caller's
    transaction.

    Of a chain that is kept only what new reports bring is worked out: one of whose reports changed is kept no more
    (:func:`storage.articles.update_article`). ``homes``: see :func:`matching.stories.chain`. Returns it as
    :meth:`matching.stories.Provenance.to_json` gives it.
    """
    before = _read_kept(db, story_id)
    if before and _is_made_of(before, _first_addresses(db, story_id)):
        return before
    found = _work_out(db, story_id, sources, homes, Provenance.from_json(before) if before else None)
    if len(found["steps"]) > 1:
        db.execute("UPDATE stories SET chain = ? WHERE id = ?", [json.dumps(found, ensure_ascii=False), story_id])
    return found


def read_chain(db: Database, story_id: str, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The chain of a story: as it is kept, else worked out now."""
    return _read_kept(db, story_id) or _work_out(db, story_id, sources)


def _read_kept(db: Database, story_id: str) -> dict[str, Any] | None:
    row = db.execute("SELECT chain FROM stories WHERE id = ?", [story_id]).fetchone()
    kept: dict[str, Any] | None = json.loads(row[0]) if row and row[0] else None
    return kept


def _first_addresses(db: Database, story_id: str) -> list[str]:
    """Of the reports that the chain is made of."""
    cursor = db.execute(
        "SELECT canonical_url FROM articles WHERE story_id = ? ORDER BY sort_time, id LIMIT ?", [story_id, MOST_CHAINED]
    )
    return [row[0] for row in cursor]


def _is_made_of(chained: dict[str, Any], addresses: list[str]) -> bool:
    return sorted(step["url"] for step in chained["steps"]) == sorted(addresses)


def _work_out(
    db: Database,
    story_id: str,
    sources: Mapping[str, Source],
    homes: Mapping[str, str] | None = None,
    before: Provenance | None = None,
) -> dict[str, Any]:
    return chain(read_reports(db, story_id, MOST_CHAINED), sources, homes, before).to_json()
