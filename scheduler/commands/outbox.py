"""``wirewatch outbox``: what waits to be mailed, and why."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from scheduler.commands.common import (
    database_of,
    database_to_read,
    make_folder,
    print_json,
    read_config,
    say,
    with_config,
)
from wirewatch.errors import UsageError


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As one line of JSON.")
@with_config
@click.pass_context
def outbox(ctx: click.Context, as_json: bool, config_file: Path | None, db_file: Path | None) -> None:
    """What waits to be mailed and why; 'retry' makes it due now, 'drain' sends what is due.

    \b
    wirewatch outbox --json
    wirewatch outbox drain
    """
    ctx.obj = (config_file, db_file)
    if ctx.invoked_subcommand:
        return
    from storage.outbox import summary

    with database_to_read(read_config(config_file, db_file)) as db:
        row = summary(db).to_json()
    if as_json:
        print_json(row)
        return
    for name, value in row.items():
        click.echo(f"{name.replace('_', ' '):16} {'–' if value is None else value}")


@outbox.command()
@click.option("--failed", is_flag=True, help="Also those that were given up.")
@with_config
@click.pass_context
def retry(ctx: click.Context, failed: bool, config_file: Path | None, db_file: Path | None) -> None:
    """Make all that waits due now.

    \b
    wirewatch outbox retry --failed
    """
    from storage.outbox import retry_now
    from wirewatch.clock import now

    with database_of(_config(ctx, config_file, db_file)) as db:
        say(f"{retry_now(db, now(), failed=failed)} mails are due now")


@outbox.command()
@with_config
@click.pass_context
def drain(ctx: click.Context, config_file: Path | None, db_file: Path | None) -> int:
    """Send what is due now; exit code 0 when nothing of it is left, 1 otherwise.

    \b
    wirewatch outbox drain
    """
    from alerts.deliver import deliver_due
    from storage.database import InstanceLock, open_database
    from storage.outbox import count_late
    from wirewatch.clock import now

    config = _config(ctx, config_file, db_file)
    make_folder(config)
    if config.settings.mail.host is None:
        raise UsageError(f"{config.file}: no mail server is set; give mail.host")
    with InstanceLock(config.database):
        db = open_database(config.database)
        try:
            report: Any = asyncio.run(deliver_due(db, config))
            late = count_late(db, now())
        finally:
            db.close()
    say(f"{report.sent} mails sent, {report.waiting} wait, {report.failed} refused for good")
    if report.problem:
        say(f"wirewatch: {report.problem}")
    return 1 if late or report.failed else 0


def _config(ctx: click.Context, config_file: Path | None, db_file: Path | None) -> Any:
    """Options stand before or after the subcommand's name."""
    return read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
