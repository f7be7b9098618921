"""``wirewatch ledger`` and ``wirewatch status``: what became of everything, and whether all is well."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from scheduler.commands.common import database_to_read, print_json, read_config, with_config
from wirewatch.errors import UsageError


@click.command()
@click.option("--run", "number", type=int, help="This run (default: the last one).")
@click.option("--source", help="Only this source.")
@click.option("--json", "as_json", is_flag=True, help="A line for each source, then one for each item.")
@with_config
def ledger(
    number: int | None, source: str | None, as_json: bool, config_file: Path | None, db_file: Path | None
) -> int:
    """What became of every item of a run; exit code 1 if the account did not add up.

    \b
    wirewatch ledger
    wirewatch ledger --run 12 --source azertag --json
    """
    from scheduler.tables import accounts_table, make_console
    from storage.ledger import find_gaps, get_run, last_run, read_accounts, read_items
    from storage.rechecks import read_recheck_accounts

    with database_to_read(read_config(config_file, db_file)) as db:
        run = get_run(db, number) if number is not None else last_run(db)
        if run is None:
            raise UsageError(
                "there is no such run; 'wirewatch crawl' makes one" if number is None else f"there is no run {number}"
            )
        accounts, items, gaps = read_accounts(db, run.id, source), read_items(db, run.id, source), find_gaps(db)
        again = read_recheck_accounts(db, run.id, source)
    if as_json:
        for account in accounts:
            print_json({"run": run.id, **account.to_json(), "asked_again": again.get(account.source)})
        for item in items:
            print_json({"run": run.id, **item})
    else:
        console = make_console()
        end = run.finished.isoformat() if run.finished else "not finished"
        console.print(f"run {run.id}, {run.trigger}, {run.started.isoformat()} – {end}")
        console.print(accounts_table(accounts))
        for name, counts in again.items():
            told = ", ".join(f"{count} {finding}" for finding, count in counts.items() if count)
            console.print(f"stored pages asked again: {name}: {told}", soft_wrap=True)
        for item in items:
            console.print(f"{item['state']:11} {item['source']:18} {item['url']}  {item['reason']}", soft_wrap=True)
    for gap in gaps:
        sys.stderr.write(f"wirewatch: does not add up: {gap}\n")
    return 1 if gaps else 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one line of JSON.")
@with_config
def status(as_json: bool, config_file: Path | None, db_file: Path | None) -> int:
    """Whether all is well, in one screen; exit code 1 when something needs a person.

    \b
    wirewatch status
    """
    from scheduler.status import show
    from storage.health import look
    from wirewatch.clock import now

    config = read_config(config_file, db_file)
    with database_to_read(config) as db:
        health = look(db, config, now())
    if as_json:
        print_json(health.to_json())
    else:
        click.echo(show(health))
    return 1 if health.troubles else 0
