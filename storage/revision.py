"""What asking a stored page again means: nothing, an edit that is kept as a version, or a withdrawal.

An edit never makes a new story: the article keeps its place, its relation and its first sight. A page that is gone is
taken for withdrawn only when it has been gone twice in a row; no answer, a refusal or a block page says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from matching.edits import Change, compare_versions, is_still_there, says_removed
from storage import audience
from storage.articles import insert_matches, update_article
from storage.rechecks import Finding, Known, find_known, note_ask
from storage.versions import record_version
from wirewatch.article import Article, format_time
from wirewatch.outcome import Answered, RecheckResult
from wirewatch.search import Match
from wirewatch.source import Source

SIGHTS = 2
"""Answers in a row that say a page is gone, from which it is withdrawn."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What became of a stored page that was asked again; ``changes`` where something differs."""

    article_id: int
    story_id: str
    url: str
    finding: Finding
    changes: tuple[Change, ...] = ()

    @property
    def material(self) -> tuple[Change, ...]:
        """The changes that those who were told the old version must hear of."""
        return tuple(change for change in self.changes if change.is_material)

    def tell(self) -> list[audience.Change]:
        """The material changes as readers are told them."""
        return [
            audience.Change("withdrawal", self.article_id, "", "", change.after)
            if change.kind == "removed"
            else audience.Change("correction", self.article_id, change.kind, change.before, change.after)
            for change in self.material
        ]


def settle_recheck(
    db: Database,
    result: RecheckResult,
    match: Callable[[Article], tuple[Match, ...]],
    sources: Mapping[str, Source],
    now: datetime,
) -> Revision | None:
    """Write down what a page that was asked again says now; inside the caller's transaction.

    ``match`` gives the receipts of an edited article. None where the article is no longer stored.
    """
    known = find_known(db, result.article_id)
    if known is None:
        return None
    article = _complete(result.article, known.article) if result.article else None
    if result.answered is Answered.GONE or (article and says_removed(known.article, article)):
        return _settle_gone(db, known, article, now)
    if result.answered is Answered.UNCHANGED:
        note_ask(db, known, now, mark=None, missing=0, look_again=False)
        return _revision(known, Finding.UNCHANGED)
    if article is None or not is_still_there(known.article, article):
        note_ask(db, known, now, mark=None, missing=known.missing, look_again=False)
        return _revision(known, Finding.UNANSWERED)
    return _settle_read(db, known, result, article, match, sources, now)


def _complete(article: Article, before: Article) -> Article:
    """A new reading of the page with what stays as it was first: how it was found and when it came out."""
    return article.with_changes(
        url=before.url,
        canonical_url=before.canonical_url,
        source=before.source,
        fetched=before.fetched,
        published=before.published or article.published,
        published_precision=before.published_precision if before.published else article.published_precision,
        title=article.title or before.title,
        summary=article.summary or before.summary,
        authors=article.authors or before.authors,
    )


def _revision(known: Known, finding: Finding, changes: tuple[Change, ...] = ()) -> Revision:
    return Revision(known.article_id, known.story_id, known.article.url, finding, changes)


def _settle_gone(db: Database, known: Known, notice: Article | None, now: datetime) -> Revision:
    seen = known.missing + 1
    note_ask(db, known, now, mark=None, missing=seen, look_again=seen < SIGHTS)
    if known.withdrawn:
        return _revision(known, Finding.UNCHANGED)
    if seen < SIGHTS:
        return _revision(known, Finding.MISSING)
    words = notice.text.strip() if notice else ""
    changes = (Change("removed", known.article.title, words[:600], True),)
    db.execute("UPDATE articles SET withdrawn = ? WHERE id = ?", [format_time(now), known.article_id])
    record_version(db, known.article_id, known.article, None, changes, now)
    return _revision(known, Finding.WITHDRAWN, changes)


def _settle_read(
    db: Database,
    known: Known,
    result: RecheckResult,
    article: Article,
    match: Callable[[Article], tuple[Match, ...]],
    sources: Mapping[str, Source],
    now: datetime,
) -> Revision:
    changes = compare_versions(known.article, article)
    note_ask(db, known, now, mark=result.mark, missing=0, look_again=bool(changes))
    if known.withdrawn:
        db.execute("UPDATE articles SET withdrawn = NULL WHERE id = ?", [known.article_id])
    if not changes:
        return _revision(known, Finding.UNCHANGED)
    receipts = match(article)
    update_article(db, known.article_id, article, sources.get(article.source or ""))
    insert_matches(db, known.article_id, (each for each in receipts if not each.search.startswith("sub:")))
    if known.reader != result.mark.reader:  # another form of the reader reads otherwise: that is no edit
        return _revision(known, Finding.UNCHANGED)
    record_version(db, known.article_id, known.article, article, changes, now)
    only_cosmetic = all(change.kind == "cosmetic" for change in changes)
    return _revision(known, Finding.COSMETIC if only_cosmetic else Finding.EDITED, changes)
