"""``wirewatch extract`` and ``wirewatch feed``: reading files, without network or database."""

from __future__ import annotations

from collections.abc import Callable
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
        return asyncio.run(readers.run(work, *args))

    readers = Readers(1, 30)
    run.close = readers.__exit__  # type: ignore[attr-defined]
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
    from wirewatch.clock import now

    read = _limited(read_document_bytes)
    try:
        return _each_file(files, lambda data: [read(data, url, now()).to_json()])
    finally:
        read.close()  # type: ignore[attr-defined]


@click.command()
@click.option("--url", default="", help="The feed's address: relative links are resolved against it.")
@click.option("--zone", default="UTC", help="Zone of times that state none, such as Asia/Baku.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
def feed(url: str, zone: str, files: tuple[str, ...]) -> int:
    """RSS, Atom, RDF, JSON Feed or news sitemap in, its entries as JSON Lines out.

    \b
    wirewatch feed rss.xml
    curl -s https://example.org/rss | wirewatch feed --url https://example.org/rss -
    """
    from crawler.reading.work import read_feed_bytes
    from wirewatch.article import format_time
    from wirewatch.catalogue import parse_sources
    from wirewatch.clock import now
    from wirewatch.errors import UsageError

    sources, problems = parse_sources([{"id": "file", "zone": zone, "feeds": ["https://file.example/"]}], "--zone")
    if problems:
        raise UsageError(problems[0])
    read = _limited(read_feed_bytes)

    def rows(data: bytes) -> list[dict[str, Any]]:
        return [
            {
                "link": entry.link,
                "title": entry.title,
                "published": format_time(entry.published),
                "summary": entry.summary,
                "authors": list(entry.authors),
                "id": entry.id,
            }
            for entry in read(data, url, None, sources[0], now()).entries
        ]

    try:
        return _each_file(files, rows)
    finally:
        read.close()  # type: ignore[attr-defined]
