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
    read_files,
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
    from storage.database import InstanceLock, open_database

    config = _config(ctx, config_file, db_file)
    make_folder(config)
    if not config.settings.mail.goes_out and not config.settings.channels:
        raise UsageError(f"{config.file}: no mail server is set; give mail.host")
    with InstanceLock(config.database):
        db = open_database(config.database)
        try:
            report = asyncio.run(_drain(db, config))
        finally:
            db.close()
    say(f"{report.sent} mails sent, {report.waiting} wait, {report.failed} refused for good")
    if report.problem:
        say(f"wirewatch: {report.problem}")
    return 1 if report.waiting or report.failed else 0


@outbox.command()
@click.argument("files", nargs=-1)
@with_config
@click.pass_context
def bounces(ctx: click.Context, files: tuple[str, ...], config_file: Path | None, db_file: Path | None) -> None:
    """Take in mails that came back: FILES, or standard input (for an alias), or without both mail.bounce_maildir.

    \b
    wirewatch outbox bounces
    wirewatch outbox bounces - < bounce.eml
    """
    from alerts.returns import ReturnsReport, read_bounce, read_maildir
    from wirewatch.clock import now

    config = _config(ctx, config_file, db_file)
    mail, report = config.settings.mail, ReturnsReport()
    with database_of(config) as db:
        if files:
            for name, raw in read_files(files):
                if isinstance(raw, OSError):
                    raise UsageError(f"{name}: cannot be read: {raw.strerror}")
                read_bounce(db, raw, mail, report, now())
        elif folder := config.bounce_maildir:
            report = read_maildir(db, folder, mail, now())
        else:
            raise UsageError(f"{config.file}: no mail.bounce_maildir is set; give it, or files")
    say(f"{report.hard} mails came back, {report.suspended} readers suspended, {report.ignored} mails ignored")


async def _drain(db: Any, config: Any) -> Any:
    """Deliver until nothing is due; where ``mail.per_minute`` stops it, wait and go on."""
    from alerts.deliver import deliver_due
    from wirewatch.clock import now

    sent = failed = 0
    while True:
        report = await deliver_due(db, config)
        sent, failed = sent + report.sent, failed + report.failed
        if report.free_at is None:
            report.sent, report.failed = sent, failed
            return report
        say(f"{sent} mails sent, {report.waiting} wait; mail.per_minute lets the next go {report.free_at:%H:%M:%S} UTC")
        await asyncio.sleep(max(0.1, (report.free_at - now()).total_seconds()))


def _config(ctx: click.Context, config_file: Path | None, db_file: Path | None) -> Any:
    """Options stand before or after the subcommand's name."""
    return read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
