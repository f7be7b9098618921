"""What the tests of the crawl share: a run as the scheduler makes it, over the newsroom on loopback."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.plan import Scope
from scheduler.run import Order, Run, RunReport
from storage.database import open_database
from storage.ledger import find_gaps, read_items
from wirewatch.article import Article
from wirewatch.config import Crawl
from wirewatch.outcome import State
from wirewatch.search import Search
from wirewatch.source import Source
from wirewatch.urls import link_key

EVERYTHING = Search("everything", "NOT zzzzunheardof")
"""A house search that fires on every article: what a run reads is then stored."""
LOOPBACK = ("127.0.0.0/8",)


def crawl_rules(**changes: Any) -> Crawl:
    """The ``crawl:`` section for tests: loopback allowed, no pause, two readers, short time limits."""
    return Crawl(**{"delay": 0, "allow_private": LOOPBACK, "readers": 2, "timeout": "4s", **changes})


@dataclass
class Outcome:
    """A run with all that came of it: its report, each article that was read, each ledger row."""

    report: RunReport
    articles: list[Article] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)

    def states(self, source: str) -> dict[str, State]:
        """The state of each listed item of a source by the identity of its address."""
        return {link_key(item["url"]): State(item["state"]) for item in self.items if item["source"] == source}

    def count(self, source: str, state: State) -> int:
        """How many items of a source ended so."""
        return next(account.counts[state] for account in self.report.accounts if account.source == source)

    def read_urls(self) -> set[str]:
        """The addresses of the articles that were read."""
        return {article.canonical_url or article.url for article in self.articles}


def run_crawl(
    file: Path,
    sources: Iterable[Source],
    *,
    crawl: Crawl | None = None,
    scope: Scope | None = None,
    searches: Iterable[Search] = (EVERYTHING,),
) -> Outcome:
    """One run over ``sources`` into the database ``file``, by the scheduler's own way; its ledger must add up."""
    chosen = tuple(sources)
    articles: list[Article] = []
    with closing(open_database(file)) as db:
        order = Order(chosen, tuple(searches), {each.id: each for each in chosen}, scope=scope or Scope())
        run = Run(
            db,
            db,
            crawl or crawl_rules(),
            on_commit=lambda done: articles.extend(each.article for each in done.decisions),
        )
        report = run.execute(order)
        assert report.finished
        assert find_gaps(db) == []
        rows = db.execute("SELECT url, source, state, reason, status, etag, body_hash, failures FROM feeds").fetchall()
        names = ("url", "source", "state", "reason", "status", "etag", "body_hash", "failures")
        feeds = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
        return Outcome(report, articles, read_items(db, report.run_id), feeds)
