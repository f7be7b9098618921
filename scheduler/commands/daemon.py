"""``wirewatch daemon``: the service."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import click

from scheduler.commands.common import make_folder, read_config, with_config


@click.command()
@with_config
def daemon(config_file: Path | None, db_file: Path | None) -> None:
    """Ask sources at least hourly (schedule.every), busy ones more often, mail what is due, until SIGTERM.

    A crawl that was missed or cut short is made up for at the start. One daemon a database: a second
    one is refused with exit code 3. A systemd unit ships in deploy/wirewatch.service.

    \b
    wirewatch daemon
    wirewatch daemon --config /etc/wirewatch/config.yaml
    """
    from scheduler.daemon import Daemon

    config = read_config(config_file, db_file)
    make_folder(config)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("wirewatch").setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    asyncio.run(Daemon(config).serve())
