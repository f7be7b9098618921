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

from matching.stories.index import log_count
from matching.stories.judge import SHORT_TEXT, TITLE_EXPECTED, is_same_publisher
from matching.stories.similarity import cover_titles
from matching.stories.window import Member, Rarities, times_apart

FROM_WORDS, LONG_WORDS = 120, 150
"""Telling words up to which nothing of this counts, and from which nothing else does; of article and story together, by
their geometric mean: a brief item may recall an affair of which long reports tell."""
LEAST, TITLES, LEADS, DAY_PRICE, LENGTH_PRICE, OWN_PRICE = 0.612, 0.54, 0.77, 0.085, 0.02, 0.2
"""Weights of a logistic regression over labelled pairs of a report and a story (docs/stories.md), moved a little on the
same sets, where the cosine counts once: what must be reached; for the agreement of the titles and the likeness of the
leads, each with the report of the story that is least like the article; for each day between them, each e-fold of the
words of the shorter text above LONG_WORDS, and where one of the story's reports is of the article's publisher."""
MOST_DAYS = 3.0
"""Days beyond which no more is taken off."""


class Affair:
    """A long article among the stories near to it.

    ``near``: the members of the window that have most in common with it. ``rarities``: how much each word tells there.
    """

    def __init__(self, new: Member, near: Iterable[Member], rarities: Rarities) -> None:
        self._new, self._rarity = new, rarities
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
        shorter = min(self._new.print.length, max(member.print.length for member in members))
        price = LEAST + LENGTH_PRICE * math.log(shorter / LONG_WORDS) + DAY_PRICE * days
        price += OWN_PRICE * any(is_same_publisher(self._new, member) for member in members)
        strand = cosine + TITLES * self._agree_titles(members) - price
        strand += LEADS * self._liken_leads(members, -strand / LEADS if share >= 1.0 else 0.0)
        return share * strand + (1.0 - share) * margin

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
