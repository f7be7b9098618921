"""What tells the strands of one affair apart in long texts: all tell its background, each leads with its own news.

Reports on a murder, an inquiry or a war share most of their words for weeks. So leads are compared by the words that
are rare among the stories near to the article, not only in the window, and each day between two reports counts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from matching.stories.judge import is_same_publisher
from matching.stories.window import Member, Rarities, times_apart

FROM_WORDS, LONG_WORDS = 100, 200
"""Telling words of the shorter text up to which nothing of this counts, and from which nothing else does."""
LEAST, TITLES, LEADS, DAY_PRICE, LENGTH_PRICE, SIZE_PRICE, OWN_PRICE = 0.52, 3.3, 1.45, 0.17, 0.053, 0.19, 0.28
"""Weights of a logistic regression over labelled pairs of a report and a story (docs/stories.md), where the cosine
counts once: what must be reached; for the agreement of the titles and the likeness of the leads; for each day between
them, each e-fold of the words of the shorter text above LONG_WORDS, each e-fold of the reports that stand for the
story, and where all are of one publisher."""
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
        if new.print.length > FROM_WORDS:
            lead = frozenset(new.print.lead)
            for member in near:
                self._told.setdefault(member.story, set()).update(lead.intersection(member.print.terms))
        self._stories_with = Counter(term for terms in self._told.values() for term in terms)

    def decides_alone(self, members: list[Member]) -> bool:
        """Whether :meth:`settle` asks for no margin: all is told by what is said here."""
        length = min(self._new.print.length, max(member.print.length for member in members))
        return length >= LONG_WORDS and self._count_days(members) is not None

    def settle(self, members: list[Member], cosine: float, titles: float, margin: float) -> float:
        """By how much article and story (``members``) are more alike than it takes; negative: two events.

        ``cosine``, ``titles``: of :meth:`Window.liken` and :func:`judge.compare_titles`. ``margin``: what the rules for
        brief reports give; it holds for them, where a time is unknown, and in part between FROM_WORDS and LONG_WORDS.
        """
        length = min(self._new.print.length, max(member.print.length for member in members))
        days = self._count_days(members)
        share = min(1.0, (length - FROM_WORDS) / (LONG_WORDS - FROM_WORDS))
        if share <= 0.0 or days is None:
            return margin
        price = LEAST + LENGTH_PRICE * math.log(length / LONG_WORDS) + SIZE_PRICE * math.log(len(members))
        price += DAY_PRICE * days + OWN_PRICE * all(is_same_publisher(self._new, member) for member in members)
        strand = cosine + TITLES * titles + LEADS * self._liken_leads(members) - price
        return share * strand + (1.0 - share) * margin

    def _count_days(self, members: list[Member]) -> float | None:
        gaps = [times_apart(self._new.published, member.published) for member in members]
        known = [gap for gap in gaps if gap is not None]
        return min(MOST_DAYS, min(known) / timedelta(days=1)) if len(known) == len(gaps) else None

    def _liken_leads(self, members: list[Member]) -> float:
        """The cosine of the article's lead and those of a story: the best and the mean count half each.

        A word of the article weighs the less, the more of the other stories near to it have it.
        """
        own, rarity = self._told.get(members[0].story, set()), self._rarity
        spread = math.log(2 + len(self._told.keys() - {members[0].story}))
        weights = {
            term: (rarity[term] * (1.0 - math.log(1 + self._stories_with[term] - (term in own)) / spread)) ** 2
            for term in self._new.print.lead
        }
        square, found = sum(weights.values()), []
        for member in members:
            lead = member.print.lead
            shared = sum(weights[term] for term in lead if term in weights)
            other = shared + sum(rarity[term] ** 2 for term in lead if term not in weights)
            found.append(shared / (math.sqrt(square * other) or 1.0))
        return (max(found) + sum(found) / len(found)) / 2
