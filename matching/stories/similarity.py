"""How alike two articles are: overlap of text, cosine of events, and what tells two look-alikes apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from matching.stories.features import Fingerprint, Sketch

WORD_SHARE = 0.1
HEADLINE_SHARE = 2.5
"""Most that one common word can add to the cosine of two articles; the latter is shared by the words of the shorter."""

COMMENT_LEAD = 0.2
"""Share of an opinion's lead that the report it quotes may have."""
UPDATE_FROM, UPDATE_FULL = 0.45, 0.9
"""Agreement of two titles of one publisher from which one is taken to update the other, and from which on in full."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shared text of a new article and an older one, as shares of three-word runs (0–1).

    ``of_new``: how much of the new text the older one has; ``of_old`` the reverse; ``head``: how much of the
    new lead the older text has, or of the older lead the new text, whichever is more.
    """

    of_new: float
    of_old: float
    head: float

    @property
    def containment(self) -> float:
        """Share of the shorter text found in the longer."""
        return max(self.of_new, self.of_old)


def overlap_texts(new: Fingerprint, olds: Iterable[Fingerprint]) -> list[Overlap]:
    """Shared text of a new article and each of some older ones, from their sketches."""
    samples = _Samples(new)
    return [_overlap(samples, new, old) for old in olds]


def share_texts(new: Fingerprint | Sketch, olds: Iterable[Fingerprint | Sketch]) -> list[float]:
    """``of_new`` of :func:`overlap_texts` alone, in a quarter of the time."""
    samples = _Samples(new)
    found = []
    for old in olds:
        sample = samples[max(new.modulus, old.modulus)]
        found.append(len(sample.intersection(old.sketch)) / len(sample) if sample else 0.0)
    return found


class _Samples(dict[int, set[int]]):
    """Modulus → the shingles of one sketch that it divides."""

    def __init__(self, print_: Fingerprint | Sketch) -> None:
        self._print = print_

    def __missing__(self, modulus: int) -> set[int]:
        sample = self[modulus] = set(_divisible(self._print.sketch, modulus // self._print.modulus, modulus))
        return sample


def _divisible(shingles: Sequence[int], coarser: int, modulus: int) -> Sequence[int]:
    """Those divisible by ``modulus``: all of them where it is not coarser than what they were sampled by."""
    return shingles if coarser == 1 else [value for value in shingles if not value % modulus]


def _overlap(samples: _Samples, new: Fingerprint, old: Fingerprint) -> Overlap:
    modulus = max(new.modulus, old.modulus)
    sample = samples[modulus]
    shared = sample.intersection(old.sketch)
    of_old = len(_divisible(old.sketch, modulus // old.modulus, modulus))
    new_head, old_head = _divisible(new.head, old.modulus, old.modulus), _divisible(old.head, new.modulus, new.modulus)
    in_old = shared if old.modulus == modulus else set(old.sketch)
    in_new = samples[new.modulus]
    return Overlap(
        of_new=len(shared) / len(sample) if sample else 0.0,
        of_old=len(shared) / of_old if of_old else 0.0,
        head=max(_share_of_head(new_head, in_old), _share_of_head(old_head, in_new)),
    )


def _keep_lead(new: Fingerprint, old: Fingerprint) -> float:
    """Share of the new lead that stands in the old text."""
    return _share_of_head(_divisible(new.head, old.modulus, old.modulus), set(old.sketch))


def _share_of_head(head: Sequence[int], sketch: set[int]) -> float:
    return len(sketch.intersection(head)) / len(head) if head else 0.0


def cover_titles(new: Fingerprint, old: Fingerprint, idf: Callable[[int], float]) -> float:
    """How much of each title the other's title or lead says, by rarity of the words; the mean of both (0–1)."""
    if not new.title or not old.title:
        return 0.0
    return (_cover(new.title, old.lead, idf) + _cover(old.title, new.lead, idf)) / 2


def _cover(title: frozenset[int], lead: Iterable[int], idf: Callable[[int], float]) -> float:
    return sum(map(idf, title.intersection(lead))) / (sum(map(idf, title)) or 1.0)


def rate_update(new: Fingerprint, olds: Iterable[Fingerprint], idf: Callable[[int], float]) -> float:
    """How far a publisher's report updates one of its own of that day (0–1): their titles say the same.

    Not where each title names somebody else: two receptions.
    """
    told = [old for old in olds if not swaps_titles(new, old) and not swaps_subjects(new, old)]
    agreement = max((cover_titles(new, old, idf) for old in told), default=0.0)
    return min(1.0, max(0.0, (agreement - UPDATE_FROM) / (UPDATE_FULL - UPDATE_FROM)))


def swaps_numbers(new: Fingerprint, old: Fingerprint, most: bool = False) -> bool:
    """True when each tells a number of which the other says nothing.

    That is how two issues of one template differ (yesterday's count, today's), while a copy keeps the numbers and an
    edited one drops or adds some on one side only. ``most``: more must be exchanged than kept, since two desks that
    build on one agency's long text leave out different ones.
    """
    if not _swapped(new, old, new.numbers, old.numbers):
        return False
    kept = len(new.numbers & old.numbers)
    return not most or kept < min(len(new.numbers), len(old.numbers)) - kept


def swaps_titles(new: Fingerprint, old: Fingerprint) -> bool:
    """True when each title names somebody of whom the other report says nothing: another ambassador's reception."""
    return _swapped(new, old, new.title_names, old.title_names)


def swaps_subjects(new: Fingerprint, old: Fingerprint) -> bool:
    """True when each title names a state, place, person or body of which the beginning of the other says nothing.

    Told by the names file, so also where names have no capitals or are adjectives: two calls of one minister.
    """
    return bool(new.title_marks - old.marks) and bool(old.title_marks - new.marks)


def swaps_quoted(new: Fingerprint, old: Fingerprint) -> bool:
    """True when each title has something in quotation marks that the other report does not know in that sense.

    One word of it may be in common: two agencies are agencies.
    """
    shared = max(len(new.quoted.intersection(old.everything)), len(old.quoted.intersection(new.everything)))
    return bool(new.quoted) and bool(old.quoted) and 2 * shared <= min(len(new.quoted), len(old.quoted))


def comments_on(comment: Fingerprint, news: Fingerprint) -> bool:
    """True when one is an opinion with a lead of its own, the other a report that it quotes."""
    return comment.is_comment and not news.is_comment and _keep_lead(comment, news) < COMMENT_LEAD


def swaps_names(new: Fingerprint, old: Fingerprint) -> bool:
    """True when each has a name in title or lead that the other lacks; telling only within one publisher.

    Between publishers a copy exchanges the credited names.
    """
    return _swapped(new, old, new.names, old.names)


def _swapped(new: Fingerprint, old: Fingerprint, told: frozenset[int], told_before: frozenset[int]) -> bool:
    return bool(told.difference(old.everything)) and bool(told_before.difference(new.everything))


def names_other_days(new: frozenset[tuple[int, int]], old: frozenset[tuple[int, int]]) -> bool:
    """True when both name days in title or lead and not one of them is the same."""
    return bool(new) and bool(old) and not new & old


def tells_news(new: Fingerprint, old: Fingerprint) -> bool:
    """True when the title or lead has a name or number that the older report lacks altogether."""
    return bool((new.numbers | new.title_names).difference(old.everything))
