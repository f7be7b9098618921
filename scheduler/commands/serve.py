"""``wirewatch serve``: the web pages."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from scheduler.commands.common import database_of, read_config, say, with_config


@click.command()
@click.option("--host", help="Address to listen on (default: web.host).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: web.port).")
@with_config
def serve(host: str | None, port: int | None, config_file: Path | None, db_file: Path | None) -> None:
    """Serve the reading room until SIGTERM: pages over the archive, and those that mails link to.

    May run beside the daemon (or inside it: web.with_daemon). For readers elsewhere, and for one click in
    mail programs, put a reverse proxy with TLS before it and name its address in mail.base_url.

    \b
    wirewatch serve --port 8765
    """
    from web.app import make_room
    from web.server import start_pages

    config = read_config(config_file, db_file)
    web = config.settings.web

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        with database_of(config) as db:
            pages = await start_pages(make_room(config, db), host or web.host, port or web.port)
            say(f"pages on {pages.address}")
            await stop.wait()
            await pages.stop()

    asyncio.run(run())
