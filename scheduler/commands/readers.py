"""``wirewatch subscribe``, ``unsubscribe``, ``subscribers``, ``forget``: the operator's side of the mails."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import click

from scheduler.commands.common import database_of, database_to_read, print_json, read_config, say, with_config
from wirewatch.errors import UsageError


@click.command()
@click.argument("email")
@click.argument("query", required=False)
@click.option("--topic", help="Follow a topic or search of the configuration instead of a query.")
@click.option("--name", help="Name shown in the mails as the reason (default: the query).")
@click.option(
    "--every", type=click.Choice(["instant", "hourly", "daily", "weekly"]), default="instant", show_default=True
)
@click.option("--at", help="Local time of a digest, such as 08:00; of a week also 'fri 08:00'.")
@click.option("--tz", help="The reader's zone, such as Asia/Baku (default: as it was, else UTC).")
@click.option("--quiet", help="Local hours without mail, such as 22:00-07:00.")
@click.option("--lang", "languages", multiple=True, help="Only articles in this language (repeat for more).")
@click.option("--limit", "per_day", type=click.IntRange(1, 1000), help="Mails a day; the rest comes as a digest.")
@click.option("--nothing-new", is_flag=True, help="Also write when a daily or weekly digest has nothing to tell.")
@with_config
def subscribe(
    email: str,
    query: str | None,
    topic: str | None,
    name: str | None,
    every: Literal["instant", "hourly", "daily", "weekly"],
    at: str | None,
    tz: str | None,
    quiet: str | None,
    languages: tuple[str, ...],
    per_day: int | None,
    nothing_new: bool,
    config_file: Path | None,
    db_file: Path | None,
) -> None:
    """Mail EMAIL (or a channel of config.yaml: channel:NAME) about every new story that QUERY finds from now on.

    \b
    wirewatch subscribe analyst@example.org '@zangezur OR @peace-treaty' --tz Asia/Baku
    wirewatch subscribe desk@example.org --topic south-caucasus-diplomacy --limit 10
    wirewatch subscribe desk@example.org '@geneva' --every weekly --at 'fri 17:00' --nothing-new
    """
    from matching.query import compile_query
    from storage.subscribers import CHANNEL
    from storage.subscribers import subscribe as store
    from wirewatch.clock import now

    config = read_config(config_file, db_file)
    if (query is None) == (topic is None):
        raise click.UsageError("give either a QUERY or --topic NAME")
    known = {*config.settings.topics, *(each.name for each in config.settings.searches)}
    if topic and topic not in known:
        raise UsageError(f"no topic or search {topic!r} in {config.file}; there are: {', '.join(sorted(known))}")
    if email.startswith(CHANNEL) and email.removeprefix(CHANNEL) not in (channels := _channels(config)):
        raise UsageError(f"no {email} in {config.file}; there are: {', '.join(channels) or 'none'}")
    if query:
        compile_query(query)
    with database_of(config) as db:
        store(
            db, email, name or topic or query or "", query or "", follows=topic or "", every=every, at=at, zone=tz,
            quiet=quiet, languages=languages, per_day=per_day, nothing_new=nothing_new, now=now(),
        )  # fmt: skip
    say(f"{email} is told of: {topic or query}")


def _channels(config: Any) -> list[str]:
    return [each.name for each in config.settings.channels]


@click.command()
@click.argument("email")
@click.argument("query", required=False)
@with_config
def unsubscribe(email: str, query: str | None, config_file: Path | None, db_file: Path | None) -> None:
    """End one search of EMAIL, or all of them; what waits in the outbox for it is not sent.

    \b
    wirewatch unsubscribe analyst@example.org
    """
    from storage.subscribers import unsubscribe as end
    from wirewatch.clock import now

    with database_of(read_config(config_file, db_file)) as db:
        ended = end(db, email, query, now=now())
    if not ended:
        raise UsageError(f"{email} has no such search; 'wirewatch subscribers' shows what there is")
    say(f"{email}: {ended} searches ended")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines.")
@with_config
def subscribers(as_json: bool, config_file: Path | None, db_file: Path | None) -> None:
    """List who is told of what.

    \b
    wirewatch subscribers --json
    """
    from storage.subscribers import list_subscribers

    with database_to_read(read_config(config_file, db_file)) as db:
        rows = list_subscribers(db)
    for reader, searches in rows:
        if as_json:
            facts = {key: value for key, value in asdict(reader).items() if key != "secret"}
            print_json({**facts, "searches": [asdict(each) for each in searches]})
        else:
            click.echo(f"{reader.email}  ({reader.state}, {reader.zone})")
            for each in searches:
                click.echo(f"    {each.every:8} {each.query or 'topic ' + each.follows}")
    if not rows and not as_json:
        say("no subscribers yet; 'wirewatch subscribe EMAIL QUERY' adds one")


@click.command()
@click.argument("email")
@with_config
def forget(email: str, config_file: Path | None, db_file: Path | None) -> None:
    """Erase EMAIL and all that concerns it from the database.

    \b
    wirewatch forget analyst@example.org
    """
    from storage.forgetting import forget as erase

    with database_of(read_config(config_file, db_file)) as db:
        if not erase(db, email):
            raise UsageError(f"{email} is not in the database")
    say(f"{email} is erased")
