"""Put each article, as it arrives, into the story of the event it reports, and say how it relates to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Literal

from matching.stories.address import address_of, map_mirrors
from matching.stories.credit import credited_names, same_name
from matching.stories.features import Fingerprint, fingerprint
from matching.stories.similarity import (
    Overlap,
    cosine,
    names_other_days,
    overlap_texts,
    swaps_facts,
    swaps_names,
    tells_news,
)
from matching.stories.window import Member, Window, times_apart
from wirewatch.article import Article
from wirewatch.source import Source

Relation = Literal["original", "copy", "rewrite", "report"]

WINDOW = timedelta(hours=72)
CAPACITY = 20_000

TEXT_SHARED = 0.3
"""Share of the shorter text that must stand in the longer for two to be one text."""
HEAD_SHARED = 0.2
"""Share of one's lead that the other must have; texts that share only background fall below it."""
COPY_SHARED = 0.6
"""Share of a new text that must stand in an older one for a copy; less is a rewrite."""
REWRITE_SHARED = 0.15
EVENT_COSINE = 0.34
"""Cosine of an article with a story's centroid from which both report one event."""
COSINE_PER_DAY = 0.03
"""How much more likeness each day between article and story asks for, after the first."""
SAME_DAY = timedelta(hours=18)
CENTROID_MEMBERS = 12
STORIES_COMPARED = 6


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs.

    ``story``: id shared by reports of one event. ``relation``: ``original`` (the first of its story, or published
    before those we have), ``copy``, ``rewrite`` or ``report`` (of its own). ``origin``: address of the report it came
    from, None for reports of their own. ``evidence``: sentences for a reader that say why.
    """

    story: str
    relation: Relation
    origin: str | None
    evidence: tuple[str, ...]
    is_new_story: bool


class Grouper:
    """Places articles in order of arrival, in one pass.

    Args:
        sources: the catalogue by id; gives publisher families and mirror hosts. Without it each source is its own.
        window: how long after its arrival (``Article.fetched``) an article can still be joined.
        capacity: articles held at most, whatever the window. Articles without ``fetched`` (a file of articles) are
            bounded by this alone.

    Memory is about 20 kB an article held; the cost of a placement depends on neither the archive nor the window.
    """

    def __init__(
        self, sources: Mapping[str, Source] | None = None, window: timedelta = WINDOW, capacity: int = CAPACITY
    ) -> None:
        self._sources = sources or {}
        self._homes = map_mirrors(self._sources.values())
        self._window = Window(window, capacity)
        self._count = 0

    @classmethod
    def restore(
        cls,
        items: Iterable[tuple[Article, str, str, str | None]],
        sources: Mapping[str, Source] | None = None,
        window: timedelta = WINDOW,
        capacity: int = CAPACITY,
    ) -> Grouper:
        """A grouper that goes on where another stopped.

        ``items``: the stored articles of the window with story id, relation and origin, in the order in which they
        were placed. Later placements are then the same as without the interruption.
        """
        grouper = cls(sources, window, capacity)
        for article, story, relation, origin in items:
            grouper._window.advance(article.fetched)
            print_ = fingerprint(article.title, article.text, article.language)
            grouper._keep(article, print_, story, relation, origin)
        return grouper

    def __len__(self) -> int:
        """Articles held in the window."""
        return len(self._window)

    def place(self, article: Article) -> Placement:
        """The story of an article; an address placed before (and still held) gets its earlier placement."""
        self._window.advance(article.fetched)
        known = self._window.at_address(address_of(article, self._homes))
        if known is not None:
            return _repeat(known)
        print_ = fingerprint(article.title, article.text, article.language)
        placement = self._decide(article, print_)
        self._keep(article, print_, placement.story, placement.relation, placement.origin)
        return placement

    def _keep(self, article: Article, print_: Fingerprint, story: str, relation: str, origin: str | None) -> None:
        self._window.add(self._read_member(article, print_, story, relation, origin))
        self._count += 1

    def _read_member(
        self, article: Article, print_: Fingerprint, story: str, relation: str, origin: str | None
    ) -> Member:
        return Member(
            number=self._count,
            url=article.canonical_url or article.url,
            address=address_of(article, self._homes),
            source=article.source,
            family=self._family(article.source),
            language=article.language,
            published=article.published,
            precision=article.published_precision,
            arrived=article.fetched or self._window.clock,
            story=story,
            relation=relation,
            origin=origin,
            print=print_,
        )

    def _family(self, source: str | None) -> str:
        known = self._sources.get(source or "")
        return (known.family if known else "") or source or ""

    def _decide(self, article: Article, print_: Fingerprint) -> Placement:
        new = self._read_member(article, print_, "", "", None)
        overlaps = [(old, overlap_texts(print_, old.print)) for old in self._window.find_overlapping(print_)]
        taken = _find_same_text(new, overlaps)
        if taken is not None:
            return self._relate(article, new, taken[0].story, overlaps, 0.0)
        story, score = self._find_event(new, [old for old, _ in overlaps[:4]], _other_issues(new, overlaps))
        if story is None:
            return Placement(name_story(article, new.address), "original", None, (), True)
        return self._relate(article, new, story, overlaps, score)

    def _find_event(self, new: Member, overlapping: list[Member], barred: frozenset[str]) -> tuple[str | None, float]:
        """The story whose event the article reports, with the likeness, or None; never a barred one."""
        vector = self._window.weigh(new.print)
        stories = list(dict.fromkeys(m.story for m in [*self._window.find_similar(new.print), *overlapping]))
        best: tuple[float, str | None] = (0.0, None)
        for story in [story for story in stories if story not in barred][:STORIES_COMPARED]:
            members = self._window.members_of(story)
            score = cosine(vector, self._centroid(members)) - EVENT_COSINE - _distance_price(new, members)
            if score >= 0 and (best[1] is None or score > best[0]) and not _is_apart_from_story(new, members):
                best = (score, story)
        return best[1], best[0] + EVENT_COSINE

    def _centroid(self, members: list[Member]) -> dict[int, float]:
        """Sum of the members' vectors, each of length one; the first and the latest stand for a long story."""
        if len(members) > CENTROID_MEMBERS:
            members = members[:4] + members[4 - CENTROID_MEMBERS :]
        total: dict[int, float] = {}
        for member in members:
            vector = self._window.weigh(member.print)
            length = sum(weight * weight for weight in vector.values()) ** 0.5 or 1.0
            for term, weight in vector.items():
                total[term] = total.get(term, 0.0) + weight / length
        return total

    def _relate(
        self, article: Article, new: Member, story: str, overlaps: list[tuple[Member, Overlap]], score: float
    ) -> Placement:
        """How the article relates to the other reports of its story."""
        inside = [(old, overlap) for old, overlap in overlaps if old.story == story]
        credited = self._find_credited(article, story)
        if not inside or max(overlap.of_new for _, overlap in inside) < REWRITE_SHARED:
            return _relate_without_text(story, credited, score)
        source, overlap = _choose_origin(inside, credited)
        evidence = (_say_overlap(overlap, source), *_say_credit(credited))
        if _came_first(new, source) and not credited:
            return Placement(story, "original", None, (f"published before {source.url}, which has its text",), False)
        copied = overlap.of_new >= COPY_SHARED and not tells_news(new.print, source.print)
        return Placement(story, "copy" if copied else "rewrite", source.origin or source.url, evidence, False)

    def _find_credited(self, article: Article, story: str) -> tuple[Member, str] | None:
        """The member whose publisher the article credits, with the words that say so."""
        for name, words in credited_names(article):
            for member in self._window.members_of(story):
                if member.source and member.source != article.source and self._is_called(member.source, name):
                    return member, words
        return None

    def _is_called(self, source: str, name: str) -> bool:
        known = self._sources.get(source)
        return same_name(source, name) or (known is not None and same_name(known.name, name))


def name_story(article: Article, address: str) -> str:
    """A story's id: the day of its first report (UTC) and a short hash of that report's address."""
    when = article.published or article.fetched
    day = when.astimezone(UTC).strftime("%Y-%m-%d") if when else "undated"
    return f"{day}-{hashlib.sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def group(
    articles: Iterable[Article], sources: Mapping[str, Source] | None = None
) -> Iterator[tuple[Article, Placement]]:
    """Place articles in the order given; for a file of articles."""
    grouper = Grouper(sources)
    for article in articles:
        yield article, grouper.place(article)


def _repeat(known: Member) -> Placement:
    relation: Relation = known.relation  # type: ignore[assignment]
    return Placement(known.story, relation, known.origin, ("the same address was placed before",), False)


def _find_same_text(new: Member, overlaps: list[tuple[Member, Overlap]]) -> tuple[Member, Overlap] | None:
    """The member that shares most text with the new one, if it is one text and not another issue of a template."""
    same = [
        (old, overlap)
        for old, overlap in overlaps
        if overlap.containment >= TEXT_SHARED and overlap.head >= HEAD_SHARED and not _is_other_issue(new, old)
    ]
    return max(same, key=lambda pair: (pair[1].containment, -pair[0].number), default=None)


def _other_issues(new: Member, overlaps: list[tuple[Member, Overlap]]) -> frozenset[str]:
    """Stories of which the article has the form but not the facts."""
    alike = (old for old, overlap in overlaps if overlap.containment >= TEXT_SHARED)
    return frozenset(old.story for old in alike if _is_other_issue(new, old))


def _is_other_issue(new: Member, old: Member) -> bool:
    """True when two texts of one form report two events: facts exchanged, another day."""
    apart = times_apart(new.published, old.published)
    same_day = apart is not None and apart <= SAME_DAY
    if same_day:
        return names_other_days(new.print, old.print) and swaps_facts(new.print, old.print)
    if swaps_facts(new.print, old.print) or names_other_days(new.print, old.print):
        return True
    same_publisher = bool(new.family) and new.family == old.family
    return same_publisher and apart is not None and swaps_names(new.print, old.print)


def _is_apart_from_story(new: Member, members: list[Member]) -> bool:
    """True when a story's reports name days of their own and the article names only others."""
    days = frozenset[tuple[int, int]]().union(*(member.print.days for member in members))
    return bool(days) and bool(new.print.days) and not days & new.print.days


def _distance_price(new: Member, members: list[Member]) -> float:
    gaps = [gap for member in members if (gap := times_apart(new.published, member.published)) is not None]
    days = min(gaps) / timedelta(days=1) if gaps else 0.0
    return COSINE_PER_DAY * max(0.0, days - 1.0)


def _choose_origin(inside: list[tuple[Member, Overlap]], credited: tuple[Member, str] | None) -> tuple[Member, Overlap]:
    """Of the members that share nearly the most text: the credited one, else the one published first."""
    most = max(overlap.of_new for _, overlap in inside)
    near = [pair for pair in inside if pair[1].of_new >= 0.9 * most]
    if credited is not None:
        near = [pair for pair in near if pair[0].number == credited[0].number] or near
    return min(near, key=lambda p: (p[0].published is None, p[0].published or 0, p[0].number))


def _came_first(new: Member, old: Member) -> bool:
    """True when both times are known to the minute at least and the new article is the earlier one."""
    if new.published is None or old.published is None or "day" in (new.precision, old.precision):
        return False
    return old.published - new.published > timedelta(minutes=1)


def _relate_without_text(story: str, credited: tuple[Member, str] | None, score: float) -> Placement:
    likeness = f"same event: likeness {score:.2f}"
    if credited is None:
        return Placement(story, "report", None, (likeness,), False)
    member = credited[0]
    return Placement(story, "rewrite", member.origin or member.url, (likeness, *_say_credit(credited)), False)


def _say_overlap(overlap: Overlap, old: Member) -> str:
    return f"{overlap.of_new:.0%} of its text stands in {old.url}"


def _say_credit(credited: tuple[Member, str] | None) -> tuple[str, ...]:
    return () if credited is None else (f"credits {credited[0].source}: “{credited[1]}”",)
