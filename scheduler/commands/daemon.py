"""``wirewatch daemon``: the service."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from scheduler.commands.common import make_folder, read_config, with_config
from wirewatch.config import Config


@click.command()
@click.option("--log-format", type=click.Choice(["plain", "json"]), help="Form of the log (default: log.format).")
@with_config
def daemon(log_format: str | None, config_file: Path | None, db_file: Path | None) -> None:
    """Ask sources at least hourly (schedule.every), busy ones more often, mail what is due, until SIGTERM.

    A crawl that was missed or cut short is made up for at the start. SIGHUP reads the configuration anew; one
    with a mistake is refused, and the old one stays in force. One daemon a database: a second one is refused
    with exit code 3. A systemd unit ships in deploy/wirewatch.service.

    \b
    wirewatch daemon
    wirewatch daemon --config /etc/wirewatch/config.yaml --log-format json
    """
    from scheduler.checking import check_whole
    from scheduler.daemon import Daemon
    from scheduler.service.logs import start_logs

    def read() -> Config:
        config = check_whole(read_config(config_file, db_file))
        if log_format:
            settings = config.settings
            log = settings.log.model_copy(update={"format": log_format})
            return config.model_copy(update={"settings": settings.model_copy(update={"log": log})})
        return config

    config = read()
    make_folder(config)
    start_logs(config.settings.log)
    asyncio.run(Daemon(config, read).serve())
