"""The provenance of stored stories: who had each first, who took it from whom, with the evidence."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from matching.stories import Fingerprint, Provenance, Report, chain, map_mirrors, read_report
from storage.articles import read_reports
from wirewatch.article import Article, format_time, parse_time
from wirewatch.source import Source

MOST_CHAINED = 30
"""Reports of a story, the first ones, that its chain is made of: so that a long story costs no more than these."""
MOST_HELD = 10_000
"""Reports of which is remembered what chains ask of them; 3 KiB each."""


class Book:
    """What chains ask of the reports stored last, by row id, so that they are not read back from the database.

    Only for who alone writes to the database, and says which reports it changed.
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources, self.homes = sources, map_mirrors(sources.values())
        self._held: OrderedDict[int, Report] = OrderedDict()

    def __len__(self) -> int:
        """Reports remembered."""
        return len(self._held)

    def note(self, article_id: int, article: Article, print_: Fingerprint | None = None) -> None:
        """Remember a report that is stored now. ``print_``: its fingerprint, where there is one."""
        report = read_report(article, self.sources, self.homes, print_)
        report.source = article.source or ""  # as it is read back
        report.published = parse_time(format_time(article.published))
        self._hold(article_id, report)

    def forget(self, article_id: int) -> None:
        """A report says something else now."""
        self._held.pop(article_id, None)

    def read(self, db: Database, story_id: str, ids: list[int]) -> list[Report]:
        """These reports of a story, which are its first ones by time."""
        found = [report for number in ids if (report := self._held.get(number))]
        if len(found) < len(ids):
            articles = read_reports(db, story_id, len(ids))
            found = [read_report(article, self.sources, self.homes) for article in articles]
        for number, report in zip(ids, found, strict=True):
            self._hold(number, report)
        return found

    def _hold(self, number: int, report: Report) -> None:
        self._held[number] = report
        self._held.move_to_end(number)
        if len(self._held) > MOST_HELD:
            self._held.popitem(last=False)


def write_chain(db: Database, story_id: str, sources: Mapping[str, Source], book: Book | None = None) -> dict[str, Any]:
    """Bring a story's chain up to date and keep it where the story has several reports; inside the caller's
    transaction.

    Of a chain that is kept only what new reports bring is worked out: one of whose reports changed is kept no more
    (:func:`storage.articles.update_article`). ``book``: spares reading reports back. Returns the chain as
    :meth:`matching.stories.Provenance.to_json` gives it.
    """
    before, first = _read_kept(db, story_id), _list_first(db, story_id)
    if before and sorted(step["url"] for step in before["steps"]) == sorted(url for _, url in first):
        return before
    book = Book(sources) if book is None else book
    reports = book.read(db, story_id, [number for number, _ in first])
    found = chain(reports, sources, book.homes, Provenance.from_json(before) if before else None).to_json()
    if len(found["steps"]) > 1:
        db.execute("UPDATE stories SET chain = ? WHERE id = ?", [json.dumps(found, ensure_ascii=False), story_id])
    return found


def read_chain(db: Database, story_id: str, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The chain of a story: as it is kept, else worked out now."""
    return _read_kept(db, story_id) or chain(read_reports(db, story_id, MOST_CHAINED), sources).to_json()


def _read_kept(db: Database, story_id: str) -> dict[str, Any] | None:
    row = db.execute("SELECT chain FROM stories WHERE id = ?", [story_id]).fetchone()
    kept: dict[str, Any] | None = json.loads(row[0]) if row and row[0] else None
    return kept


def _list_first(db: Database, story_id: str) -> list[tuple[int, str]]:
    """Row id and address of the reports that the chain is made of, by time."""
    cursor = db.execute(
        "SELECT id, canonical_url FROM articles WHERE story_id = ? ORDER BY sort_time, id LIMIT ?",
        [story_id, MOST_CHAINED],
    )
    return cursor.fetchall()
