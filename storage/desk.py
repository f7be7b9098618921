"""The desk: where a collected source is decided on and committed, in one transaction.

An alert exists exactly when its match does: articles, receipts, stories, ledger, the feeds' validators
and the outbox rows of everyone concerned land together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from sqlite_utils import Database

from matching.document import Document
from matching.matcher import Matcher
from matching.stories import CAPACITY, WINDOW, Fingerprint, Grouper, Placement
from storage.articles import (
    IndexRow,
    ensure_index,
    find_article,
    has_content,
    index_articles,
    insert_article,
    insert_matches,
    read_window,
    update_article,
)
from storage.audience import Find, queue_alerts, queue_changes, read_audience
from storage.chains import Book, write_chain
from storage.database import write
from storage.ledger import Account, write_account
from storage.links import is_done, is_stored, remember_feeds, remember_link, waits_for_retry
from storage.notices import Notice
from storage.rechecks import watch_article, write_recheck_account
from storage.revision import Revision, settle_recheck
from storage.robots import remember_robots
from storage.subscribers import active_searches
from storage.watch import Pulse, settle_source, take_pulse
from wirewatch.article import Article
from wirewatch.config import Alerts
from wirewatch.outcome import ItemResult, PageMark, SourceResult, State
from wirewatch.pacing import Limits, Rhythm
from wirewatch.search import Match, Search
from wirewatch.source import Source
from wirewatch.urls import link_key

Receipts = dict[int, tuple[tuple[Match, ...], Document]]
"""By ``id()`` of an article, its receipts and the article as the matcher has read it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An article that was read, with what was decided on it. ``placement`` is None where nothing fired."""

    article: Article
    matches: tuple[Match, ...]
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A stored article that a newer reader read otherwise: its address and the fields that differ."""

    url: str
    fields: tuple[str, ...]


COMPARED = (
    "title", "text", "published", "published_precision", "modified", "authors", "place", "agency", "credits",
    "language", "summary",
)  # fmt: skip
"""Fields in which a new reading is compared with the stored one."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did: the account, every article read, alerts queued, what reading anew changed, and what became
    of stored pages that were asked again."""

    account: Account
    decisions: tuple[Decision, ...]
    alerts: int
    changes: tuple[Change, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What began to be wrong with the source, or ended."""
    revisions: tuple[Revision, ...] = ()
    chains: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Story id → its chain, for each story that got a report or was edited."""


class Desk:
    """Decides and commits the results of one run. Searches of subscribers are read when it is made.

    With ``reread`` (an archive is replayed) a page that is stored already is compared with what is stored.
    """

    def __init__(
        self,
        db: Database,
        searches: Iterable[Search],
        sources: Mapping[str, Source],
        now: datetime,
        *,
        reread: bool = False,
        alerts: Alerts | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.db = db
        self._alerts = alerts
        self._limits = limits or Limits()
        self._reread = reread
        self.sources = sources
        ensure_index(db, sources)
        self._matcher = Matcher([*searches, *active_searches(db)], sources)
        self._audience = read_audience(db)
        self._now = now
        self._grouper = self._restore_stories()
        self._book = Book(sources)

    def _restore_stories(self) -> Grouper:
        return Grouper.restore(read_window(self.db, self._now - WINDOW, CAPACITY), self.sources)

    def commit(self, run_id: int, result: SourceResult, now: datetime) -> Committed:
        """Match, group and store one source's result with its alerts; all of it or nothing.

        Its articles come from our readers, who have told the language of each from its title and text.
        """
        read = [item.article for item in result.items if item.article]
        receipts = dict(zip(map(id, read), self._matcher.read(read, recognised=True), strict=True))
        step = _Step(run_id, result.source, receipts, now, prints=self._read_ahead(read, receipts))
        try:
            with write(self.db):
                pulse = self._take_pulse(result, now)
                ended = [self._end_item(step, item) for item in result.items]
                self._store_waiting(step)
                account = write_account(self.db, run_id, result, ended, pulse.silence)
                self._revise(step, result)
                chains = {story: write_chain(self.db, story, self.sources, self._book) for story in step.touched}
                remember_feeds(self.db, result, complete=self._is_complete(account, ended), now=now)
                remember_robots(self.db, result.robots, now)
                notices = self._settle(result, pulse, now)
                self._index_stored(step)
        except BaseException:
            self._grouper, self._book = self._restore_stories(), Book(self.sources)  # they hold what was not stored
            raise
        return Committed(
            account,
            tuple(step.decisions),
            step.alerts,
            tuple(step.changes),
            tuple(notices),
            tuple(step.revisions),
            chains,
        )

    def _read_ahead(self, articles: list[Article], receipts: Receipts) -> dict[int, Fingerprint]:
        """What stories are told by, of each article that will be stored: one step for all is less work than many."""
        if self._reread:
            return {}
        return {id(each): self._grouper.read(each, receipts[id(each)][1]) for each in articles if receipts[id(each)][0]}

    def _index_stored(self, step: _Step) -> None:
        documents = {key: document for key, (_, document) in step.receipts.items()}
        index_articles(self.db, step.unindexed, documents)
        step.unindexed.clear()

    def _revise(self, step: _Step, result: SourceResult) -> None:
        """Settle the stored pages that were asked again, each in what it says now."""
        for asked in result.rechecks:
            revision = settle_recheck(self.db, asked, self._match_one, self.sources, step.now)
            if revision is not None:
                step.revisions.append(revision)
                self._book.forget(revision.article_id)
                step.touch(revision.story_id if revision.changes else None)
                self._tell(step, revision)
        write_recheck_account(self.db, step.run_id, step.source, (each.finding for each in step.revisions))

    def _tell(self, step: _Step, revision: Revision) -> None:
        """Let those who were told the old version hear what it said that is no longer so."""
        if revision.material:
            news = revision.tell()
            step.alerts += queue_changes(self.db, self._audience, revision.story_id, news, step.now, self._alerts)

    def _match_one(self, article: Article) -> tuple[Match, ...]:
        return next(iter(self._matcher.match([article])))

    def _take_pulse(self, result: SourceResult, now: datetime) -> Pulse:
        return Pulse(Rhythm()) if self._reread else take_pulse(self.db, result, self._zone_of(result), now)

    def _settle(self, result: SourceResult, pulse: Pulse, now: datetime) -> list[Notice]:
        """Plan the source and note what is wrong with it; an archive that is replayed says nothing of today."""
        if self._reread:
            return []
        return settle_source(self.db, result, pulse, self._zone_of(result), self._limits, now)

    def _zone_of(self, result: SourceResult) -> tzinfo:
        source = self.sources.get(result.source)
        return source.tzinfo if source else UTC

    def _is_complete(self, account: Account, ended: list[ItemResult]) -> bool:
        """Nothing of the source is left for a later run (what ``--since`` passed over is left as well)."""
        if account.counts[State.DEFERRED] or account.counts[State.OLD]:
            return False
        return not waits_for_retry(self.db, account.source, (link_key(item.url) for item in ended))

    def _end_item(self, step: _Step, item: ItemResult) -> ItemResult:
        """The item in its final state; what was read is stored if a search fired."""
        if item.article is None:
            assert item.state is not None
            remember_link(self.db, link_key(item.url), step.source, item.state, step.now)
            return item
        article = item.article
        keys = {link_key(item.url), link_key(article.canonical_url or article.url)}
        stored = any(is_stored(self.db, key) for key in keys)
        state, reason = self._end_article(step, item, keys, stored)
        for key in keys:
            remember_link(self.db, key, step.source, State.STORED if stored else state, step.now)
        return replace(item, state=state, reason=reason)

    def _end_article(self, step: _Step, item: ItemResult, keys: set[str], stored: bool) -> tuple[State, str]:
        article = item.article
        assert article is not None
        matches = step.receipts[id(article)][0]
        if stored:
            anew = self._reread and self._compare(step, keys, article, matches)
            return State.KNOWN, anew or "announced before or by another source as well"
        if any(is_done(self.db, key, step.source) for key in keys) and not (self._reread and matches):
            return State.KNOWN, "announced before"
        if not matches:
            step.decisions.append(Decision(article, ()))
            return State.OFF_TOPIC, "no topic or search fired"
        words = article.content_hash, article.source or step.source
        if words in step.contents or has_content(self.db, *words):
            return State.COPY, "same words at another address"
        step.let_wait(article, matches, item.mark)
        return State.STORED, ", ".join(match.search for match in matches)

    def _compare(self, step: _Step, keys: set[str], article: Article, matches: tuple[Match, ...]) -> str:
        """What reading it anew changed in a stored article of the source ('' where there is none).

        The archive then holds the new reading.
        """
        self._store_waiting(step)
        article_id, before = find_article(self.db, keys) or (0, article)
        if not article_id or before.source != article.source:
            return ""
        fields = [name for name in COMPARED if getattr(before, name) != getattr(article, name)]
        if not fields:
            return "read anew: the same"
        self._index_stored(step)
        update_article(self.db, article_id, article, self.sources.get(step.source))
        self._book.forget(article_id)
        insert_matches(self.db, article_id, (match for match in matches if not match.search.startswith("sub:")))
        step.changes.append(Change(article.url, tuple(fields)))
        return "read anew: changed " + ", ".join(fields)

    def _store_waiting(self, step: _Step) -> None:
        """Find the stories of the articles that wait, and store them; a step for all takes less time than for each."""
        waiting, step.waiting = step.waiting, []
        placements = [self._grouper.place(each.article, step.prints.get(id(each.article))) for each in waiting]
        for each, placement in zip(waiting, placements, strict=True):
            step.decisions[each.number] = Decision(each.article, each.matches, placement)
            self._store(step, each, placement)

    def _store(self, step: _Step, waiting: _Waiting, placement: Placement) -> None:
        article, matches = waiting.article, waiting.matches
        source = self.sources.get(article.source or "")
        article_id = insert_article(self.db, article, placement, step.run_id, source, step.unindexed)
        self._book.note(article_id, article, step.prints.get(id(article)))
        insert_matches(self.db, article_id, (match for match in matches if not match.search.startswith("sub:")))
        watch_article(self.db, article_id, article, waiting.mark, step.now)
        step.touch(placement.story)
        find = Find(placement.story, article_id, matches, article.language, article.published, str(placement.relation))
        step.alerts += queue_alerts(self.db, self._audience, find, step.now, self._alerts)


class _Waiting(NamedTuple):
    """An article that will be stored; ``number`` is its decision's."""

    number: int
    article: Article
    matches: tuple[Match, ...]
    mark: PageMark | None


@dataclass(slots=True)
class _Step:
    """What one commit carries from item to item."""

    run_id: int
    source: str
    receipts: Receipts
    now: datetime
    prints: dict[int, Fingerprint]
    decisions: list[Decision] = field(default_factory=list)
    alerts: int = 0
    changes: list[Change] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    unindexed: list[IndexRow] = field(default_factory=list)
    touched: dict[str, None] = field(default_factory=dict)
    """Stories whose chain is to be brought up to date, in order."""

    waiting: list[_Waiting] = field(default_factory=list)
    contents: set[tuple[str, str]] = field(default_factory=set)
    """Content hash and source of the articles that wait, or waited, to be stored."""

    def let_wait(self, article: Article, matches: tuple[Match, ...], mark: PageMark | None) -> None:
        """Note an article that will be stored; its decision has no story yet."""
        self.waiting.append(_Waiting(len(self.decisions), article, matches, mark))
        self.decisions.append(Decision(article, matches))
        self.contents.add((article.content_hash, article.source or ""))

    def touch(self, story_id: str | None) -> None:
        """Note a story that changed."""
        if story_id is not None:
            self.touched[story_id] = None
