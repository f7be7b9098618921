"""The rules and thresholds that decide whether two reports are one text, one event, or neither (docs/stories.md)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from matching.stories.features import NEWS_WORD_WEIGHT
from matching.stories.foreign import rate_marks, rate_names
from matching.stories.reading import news_terms
from matching.stories.similarity import (
    Overlap,
    comments_on,
    cover_titles,
    names_other_days,
    rate_update,
    swaps_names,
    swaps_numbers,
    swaps_quoted,
    swaps_subjects,
    swaps_titles,
)
from matching.stories.window import Member, TraitRates, times_apart

Idf = Callable[[int], float]

TEXT_SHARED = 0.3
"""Share of the shorter text that must stand in the longer for two to be one text."""
HEAD_SHARED = 0.2
"""Share of one's lead that the other must have; texts that share only background fall below it."""
OWN_TEXT_SHARED = 0.6
OWN_HEAD_SHARED = 0.4
OWN_TITLE_SHARED = 0.45
"""The same for two texts of one publisher, whose items share background and house style."""
TEMPLATE_WORDS = 100
"""Content words up to which one exchanged number tells two issues of a template apart; between publishers only."""
COPY_SHARED = 0.6
"""Share of a new text that must stand in an older one for a copy; less is a rewrite."""
REWRITE_SHARED = 0.15
"""Below this share the report is one of its own, unless it credits another."""
EXCERPT_SHARED = 0.1
"""Share of the longer text below which the shorter one quotes it (a speech), unless it stands there almost whole."""
BASE_COSINE, LENGTH_PRICE = 0.15, 0.085
BASE_WORDS, FULL_WORDS = 50, 800
"""Likeness of an article and a story from which both report one event where the shorter has BASE_WORDS content words,
and how much more it takes for each e-fold of them up to FULL_WORDS: long texts share more words by chance."""
FADE_WORDS = 35
"""Content words up to which days named and days between count in full; in a longer text they are one detail of many."""
BRIEF_PRICE, BRIEF_WORDS = 0.05, 64
"""How much more it takes for the briefest, falling to nothing at BRIEF_WORDS: they have little to tell them apart."""
OWN_PRICE = 0.33
"""How much more likeness it takes when one publisher wrote both; less where it is an update of one day."""
HEADLINE_COSINE = 0.38
"""The likeness it takes when one of the two is hardly more than a headline."""
TELLING_WORDS, HEADLINE_TELLING_WORDS = 5, 3
"""Words in common, but those that stand in most reports on diplomacy, that two reports of one event have at least; and
where one of the two is hardly more than a headline."""
SHORT_TEXT = 20
"""Content words below which a text is short."""
OTHER_DAY_PRICES = (0.0, 0.05, 0.15, 0.15, 0.3)
"""How much more it takes when both name days and the nearest two are one, two, three, four or more days apart."""
OTHER_FACTS_PRICE = 0.2
OTHER_HEAD_PRICE = 0.25
"""How much more it takes of a brief item when on another day title and first sentence tell other numbers."""
SEVERAL_NUMBERS = 2
FACTS_WORDS = 100
"""How much more it takes when both tell so many numbers at least and have none in common, one of them in so few
telling words that its numbers are its news."""
NAMES_BONUS, NAMES_MOST, FIGURES_BONUS, FIGURES_MOST, FACTS_EXPECTED = 0.035, 12.0, 0.04, 8.0, 0.27
NAMES_WORDS = 70
"""Likeness changes by these for each point of names, and each unit of rarity of numbers, in common, above or below
FACTS_EXPECTED; in full up to NAMES_WORDS telling words."""
FACTS_EXPECTED_UNCAPPED = {"ka": 0.16, "fa": 0.12}
"""The same in Georgian and Persian, where names cannot be told from other words; more in Georgian, whose
cases are folded: more words are one."""
MARKS_BONUS, MARKS_EXPECTED, MARKS_MOST = 0.02, 4.5, 0.15
"""In Georgian likeness changes by MARKS_BONUS for each point of states, places, people and subjects in common, above or
below MARKS_EXPECTED: neither capitals nor counts of the language say there which words tell."""
FACTS_LEAST = 0.05
"""Share of that change below which it is not reckoned."""
OTHER_NAME_PRICE = 0.3
"""How much more it takes of a headline when each calls something else by a name in quotation marks."""
DAILY_PRICE = 0.03
LONGEST_PRICE = 0.12
"""How much more it takes for each day between them, after the first, and at most."""
TITLE_BONUS = 0.2
TITLE_EXPECTED = 0.35
"""Likeness changes by TITLE_BONUS for the share of the titles, above or below TITLE_EXPECTED, that both leads say."""
LEAD_BONUS = 0.33
LEAD_EXPECTED = 0.25
"""Likewise for the share of the article's title and lead that those of the story say."""
SIZE_PRICE, LONG_SIZE_SHARE = 0.045, 2.0
"""How much more likeness it takes, times the logarithm of the reports that stand for the story: their sum is like
more articles by chance. LONG_SIZE_SHARE of it more for each e-fold of the telling words above FACTS_WORDS."""
LONG_FROM, LONG_FULL = 100, 150
LONG_BONUS, LONG_EXPECTED = 0.5, 0.38
"""In texts of more than LONG_FROM telling words (in full from LONG_FULL on) likeness changes by LONG_BONUS for the
cosine above or below LONG_EXPECTED: their words prove more, and names, titles and the size of a story less."""
NIGHT = timedelta(hours=5)
"""Two reports so close together are of one day even across midnight."""
FOLLOW_UP_SPAN = timedelta(hours=30)
FOLLOW_UP_SHARED = 0.8
"""A publisher's own earlier text stands almost whole under a new lead, at most so much later: a follow-up."""
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


class Comparison(NamedTuple):
    """An older report and the text it shares with the new one."""

    old: Member
    overlap: Overlap


def is_same_text(new: Member, compared: Comparison, idf: Idf) -> bool:
    """True for a copy or a rewrite that kept much of the text, lead included."""
    old, overlap = compared
    own = is_same_publisher(new, old)
    if overlap.containment < (OWN_TEXT_SHARED if own else TEXT_SHARED) or _is_scrap(new, compared):
        return False
    if overlap.containment < COPY_SHARED and min(overlap.of_new, overlap.of_old) < EXCERPT_SHARED:
        return False
    if overlap.head < (OWN_HEAD_SHARED if own else HEAD_SHARED) or is_other_issue(new, old):
        return False
    if _is_commented(new, compared):
        return False
    return not own or _shares_news(new, compared, idf)


def _is_scrap(new: Member, compared: Comparison) -> bool:
    """True where one of the two is a mere line or two that stands in the other: a credit, a notice, a stock phrase."""
    old, overlap = compared
    return min(new.print.length, old.print.length) < SHORT_TEXT and min(overlap.of_new, overlap.of_old) < TEXT_SHARED


def _shares_news(new: Member, compared: Comparison, idf: Idf) -> bool:
    """True when one publisher's two texts are on one event: the titles agree, or the new one continues the old."""
    old, overlap = compared
    apart = times_apart(new.published, old.published)
    continues = apart is not None and apart <= FOLLOW_UP_SPAN and overlap.of_old >= FOLLOW_UP_SHARED
    return continues or cover_titles(new.print, old.print, idf) >= OWN_TITLE_SHARED


def bar_look_alikes(new: Member, compared: Iterable[Comparison], idf: Idf) -> frozenset[str]:
    """Stories with which the article shares form or background, but not the facts.

    A story is barred when as many of its reports tell against as for it: one whose facts were cut away proves little.
    """
    votes: Counter[str] = Counter()
    against: set[str] = set()
    for pair in compared:
        if _is_look_alike(new, pair, idf):
            votes[pair.old.story] -= 1
            against.add(pair.old.story)
        elif pair.overlap.containment >= TEXT_SHARED:
            votes[pair.old.story] += 1
    return frozenset(story for story in against if votes[story] <= 0)


def _is_look_alike(new: Member, compared: Comparison, idf: Idf) -> bool:
    old, overlap = compared
    own, is_long = is_same_publisher(new, old), min(new.print.length, old.print.length) > TEMPLATE_WORDS
    weighed = is_long and times_apart(new.published, old.published) is not None  # by :mod:`affairs`
    form = COPY_SHARED if weighed else TEXT_SHARED
    alike = min(overlap.of_new, overlap.of_old) >= REWRITE_SHARED
    if alike and overlap.containment >= form and is_other_issue(new, old):
        return True
    if overlap.containment >= REWRITE_SHARED and _is_commented(new, compared):
        return True
    shares_background = own and alike and not weighed
    return shares_background and not _shares_news(new, compared, idf)


def _is_commented(new: Member, compared: Comparison) -> bool:
    """True when one of the two is an opinion on the other; a copy of an opinion under another title is none."""
    old, overlap = compared
    whole = min(overlap.of_new, overlap.of_old) >= COPY_SHARED
    return not whole and (comments_on(new.print, old.print) or comments_on(old.print, new.print))


def is_other_issue(new: Member, old: Member) -> bool:
    """True when two texts of one form report two events: facts exchanged, another day.

    On one day exchanged numbers are an update (more injured) and only exchanged people in the titles tell apart; nor
    do they tell in longer texts of two publishers of which a time is unknown.
    """
    if swaps_titles(new.print, old.print) or swaps_subjects(new.print, old.print):
        return True
    own, known = is_same_publisher(new, old), new.published is not None and old.published is not None
    is_long = not own and min(new.print.length, old.print.length) > TEMPLATE_WORDS
    other_days, other_numbers = names_other_days(new.days, old.days), swaps_numbers(new.print, old.print, is_long)
    if is_same_day(new, old) or (not known and is_long):
        return other_days and other_numbers
    if other_days or other_numbers:
        return True
    return known and own and swaps_names(new.print, old.print)


def is_same_day(new: Member, old: Member) -> bool:
    """True when both times are known and of one date, or hardly apart."""
    if new.published is None or old.published is None:
        return False
    return new.published.date() == old.published.date() or abs(new.published - old.published) <= NIGHT


def is_same_publisher(new: Member, old: Member) -> bool:
    """True when both come from one family, source or host."""
    return bool(new.identity.publisher) and new.identity.publisher == old.identity.publisher


def shares_little(new: Member, members: list[Member]) -> bool:
    """True when article and story have so few telling words in common that they prove no event, however alike they are.

    Brief items on diplomacy are alike by the words that most of them have, and one place or person does the rest.
    """
    length = min(new.print.length, max(member.print.length for member in members))
    told = set(new.print.terms).difference(news_terms())
    shared = told.intersection(chain.from_iterable(member.print.terms for member in members))
    return len(shared) < (TELLING_WORDS if length >= SHORT_TEXT else HEADLINE_TELLING_WORDS)


def compare_titles(new: Member, members: list[Member], idf: Idf) -> float:
    """What the titles add to the likeness or take from it; nothing where there are none."""
    titled = [member for member in members if member.print.title]
    if not new.print.title or not titled:
        return 0.0
    best = max(cover_titles(new.print, member.print, idf) for member in titled)
    return TITLE_BONUS * (best - TITLE_EXPECTED)


class Likeness:
    """How like an article and stories are: by words, titles, leads, names and numbers."""

    def __init__(self, new: Member, idf: Idf, rates: TraitRates) -> None:
        self._new, self._idf, self._rates = new, idf, rates

    @cached_property
    def _lead(self) -> dict[int, float]:
        """Weighed once for all stories, and not at all where none is rated."""
        return weigh_terms(self._new.print.lead, self._idf)

    def rate(self, members: list[Member], cosine: float) -> float:
        """The likeness to the story of these members, which has this cosine."""
        new = self._new
        likeness = cosine + stress_words(new, members, cosine) + compare_titles(new, members, self._idf)
        return likeness + (compare_leads(new, members, self._lead) + compare_facts(new, members, self._rates))


def weigh_terms(terms: Iterable[int], idf: Idf) -> dict[int, float]:
    """Word → how much it tells; little where most reports on diplomacy have it."""
    news = news_terms()
    return {term: idf(term) * (NEWS_WORD_WEIGHT if term in news else 1.0) for term in terms}


def compare_leads(new: Member, members: list[Member], weights: Mapping[int, float]) -> float:
    """What the leads add to the likeness or take from it: what a report tells first is its event.

    One publisher's leads are alike by its house style, and headlines have none. ``weights``: of :func:`weigh_terms`.
    """
    if new.print.length < SHORT_TEXT or max(member.print.length for member in members) < SHORT_TEXT:
        return 0.0
    told = frozenset[int]().union(*(member.print.lead for member in members))
    longest = max(len(member.print.lead) for member in members)
    comparable = sum(weights.values()) * min(1.0, longest / max(1, len(weights)))
    share = sum(weight for term, weight in weights.items() if term in told) / (comparable or 1.0)
    own = all(is_same_publisher(new, member) for member in members)
    return LEAD_BONUS * (min(LEAD_EXPECTED if own else 1.0, share) - LEAD_EXPECTED)


def stress_words(new: Member, members: list[Member], cosine: float) -> float:
    """What the cosine adds to the likeness of long texts once more, or takes from it; nothing within one publisher."""
    if all(is_same_publisher(new, member) for member in members):
        return 0.0
    length = min(new.print.length, max(member.print.length for member in members))
    share = min(1.0, max(0.0, (length - LONG_FROM) / (LONG_FULL - LONG_FROM)))
    return share * LONG_BONUS * (cosine - LONG_EXPECTED)


def compare_facts(new: Member, members: list[Member], rates: TraitRates) -> float:
    """What names and numbers in common add to the likeness, or take from it; less in long texts, nothing in headlines.

    Brief reports of one event share few words but the same people and figures.
    """
    length = min(new.print.length, max(member.print.length for member in members))
    share = min(1.0, (NAMES_WORDS / max(1, length)) ** 2)
    if length < SHORT_TEXT or share < FACTS_LEAST:
        return 0.0
    names = max(rate_names(new, member, rates) for member in members)
    figures = max(sum(map(rates.__getitem__, new.print.figures & member.print.figures)) for member in members)
    expected = FACTS_EXPECTED_UNCAPPED.get(new.print.tongue, FACTS_EXPECTED)
    if new.print.tongue == "ka" and not swaps_head_figures(new, members) and not _swaps_dates(new, members):
        expected -= _compare_marks(new, members, rates)
    return share * (NAMES_BONUS * min(NAMES_MOST, names) + FIGURES_BONUS * min(FIGURES_MOST, figures) - expected)


def _compare_marks(new: Member, members: list[Member], rates: TraitRates) -> float:
    points = max(rate_marks(new, member, rates) for member in members)
    return min(MARKS_MOST, MARKS_BONUS * (points - MARKS_EXPECTED))


def price_join(new: Member, members: list[Member], idf: Idf) -> float:
    """The likeness from which the article joins these reports."""
    length = min(new.print.length, max(member.print.length for member in members))
    price = _price_length(length) + _price_facts(new, members) + _price_size(length, len(members))
    days = _price_days(new, members)
    if all(is_same_publisher(new, member) for member in members):
        same_day = [member.print for member in members if is_same_day(new, member)]
        return price + days + OWN_PRICE * (1.0 - rate_update(new.print, same_day, idf))
    return price + days * min(1.0, FADE_WORDS / max(1, length))


def _price_length(length: int) -> float:
    """More for long texts, and for brief items; most for hardly more than a headline."""
    if length < SHORT_TEXT:
        return HEADLINE_COSINE
    brief = max(0.0, BRIEF_WORDS - length) / (BRIEF_WORDS - SHORT_TEXT)
    long = math.log(min(max(length, BASE_WORDS), FULL_WORDS) / BASE_WORDS)
    return BASE_COSINE + LENGTH_PRICE * long + BRIEF_PRICE * brief


def _price_size(length: int, members: int) -> float:
    """More for each report that stands for the story; in long texts a sum has more words in common by chance."""
    long = math.log(min(max(length, FACTS_WORDS), FULL_WORDS) / FACTS_WORDS)
    return SIZE_PRICE * math.log(members) * (1.0 + LONG_SIZE_SHARE * long)


def _price_facts(new: Member, members: list[Member]) -> float:
    """What it takes more of a brief item when both tell several numbers and not one of them is the same.

    Of a headline half as much when each tells a number that the other lacks.
    """
    length = min(new.print.length, max(member.print.length for member in members))
    if length > FACTS_WORDS:
        return 0.0
    if length < SHORT_TEXT and all(swaps_quoted(new.print, member.print) for member in members):
        return OTHER_NAME_PRICE
    if length < SHORT_TEXT and all(swaps_numbers(new.print, member.print) for member in members):
        return OTHER_FACTS_PRICE / 2
    if length >= SHORT_TEXT and swaps_head_figures(new, members):
        return OTHER_HEAD_PRICE
    return OTHER_FACTS_PRICE if _swaps_all_figures(new, members) else 0.0


def _swaps_all_figures(new: Member, members: list[Member]) -> bool:
    """True when both tell several numbers, the first of them at the head, and have none in common.

    Numbers that stand further down in one of them are its details: what a firm lost, how many lorries wait.
    """
    told = frozenset[int]().union(*(member.print.figures for member in members))
    several = min(len(told), len(new.print.figures)) >= SEVERAL_NUMBERS
    at_head = new.print.head_figures and any(member.print.head_figures for member in members)
    return several and bool(at_head) and not told & new.print.figures


def swaps_head_figures(new: Member, members: list[Member]) -> bool:
    """True when title and first sentence tell a number of which the other side says nothing, on another day.

    So two events of one kind differ (an earthquake of 4.6, one of 4.8), even where one report mentions the other event.
    """
    if any(is_same_day(new, member) for member in members):
        return False
    known = frozenset[int]().union(*(member.print.figures for member in members))
    heads = frozenset[int]().union(*(member.print.head_figures for member in members))
    return (
        bool(new.print.head_figures)
        and bool(heads)
        and not (new.print.head_figures & known or heads & new.print.figures)
    )


def _price_days(new: Member, members: list[Member]) -> float:
    gaps = [gap for member in members if (gap := times_apart(new.published, member.published)) is not None]
    days = min(gaps) / timedelta(days=1) if gaps else 0.0
    named = frozenset[tuple[int, int]]().union(*(member.days for member in members))
    other = max(_price_named_days(new.days, named), _price_named_days(new.print.days, _list_dates(members)))
    return min(LONGEST_PRICE, DAILY_PRICE * max(0.0, days - 1.0)) + other


def _list_dates(members: list[Member]) -> frozenset[tuple[int, int]]:
    """The days that a story's reports name by their dates."""
    return frozenset[tuple[int, int]]().union(*(member.print.days for member in members))


def _swaps_dates(new: Member, members: list[Member]) -> bool:
    return names_other_days(new.print.days, _list_dates(members))


def _price_named_days(new: frozenset[tuple[int, int]], named: frozenset[tuple[int, int]]) -> float:
    if not names_other_days(new, named):
        return 0.0
    apart = min(abs(_day_of_year(*a) - _day_of_year(*b)) for a in new for b in named)
    return OTHER_DAY_PRICES[min(apart, 365 - apart, len(OTHER_DAY_PRICES) - 1)]


def _day_of_year(month: int, day: int) -> int:
    return _DAYS_BEFORE[month - 1] + day
