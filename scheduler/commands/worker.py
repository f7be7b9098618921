"""``wirewatch worker``: lend this machine to the Wirewatch at a Dask scheduler."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.common import say
from wirewatch.errors import UsageError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("address")
@click.option("--region", default="", help="Label of the region that this machine stands in, such as AZ.")
@click.option("--name", help="How the worker is called in logs (default: the machine's name and process).")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Crawl processes at once.")
@click.option("--host", help="Address of this machine that the scheduler reaches (default: found by itself).")
@click.option("--ca-file", type=FILE, help="tls: certificates that are trusted.")
@click.option("--cert-file", type=FILE, help="tls: this machine's certificate.")
@click.option("--key-file", type=FILE, help="tls: the key of that certificate.")
def worker(
    address: str,
    region: str,
    name: str | None,
    jobs: int,
    host: str | None,
    ca_file: Path | None,
    cert_file: Path | None,
    key_file: Path | None,
) -> None:
    """Ask sources for the Wirewatch that uses the Dask scheduler at ADDRESS, until SIGTERM.

    A worker whose scheduler is away waits for it. It keeps nothing: no configuration, no database.

    \b
    wirewatch worker tcp://10.0.0.5:8786
    wirewatch worker tcp://10.0.0.5:8786 --region AZ --jobs 2
    wirewatch worker tls://crawl.example.org:8786 --ca-file ca.pem --cert-file worker.pem --key-file worker.key
    """
    import asyncio

    from crawler.outpost_service import Post, serve_worker
    from wirewatch.source import REGION

    if region and not REGION.fullmatch(region):
        raise click.BadParameter("must be letters, digits and hyphens such as AZ or eu-west", param_hint="--region")
    files = (ca_file, cert_file, key_file)
    if address.startswith("tls://") != all(files) or any(files) != all(files):
        raise UsageError("--ca-file, --cert-file and --key-file are needed for an address that begins with tls://")
    asyncio.run(serve_worker(Post(address, region, name, jobs, host, *files), say))
