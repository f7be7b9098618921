"""``wirewatch crawl``: collect now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import click
from sqlite_utils import Database

from scheduler.commands.common import SpanType, make_folder, print_json, read_config, say, with_config
from wirewatch.config import Config
from wirewatch.search import Search

QUERY = "query"
"""Name under which ``--query`` stands in receipts."""


@click.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--opml", type=click.Path(path_type=Path), help="Take the feeds of this OPML file as the run's sources.")
@click.option("--query", help="Show what this query finds (the topics are stored as ever).")
@click.option("--since", type=SpanType(), help="Only articles published since: 12h, 2d, or a date.")
@click.option("--limit", type=click.IntRange(1), help="Read at most so many new articles in all.")
@click.option("--json", "as_json", is_flag=True, help="Print each new article that matched as a line of JSON.")
@click.option("--all", "show_all", is_flag=True, help="Print each new article as a line of JSON, matched or not.")
@click.option("--recheck", is_flag=True, help="Ask all stored pages of the last month again, due or not, for edits.")
@click.option("--no-store", is_flag=True, help="Change nothing: no database, no alerts.")
@click.option("--record", type=click.Path(path_type=Path), help="Write every answer to this WARC file (.warc.gz).")
@click.option("--replay", type=click.Path(path_type=Path), help="Answer every request from this WARC file; no network.")
@with_config
def crawl(
    sources: tuple[str, ...],
    opml: Path | None,
    query: str | None,
    since: datetime | None,
    limit: int | None,
    as_json: bool,
    show_all: bool,
    recheck: bool,
    no_store: bool,
    record: Path | None,
    replay: Path | None,
    config_file: Path | None,
    db_file: Path | None,
) -> int:
    """Collect now, store what matches, queue alerts.

    SOURCE is an id of the catalogue, a feed's address or a page's; none means all sources of the
    configuration (with --replay: all feeds and listings of the archive).

    \b
    wirewatch crawl
    wirewatch crawl azertag civilge --since 2d --json
    wirewatch crawl https://example.org/news/1.html --all --json --no-store
    wirewatch crawl azertag --recheck
    wirewatch crawl --record today.warc.gz
    wirewatch crawl --replay today.warc.gz --query '@zangezur'
    """
    from crawler import spare
    from crawler.plan import Scope

    spare.prepare()
    config = read_config(config_file, db_file)
    _check_files(record, replay)
    stored: Literal["due", "all", "none"] = "none" if no_store else "all" if recheck else "due"
    scope = Scope(since, limit, record, replay, stored=stored)
    order = _make_order(config, sources, opml, query, scope)
    printer = _Printer(QUERY if query else None, show_all) if as_json or show_all else None
    report = run_order(config, order, printer, no_store=no_store, as_json=as_json or show_all)
    _hint_at_mail(config, report)
    return 1 if report.failed_sources or not report.finished else 0


def _check_files(record: Path | None, replay: Path | None) -> None:
    if record and replay:
        raise click.UsageError("--record and --replay do not go together: a replay is on record already")
    if record and not record.parent.is_dir():
        raise click.UsageError(f"--record: the folder {record.parent} does not exist")
    if replay and not replay.is_file():
        raise click.UsageError(f"--replay: there is no file {replay}")


def _make_order(config: Config, names: tuple[str, ...], opml: Path | None, query: str | None, scope: Any) -> Any:
    from matching.query import compile_query
    from scheduler.choose import choose_sources
    from scheduler.run import Order
    from storage.searches import house_searches

    searches = house_searches(config)
    if query:
        compile_query(query)
        searches.append(Search(QUERY, query))
    chosen = choose_sources(config, names, opml, scope.replay)
    return Order(chosen, tuple(searches), config.sources, "hand", scope, config.settings.alerts)


def run_order(config: Config, order: Any, printer: _Printer | None, *, no_store: bool, as_json: bool) -> Any:
    """Execute a run with progress and a table at its end; returns its report."""
    from scheduler.progress import RunDisplay
    from scheduler.run import Run
    from scheduler.tables import print_run
    from storage.database import DatabaseError, explain

    try:
        with ExitStack() as stack:
            db, known = stack.enter_context(_databases(config, no_store))
            display = stack.enter_context(RunDisplay(len(order.sources)))

            def show(committed: Any) -> None:
                display.end_source(committed.account)
                if printer:
                    printer.print(committed)

            report = Run(db, known, config.settings.crawl, display.progress, show, config.workers).execute(order)
    except DatabaseError as error:
        raise explain(error, config.database) from error
    print_run(report, to_stderr=as_json, stored=not no_store)
    return report


def _hint_at_mail(config: Config, report: Any) -> None:
    if report.alerts:
        how = (
            "'wirewatch outbox drain' sends them" if config.settings.mail.host else "no mail server is set (mail.host)"
        )
        say(f"{report.alerts} alerts wait in the outbox; the daemon or {how}")


@contextmanager
def _databases(config: Config, no_store: bool) -> Iterator[tuple[Database, Database | None]]:
    """The database that is written and the one that says what is known; with --no-store the first is in memory."""
    from storage.database import InstanceLock, open_database, open_for_reading, open_in_memory

    if no_store:
        known = open_for_reading(config.database) if config.database.exists() else None
        yield open_in_memory(), known
        return
    make_folder(config)
    with InstanceLock(config.database):
        db = open_database(config.database)
        try:
            _sync_readers(db, config)
            yield db, db
        finally:
            db.close()


def _sync_readers(db: Database, config: Config) -> None:
    from storage.named_readers import sync_config
    from wirewatch import clock

    sync_config(db, config.settings.subscribers, clock.now())


class _Printer:
    """Prints articles as JSON Lines: those that matched (``query`` where one was given), or all."""

    def __init__(self, query: str | None, show_all: bool) -> None:
        self.query, self.show_all = query, show_all

    def print(self, committed: Any) -> None:
        """The articles of one source."""
        for decision in committed.decisions:
            wanted = [match for match in decision.matches if self.query in (None, match.search)]
            if wanted or self.show_all:
                story = decision.placement.story if decision.placement else None
                chain = committed.chains.get(story) if story else None
                print_json({**describe(decision, wanted or decision.matches), "chain": chain})


def describe(decision: Any, matches: Any) -> dict[str, Any]:
    """A decided article as the command line prints it: the article, its receipts, its place among the stories."""
    place = decision.placement
    story = (
        {"story": place.story, "relation": place.relation, "origin": place.origin}
        if place
        else {"story": None, "relation": None, "origin": None}
    )
    return {**decision.article.to_json(), "matches": [match.to_json() for match in matches], **story}
