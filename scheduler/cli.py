"""``wirewatch``: the command line. Each command stands in ``scheduler/commands`` and is loaded when called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from wirewatch import __version__
from wirewatch.errors import ConfigError, WirewatchError
from wirewatch.suggest import suggest

COMMANDS = {
    "crawl": "crawl:crawl",
    "demo": "demo:demo",
    "daemon": "daemon:daemon",
    "extract": "reading:extract",
    "feed": "reading:feed",
    "match": "matching:match",
    "group": "matching:group",
    "search": "archive:search",
    "backtest": "archive:backtest",
    "subscribe": "readers:subscribe",
    "unsubscribe": "readers:unsubscribe",
    "subscribers": "readers:subscribers",
    "forget": "readers:forget",
    "alerts": "alerts:alerts",
    "outbox": "outbox:outbox",
    "sources": "sources:sources",
    "ledger": "account:ledger",
    "status": "account:status",
    "serve": "serve:serve",
    "worker": "worker:worker",
    "config": "config:config",
    "db": "database:db",
}
"""Name → module and function in ``scheduler/commands``, in the order of ``wirewatch --help``."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: ``--help`` need not load Scrapy."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called ``cmd_name``, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"scheduler.commands.{module}"), function)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with the nearest command named where there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = suggest(args[0], COMMANDS) or "; see 'wirewatch --help'"
            ctx.fail(f"no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="wirewatch")
def cli() -> None:
    """Watch the wires on South Caucasus diplomacy: crawl, match, store, mail.

    \b
    Begin with:    wirewatch demo
    By hand:       wirewatch crawl azertag armenpress --json
    As a service:  wirewatch daemon
    """


def main() -> None:
    """Entry of the program: runs a command and turns every expected error into one line and an exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("wirewatch: interrupted; what was committed stays\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader of our output went away: nothing to say
        sys.exit(0)
    except WirewatchError as error:
        _print_error(error)
        sys.exit(error.exit_code)
    except Exception as error:
        from storage.database import DatabaseError, explain

        if not isinstance(error, DatabaseError):
            raise
        _print_error(explain(error, None))
        sys.exit(2)


def _print_error(error: WirewatchError) -> None:
    lines = error.problems if isinstance(error, ConfigError) else [str(error)]
    for line in lines:
        sys.stderr.write(f"wirewatch: {' '.join(line.split())}\n")


if __name__ == "__main__":
    main()
