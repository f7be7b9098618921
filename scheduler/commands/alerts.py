"""``wirewatch alerts preview``: a mail as it would be sent, before anyone gets it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.commands.common import database_of, read_config, with_config
from wirewatch.errors import UsageError

if TYPE_CHECKING:
    from alerts.envelope import ComposedMail


@click.group()
def alerts() -> None:
    """See what readers get.

    \b
    wirewatch alerts preview
    """


@alerts.command()
@click.option("--to", "email", help="All that waits for this reader, instead of a sample to nobody.")
@click.option("--url", help="The alert of this stored article (default: the newest that matched).")
@click.option("--tz", default="UTC", show_default=True, help="Zone of the sample's reader, such as Asia/Baku.")
@click.option(
    "--format", "form", type=click.Choice(["text", "html", "eml"]), default="text", show_default=True,
    help="The text part, the HTML part, or the whole mail.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead.")
@with_config
def preview(
    email: str | None, url: str | None, tz: str, form: str, out: Path | None, config_file: Path | None,
    db_file: Path | None,
) -> None:  # fmt: skip
    """Show a mail before anyone gets it; nothing is sent, and what waits goes on waiting.

    \b
    wirewatch alerts preview --tz Asia/Baku
    wirewatch alerts preview --to analyst@example.org
    wirewatch alerts preview --format html --out mail.html
    """
    from storage.subscribers import check_zone

    config, zone = read_config(config_file, db_file), check_zone(tz)
    with database_of(config) as db:
        mails = _waiting(db, config, email) if email else _sample(db, config, zone, url)
    shown = (b"" if form == "eml" else b"\n").join(_show(each, form) for each in mails)
    if out:
        try:
            out.write_bytes(shown)
        except OSError as error:
            raise UsageError(f"{out}: cannot be written: {error.strerror}") from error
    else:
        sys.stdout.buffer.write(shown)


def _waiting(db: Any, config: Any, email: str) -> list[ComposedMail]:
    from alerts.preview import preview_waiting
    from storage.subscribers import find_subscriber
    from wirewatch.clock import now

    reader = find_subscriber(db, email)
    if reader is None:
        raise UsageError(f"{email} is not subscribed; 'wirewatch subscribers' lists who is")
    mails = preview_waiting(db, config, reader, now())
    if not mails:
        raise UsageError(f"nothing waits for {reader.email}; without --to a sample is shown")
    return mails


def _sample(db: Any, config: Any, zone: str, url: str | None) -> list[ComposedMail]:
    from alerts.preview import preview_article
    from storage.articles import find_article
    from wirewatch.clock import now
    from wirewatch.urls import link_key

    found = find_article(db, [link_key(url)]) if url else None
    if url and found is None:
        raise UsageError(f"{url} is not in the archive; 'wirewatch search' shows what is")
    mail = preview_article(db, config, zone, found[0] if found else None, now())
    if mail is None:
        raise UsageError("no stored article matched yet; 'wirewatch crawl' collects some")
    return [mail]


def _show(mail: ComposedMail, form: str) -> bytes:
    if form == "eml":
        return mail.raw
    part = mail.parse().get_body(("html",) if form == "html" else ("plain",))
    text = part.get_content().replace("\r\n", "\n") if part else ""
    return text.encode() if form == "html" else f"Subject: {mail.subject}\n\n{text}".encode()
