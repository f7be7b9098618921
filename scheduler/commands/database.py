"""``wirewatch db``: the file."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.common import database_of, database_to_read, read_config, say, with_config
from wirewatch.errors import StorageError, UsageError


@click.group()
def db() -> None:
    """Make, check and back up the database file.

    \b
    wirewatch db check
    wirewatch db backup wirewatch-2026-11-23.db
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
    from storage.backup import copy_database

    config = read_config(config_file, db_file)
    if file.exists():
        raise UsageError(f"{file}: is there already; name another file")
    with database_to_read(config) as connection:
        copy_database(connection, file)
    say(f"{file}: {file.stat().st_size / 2**20:.1f} MiB")


@db.command()
@with_config
def check(config_file: Path | None, db_file: Path | None) -> None:
    """Check the file page by page, its references and its accounts; exit code 2 if something is wrong.

    \b
    wirewatch db check
    """
    from storage.backup import check_database

    config = read_config(config_file, db_file)
    with database_to_read(config) as connection:
        problems = check_database(connection)
    for problem in problems:
        say(f"wirewatch: {config.database}: {problem}")
    if problems:
        raise StorageError(f"{config.database}: {len(problems)} problems; restore a backup")
    say(f"{config.database}: sound")
