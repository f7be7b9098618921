"""What is compared of an article: its terms with weights, its shingles, its names, numbers and days.

A term is the CRC-32 of a word's stem, a shingle the hash of three terms in a row. So a fingerprint is some arrays of
integers, equal in every process.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakValueDictionary

from matching.stories.marks import read_marks
from matching.stories.reading import find_figures, guess_tongue, is_turkic
from matching.stories.titles import is_comment, quoted_terms

if TYPE_CHECKING:
    from matching.document import Words
    from matching.stories.lexicon import Head

TITLE_WEIGHT = 2.0
LEAD_WEIGHT = 1.5
NAME_WEIGHT = 1.2
NEWS_WORD_WEIGHT = 0.35
"""Share of its weight that a news word keeps."""
LEAD_TOKENS = 60
"""Content words that count as the lead."""
LEAD_WORDS = 120
"""Words, function words included, in which days are looked for."""
BODY_TOKENS = 500
"""Content words that count for the event."""
FADE_FROM, FADE_FULL = 60, 120
FADE_HALF, FADE_LEAST = 30, 0.3
"""The event vector counts a word the less, the later the text first has it: what fades is halved with each FADE_HALF
other words before it, down to FADE_LEAST. A report tells its event first, and then what led to it. Nothing fades in a
text of up to FADE_FROM content words, and in full it does from FADE_FULL on."""
SOUND_TOKENS, SOUND_LETTERS = 200, 2000
FIGURE_LETTERS, HEAD_LETTERS = 1500, 160
"""Words and letters at the beginning of a text that are compared across languages; letters of its first sentence."""
TITLE_CASE_NAMES, TITLE_CASE_PLAIN = 4, 0.34
"""A title with so many capitals at least, and so few telling words without one for each, is written in title case."""
INDEXED_TERMS = 40
"""Strongest terms of an article by which others find it."""
SKETCH_SIZE = 256
"""A sketch keeps the shingles divisible by the smallest power of two that leaves at most this many."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Fingerprint:
    """All that is kept of an article for comparing it.

    ``terms``, ``weights``: the event vector (title, lead and text; weights without idf), the strongest first.
    ``everything``: every term of title and text. ``sketch``: sampled shingles of the text, those divisible by
    ``modulus``. ``head``: shingles of the lead, all of them. ``names``, ``numbers``: what the title and lead say,
    outlets left out. ``title``: terms of the title; ``lead``: of title and lead. ``days``: (month, day) named in
    title or lead, ``weekdays`` likewise. ``length``: number of content words in the text. ``sounds``, ``figures``:
    how its names sound in any script (but publishers') and its numbers (but years and days of the month), in the title
    and at the beginning of the text, for comparing across languages; ``head_figures``: numbers of title and first
    sentence. ``marks``, ``lead_marks``: what beginning, and title and lead, speak of; ``title_marks``: whom the
    title names (see :mod:`matching.stories.marks`). ``quoted``: terms between quotation marks in the title;
    ``is_comment``: it is an opinion's title. ``tongue``: the language, stated or guessed.
    """

    terms: array[int]
    weights: array[float]
    everything: array[int]
    sketch: array[int]
    modulus: int
    head: array[int]
    lead: array[int]
    names: frozenset[int]
    title_names: frozenset[int]
    numbers: frozenset[int]
    title: frozenset[int]
    days: frozenset[tuple[int, int]]
    weekdays: frozenset[int]
    length: int
    sounds: array[int]
    figures: frozenset[int]
    head_figures: frozenset[int]
    marks: frozenset[int]
    lead_marks: frozenset[int]
    title_marks: frozenset[int]
    quoted: frozenset[int]
    is_comment: bool
    tongue: str

    @property
    def has_capitals(self) -> bool:
        """False in Georgian and Persian, where every telling word may be a name."""
        return self.tongue not in ("ka", "fa")

    @property
    def traits(self) -> list[int]:
        """What can be compared with a report in another language: sounds of names, numbers, and marks."""
        return [*self.sounds, *self.figures, *self.marks]

    @property
    def indexed_terms(self) -> array[int]:
        """The terms by which other articles find this one, the strongest first."""
        return self.terms[:INDEXED_TERMS]


class Sketch(NamedTuple):
    """What of a fingerprint tells how much two texts share."""

    sketch: array[int]
    modulus: int


_HELD: WeakValueDictionary[bytes, Fingerprint] = WeakValueDictionary()
"""Fingerprints that somebody holds, as the window of stories does, by what they were made of."""
HELD_AT_LEAST = 10_000
_LATEST: deque[Fingerprint] = deque(maxlen=HELD_AT_LEAST)
"""The latest of a window, held when it is gone: the window of a process's next run begins with them."""
MOST_SKETCHES = 10_000
_SKETCHES: OrderedDict[bytes, Sketch] = OrderedDict()
"""Of texts whose fingerprint nobody holds, those asked for last; 2 KiB each."""


def fingerprint(
    title: str,
    text: str,
    language: str | None = None,
    houses: frozenset[int] = frozenset(),
    found: tuple[Words, Words] | None = None,
) -> Fingerprint:
    """The fingerprint of one article; pure. One that is still held is not made again: a run asks for each article of
    its window.

    ``houses``: how the names of its publisher and of those it credits sound. ``found``: the words of title and text,
    where the matcher has found them already; it spares looking for them again.
    """
    key = _sign(title, text, language, houses)
    known = _HELD.get(key)
    if known is None:
        known = _HELD[key] = _make_fingerprint(title, text, language, houses, found)
    return known


def hold(print_: Fingerprint) -> None:
    """Keep the fingerprint of an article that a window holds for the next window."""
    _LATEST.append(print_)


def find_sketch(
    title: str, text: str, language: str | None = None, houses: frozenset[int] = frozenset()
) -> Fingerprint | Sketch:
    """The fingerprint of an article where somebody holds it, else only its sketch, in a quarter of the time.

    So a chain may be asked for however old its reports are; arguments as for :func:`fingerprint`.
    """
    key = _sign(title, text, language, houses)
    known: Fingerprint | Sketch | None = _HELD.get(key)
    if known is not None:
        return known
    known = _SKETCHES.pop(key, None) or _make_sketch(title, text, language)
    _SKETCHES[key] = known
    if len(_SKETCHES) > MOST_SKETCHES:
        _SKETCHES.popitem(last=False)
    return known


def _sign(title: str, text: str, language: str | None, houses: frozenset[int]) -> bytes:
    """A short name for what a fingerprint is made of."""
    made_of = f"{language}\0{sorted(houses)}\0{title}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(made_of, digest_size=16).digest()


def _make_sketch(title: str, text: str, language: str | None) -> Sketch:
    from matching.stories.lexicon import lexicon_of  # loads NumPy, as in _make_fingerprint
    from matching.stories.shingles import sample, shingle

    lexicon = lexicon_of(is_turkic(language, f"{title} {text[:2000]}"))
    lexicon.begin()
    return Sketch(*sample(shingle(lexicon.read(text).terms), SKETCH_SIZE))


def _make_fingerprint(
    title: str,
    text: str,
    language: str | None,
    houses: frozenset[int],
    found: tuple[Words, Words] | None = None,
) -> Fingerprint:
    from matching.stories.lexicon import lexicon_of  # loads NumPy, which only who groups stories needs
    from matching.stories.shingles import sample, shingle
    from matching.stories.weights import weigh_words

    turkic = is_turkic(language, f"{title} {text[:2000]}")
    lexicon = lexicon_of(turkic)
    lexicon.begin()
    titled, body = map(lexicon.read, (title, text), found or (None, None))
    heading = titled.terms.tolist()
    shingles = shingle(body.terms)
    sketch, modulus = sample(shingles, SKETCH_SIZE)
    terms, weights = weigh_words(titled.stems, body.stems, body.names, body.dated, lexicon.stems)
    head = lexicon.read_head(titled, body, LEAD_WORDS)
    tongue = guess_tongue(language, text or title)
    marks = read_marks(title, text, tongue, found)
    sounds = lexicon.hear_names(titled, body, SOUND_TOKENS, text[:SOUND_LETTERS])
    figures = find_figures(f"{title}\n{text[:FIGURE_LETTERS]}", {day for _, day in head.days})
    is_long = len(body.stems) > BODY_TOKENS
    return Fingerprint(
        terms=terms,
        weights=weights,
        everything=array("I", {*body.terms.tolist(), *heading}) if is_long else terms,
        sketch=sketch,
        modulus=modulus,
        head=array("q", dict.fromkeys(shingles[: LEAD_TOKENS - 2].tolist())),
        lead=array("I", {*heading, *body.terms[:LEAD_TOKENS].tolist()}),
        names=head.names | head.title_names,
        title_names=_choose_names(head, lexicon.stems.list_terms(body.names)),
        numbers=head.numbers,
        title=frozenset(heading),
        days=head.days,
        weekdays=head.weekdays,
        length=len(body.stems),
        sounds=array("I", sounds - houses - lexicon.hear_words(" ".join(marks.named))),
        figures=figures,
        head_figures=figures & find_figures(f"{title}\n{text[:HEAD_LETTERS]}"),
        marks=marks.found - figures,
        lead_marks=marks.lead - figures,
        title_marks=marks.title,
        quoted=quoted_terms(title, turkic),
        is_comment=is_comment(title),
        tongue=tongue,
    )


def _choose_names(head: Head, told: frozenset[int]) -> frozenset[int]:
    """Names in the title; where nearly every word of it has a capital, those that are names in the text as well.

    ``told``: terms of the names in the text.
    """
    names = head.title_names
    if len(names) < TITLE_CASE_NAMES or head.title_plain > len(names) * TITLE_CASE_PLAIN:
        return names
    return names & told
