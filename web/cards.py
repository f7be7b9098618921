"""A story in short, as the lists show it and as JSON: who was first, who followed, from where, and why it is here."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from matching.stories import Provenance, Step, chain
from matching.topics import load_topics
from storage.stories import Report, Story
from web.capitals import capital_of, order_of
from wirewatch.article import format_time
from wirewatch.cleaning import clean_line, clean_link, is_rtl
from wirewatch.clock import from_seconds
from wirewatch.source import Source

MOST_FORMS = 6
"""Spellings named as the reason of one search."""


class Chains:
    """The provenance of stories: as the archive keeps it, else worked out and remembered while no report comes in or
    is edited, since that reads all texts of a story."""

    def __init__(self, sources: Mapping[str, Source], most: int = 3000) -> None:
        self._sources = sources
        self._most = most
        self._known: OrderedDict[str, tuple[object, Provenance]] = OrderedDict()
        self._lock = Lock()

    def of(self, story: Story) -> Provenance:
        """The chain of ``story``."""
        if story.chain:
            return story.chain
        version = story.version
        with self._lock:
            known = self._known.get(story.id)
            if known and known[0] == version:
                self._known.move_to_end(story.id)
                return known[1]
        found = chain((report.article for report in story.reports), self._sources)
        with self._lock:
            self._known[story.id] = (version, found)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True)
class Outlet:
    """One report in a story's list: ``lag`` in seconds after the first, None where a time is unknown."""

    report: Report
    source: Source | None
    name: str
    capital: str
    step: Step | None

    @property
    def title(self) -> str:
        """The headline, cleaned; never empty."""
        return clean_line(self.report.article.title) or "(no headline)"

    @property
    def language(self) -> str:
        """A language tag for the page ('' where the language is unknown)."""
        return clean_line(self.report.article.language, 12)

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return "rtl" if is_rtl(self.report.article.language) else "ltr"

    @property
    def link(self) -> str:
        """The publisher's page; '' where its address is none that may be linked."""
        return clean_link(self.report.article.canonical_url) or clean_link(self.report.article.url)

    @property
    def lag(self) -> int | None:
        """Seconds after the first report."""
        lag = self.step.lag if self.step else None
        return round(lag.total_seconds()) if lag is not None else None

    def to_json(self) -> dict[str, Any]:
        """As the lists' JSON has it."""
        article = self.report.article
        return {
            "article": self.report.id,
            "source": article.source,
            "outlet": self.name,
            "capital": self.capital,
            "title": article.title,
            "language": article.language,
            "url": self.link or None,
            "published": format_time(article.published),
            "lag": self.lag,
            "relation": self.report.relation,
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """A topic or search that fired, with the spellings it found."""

    id: str
    title: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """All that a list says of a story; ``first`` is None where no report states a time."""

    story: Story
    outlets: tuple[Outlet, ...]
    first: Outlet | None
    first_is_sure: bool
    origins: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def head(self) -> Outlet:
        """The report whose headline stands for the story: the first one."""
        return self.first or self.outlets[0]

    @property
    def capitals(self) -> list[tuple[str, list[tuple[Outlet, int]]]]:
        """The outlets by capital, in the order of the pages: the first report of each, and how many it has."""
        counts = Counter(outlet.name for outlet in self.outlets)
        groups: dict[str, dict[str, Outlet]] = {}
        for outlet in self.outlets:
            groups.setdefault(outlet.capital, {}).setdefault(outlet.name, outlet)
        return [
            (capital, [(outlet, counts[name]) for name, outlet in outlets.items()])
            for capital, outlets in sorted(groups.items(), key=lambda pair: order_of(pair[0]))
        ]

    def to_json(self) -> dict[str, Any]:
        """The card as plain values; times are ISO 8601 with offset, lags seconds."""
        return {
            "story": self.story.id,
            "title": self.head.report.article.title,
            "language": self.head.report.article.language,
            "latest": format_time(from_seconds(self.story.latest)),
            "reports": len(self.outlets) + self.story.more,
            "first": self.first.to_json() if self.first else None,
            "first_is_sure": self.first_is_sure,
            "independent_origins": len(self.origins),
            "origins": list(self.origins),
            "outlets": [outlet.to_json() for outlet in self.outlets],
            "why": [{"search": why.id, "title": why.title, "forms": list(why.forms)} for why in self.reasons],
        }


def make_card(story: Story, chains: Chains, sources: Mapping[str, Source]) -> Card:
    """The card of ``story``."""
    found = chains.of(story)
    steps = {step.url: step for step in found.steps}
    outlets = tuple(_make_outlet(report, steps.get(report.address), sources) for report in story.reports)
    first = next((outlet for outlet in outlets if found.first and outlet.report.address == found.first), None)
    names = tuple(name_source(sources, origin) for origin in found.origins)
    return Card(story, outlets, first, found.first_is_sure, names, _reasons(story))


def _make_outlet(report: Report, step: Step | None, sources: Mapping[str, Source]) -> Outlet:
    source = sources.get(report.article.source or "")
    name = name_source(sources, report.article.source or "")
    return Outlet(report, source, name, capital_of(source), step)


def name_source(sources: Mapping[str, Source], source_id: str) -> str:
    """The outlet's name; its id where the catalogue does not have it."""
    source = sources.get(source_id)
    return clean_line(source.name if source else source_id, 100) or "unknown source"


def _reasons(story: Story) -> tuple[Reason, ...]:
    forms: dict[str, dict[str, None]] = {}
    for report in story.reports:
        for match in report.matches:
            forms.setdefault(match.search, {}).update((clean_line(term.form, 40), None) for term in match.terms)
    return tuple(
        Reason(search, title_search(search), tuple(form for form in found if form)[:MOST_FORMS])
        for search, found in forms.items()
    )


def title_search(search: str) -> str:
    """A topic's title; the name of a house search itself."""
    topic = load_topics().get(search)
    return topic.title if topic else search
