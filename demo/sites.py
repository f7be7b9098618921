"""The sample outlets and their stories as the data files hold them, and as the newsroom shows them.

A file of ``demo/stories/`` is one outlet; ``docs/demo.md`` says how to add one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import yaml

from demo.dates import date_fields, parse_age

_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast
STORIES = Path(__file__).parent / "stories"
FeedKind = Literal["rss", "atom", "rdf", "json", "sitemap"]
Fate = Literal["article", "short", "missing", "gone", "forbidden", "dead"]
"""What a reader gets: an article, a page of a few words, 404, 410, a page that robots.txt forbids, no server."""
_DESK_MARKS = re.compile(r"^UPDATE - | - FOTO$")


@dataclass(frozen=True, slots=True)
class Story:
    """One story as written. ``text`` is the page's paragraphs, dateline and credit line included.

    ``head`` and ``foot`` are paragraphs that the page shows around them and that are no part of the report
    (a byline, an editor's line, a request to follow).

    ``title``, ``text`` and ``path`` may hold date fields in braces (see :func:`demo.dates.date_fields`).
    ``age`` (and ``updated``, the age of the latest change) count back from the newsroom's start.
    ``aliases`` are further addresses of the same page and ``moved_from`` addresses that redirect to it (301);
    the feeds announce those of ``announced_as`` too. Paths may hold any letters; addresses are quoted.
    """

    id: str
    path: str
    title: str
    text: str
    language: str
    head: str = ""
    foot: str = ""
    age: timedelta = timedelta()
    updated: timedelta | None = None
    authors: tuple[str, ...] = ()
    section: str = ""
    summary: str = ""
    caption: str = ""
    topic: bool = False
    event: str | None = None
    fate: Fate = "article"
    aliases: tuple[str, ...] = ()
    moved_from: tuple[str, ...] = ()
    announced_as: tuple[str, ...] = ()
    amp: str | None = None
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of a site; ``full`` puts the whole text in; ``zone_name`` replaces the offset in its dates."""

    kind: FeedKind
    path: str
    languages: tuple[str, ...] = ()
    full: bool = False
    zone_name: str = ""
    same_guid: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """One outlet. ``date_form`` is the form of the page's own date; ``charset`` that of pages and feeds."""

    id: str
    name: str
    kind: str
    country: str
    languages: tuple[str, ...]
    zone: str
    layout: str
    date_form: str
    stories: tuple[Story, ...]
    ownership: str = ""
    family: str = ""
    charset: str = "utf-8"
    feeds: tuple[Feed, ...] = ()
    listing: dict[str, Any] | None = None
    robots: str = "User-agent: *\nDisallow:\n"
    metadata: tuple[str, ...] = ()
    validators: tuple[str, ...] = ("etag", "modified")
    compress: bool = False
    words: dict[str, Any] = field(default_factory=dict)

    def find_story(self, story_id: str) -> Story:
        """The story with this id.

        Raises:
            KeyError: the site has no such story.
        """
        for story in self.stories:
            if story.id == story_id:
                return story
        raise KeyError(f"{self.id} has no story {story_id!r}")

    def with_story(self, story: Story) -> Site:
        """A copy in which ``story`` replaces the one of its id, or comes first where there was none."""
        if any(known.id == story.id for known in self.stories):
            return replace(self, stories=tuple(story if s.id == story.id else s for s in self.stories))
        return replace(self, stories=(story, *self.stories))


@dataclass(frozen=True, slots=True)
class Fact:
    """A story as the newsroom shows it: what a right reader must find.

    ``published`` and ``modified`` are aware, in the outlet's zone, to the minute; ``page_date`` is the
    date as the page prints it. ``fate`` says whether the page can be read at all, ``topic`` whether it is
    about South Caucasus diplomacy, ``event`` is shared by reports of one event. ``headline`` is the title without
    the desk's marks ("UPDATE -", "- FOTO").
    """

    site: str
    id: str
    url: str
    path: str
    title: str
    headline: str
    paragraphs: tuple[str, ...]
    head: tuple[str, ...]
    foot: tuple[str, ...]
    language: str
    published: datetime
    modified: datetime | None
    page_date: str
    authors: tuple[str, ...]
    section: str
    summary: str
    caption: str
    topic: bool
    event: str | None
    fate: Fate
    aliases: tuple[str, ...]
    moved_from: tuple[str, ...]
    announced_as: tuple[str, ...]
    amp_url: str | None
    listed: bool

    @property
    def shown_paragraphs(self) -> tuple[str, ...]:
        """All that stands in the page's text block: head, paragraphs and foot."""
        return (*self.head, *self.paragraphs, *self.foot)

    @property
    def text(self) -> str:
        """The paragraphs, split by one blank line."""
        return "\n\n".join(self.paragraphs)

    @property
    def markup(self) -> str:
        """The paragraphs as HTML, as a feed with full text carries them."""
        return "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in self.paragraphs)

    @property
    def changed(self) -> datetime:
        """The latest change: ``modified``, else ``published``."""
        return self.modified or self.published


def read_sites(folder: Path = STORIES) -> dict[str, Site]:
    """All outlets of a folder by id, in the order of their file names.

    Raises:
        ValueError: a file does not have the form; the message names file and story.
    """
    found = [read_site(file) for file in sorted(folder.glob("*.yaml"))]
    return {site.id: site for site in found}


def read_site(file: Path) -> Site:
    """One outlet from its file (see :func:`read_sites`)."""
    row = yaml.load(file.read_text(encoding="utf-8"), Loader=_SAFE_LOADER)  # noqa: S506 - a safe loader
    try:
        stories = tuple(read_story(story, row["languages"][0]) for story in row.pop("stories"))
        feeds = tuple(Feed(**_tuples(feed, Feed)) for feed in row.pop("feeds", ()))
        return Site(id=file.stem, stories=stories, feeds=feeds, **_tuples(row, Site))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file.name}: {error}") from error


def read_story(row: Mapping[str, Any], language: str = "en") -> Story:
    """One story from a mapping with the field names of :class:`Story`; ages as ``2d3h20m``.

    Raises:
        ValueError: a field is missing, unknown or of the wrong form.
    """
    values = {"language": language, **_tuples(row, Story)}
    for name in ("age", "updated"):
        if isinstance(values.get(name), str):
            values[name] = parse_age(values[name])
    try:
        return Story(**values)
    except TypeError as error:
        raise ValueError(f"story {row.get('id')}: {error}") from error


def _tuples(row: Mapping[str, Any], kind: type) -> dict[str, Any]:
    names = {f.name for f in fields(kind) if "tuple" in str(f.type)}
    return {key: tuple(value) if key in names else value for key, value in row.items()}


def show_story(site: Site, story: Story, root: str, now: datetime, dead_root: str = "") -> Fact:
    """The story as it stands on the site whose address is ``root`` (no final slash) at start time ``now``."""
    published = _stamp(now, story.age, site.zone)
    modified = None if story.updated is None else _stamp(now, story.updated, site.zone)
    words = date_fields(published, story.language)
    base = dead_root if story.fate == "dead" else root

    def address(form: str) -> str:
        return base + quote(form.format_map(words), safe="/?=&%:+-_.~")

    return Fact(
        site=site.id,
        id=story.id,
        url=address(story.path),
        path=story.path.format_map(words),
        title=story.title.format_map(words),
        headline=_DESK_MARKS.sub("", story.title.format_map(words)),
        paragraphs=split_paragraphs(story.text.format_map(words)),
        head=split_paragraphs(story.head.format_map(words)),
        foot=split_paragraphs(story.foot.format_map(words)),
        language=story.language,
        published=published,
        modified=modified,
        page_date=site.date_form.format_map(words),
        authors=story.authors,
        section=story.section,
        summary=story.summary,
        caption=story.caption,
        topic=story.topic,
        event=story.event,
        fate=story.fate,
        aliases=tuple(map(address, story.aliases)),
        moved_from=tuple(map(address, story.moved_from)),
        announced_as=tuple(map(address, story.announced_as)),
        amp_url=None if story.amp is None else address(story.amp),
        listed=story.listed,
    )


def _stamp(now: datetime, age: timedelta, zone: str) -> datetime:
    return (now - age).astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)


def split_paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs of a block of text: split at blank lines, single line breaks joined by a space."""
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
