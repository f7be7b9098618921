"""Which sources a run by hand means: ids of the catalogue, addresses, an OPML file, an archive's feeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from wirewatch.catalogue import find_owner
from wirewatch.config import Config
from wirewatch.errors import UsageError
from wirewatch.source import Source
from wirewatch.suggest import suggest
from wirewatch.urls import canonical_url, clean_link, hide_password, host_of, link_key


def choose_sources(config: Config, names: Iterable[str], opml: Path | None, replay: Path | None) -> tuple[Source, ...]:
    """The sources of a run: those named; else the OPML file's; else an archive's feeds; else all that are enabled.

    Raises:
        UsageError: an id that is not in the catalogue, an address that is none, an unreadable file.
    """
    chosen = [_choose_one(config, name) for name in names]
    if opml:
        chosen += read_opml_file(opml)
    if replay and not chosen:
        chosen = _sources_of_archive(config, replay)
    if not chosen:
        chosen = [source for source in config.sources.values() if source.enabled]
    if not chosen:
        raise UsageError(f"{config.file}: no source is chosen; see 'catalogue' and 'sources' there")
    return tuple(_join_same(chosen))


def _choose_one(config: Config, name: str) -> Source:
    if name in config.sources:
        return config.sources[name]
    if "://" in name:
        if clean_link(name) is None:
            raise UsageError(f"{hide_password(name)}: is not an address that can be asked (http or https, no password)")
        return _source_of_address(config, name)
    hint = suggest(name, config.sources) or "; 'wirewatch sources list' shows all."
    raise UsageError(f"no source {name!r} in the catalogue{hint} An address begins with https://")


def _source_of_address(config: Config, url: str, *, as_feed: bool = False) -> Source:
    """The publisher an address belongs to, asked for this address alone; an unknown one by its host's name."""
    host = host_of(url)
    owner = find_owner(config.sources.values(), url) or Source(id=host.removeprefix("www."), name=host)
    if as_feed or any(link_key(feed) == link_key(url) for feed in owner.feeds):
        return replace(owner, feeds=(url,), listings=(), pages=())
    return replace(owner, feeds=(), listings=(), pages=(url,))


def _sources_of_archive(config: Config, replay: Path) -> list[Source]:
    """All feeds in the archive, and the sources of the configuration whose listing pages are in it."""
    from crawler.warc import list_addresses, list_feeds

    recorded = list_addresses(replay)
    chosen = [_source_of_address(config, url, as_feed=True) for url in list_feeds(replay)]
    for source in config.sources.values():
        listings = tuple(each for each in source.listings if canonical_url(each.url) in recorded)
        if listings:
            chosen.append(replace(source, feeds=(), pages=(), listings=listings))
    if not chosen:
        raise UsageError(f"{replay}: holds no feed; name the pages to read from it as SOURCE")
    return chosen


def _join_same(sources: Iterable[Source]) -> list[Source]:
    """Entries of one id become one source that asks for all their addresses."""
    joined: dict[str, Source] = {}
    for source in sources:
        before = joined.get(source.id)
        joined[source.id] = source if before is None else _join(before, source)
    return list(joined.values())


def _join(one: Source, two: Source) -> Source:
    return replace(
        one,
        feeds=tuple(dict.fromkeys(one.feeds + two.feeds)),
        listings=tuple(dict.fromkeys(one.listings + two.listings)),
        pages=tuple(dict.fromkeys(one.pages + two.pages)),
    )


def read_opml_file(file: Path) -> list[Source]:
    """The feeds of an OPML file, a source for each website.

    Raises:
        UsageError: it cannot be read, is not OPML or holds no feed.
    """
    from crawler.reading.opml import read_opml
    from wirewatch.errors import UnreadableError

    try:
        sources = read_opml(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except UnreadableError as error:
        raise UsageError(f"{file}: {error}") from error
    if not sources:
        raise UsageError(f"{file}: holds no feed")
    return sources
