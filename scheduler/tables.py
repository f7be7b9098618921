"""Tables for a person: the account of a run."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from matching.edits import Change
from scheduler.run import RunReport
from storage.ledger import Account
from storage.plans import Plan
from wirewatch.outcome import GOOD_FEED_STATES, FeedState, State

DROPPED = (
    State.OFF_TOPIC,
    State.COPY,
    State.OLD,
    State.UNREADABLE,
    State.REFUSED,
    State.FAILED,
    State.DEFERRED,
)
_WIDTH_IN_A_PIPE = 160


def make_console(*, to_stderr: bool = False) -> Console:
    """A console as wide as the terminal; in a pipe wide enough for whole lines."""
    console = Console(stderr=to_stderr, soft_wrap=False, highlight=False, emoji=False, markup=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=to_stderr, width=_WIDTH_IN_A_PIPE, highlight=False, emoji=False, markup=False)
    )


def print_run(report: RunReport, *, to_stderr: bool, stored: bool) -> None:
    """What a run found, matched and dropped, and why, a line a source, with the sum."""
    console = make_console(to_stderr=to_stderr)
    console.print(accounts_table(report.accounts))
    verb = "stored" if stored else "matched (nothing stored)"
    console.print(_sum_up(report, verb))
    for change in report.changes:
        console.print(f"read anew: {change.url}: {', '.join(change.fields)}", soft_wrap=True)
    for revision in report.revisions:
        for passage in revision.changes:
            console.print(f"{revision.finding.value}: {revision.url}: {_say_change(passage)}", soft_wrap=True)
    if report.accounts and all(_is_out_of_reach(account) for account in report.accounts):
        sys.stderr.write("wirewatch: no source could be reached; is there a network, and does it resolve names?\n")


def _say_change(change: Change) -> str:
    if change.kind == "removed":
        return "taken down by its publisher"
    before, after = (text if len(text) <= 100 else f"{text[:99]}…" for text in (change.before, change.after))
    return f"{change.kind}: «{before}» → «{after}»"


def _is_out_of_reach(account: Account) -> bool:
    words = ("no-such-host", "timeout", "connection-refused", "connection-lost")
    return account.state is FeedState.FAILED and any(word in account.reason for word in words)


def accounts_table(accounts: Iterable[Account]) -> Table:
    """A table of accounts: found, new, matched, dropped and why."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name, justify in (("source", "left"), ("found", "right"), ("new", "right"), ("matched", "right")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("dropped, and why", overflow="fold")
    table.add_column("source's answer", overflow="fold")
    total: Counter[State] = Counter()
    for account in sorted(accounts, key=lambda each: (-each.counts[State.STORED], -each.found, each.source)):
        total.update(account.counts)
        table.add_row(account.source, *_figures(account.counts), _say_answer(account))
    table.add_section()
    table.add_row("all", *_figures(total), "")
    return table


def pace_table(plans: Iterable[Plan]) -> Table:
    """A table of plans: when each source is asked next, how often, and why."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("source", "next", "every", "last"):
        table.add_column(name, no_wrap=True, justify="right" if name == "every" else "left")
    table.add_column("why", overflow="fold")
    for plan in plans:
        minutes = f"{plan.interval.total_seconds() / 60:.0f} min"
        table.add_row(plan.source, _minute(plan.due), minutes, _minute(plan.asked), plan.why)
    return table


def _minute(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC")


def _figures(counts: Counter[State]) -> tuple[str, str, str, str]:
    found = sum(counts.values())
    dropped = ", ".join(f"{counts[state]} {state.value}" for state in DROPPED if counts[state])
    return str(found), str(found - counts[State.KNOWN]), str(counts[State.STORED]), dropped


def _say_answer(account: Account) -> str:
    good = account.state in GOOD_FEED_STATES
    reason = f": {account.reason}" if account.reason else ""
    return ("" if good and not reason and account.state.value == "ok" else account.state.value) + reason


def _sum_up(report: RunReport, verb: str) -> str:
    total: Counter[State] = Counter()
    for account in report.accounts:
        total.update(account.counts)
    found = sum(total.values())
    parts = [f"{found} found", f"{found - total[State.KNOWN]} new", f"{total[State.STORED]} {verb}"]
    parts += [f"{total[state]} {state.value}" for state in DROPPED if total[state]]
    failed = f"; {report.failed_sources} of {len(report.accounts)} sources failed" if report.failed_sources else ""
    stopped = "" if report.finished else "; the run was cut short"
    return f"run {report.run_id}: " + ", ".join(parts) + failed + stopped
