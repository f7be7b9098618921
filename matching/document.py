"""An article as the matcher sees it: its words with keys, on one line of positions across all fields."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from matching.languages import recognise_language
from matching.morphology import word_keys
from matching.tokens import find_words
from wirewatch.article import Article
from wirewatch.search import Term
from wirewatch.source import Source

FIELDS = ("title", "text", "author", "agency", "place", "source", "country", "lang", "kind")
"""Fields of a receipt; a query may also say ``lead`` (the first paragraph of the text)."""
BODY = "body"
"""Where a term without a field is looked for: title and text."""
GAP = 10_000
"""Positions left free between two fields, so that no phrase or NEAR reaches across."""
BEGINNING = (2, 24)
"""Letters, at least and at most, of the beginnings that a batch lists for vocabularies with many prefixes."""


@dataclass(slots=True, eq=False)
class Document:
    """One article, read once and asked by many queries.

    ``postings``: key → positions, ascending. ``spellings``, ``starts`` and ``ends``: of each word its folded
    spelling and its characters in its field. ``ranges``: for each field its first position, the number of its
    first word in these lists, and its name. ``scopes``: name → first and last position + 1 of a field (or of
    ``body`` and ``lead``).
    """

    postings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    spellings: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    ranges: list[tuple[int, int, str]] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    """The first positions of ``ranges``."""
    scopes: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    keys_in: dict[str, dict[str, None]] = field(default_factory=dict)
    """Field → the keys of its words, where the document was read whole."""
    lead_end: int = 0
    """Offset in the text at which the first paragraph ends."""
    batch: Batch | None = None
    """The batch that the document is in; None until it is in one."""
    bit: int = 0
    """The document's bit in its batch."""
    found: dict[object, list[tuple[int, int]]] = field(default_factory=dict)
    """Places by node, kept while the document lives: many queries ask for the same names."""
    starting: dict[object, frozenset[int]] = field(default_factory=dict)
    """First positions of these places by node, kept likewise."""
    receipts: dict[object, tuple[Term, ...]] = field(default_factory=dict)
    """Receipts by node, kept likewise."""
    spelled_at: dict[str, list[int]] | None = None
    """What ``surfaces`` gives; None until it is worked out."""
    _sorted: list[str] | None = None

    @property
    def surfaces(self) -> Mapping[str, list[int]]:
        """Folded spelling → positions, ascending."""
        if self.spelled_at is None:
            self.spelled_at = defaultdict(list)
            for number, (first, start, _) in enumerate(self.ranges):
                stop = self.ranges[number + 1][1] if number + 1 < len(self.ranges) else len(self.spellings)
                for position, spelling in enumerate(self.spellings[start:stop], start=first):
                    self.spelled_at[spelling].append(position)
        return self.spelled_at

    def term(self, written: str, first: int, last: int) -> Term:
        """The receipt of the words from ``first`` to ``last`` (of one field) for the query's term ``written``."""
        begin, number, name = self.ranges[bisect_right(self.firsts, first) - 1]
        number -= begin
        start, end = self.starts[first + number], self.ends[last + number]
        return Term(written, self.texts[name][start:end], name, start, end)

    def find(self, keys: Iterable[str], scope: str) -> list[int]:
        """Ascending positions in ``scope`` of the words that have any of ``keys``."""
        return self._find(self.postings, keys, scope)

    def find_spelled(self, surfaces: Iterable[str], scope: str) -> list[int]:
        """Ascending positions in ``scope`` of the words spelled (when folded) as any of ``surfaces``."""
        return self._find(self.surfaces, surfaces, scope)

    def _find(self, table: Mapping[str, list[int]], keys: Iterable[str], scope: str) -> list[int]:
        low, high = self.scopes[scope]
        lists = [known for key in keys if (known := table.get(key)) is not None]
        if not lists:
            return []
        found = lists[0] if len(lists) == 1 else sorted({position for known in lists for position in known})
        if low <= found[0] and found[-1] < high:
            return found
        return [position for position in found if low <= position < high]

    @property
    def sorted_surfaces(self) -> list[str]:
        """All spellings in order, for prefixes."""
        if self._sorted is None:
            self._sorted = sorted(self.surfaces)
        return self._sorted


def read_fields(article: Article, source: Source | None) -> dict[str, str]:
    """The text of every field that a query may ask; authors are joined by ``', '``."""
    language = recognise_language(f"{article.title}\n{article.text}", article.language)
    return {
        "title": article.title,
        "text": article.text,
        "author": ", ".join(article.authors),
        "agency": article.agency or "",
        "place": article.place or "",
        "source": article.source or "",
        "country": source.country if source else "",
        "lang": language or "",
        "kind": source.kind if source else "",
    }


def read_document(article: Article, source: Source | None = None) -> Document:
    """Read an article's words once; ``source`` gives ``country:`` and ``kind:``."""
    document = Document()
    document.texts = read_fields(article, source)
    language = document.texts["lang"] or None
    position = 0
    for name in FIELDS:
        first = position
        position = _read_words(document, name, language if name in ("title", "text") else "plain", position)
        document.scopes[name] = (first, position)
        position += GAP
    title, text = document.scopes["title"], document.scopes["text"]
    document.scopes[BODY] = (title[0], text[1])
    document.lead_end = _end_of_lead(article.text)
    number = next(number for first, number, name in document.ranges if name == "text")
    inside = bisect_left(document.starts, document.lead_end, number, number + text[1] - text[0]) - number
    document.scopes["lead"] = (text[0], text[0] + inside)
    return document


def _read_words(document: Document, name: str, language: str | None, position: int) -> int:
    """Add the words of one field from ``position`` on; return the position after the last."""
    document.ranges.append((position, len(document.spellings), name))
    document.firsts.append(position)
    text = document.texts[name]
    found = find_words(text) if text else []
    keys_of = {word: word_keys(word, language) for word in dict.fromkeys(word for _, _, word in found)}
    if not all(keys_of.values()):  # a word of nothing but marks is none
        found = [each for each in found if keys_of[each[2]]]
    places: dict[str, list[int]] = {}
    for at, (_, _, word) in enumerate(found, start=position):
        known = places.get(word)
        if known is None:
            places[word] = [at]
        else:
            known.append(at)
    own_keys = {word: keys_of[word] for word in places}
    document.keys_in[name] = dict.fromkeys(chain.from_iterable(own_keys.values()))
    _post(document.postings, own_keys, places)
    document.spellings += [keys_of[word][0] for _, _, word in found]
    document.starts += [start for start, _, _ in found]
    document.ends += [end for _, end, _ in found]
    return position + len(found)


def _post(postings: dict[str, list[int]], keys_of: dict[str, tuple[str, ...]], places: dict[str, list[int]]) -> None:
    """Enter the places of each word of a field under its keys.

    Most keys have one word only and share its list; where several words have one, it gets a list of its own.
    """
    low = min((at[0] for at in places.values()), default=0)
    for word, keys in keys_of.items():
        own = places[word]
        for key in keys:
            known = postings.get(key)
            if known is None:
                postings[key] = own
            elif known[-1] < own[0]:
                postings[key] = known + own
            elif known is not own:
                kept = bisect_left(known, low)
                postings[key] = known[:kept] + sorted(known[kept:] + own)


def _end_of_lead(text: str) -> int:
    """The offset after the first paragraph."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n\n", start)
    return len(text) if end < 0 else end


class Batch:
    """Articles read together, each a bit: bit ``i`` of a mask stands for article ``i``.

    A document is in one batch only.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        for number, document in enumerate(documents):
            document.batch, document.bit = self, 1 << number
        self.everything = (1 << len(documents)) - 1
        self._bits: dict[str, dict[str, int]] = {}
        self._spelled: dict[str, dict[str, int]] = {}
        self._sorted: dict[str, list[str]] = {}
        self._begun: dict[str, dict[str, int]] = {}
        self.possible: dict[object, Sequence[Any]] = {}
        """By vocabulary, those of its words that may be in the batch."""
        self.memo: dict[object, int] = {}
        """Masks by leaf."""
        self.receipts: dict[object, list[tuple[Term, ...]]] = {}
        """Receipts by leaf, one for each article."""

    def release(self) -> None:
        """Let the documents go: they and their batch hold each other, and what is worked out here is large."""
        for document in self.documents:
            document.batch = None

    def bits(self, scope: str) -> Mapping[str, int]:
        """Key → mask of the articles that have it in ``scope``."""
        known = self._bits.get(scope)
        if known is None:
            known = self._bits[scope] = self._count_keys(scope)
        return known

    def _count_keys(self, scope: str) -> dict[str, int]:
        fields = ("title", "text") if scope == BODY else (scope,)
        if any(name not in document.keys_in for document in self.documents for name in fields):
            return self._count(scope, [document.postings for document in self.documents])
        counts: dict[str, int] = {}
        for document in self.documents:
            for name in fields:
                for key in document.keys_in[name]:
                    counts[key] = counts.get(key, 0) | document.bit
        return counts

    def spelled(self, scope: str) -> Mapping[str, int]:
        """Folded spelling → mask of the articles that have it in ``scope``."""
        known = self._spelled.get(scope)
        if known is None:
            known = self._spelled[scope] = self._count(scope, [document.surfaces for document in self.documents])
        return known

    def sorted_spellings(self, scope: str) -> list[str]:
        """All spellings of ``scope`` in order, for prefixes."""
        known = self._sorted.get(scope)
        if known is None:
            known = self._sorted[scope] = sorted(self.spelled(scope))
        return known

    def beginnings(self, scope: str) -> Mapping[str, int]:
        """Beginnings of spellings in ``scope``, of ``BEGINNING`` letters → mask of the articles that have one."""
        known = self._begun.get(scope)
        if known is None:
            known = self._begun[scope] = {}
            for spelling, mask in self.spelled(scope).items():
                for length in range(BEGINNING[0], min(len(spelling), BEGINNING[1]) + 1):
                    start = spelling[:length]
                    known[start] = known.get(start, 0) | mask
        return known

    def _count(self, scope: str, tables: Sequence[Mapping[str, list[int]]]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for number, table in enumerate(tables):
            bit = 1 << number
            low, high = self.documents[number].scopes[scope]
            if low == high:
                continue
            for key, positions in table.items():
                first, last = positions[0], positions[-1]
                if first >= high or last < low:
                    continue
                if first >= low or last < high or any(low <= position < high for position in positions):
                    counts[key] = counts.get(key, 0) | bit
        return counts

    @cached_property
    def turkic(self) -> int:
        """Mask of the articles in Azerbaijani or Turkish."""
        languages = (document.texts["lang"] in ("az", "tr") for document in self.documents)
        return sum(1 << number for number, turkic in enumerate(languages) if turkic)
