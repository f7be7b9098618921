"""Put each article, as it arrives, into the story of the event it reports, and say how it relates to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import Literal

from matching.document import Document
from matching.stories import judge
from matching.stories.address import Identity, identify, map_mirrors
from matching.stories.affairs import Affair
from matching.stories.credit import credited_names, name_houses, same_name
from matching.stories.features import Fingerprint, fingerprint, hold
from matching.stories.foreign import rate_story
from matching.stories.judge import Comparison
from matching.stories.origin import came_first, choose_origin
from matching.stories.reading import resolve_weekdays
from matching.stories.similarity import overlap_texts, tells_news
from matching.stories.window import Member, Rarities, TraitRates, Window
from wirewatch.article import Article
from wirewatch.source import Source

Relation = Literal["original", "copy", "rewrite", "report"]

WINDOW = timedelta(hours=96)
CAPACITY = 10_000

STORIES_COMPARED = 4
"""Stories compared in full with a new article."""


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

    Memory is about 19 KiB an article held. The cost of a placement does not depend on the archive, and grows with the
    window only until that is full.
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
            grouper._keep(grouper._read_member(article, grouper._identify(article)), story, relation, origin)
        return grouper

    def __len__(self) -> int:
        """Articles held in the window."""
        return len(self._window)

    def measure_index(self) -> int:
        """Keys in the index of the window, for health figures; it falls as articles leave."""
        return self._window.measure_index()

    def read(self, article: Article, document: Document) -> Fingerprint:
        """What :meth:`place` compares of an article. ``document``: the article as the matcher has read it."""
        found = document.words["title"], document.words["text"]
        return fingerprint(article.title, article.text, article.language, name_houses(article, self._sources), found)

    def place(self, article: Article, print_: Fingerprint | None = None) -> Placement:
        """The story of an article; an address placed before (and still held) gets its earlier placement.

        ``print_``: what :meth:`read` gives, where it was asked before: several in a row take less time.
        """
        self._window.advance(article.fetched)
        identity = self._identify(article)
        known = self._find_known(identity)
        if known is not None:
            return _repeat(known)
        new = self._read_member(article, identity, print_)
        placement = self._decide(article, new)
        self._keep(new, placement.story, placement.relation, placement.origin)
        return placement

    def _identify(self, article: Article) -> Identity:
        return identify(article, self._sources, self._homes)

    def _find_known(self, identity: Identity) -> Member | None:
        """The article placed before at this address, or at the address of the page's AMP twin."""
        known = self._window.at_address(identity.address) or self._window.at_document(identity.document)
        return known if known is not None and identity.is_twin(known.identity) else None

    def _keep(self, new: Member, story: str, relation: str, origin: str | None) -> None:
        self._window.add(replace(new, story=story, relation=relation, origin=origin))
        hold(new.print)
        self._count += 1

    def _read_member(self, article: Article, identity: Identity, print_: Fingerprint | None = None) -> Member:
        if print_ is None:
            houses = name_houses(article, self._sources)
            print_ = fingerprint(article.title, article.text, article.language, houses)
        return Member(
            number=self._count,
            url=article.canonical_url or article.url,
            identity=identity,
            source=article.source,
            published=article.published,
            precision=article.published_precision,
            arrived=article.fetched or self._window.clock,
            days=print_.days | resolve_weekdays(print_.weekdays, article.published),
            print=print_,
        )

    def _decide(self, article: Article, new: Member) -> Placement:
        rarities, rates = self._window.rarities(new.print), self._window.trait_rates()
        idf = rarities.__getitem__
        overlapping = self._window.find_overlapping(new.print)
        overlaps = overlap_texts(new.print, [old.print for old in overlapping])
        compared = [Comparison(old, overlap) for old, overlap in zip(overlapping, overlaps, strict=True)]
        barred = judge.bar_look_alikes(new, compared, idf)
        open_ = [pair for pair in compared if pair.old.story not in barred]
        same = [pair for pair in open_ if judge.is_same_text(new, pair, idf)]
        if same:
            taken = max(same, key=lambda pair: (pair.overlap.containment, -pair.old.number))
            return self._relate(article, new, taken.old.story, compared, "the same text")
        story, likeness = self._find_event(new, open_, barred, rarities, rates)
        if story is not None:
            return self._relate(article, new, story, compared, f"same event: likeness {likeness:.2f}")
        foreign = self._find_foreign(new, rates)
        if foreign is not None:
            words = f"same places, subjects, names or numbers in another language: {foreign.url}"
            return self._relate(article, new, foreign.story, compared, words)
        return Placement(name_story(article, new.identity.address), "original", None, (), True)

    def _find_foreign(self, new: Member, rates: TraitRates) -> Member | None:
        """The report in another language that has most in common with the article, if its story has enough."""
        likeliest: dict[str, Member] = {}
        for old in self._window.find_foreign(new.print, rates):
            likeliest.setdefault(old.story, old)
        best: tuple[float, Member | None] = (0.0, None)
        for story, old in list(likeliest.items())[:STORIES_COMPARED]:
            margin = rate_story(new, self._window.members_of(story), rates)
            if margin is not None and margin >= best[0]:
                best = (margin, old)
        return best[1]

    def _find_event(
        self,
        new: Member,
        compared: list[Comparison],
        barred: frozenset[str],
        rarities: Rarities,
        rates: TraitRates,
    ) -> tuple[str | None, float]:
        """The story whose event the article reports, with the likeness, or None."""
        near = [*self._window.find_similar(new.print, rarities), *(old for old, _ in compared[:4])]
        affair = Affair(new, near, rarities, rates, compared)
        stories = [story for story in dict.fromkeys(member.story for member in near) if story not in barred]
        vector = self._window.weigh(new.print)
        likeness = judge.Likeness(new, rarities.__getitem__, rates)
        best: tuple[float, str | None, float] = (0.0, None, 0.0)
        for story in stories[:STORIES_COMPARED]:
            members = self._window.members_of(story, new.print.tongue)
            cosine = self._window.liken(vector, members)
            margin = 0.0
            if not affair.decides_alone(members):
                margin = likeness.rate(members, cosine) - judge.price_join(new, members, rarities.__getitem__)
            margin = affair.settle(members, cosine, margin)
            if margin < 0 or judge.shares_little(new, members):
                continue
            if best[1] is None or margin > best[0]:
                best = (margin, story, cosine)
        if best[1] is None:
            return None, 0.0
        members = self._window.members_of(best[1], new.print.tongue)
        return best[1], likeness.rate(members, best[2])

    def _relate(self, article: Article, new: Member, story: str, compared: list[Comparison], words: str) -> Placement:
        """How the article relates to the other reports of its story."""
        inside = [pair for pair in compared if pair.old.story == story]
        credited = self._find_credited(article, story)
        if not inside or max(pair.overlap.of_new for pair in inside) < judge.REWRITE_SHARED:
            return _relate_without_text(story, credited, words)
        source, overlap = choose_origin(inside, credited[0] if credited else None)
        if came_first(new, source) and not credited:
            return Placement(story, "original", None, (f"published before {source.url}, which has its text",), False)
        copied = overlap.of_new >= judge.COPY_SHARED and not tells_news(new.print, source.print)
        evidence = (f"{overlap.of_new:.0%} of its text stands in {source.url}", *_say_credit(credited))
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


def _relate_without_text(story: str, credited: tuple[Member, str] | None, words: str) -> Placement:
    if credited is None:
        return Placement(story, "report", None, (words,), False)
    member = credited[0]
    return Placement(story, "rewrite", member.origin or member.url, (words, *_say_credit(credited)), False)


def _say_credit(credited: tuple[Member, str] | None) -> tuple[str, ...]:
    return () if credited is None else (f"credits {credited[0].source}: “{credited[1]}”",)
