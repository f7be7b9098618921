"""One run, from sources to outbox: the whole flow in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlite_utils import Database

from crawler.crew import Crew
from crawler.engines import make_engine, make_local
from crawler.job import Finished, Progress
from crawler.plan import Scope, plan_run
from storage.desk import Change, Committed, Desk
from storage.ledger import Account, begin_run, finish_run, last_run
from storage.revision import Revision
from storage.secrets import name_instance
from storage.threads import release_catch_up
from wirewatch import clock
from wirewatch.config import Alerts, Crawl, Workers
from wirewatch.garbage import no_collection
from wirewatch.outcome import SourceResult, State
from wirewatch.pacing import Limits
from wirewatch.search import Search
from wirewatch.source import Source


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be crawled: the sources, the house's standing searches, what narrows the run, who ordered it, and
    what is mailed of it."""

    sources: tuple[Source, ...]
    searches: tuple[Search, ...]
    catalogue: Mapping[str, Source] = field(default_factory=dict)
    trigger: str = "hand"
    scope: Scope = field(default_factory=Scope)
    alerts: Alerts = field(default_factory=Alerts)
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    """The bounds of each source's pace, for its next asking."""


@dataclass(slots=True)
class RunReport:
    """What a run did. ``finished`` is False where it was stopped before its end."""

    run_id: int
    accounts: list[Account] = field(default_factory=list)
    alerts: int = 0
    finished: bool = False
    failed_sources: int = 0
    changes: list[Change] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)

    @property
    def stored(self) -> int:
        """New articles in the archive."""
        return sum(account.counts[State.STORED] for account in self.accounts)


class Run:
    """A run under way; ``stop()`` from another thread ends it at the next message."""

    def __init__(
        self,
        db: Database,
        known: Database | None,
        crawl: Crawl,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_commit: Callable[[Committed], None] = lambda _: None,
        workers: Workers | None = None,
    ) -> None:
        self._db, self._known, self._crawl = db, known, crawl
        self._on_progress, self._on_commit = on_progress, on_commit
        self._workers = workers or Workers()
        self._crew: Crew | None = None
        self._stopped = False

    def stop(self) -> None:
        """End the run: what is committed stays, the rest is asked for in the next run."""
        self._stopped = True
        if self._crew:
            self._crew.stop()

    def execute(self, order: Order) -> RunReport:
        """Collect the sources, decide on what they brought, commit each with its alerts."""
        now = clock.now()
        job = plan_run(self._known, order.sources, self._crawl, now, order.scope, order.catalogue.values())
        engine = make_engine(self._workers, job, name_instance(self._db))
        last = last_run(self._db)
        report = RunReport(begin_run(self._db, order.trigger, len(order.sources), now))
        wait = last is not None and last.finished is None  # workers of a run that was killed may still be asking
        with Crew(job, engine, lambda: make_local(self._workers), settle_first=wait) as self._crew:
            if self._stopped:
                return report
            catalogue = {**order.catalogue, **{source.id: source for source in order.sources}}
            reread = order.scope.replay is not None
            limits = order.limits
            with no_collection():
                desk = Desk(self._db, order.searches, catalogue, now, reread=reread, alerts=order.alerts, limits=limits)
            for message in self._crew.messages():
                if isinstance(message, Progress):
                    self._on_progress(message)
                elif isinstance(message, SourceResult):
                    self._commit(desk, report, message)
                elif isinstance(message, Finished):
                    report.finished = True
        if report.finished:
            finish_run(self._db, report.run_id, clock.now())
        release_catch_up(self._db, clock.now())
        return report

    def _commit(self, desk: Desk, report: RunReport, result: SourceResult) -> None:
        committed = desk.commit(report.run_id, result, clock.now())
        report.accounts.append(committed.account)
        report.alerts += committed.alerts
        report.changes += committed.changes
        report.revisions += committed.revisions
        report.failed_sources += result.failed
        self._on_commit(committed)
