"""Whose page it is: what lies on the site of another publisher of the catalogue is that publisher's.

A feed may announce anything. What it says of another's page (title, text, time, authors) is not believed, and
the story is kept under its owner's name, so that nobody can retitle, redate or hide what others publish.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from wirewatch.source import Source
from wirewatch.urls import site_of

Owners = Mapping[str, tuple[Source, ...]]
"""Sources by site; several may share one (language editions, hosted blogs)."""


def map_owners(sources: Iterable[Source]) -> Owners:
    """The sites that the sources call their own."""
    owners: defaultdict[str, tuple[Source, ...]] = defaultdict(tuple)
    for source in sources:
        for site in own_sites(source):
            owners[site] += (source,)
    return dict(owners)


def own_sites(source: Source) -> set[str]:
    """Home, listings and mirrors of a source; those of its feeds where nothing else is known (they may be hosted)."""
    home = {site_of(source.home), *(site_of(each.url) for each in source.listings)}
    home |= {host.lower().removeprefix("www.") for host in source.hosts}
    return (home - {""}) or {site_of(url) for url in source.feeds} - {""}


def sites_of(sources: Iterable[Source]) -> set[str]:
    """All sites that a run over the sources is likely to ask."""
    sites: set[str] = set()
    for source in sources:
        sites |= own_sites(source) | {site_of(url) for url in (*source.feeds, *source.pages)}
    return sites - {""}


def owner_of(url: str, source: Source, owners: Owners) -> Source:
    """Whose page ``url`` is: ``source`` itself unless the site belongs to others alone."""
    found = owners.get(site_of(url), ())
    if not found:
        return source
    own = any(each.id == source.id for each in found) or site_of(url) in map(site_of, source.feeds)
    return source if own else found[0]
