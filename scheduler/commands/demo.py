"""``wirewatch demo``: the whole path on this machine alone, with sample stories."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import yaml

from scheduler.commands.common import say

READER = "reader@demo.example"
QUERIES = {"Talks at Gudauri": "gudauri OR გუდაური OR Гудаури", "Corridors": "corridor AND (rail OR railway OR road)"}
SHOWN = "MENAFN"
"""The mail that is shown is the first with this word: the story that came through three hands."""


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Where database, mails and pages are kept (default: a new folder).",
)
def demo(folder: Path | None) -> int:
    """Crawl a sample newsroom on loopback, match, store, and mail what was found to a local mail server.

    Takes under a minute and touches no network.

    \b
    wirewatch demo
    wirewatch demo --folder /tmp/wirewatch-demo
    """
    from demo.mailbox import Mailbox
    from demo.newsroom import Newsroom

    folder = (folder or Path(tempfile.mkdtemp(prefix="wirewatch-demo-"))).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with Newsroom(spread=True) as newsroom, Mailbox(folder / "mails") as mailbox:
        sources = newsroom.sources()
        say(f"{len(sources)} sample outlets run on loopback; a local mail server catches what is sent.")
        config = write_config(folder, sources, mailbox.port)
        report = _crawl(config)
        _deliver(config)
        pages = _show_mails(folder, mailbox.messages)
    _say_what_next(folder, pages)
    return 0 if mailbox.messages and report.finished else 1


def write_config(folder: Path, sources: list[Any], port: int) -> Any:
    """A config.yaml in ``folder`` as a user would write it, read back through the usual door."""
    from scheduler.commands.common import read_config

    settings = {
        "database": "wirewatch.db",
        "crawl": {"delay": 0, "allow_private": ["127.0.0.0/8"]},
        "catalogue": {"none": True},
        "topics": ["south-caucasus-diplomacy"],
        "searches": [{"name": name, "query": query} for name, query in QUERIES.items()],
        "mail": {"host": "127.0.0.1", "port": port, "sender": "Wirewatch demo <wirewatch@demo.example>"},
        "subscribers": [
            {"email": READER, "topics": ["south-caucasus-diplomacy"], "searches": list(QUERIES), "tz": "Asia/Baku"}
        ],
        "sources": [_as_entry(source) for source in sources],
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return read_config(file)


def _as_entry(source: Any) -> dict[str, Any]:
    row = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(source).items() if value}
    listings = [{key: value for key, value in listing.items() if value} for listing in row.pop("listings", [])]
    return row | ({"listing": listings} if listings else {})


def _crawl(config: Any) -> Any:
    from scheduler.commands.crawl import run_order
    from scheduler.run import Order
    from storage.searches import house_searches

    alerts = config.settings.alerts
    order = Order(tuple(config.sources.values()), tuple(house_searches(config)), config.sources, alerts=alerts)
    return run_order(config, order, None, no_store=False, as_json=False)


def _deliver(config: Any) -> None:
    from alerts.deliver import deliver_due
    from storage.database import InstanceLock, open_database

    with InstanceLock(config.database):
        db = open_database(config.database)
        report = asyncio.run(deliver_due(db, config))
        db.close()
    say(f"{report.sent} mails sent to {READER} (one a story), {report.waiting} wait")


def _show_mails(folder: Path, mails: list[Any]) -> list[Path]:
    from demo.show import render_mail, save_mail_page

    texts = [render_mail(mail.message) for mail in mails]
    shown = next((text for text in texts if SHOWN in text), texts[0] if texts else "")
    click.echo(f"\n{'─' * 78}\n{shown}{'─' * 78}")
    return [
        save_mail_page(mail.message, folder / "mails" / f"{number:04}.html") for number, mail in enumerate(mails, 1)
    ]


def _say_what_next(folder: Path, pages: list[Path]) -> None:
    command = os.environ.get("WIREWATCH_COMMAND", "wirewatch")
    mails = f"{pages[0].name} … {pages[-1].name} in mails/" if pages else "none was sent"
    lines = [
        "",
        f"Everything is in {folder}",
        f"  mails as a browser shows them   {mails}",
        f"  look at the pages               {command} serve --config {folder}/config.yaml",
        "                                  and open http://localhost:8765/",
        f"  search the archive              {command} search '@azerbaijan AND talks' --config {folder}/config.yaml",
        f"  what became of every item       {command} ledger --config {folder}/config.yaml",
        f"Then point it at the world:       {command} crawl, {command} daemon (config.yaml; see the README)",
    ]
    click.echo("\n".join(lines))
