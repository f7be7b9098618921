"""``wirewatch sources``: the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.common import print_json, read_config, say, with_config


@click.group(invoke_without_command=True)
@with_config
@click.pass_context
def sources(ctx: click.Context, config_file: Path | None, db_file: Path | None) -> None:
    """List, check and find sources; import and export OPML.

    \b
    wirewatch sources list
    wirewatch sources export > wirewatch.opml
    """
    ctx.obj = (config_file, db_file)
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_sources)


@sources.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines.")
@with_config
@click.pass_context
def list_sources(ctx: click.Context, as_json: bool, config_file: Path | None, db_file: Path | None) -> None:
    """The sources of the configuration.

    \b
    wirewatch sources list --json
    """
    config = read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
    for source in config.sources.values():
        if as_json:
            print_json(
                {
                    "id": source.id,
                    "name": source.name,
                    "country": source.country,
                    "languages": source.languages,
                    "kind": source.kind,
                    "ownership": source.ownership,
                    "zone": source.zone,
                    "feeds": source.feeds,
                    "listings": [listing.url for listing in source.listings],
                    "enabled": source.enabled,
                }
            )
        else:
            ways = f"{len(source.feeds)} feeds" if source.feeds else "listing"
            off = "" if source.enabled else "  (off)"
            click.echo(
                f"{source.id:22} {source.country:3} {','.join(source.languages):14.14} {ways:9} {source.name}{off}"
            )


@sources.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--days", type=click.IntRange(1, 3650), default=30, help="How far back.", show_default=True)
@click.option("--every", type=click.IntRange(1, 3650), help="Also over time: a line for each span of so many days.")
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines.")
@with_config
@click.pass_context
def stats(
    ctx: click.Context,
    names: tuple[str, ...],
    days: int,
    every: int | None,
    as_json: bool,
    config_file: Path | None,
    db_file: Path | None,
) -> None:
    """How often each source is first, how much it takes from others, and how late it is; the busiest first.

    \b
    wirewatch sources stats
    wirewatch sources stats azertag trend --days 90 --every 7 --json
    """
    from scheduler.commands.common import database_to_read
    from scheduler.standing import follow, standing_table
    from scheduler.tables import make_console
    from wirewatch.clock import now

    config = read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
    with database_to_read(config) as db:
        rows = follow(db, config.sources, names, now(), days, every)
    if not as_json:
        make_console().print(standing_table(rows))
    for row in rows if as_json else ():
        print_json(row.to_json())


@sources.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines.")
@with_config
@click.pass_context
def pace(ctx: click.Context, as_json: bool, config_file: Path | None, db_file: Path | None) -> None:
    """When the daemon asks each source next, and why; the next one first.

    \b
    wirewatch sources pace
    wirewatch sources pace --json
    """
    from scheduler.commands.common import database_to_read
    from scheduler.tables import make_console, pace_table
    from storage.plans import read_plans

    config = read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
    with database_to_read(config) as db:
        plans = [plan for plan in read_plans(db).values() if plan.source in config.sources]
    if not as_json:
        make_console().print(pace_table(plans))
    for plan in plans if as_json else ():
        print_json(plan.to_json())
    unasked = sum(each.enabled for each in config.sources.values()) - len(plans)
    if unasked > 0:
        say(f"{unasked} sources were never asked; the daemon asks them at once")


@sources.command()
@with_config
@click.pass_context
def export(ctx: click.Context, config_file: Path | None, db_file: Path | None) -> None:
    """The feeds of the configuration as OPML on standard output.

    \b
    wirewatch sources export > wirewatch.opml
    """
    from crawler.reading.opml import write_opml

    config = read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
    click.echo(write_opml(config.sources.values()))


@sources.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_opml(file: Path) -> None:
    """Print the feeds of an OPML file as entries for 'sources:' of config.yaml.

    \b
    wirewatch sources import feeds.opml >> config.yaml
    """
    import yaml

    from scheduler.choose import read_opml_file

    rows = [{"id": each.id, "name": each.name, "feeds": list(each.feeds)} for each in read_opml_file(file)]
    click.echo(yaml.safe_dump({"sources": rows}, sort_keys=False, allow_unicode=True))
    say(f"{len(rows)} sources; check the result with 'wirewatch config check'")


@sources.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each feed.")
@with_config
@click.pass_context
def check(
    ctx: click.Context, names: tuple[str, ...], as_json: bool, config_file: Path | None, db_file: Path | None
) -> int:
    """Ask each source once and say in words what is wrong; exit code 1 if one gives nothing.

    \b
    wirewatch sources check
    wirewatch sources check azertag civilge --json
    """
    from scheduler.ask import ask_sources, describe_feed, say_feed
    from scheduler.choose import choose_sources

    config = read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
    failed = 0
    for result in ask_sources(choose_sources(config, names, None, None), config.settings.crawl, "check"):
        failed += result.failed
        for feed in result.feeds:
            if as_json:
                print_json({"source": result.source, **describe_feed(feed)})
            else:
                click.echo(f"{result.source:22} {say_feed(feed)}")
    return 1 if failed else 0


@sources.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each feed.")
@with_config
@click.pass_context
def find(ctx: click.Context, url: str, as_json: bool, config_file: Path | None, db_file: Path | None) -> int:
    """Look for the feeds and news sitemaps of a site; exit code 1 if it has none.

    \b
    wirewatch sources find https://example.org
    """
    from scheduler.ask import ask_sources, describe_feed, say_feed
    from wirewatch.errors import UsageError
    from wirewatch.outcome import GOOD_FEED_STATES
    from wirewatch.source import Source
    from wirewatch.urls import clean_link, host_of

    address = clean_link(url if "://" in url else f"https://{url}")
    if address is None:
        raise UsageError(f"{url}: is not an http or https address")
    config = read_config(config_file or ctx.obj[0], db_file or ctx.obj[1])
    site = Source(id=host_of(address), name=host_of(address), home=address)
    found = 0
    for result in ask_sources((site,), config.settings.crawl, "find"):
        for feed in result.feeds:
            found += feed.state in GOOD_FEED_STATES
            print_json(describe_feed(feed)) if as_json else click.echo(say_feed(feed))
    if not found:
        say(f"wirewatch: no feed found on {address}; a 'listing' entry can read its pages (docs/sources.md)")
    return 0 if found else 1
