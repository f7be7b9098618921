"""An article as the matcher sees it: its words with keys, on one line of positions across all fields."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, compress
from typing import Any, NamedTuple

from matching.keys import NO_WORD, Keys, Sought, SoughtIn, keys_in, make_room
from matching.languages import recognise_language
from matching.tokens import Split
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


class Words(NamedTuple):
    """The words of one field in order, as they are written and by number; and what gives their numbers and keys."""

    first: int
    """Position of the first word."""
    running: list[str]
    numbers: list[int]
    different: dict[int, None]
    """Each number once, in order of first occurrence."""
    keys: Keys
    split: Split
    whole: bool
    """Whether these are all words of the field, uncut; one of nothing but marks has no keys, and is left out."""


_MAIN = ("title", "text")
"""Fields in the article's language; in all others words have no grammar."""
_MANY = 16
_MAIN_SCOPES = frozenset((BODY, "lead", *_MAIN))


@dataclass(slots=True, eq=False)
class Document:
    """One article, read once and asked by many queries.

    ``words``: field → its words, where the document was read whole; else ``postings``: key → positions, ascending.
    ``firsts``: the first position of each field. ``scopes``: name → first and last position + 1 of a field (or of
    ``body`` and ``lead``).
    """

    postings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, Words] = field(default_factory=dict)
    firsts: list[int] = field(default_factory=list)
    scopes: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
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
    _places: dict[bool, dict[int, list[int]]] = field(default_factory=dict)
    _sorted: list[str] | None = None

    @property
    def surfaces(self) -> Mapping[str, list[int]]:
        """Folded spelling → positions, ascending."""
        if self.spelled_at is None:
            self.spelled_at = defaultdict(list)
            for words in self.words.values():
                spelling = {number: words.keys.of[number][0] for number in words.different}
                for position, number in enumerate(words.numbers, start=words.first):
                    self.spelled_at[spelling[number]].append(position)
        return self.spelled_at

    def _places_in(self, scope: str) -> Mapping[int, list[int]]:
        """Number → positions, ascending, of the words that are numbered with those of a scope, and may be asked for."""
        is_main = scope in _MAIN_SCOPES
        known = self._places.get(is_main)
        if known is None:
            known = self._places[is_main] = defaultdict(list)
            for name in _MAIN if is_main else FIELDS[2:]:
                words = self.words[name]
                asked = self.batch.asked_of(words.keys) if self.batch else words.keys.of
                places = compress(enumerate(words.numbers, start=words.first), map(asked.__getitem__, words.numbers))
                for position, number in places:
                    known[number].append(position)
        return known

    def lead_numbers(self) -> list[int]:
        """The numbers of the words of the first paragraph, where the document was read whole."""
        first, stop = self.scopes["lead"]
        return self.words["text"].numbers[: stop - first]

    def list_keys(self, *names: str) -> dict[str, None]:
        """The keys of all words of these fields, each once; the document must have been read whole."""
        read = [self.words[name] for name in names]
        return dict.fromkeys(
            chain.from_iterable(chain.from_iterable(map(words.keys.of.__getitem__, words.different)) for words in read)
        )

    def term(self, written: str, first: int, last: int) -> Term:
        """The receipt of the words from ``first`` to ``last`` (of one field) for the query's term ``written``."""
        name = FIELDS[bisect_right(self.firsts, first) - 1]
        words = self.words[name]
        starts, ends = words.split.spans
        start, end = starts[first - words.first], ends[last - words.first]
        return Term(written, self.texts[name][start:end], name, start, end)

    def find(self, keys: Collection[str], scope: str) -> list[int]:
        """Ascending positions in ``scope`` of the words that have any of ``keys``."""
        if not self.words:
            return self._find(self.postings, keys, scope)
        assert self.batch is not None
        known = self.batch.words_with(keys, self.words["title" if scope in _MAIN_SCOPES else scope].keys)
        return self._find(self._places_in(scope), known, scope)

    def find_spelled(self, surfaces: Collection[str], scope: str) -> list[int]:
        """Ascending positions in ``scope`` of the words spelled (when folded) as any of ``surfaces``."""
        return self._find(self.surfaces, surfaces, scope)

    def _find(self, table: Mapping[Any, list[int]], keys: Collection[Any], scope: str) -> list[int]:
        keys = _narrow(keys, table)
        lists = [known for key in keys if (known := table.get(key)) is not None]
        found = lists[0] if len(lists) == 1 else sorted({position for known in lists for position in known})
        return self._within(found, scope)

    def _within(self, found: list[int], scope: str) -> list[int]:
        """Those of some positions that are in a scope."""
        low, high = self.scopes[scope]
        if not found or (low <= found[0] and found[-1] < high):
            return found
        return [position for position in found if low <= position < high]

    @property
    def sorted_surfaces(self) -> list[str]:
        """All spellings in order, for prefixes."""
        if self._sorted is None:
            self._sorted = sorted(self.surfaces)
        return self._sorted


def _narrow(keys: Collection[Any], table: Mapping[Any, Any]) -> Collection[Any]:
    """Of many keys those that are in the table; few are looked up one by one."""
    return keys if len(keys) < _MANY else table.keys() & keys


def read_fields(article: Article, source: Source | None, *, recognised: bool = False) -> dict[str, str]:
    """The text of every field that a query may ask; authors are joined by ``', '``.

    ``recognised``: see :func:`read_document`.
    """
    language = article.language if recognised else None
    language = language or recognise_language(f"{article.title}\n{article.text}", article.language)
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


def read_document(article: Article, source: Source | None = None, *, recognised: bool = False) -> Document:
    """Read an article's words once; ``source`` gives ``country:`` and ``kind:``.

    ``recognised``: the article's language, where it has one, is what :func:`recognise_language` said of this very title
    and text, whatever the publisher stated. It would say the same again.
    """
    document = Document()
    document.texts = read_fields(article, source, recognised=recognised)
    make_room()
    own, plain = keys_in(document.texts["lang"] or None), keys_in("plain")
    position = 0
    for name in FIELDS:
        first = position
        position = _read_words(document, name, own if name in _MAIN else plain, position)
        document.scopes[name] = (first, position)
        position += GAP
    title, text = document.scopes["title"], document.scopes["text"]
    document.scopes[BODY] = (title[0], text[1])
    document.lead_end = _end_of_lead(article.text)
    is_all = document.lead_end == len(article.text)
    inside = text[1] - text[0] if is_all else document.words["text"].split.count_before(document.lead_end)
    document.scopes["lead"] = (text[0], text[0] + inside)
    return document


def _read_words(document: Document, name: str, keys: Keys, position: int) -> int:
    """Add the words of one field from ``position`` on; return the position after the last."""
    split = Split(document.texts[name])
    cut = keys.cut
    numbers = list(map(keys.__getitem__, split.words))
    whole = NO_WORD not in numbers
    if not whole:  # a word of nothing but marks is none
        split.keep(numbers)
        numbers = list(filter(None, numbers))
    different = dict.fromkeys(numbers)
    document.words[name] = Words(position, split.words, numbers, different, keys, split, whole and cut == keys.cut)
    document.firsts.append(position)
    return position + len(split.words)


def _end_of_lead(text: str) -> int:
    """The offset after the first paragraph."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n\n", start)
    return len(text) if end < 0 else end


def _list_by_key(keys: Keys, numbers: Iterable[int]) -> Mapping[str, list[int]]:
    """Key → those of the words that have it."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        for key in keys.of[number]:
            found[key].append(number)
    return found


class Batch:
    """Articles read together, each a bit: bit ``i`` of a mask stands for article ``i``.

    A document is in one batch only.
    """

    def __init__(self, documents: Sequence[Document], sought: Sought | None = None) -> None:
        """``sought``: the keys of all searches that the batch will be asked; None: any may be asked."""
        self.documents = documents
        self._sought = sought
        self._sought_in: dict[int, SoughtIn] = {}
        for number, document in enumerate(documents):
            document.batch, document.bit = self, 1 << number
        self.everything = (1 << len(documents)) - 1
        self._bits: dict[str, dict[str, int]] = {}
        self._spelled: dict[str, dict[str, int]] = {}
        self._sorted: dict[str, list[str]] = {}
        self._begun: dict[str, dict[str, int]] = {}
        self._gathered: dict[tuple[str, ...], list[tuple[Keys | SoughtIn, dict[int, int]]]] = {}
        self._words_with: dict[int, Mapping[str, list[int]]] = {}
        """By the id of what gives their keys: key → the words of the batch that have it."""
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

    def present(self) -> dict[str, int]:
        """Key → mask of the articles that have it in any field."""
        found = dict(self.bits(BODY))
        for scope in FIELDS[2:]:
            for key, mask in self.bits(scope).items():
                found[key] = found.get(key, 0) | mask
        return found

    def _count_keys(self, scope: str) -> dict[str, int]:
        if not all(document.words for document in self.documents):
            return self._count(scope, [document.postings for document in self.documents])
        counts: dict[str, int] = {}
        for keys, masks in self._gather_words(_MAIN if scope == BODY else (scope,)):
            for number, mask in masks.items():
                for key in keys.of[number]:
                    counts[key] = counts.get(key, 0) | mask
        return counts

    def _gather_words(self, fields: tuple[str, ...]) -> list[tuple[Keys | SoughtIn, dict[int, int]]]:
        """By what gives their keys, the words of these fields, by number, with the mask of the articles that have each.

        Words without a key that is sought are left out.
        """
        known = self._gathered.get(fields)
        if known is None:
            found: dict[int, tuple[Keys | SoughtIn, dict[int, int]]] = {}
            for document in self.documents:
                bit = document.bit
                for name in fields:
                    words = document.words["text" if name == "lead" else name]
                    keys, masks = found.get(id(words.keys)) or found.setdefault(
                        id(words.keys), (self._keys_of(words.keys), {})
                    )
                    told = document.lead_numbers() if name == "lead" else words.different
                    for number in filter(keys.of.__getitem__, told):
                        masks[number] = masks.get(number, 0) | bit
            known = self._gathered[fields] = list(found.values())
        return known

    def _keys_of(self, keys: Keys) -> Keys | SoughtIn:
        if self._sought is None:
            return keys
        known = self._sought_in.get(id(keys))
        if known is None:
            known = self._sought_in[id(keys)] = self._sought.of(keys)
        return known

    def asked_of(self, keys: Keys) -> list[tuple[str, ...]]:
        """By the number of a word, those of its keys that may be asked for."""
        return self._keys_of(keys).of

    def words_with(self, wanted: Collection[str], keys: Keys) -> list[int]:
        """Words numbered by ``keys`` that have any of the keys wanted, each once, and all that the batch has."""
        known = self._words_by_key(keys)
        return list(dict.fromkeys(number for key in _narrow(wanted, known) for number in known.get(key, ())))

    def _words_by_key(self, keys: Keys) -> Mapping[str, list[int]]:
        """Key → words that have it."""
        if not self._words_with:
            for fields in (_MAIN, FIELDS[2:]):
                for of_words, masks in self._gather_words(fields):
                    self._words_with[id(of_words)] = (
                        of_words.words if isinstance(of_words, SoughtIn) else _list_by_key(of_words, masks)
                    )
        return self._words_with[id(self._keys_of(keys))]

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
