"""What the commands share: --config and --db, opening the database, JSON Lines out, spans of time in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlite_utils import Database

from wirewatch.config import Config, parse_span
from wirewatch.config_file import find_config
from wirewatch.errors import UsageError

Function = TypeVar("Function", bound=Callable[..., Any])


def with_config(function: Function) -> Function:
    """Add ``--config`` and ``--db``; the command gets ``config_file`` and ``db_file``."""
    function = click.option(
        "--db",
        "db_file",
        type=click.Path(path_type=Path),
        help="Use this database instead of the one in the configuration.",
    )(function)
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        help="Configuration file (default: $WIREWATCH_CONFIG, else config.yaml).",
    )(function)


def read_config(config_file: Path | None, db_file: Path | None = None) -> Config:
    """The checked configuration, with its database replaced where ``--db`` was given.

    Raises:
        ConfigError: with every mistake at once.
    """
    from storage.searches import load_checked

    config = load_checked(find_config(config_file))
    if db_file:
        settings = config.settings.model_copy(update={"database": db_file.absolute()})
        config = config.model_copy(update={"settings": settings})
    return config


@contextmanager
def database_of(config: Config) -> Iterator[Database]:
    """The configured database, open for writing, made with its folder where it is not there yet."""
    from storage.database import open_database

    make_folder(config)
    with _held(open_database(config.database), config) as db:
        yield db


@contextmanager
def database_to_read(config: Config) -> Iterator[Database]:
    """The configured database, open read-only."""
    from storage.database import open_for_reading

    with _held(open_for_reading(config.database), config) as db:
        yield db


@contextmanager
def _held(db: Database, config: Config) -> Iterator[Database]:
    """``db`` until the end of the block; an error of SQLite there names the file and says what to do."""
    from storage.database import DatabaseError, explain

    try:
        yield db
    except DatabaseError as error:
        raise explain(error, config.database) from error
    finally:
        db.close()


def make_folder(config: Config) -> None:
    """Make the folder of the database where the configuration's own folder is there to hold it."""
    folder = config.database.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}; change 'database' or use --db") from error


def print_json(row: Any) -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """One line for a person on standard error."""
    sys.stderr.write(text + "\n")


class SpanType(click.ParamType):  # type: ignore[type-arg]
    """``30m``, ``2d`` … or a date, as the instant that long ago (aware, UTC)."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant meant by ``value``."""
        from wirewatch.article import parse_time
        from wirewatch.clock import now

        if isinstance(value, datetime):
            return value
        try:
            return now() - parse_span(value)
        except ValueError:
            pass
        try:
            when = parse_time(str(value))
        except ValueError:
            when = None
        if when is None:
            self.fail(f"{value!r} is neither a span such as 12h or 2d nor a date such as 2026-11-01", param, ctx)
        return when


def read_files(files: tuple[str, ...]) -> Iterator[tuple[str, bytes | OSError]]:
    """Name and bytes of each file in order; ``-`` (or no file at all) is standard input."""
    for name in files or ("-",):
        try:
            yield name, sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            yield name, error


def read_lines(file: str | None) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not blank of ``file`` (None or ``-``: standard input)."""
    handle = sys.stdin.buffer if file in (None, "-") else _open(str(file))
    for number, line in enumerate(handle, 1):
        if line.strip():
            yield number, line


def _open(file: str) -> Any:
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
