"""What tells the strands of one affair apart in long texts: all tell its background, each leads with its own news.

Reports on a murder, an inquiry or a war share most of their words for weeks. So leads are compared by the words that
are rare among the stories near to the article, not only in the window; an article must be like each report of a story;
and each day between them counts. A publisher seldom tells one event twice in words of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property

from matching.stories.foreign import LEAD_POINTS, POORER_POINTS, RICHER_POINTS, rate_marks
from matching.stories.index import log_count
from matching.stories.judge import SHORT_TEXT, TITLE_EXPECTED, Comparison, is_same_publisher, weigh_terms
from matching.stories.similarity import cover_titles
from matching.stories.window import Member, Rarities, TraitRates, times_apart

FROM_WORDS, LONG_WORDS = 120, 150
"""Telling words up to which nothing of this counts, and from which nothing else does; of article and story together, by
their geometric mean: a brief item may recall an affair of which long reports tell."""
LEAST, TITLES, LEADS, DAY_PRICE, OWN_PRICE = 0.89, 0.63, 1.42, 0.3, 0.29
SAID_BONUS, HEAD_BONUS, MARKS_BONUS, NAMES_PRICE = 0.015, 0.45, 0.0174, 0.045
"""Weights of a logistic regression over labelled pairs of a report and a story, moved a little (docs/stories.md), where
the cosine counts once: what must be reached; for the agreement of the titles and the likeness of the leads, each with
the report of the story that is least like the article; for each day between them, and where one of the story's reports
is of the article's publisher. For each unit of rarity of the words in both titles, for the share of one's lead that
stands word for word in the other, for each point of states, places, people and subjects in common, each with the report
that has most of it; and for each unit of rarity of the names of each title that the other's lead does not know."""
MARKS_MOST = POORER_POINTS + RICHER_POINTS + LEAD_POINTS
MOST_DAYS = 3.0
"""Days beyond which no more is taken off."""


class Affair:
    """A long article among the stories near to it.

    ``near``: the members of the window that have most in common with it. ``rarities``, ``rates``: how much each word
    and each trait tells there. ``compared``: the members that share runs of words with it.
    """

    def __init__(
        self,
        new: Member,
        near: Iterable[Member],
        rarities: Rarities,
        rates: TraitRates,
        compared: Iterable[Comparison] = (),
    ) -> None:
        self._new, self._rarity, self._rates = new, rarities, rates
        self._heads = {pair.old.number: pair.overlap.head for pair in compared}
        self._told: dict[str, set[int]] = {}
        """Story → words of the article's lead that its nearest reports have."""
        if new.print.length >= SHORT_TEXT:
            lead = frozenset(new.print.lead)
            for member in near:
                self._told.setdefault(member.story, set()).update(lead.intersection(member.print.terms))
        self._stories_with = Counter(term for terms in self._told.values() for term in terms)

    @cached_property
    def _lead(self) -> dict[int, float]:
        """Word of title and lead → how much it tells in the window."""
        return {term: self._rarity[term] for term in self._new.print.lead}

    def decides_alone(self, members: list[Member]) -> bool:
        """Whether :meth:`settle` asks for no margin: all is told by what is said here."""
        return self._share(members) >= 1.0 and self._count_days(members) is not None

    def _share(self, members: list[Member]) -> float:
        """How far this decides and not the rules for brief reports (up to 1); nothing of headlines."""
        lengths = self._new.print.length, max(member.print.length for member in members)
        size = math.sqrt(lengths[0] * lengths[1]) if min(lengths) >= SHORT_TEXT else 0.0
        return min(1.0, (size - FROM_WORDS) / (LONG_WORDS - FROM_WORDS))

    def settle(self, members: list[Member], cosine: float, margin: float) -> float:
        """By how much article and story (``members``) are more alike than it takes; negative: two events.

        ``cosine``: of :meth:`Window.liken`. ``margin``: what the rules for brief reports give; it holds for them,
        where a time is unknown, and in part between FROM_WORDS and LONG_WORDS.
        """
        share, days = self._share(members), self._count_days(members)
        if share <= 0.0 or days is None:
            return margin
        price = LEAST + DAY_PRICE * days + OWN_PRICE * any(is_same_publisher(self._new, one) for one in members)
        strand = cosine + TITLES * self._agree_titles(members) + self._weigh_common(members) - price
        return share * self._add_costly(strand, members, share >= 1.0) + (1.0 - share) * margin

    def _add_costly(self, strand: float, members: list[Member], alone: bool) -> float:
        """With leads, marks and the names of the titles; ``alone``: only where what is left can still be enough."""
        most = MARKS_BONUS * MARKS_MOST
        strand += LEADS * self._liken_leads(members, -(strand + most) / LEADS if alone else 0.0)
        if alone and strand + most < 0.0:
            return strand
        strand += MARKS_BONUS * max(rate_marks(self._new, member, self._rates) for member in members)
        return strand if alone and strand < 0.0 else strand - NAMES_PRICE * min(map(self._swap_names, members))

    def _weigh_common(self, members: list[Member]) -> float:
        """What the titles say alike, and what stands in both leads word for word."""
        said = max(map(self._weigh_titles, members))
        head = max(self._heads.get(member.number, 0.0) for member in members)
        return SAID_BONUS * said + HEAD_BONUS * head

    def _weigh_titles(self, member: Member) -> float:
        """The rarity of the words that both titles have; less of those that most reports on diplomacy have."""
        shared = self._new.print.title & member.print.title
        return sum(weigh_terms(shared, self._rarity.__getitem__).values())

    def _swap_names(self, member: Member) -> float:
        """The rarity of the names in a title that the other's lead does not know; of the two titles the lesser."""
        new, old = self._new.print, member.print
        alone = new.title_names.difference(old.lead), old.title_names.difference(new.lead)
        return min(sum(map(self._rarity.__getitem__, names)) for names in alone)

    def _agree_titles(self, members: list[Member]) -> float:
        """Agreement of the titles with that report which agrees least; what is usual where there are no titles."""
        new, idf = self._new.print, self._rarity.__getitem__
        found = [cover_titles(new, member.print, idf) for member in members if member.print.title]
        return min(found) if found and new.title else TITLE_EXPECTED

    def _count_days(self, members: list[Member]) -> float | None:
        """Days between the article and a story, None where a time is unknown: the nearest report and the first count
        half each, since a story that goes on for days has other news by then.
        """
        gaps = [times_apart(self._new.published, member.published) for member in members]
        known = [gap / timedelta(days=1) for gap in gaps if gap is not None]
        return min(MOST_DAYS, (known[0] + min(known)) / 2) if len(known) == len(gaps) else None

    def _liken_leads(self, members: list[Member], needed: float) -> float:
        """The cosine of the article's lead and that of the story's report which is least like it.

        So a report that is like one of the story's, but not like the others, does not join: else stories of an affair
        grow into each other one report at a time. A word of the article weighs the less, the more of the other stories
        near to it have it. Where the cosine is less than ``needed``, any bound of it that is less as well.
        """
        weights = self._weigh_lead(members[0].story)
        square, least = sum(weights.values()), 1.0
        shared = [weights.keys() & member.print.lead for member in members]
        sums = [sum(map(weights.__getitem__, terms)) for terms in shared]
        if (bound := math.sqrt(min(sums) / (square or 1.0))) < needed:
            return bound  # a lead is at least as long as what it shares
        for member, terms, told in zip(members, shared, sums, strict=True):
            other = told + self._rarity.sum_squares([term for term in member.print.lead if term not in terms])
            least = min(least, told / (math.sqrt(square * other) or 1.0))
        return least

    def _weigh_lead(self, story: str) -> dict[int, float]:
        """The squares of what the words of the article's lead tell beside this story."""
        own, stories_with = self._told.get(story, set()), self._stories_with.get
        spread = math.log(2 + len(self._told.keys() - {story}))
        left = [1.0 - log_count(count) / spread for count in range(1 + len(self._told))]
        return {term: (tells * left[stories_with(term, 0) - (term in own)]) ** 2 for term, tells in self._lead.items()}
