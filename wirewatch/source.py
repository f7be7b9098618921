"""A Source: one publisher as the catalogue describes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
"""The label of a region, as sources and workers name it: ``AZ``, ``eu-west``."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that lists articles, for a publisher without a feed.

    ``link`` is a CSS selector of the article links; ``within`` narrows the page first; ``follow``
    (optional) is the selector of the next listing page, at most ``pages`` of them in all.
    """

    url: str
    link: str = "a"
    match: str | None = None
    """A regular expression that an article's address must contain; None takes every link on the site."""
    follow: str | None = None
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher.

    Attributes:
        id: short name, unique in the catalogue, stable for ever (it is stored with each article).
        country: ISO 3166-1 alpha-2 code of the publisher's seat, '' where unknown.
        languages: ISO 639-1 codes it publishes in, the usual one first.
        kind: ``state wire``, ``private wire``, ``paper``, ``broadcaster``, ``portal``, ``aggregator``,
            ``government``, ``think tank`` … as the catalogue says.
        ownership: one phrase on who owns it, shown to readers.
        zone: IANA zone in which the publisher's local times are read.
        feeds: addresses of feeds and news sitemaps, all asked in each run.
        listings: pages that list articles.
        spider: name of a spider of its own in ``crawler/spiders`` (None: the generic one).
        user_agent: sent instead of ours where the publisher refuses it; None is ours.
        hosts: further hosts that belong to it (mirrors, AMP, staging), for canonical addresses.
        family: publishers under one owner share it (default: the id).
        region: label of the workers that may ask it, '' for any.
        pages: single article addresses (an ad-hoc run).
    """

    id: str
    name: str
    country: str = ""
    languages: tuple[str, ...] = ()
    kind: str = ""
    ownership: str = ""
    home: str = ""
    zone: str = "UTC"
    feeds: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    spider: str | None = None
    user_agent: str | None = None
    hosts: tuple[str, ...] = ()
    family: str = ""
    enabled: bool = True
    region: str = ""
    pages: tuple[str, ...] = field(default=())

    @property
    def tzinfo(self) -> ZoneInfo:
        """The zone as a tzinfo."""
        return ZoneInfo(self.zone)


def find_relatives(source: Source, sources: Iterable[Source]) -> list[str]:
    """Ids of the sources of one family with ``source``, itself among them; none where it names no family."""
    return [each.id for each in sources if source.family and each.family == source.family]
