"""``wirewatch db``: the file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from scheduler.commands.common import (
    SpanType,
    database_of,
    database_to_read,
    make_folder,
    read_config,
    say,
    with_config,
)
from wirewatch.errors import StorageError, UsageError


@click.group()
def db() -> None:
    """Make, check, back up, restore and prune the database file.

    \b
    wirewatch db check
    wirewatch db backup wirewatch-2026-11-23.db
    wirewatch db restore wirewatch-2026-11-23.db
    """


@db.command()
@with_config
def migrate(config_file: Path | None, db_file: Path | None) -> None:
    """Make the database or bring its schema up to date (every command that writes does so by itself).

    \b
    wirewatch db migrate
    """
    config = read_config(config_file, db_file)
    with database_of(config) as connection:
        from storage.articles import ensure_index

        ensure_index(connection, config.sources)
    say(f"{config.database}: up to date")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_config
def backup(file: Path, config_file: Path | None, db_file: Path | None) -> None:
    """Copy the database to FILE while it is in use; FILE must not be there yet.

    \b
    wirewatch db backup wirewatch-2026-11-23.db
    """
    from storage.backup import copy_database, note_backup
    from wirewatch.clock import now

    config = read_config(config_file, db_file)
    if file.exists():
        raise UsageError(f"{file}: is there already; name another file")
    with database_to_read(config) as connection:
        copy_database(connection, file)
    try:
        with database_of(config) as connection:
            note_backup(connection, now())
    except StorageError as error:  # the copy is made all the same
        say(f"wirewatch: 'status' will not know of it: {error}")
    say(f"{file}: {file.stat().st_size / 2**20:.1f} MiB")


@db.command()
@with_config
def check(config_file: Path | None, db_file: Path | None) -> None:
    """Check the file page by page, its references and its accounts; exit code 2 if something is wrong.

    \b
    wirewatch db check
    """
    from storage.backup import check_database
    from storage.sqlite_build import linked_version

    config = read_config(config_file, db_file)
    with database_to_read(config) as connection:
        problems = check_database(connection)
    for problem in problems:
        say(f"wirewatch: {config.database}: {problem}")
    if problems:
        raise StorageError(f"{config.database}: {len(problems)} problems; restore a backup")
    say(f"{config.database}: sound (SQLite {linked_version()})")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--told-until", type=SpanType(), help="No mail went out after this time (default: nobody knows).")
@click.option("--as-is", is_flag=True, help="Nothing was mailed since FILE was made: a move to another machine.")
@with_config
def restore(
    file: Path, told_until: datetime | None, as_is: bool, config_file: Path | None, db_file: Path | None
) -> None:
    """Put the backup FILE in the place of the database; nobody is told again what he was told since.

    The daemon and 'serve' must be stopped. The database that is replaced is moved aside, not deleted. Mails
    that wait in the backup are taken as sent, and so is what the first look at each source finds: it may have
    been told after the backup was made. Where the present database can be read, who left since stays out.

    \b
    wirewatch db restore wirewatch-2026-11-23.db
    wirewatch db restore wirewatch-2026-11-23.db --told-until 2026-11-24T06:00+04:00
    wirewatch db restore moved.db --as-is
    """
    from storage.database import InstanceLock
    from storage.restoring import restore_database
    from wirewatch.clock import now

    if as_is and told_until:
        raise UsageError("--as-is says that nothing was mailed; it goes without --told-until")
    config = read_config(config_file, db_file)
    make_folder(config)
    with InstanceLock(config.database) as lock:
        done = restore_database(file, config.database, now(), told_until=told_until, as_is=as_is)
        lock.note_database()
    say(f"{config.database}: restored from {file}")
    if done.aside:
        say(f"{done.aside}: the database before; delete it when all is well")
    if as_is:
        return
    say(f"{done.waiting} mails that waited in the backup are taken as sent; so is what each source's first look finds")
    if not done.people_known:
        say("who left or subscribed since the backup is not known: go through 'wirewatch subscribers'")


@db.command()
@click.option("--vacuum", is_flag=True, help="Then make the file as small as it can be (needs as much room again).")
@with_config
def prune(vacuum: bool, config_file: Path | None, db_file: Path | None) -> None:
    """Remove what is older than the settings under 'keep' say (the daemon does so once a day).

    \b
    wirewatch db prune
    wirewatch db prune --vacuum
    """
    from storage.retention import prune as prune_database
    from wirewatch.clock import now

    config = read_config(config_file, db_file)
    if not config.database.exists():
        raise StorageError(f"{config.database}: no database there yet; there is nothing to prune")
    with database_of(config) as connection:
        gone = prune_database(connection, config.settings.keep, now())
        if vacuum:
            connection.execute("VACUUM")
    words = ", ".join(f"{count} {kind}" for kind, count in gone.items() if count)
    say(f"{config.database}: removed {words or 'nothing'}")
