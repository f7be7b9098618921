"""What a publisher's entry can say, and the entry for an address."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Publisher:
    """What is known of one publisher's pages; every field but ``id`` and ``hosts`` may be left out.

    Attributes:
        id: its id in the catalogue.
        hosts: hosts of its pages, with mirrors; subdomains of a host belong to it.
        zone: IANA zone of its local times, for an article read without its Source.
        houses: names under which it credits itself, where they differ from its name in the catalogue.
        body: CSS selector of the box that holds the text (generic reading where it finds nothing).
        drop: CSS selectors of boxes to leave out.
        date: regular expression of the article's own time in the page's text; its groups, joined by blanks, are read.
        data: where the article lies in embedded data: ``inertia`` (data-page attribute) or ``next`` (__NEXT_DATA__).
        cut: regular expressions of whole lines that are no text.
        end: regular expressions of lines before which the text ends.
        title_cut: regular expression of what is glued to its headlines.
        languages: first part of the path to language, where one site speaks several.
        respace: its quotes have lost the blank before them.
        whole_feed: its feed carries the whole text, its pages hardly any.
    """

    id: str
    hosts: tuple[str, ...]
    zone: str = ""
    houses: tuple[str, ...] = ()
    body: str = ""
    drop: tuple[str, ...] = ()
    date: str = ""
    data: Literal["", "inertia", "next"] = ""
    cut: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    title_cut: str = ""
    languages: tuple[tuple[str, str], ...] = ()
    respace: bool = False
    whole_feed: bool = False


@cache
def _by_host() -> dict[str, Publisher]:
    from crawler.publishers.table import PUBLISHERS  # the table imports this module

    return {host: publisher for publisher in PUBLISHERS for host in publisher.hosts}


def find_publisher(url: str) -> Publisher | None:
    """The entry for the host of ``url`` or for a domain above it; None where there is none."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return None
    table = _by_host()
    while host:
        if host in table:
            return table[host]
        host = host.partition(".")[2]
    return None
