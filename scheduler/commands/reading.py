"""``wirewatch extract`` and ``wirewatch feed``: reading files, without network or database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from scheduler.commands.common import print_json, read_files
from wirewatch.errors import UnreadableError


def _each_file(files: tuple[str, ...], read: Callable[[bytes], list[dict[str, Any]]]) -> int:
    """Print what ``read`` makes of each file in order; an unreadable one gets a line with ``error``. 1 if one did."""
    failed = 0
    for name, data in read_files(files):
        if isinstance(data, OSError):
            failed = 1
            print_json({"file": name, "error": f"cannot-be-read: {data.strerror}"})
            continue
        try:
            for row in read(data):
                print_json(row)
        except UnreadableError as error:
            failed = 1
            print_json({"file": name, "error": str(error)})
    return failed


def _limited(work: Callable[..., Any]) -> Callable[..., Any]:
    """Run ``work`` in a reading process that is killed at its time limit."""
    import asyncio

    from crawler.readers import Readers

    def run(*args: Any) -> Any:
        return loop.run(readers.run(work, *args))

    def close() -> None:
        readers.__exit__()
        loop.close()

    loop, readers = asyncio.Runner(), Readers(1, 30)
    run.close = close  # type: ignore[attr-defined]
    return run


@click.command()
@click.option("--url", default="", help="The page's address, where the file itself does not say it.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
def extract(url: str, files: tuple[str, ...]) -> int:
    """HTML or plain text in, article JSON out: one line a file, in the order given; '-' is standard input.

    \b
    wirewatch extract page.html --url https://example.org/news/1.html
    curl -s https://example.org/news/1.html | wirewatch extract -
    """
    from crawler.reading.work import read_document_bytes
    from wirewatch.catalogue import find_owner, load_catalogue
    from wirewatch.clock import now

    source = find_owner(load_catalogue().values(), url)
    read = _limited(read_document_bytes)
    try:
        return _each_file(files, lambda data: [read(data, url, source, now()).to_json()])
    finally:
        read.close()  # type: ignore[attr-defined]


@click.command()
@click.option("--url", default="", help="The feed's address: relative links are resolved against it.")
@click.option("--zone", help="Zone of times that state none, such as Asia/Baku (default: the publisher's, else UTC).")
@click.argument("files", metavar="[FILE]...", nargs=-1)
def feed(url: str, zone: str | None, files: tuple[str, ...]) -> int:
    """RSS, Atom, RDF, JSON Feed or news sitemap in, its entries as JSON Lines out.

    \b
    wirewatch feed rss.xml
    curl -s https://example.org/rss | wirewatch feed --url https://example.org/rss -
    """
    from crawler.reading.work import read_feed_bytes
    from storage.subscribers import check_zone
    from wirewatch.catalogue import find_owner, load_catalogue
    from wirewatch.clock import now
    from wirewatch.source import Source

    source = find_owner(load_catalogue().values(), url) or Source(id="file", name="file")
    source = replace(source, zone=check_zone(zone)) if zone else source
    read = _limited(read_feed_bytes)

    def rows(data: bytes) -> list[dict[str, Any]]:
        return [entry.to_json() for entry in read(data, url, None, source, now()).entries]

    try:
        return _each_file(files, rows)
    finally:
        read.close()  # type: ignore[attr-defined]
