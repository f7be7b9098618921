"""An article as the matcher sees it: its words with keys, on one line of positions across all fields."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from matching.keys import Keys, Sought, SoughtIn, keys_in
from matching.languages import recognise_language
from matching.tokens import split_words
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
    """The words of one field in order; each once, in order of first occurrence; and what gives their keys."""

    first: int
    """Position of the first word."""
    running: list[str]
    different: dict[str, None]
    keys: Keys


_MAIN = ("title", "text")
"""Fields in the article's language; in all others words have no grammar."""
_MANY = 16
_MAIN_SCOPES = frozenset((BODY, "lead", *_MAIN))


@dataclass(slots=True, eq=False)
class Document:
    """One article, read once and asked by many queries.

    ``words``: field → its words, where the document was read whole; else ``postings``: key → positions, ascending.
    ``starts`` and ``ends``: the characters of each word in its field. ``ranges``: for each field its first position,
    the number of its first word in these lists, and its name. ``scopes``: name → first and last position + 1 of a
    field (or of ``body`` and ``lead``).
    """

    postings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, Words] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    ranges: list[tuple[int, int, str]] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    """The first positions of ``ranges``."""
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
    _places: dict[str, list[int]] | None = None
    _sorted: list[str] | None = None

    @property
    def surfaces(self) -> Mapping[str, list[int]]:
        """Folded spelling → positions, ascending."""
        if self.spelled_at is None:
            self.spelled_at = defaultdict(list)
            for words in self.words.values():
                spelling = {word: words.keys[word][0] for word in words.different}
                for position, word in enumerate(words.running, start=words.first):
                    self.spelled_at[spelling[word]].append(position)
        return self.spelled_at

    @property
    def places(self) -> Mapping[str, list[int]]:
        """Word as written → positions, ascending, where the document was read whole."""
        if self._places is None:
            self._places = defaultdict(list)
            for words in self.words.values():
                for position, word in enumerate(words.running, start=words.first):
                    self._places[word].append(position)
        return self._places

    def lead_words(self) -> list[str]:
        """The words of the first paragraph, where the document was read whole."""
        first, stop = self.scopes["lead"]
        return self.words["text"].running[: stop - first]

    def list_keys(self, *names: str) -> dict[str, None]:
        """The keys of all words of these fields, each once; the document must have been read whole."""
        read = [self.words[name] for name in names]
        return dict.fromkeys(
            chain.from_iterable(chain.from_iterable(map(words.keys.__getitem__, words.different)) for words in read)
        )

    def term(self, written: str, first: int, last: int) -> Term:
        """The receipt of the words from ``first`` to ``last`` (of one field) for the query's term ``written``."""
        begin, number, name = self.ranges[bisect_right(self.firsts, first) - 1]
        number -= begin
        start, end = self.starts[first + number], self.ends[last + number]
        return Term(written, self.texts[name][start:end], name, start, end)

    def find(self, keys: Collection[str], scope: str) -> list[int]:
        """Ascending positions in ``scope`` of the words that have any of ``keys``."""
        if not self.words:
            return self._find(self.postings, keys, scope)
        assert self.batch is not None
        known = self.batch.words_with(keys, self.words["title" if scope in _MAIN_SCOPES else scope].keys)
        return self._find(self.places, known, scope)

    def find_spelled(self, surfaces: Collection[str], scope: str) -> list[int]:
        """Ascending positions in ``scope`` of the words spelled (when folded) as any of ``surfaces``."""
        return self._find(self.surfaces, surfaces, scope)

    def _find(self, table: Mapping[str, list[int]], keys: Collection[str], scope: str) -> list[int]:
        low, high = self.scopes[scope]
        keys = _narrow(keys, table)
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


def _narrow(keys: Collection[str], table: Mapping[str, Any]) -> Collection[str]:
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
    number = next(number for first, number, name in document.ranges if name == "text")
    inside = bisect_left(document.starts, document.lead_end, number, number + text[1] - text[0]) - number
    document.scopes["lead"] = (text[0], text[0] + inside)
    return document


def _read_words(document: Document, name: str, keys: Keys, position: int) -> int:
    """Add the words of one field from ``position`` on; return the position after the last."""
    document.ranges.append((position, len(document.starts), name))
    document.firsts.append(position)
    words, starts, ends = split_words(document.texts[name])
    different = dict.fromkeys(words)
    if not all(map(keys.__getitem__, different)):  # a word of nothing but marks is none
        kept = [place for place in zip(words, starts, ends, strict=True) if keys[place[0]]]
        words = [word for word, _, _ in kept]
        starts, ends = [start for _, start, _ in kept], [end for _, _, end in kept]
        different = dict.fromkeys(words)
    document.words[name] = Words(position, words, different, keys)
    document.starts += starts
    document.ends += ends
    return position + len(words)


def _end_of_lead(text: str) -> int:
    """The offset after the first paragraph."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n\n", start)
    return len(text) if end < 0 else end


def _list_by_key(keys: Keys, words: Iterable[str]) -> Mapping[str, list[str]]:
    """Key → those of the words that have it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        for key in keys[word]:
            found[key].append(word)
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
        self._gathered: dict[tuple[str, ...], list[tuple[Keys | SoughtIn, dict[str, int]]]] = {}
        self._words_with: dict[int, Mapping[str, list[str]]] = {}
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
            for word, mask in masks.items():
                for key in keys[word]:
                    counts[key] = counts.get(key, 0) | mask
        return counts

    def _gather_words(self, fields: tuple[str, ...]) -> list[tuple[Keys | SoughtIn, dict[str, int]]]:
        """By what gives their keys, the words of these fields, with the mask of the articles that have each.

        Words without a key that is sought are left out.
        """
        known = self._gathered.get(fields)
        if known is None:
            found: dict[int, tuple[Keys | SoughtIn, dict[str, int]]] = {}
            for document in self.documents:
                bit = document.bit
                for name in fields:
                    words = document.words["text" if name == "lead" else name]
                    keys, masks = found.get(id(words.keys)) or found.setdefault(
                        id(words.keys), (self._keys_of(words.keys), {})
                    )
                    told = document.lead_words() if name == "lead" else words.different
                    for word in filter(keys.__getitem__, told):
                        masks[word] = masks.get(word, 0) | bit
            known = self._gathered[fields] = list(found.values())
        return known

    def _keys_of(self, keys: Keys) -> Keys | SoughtIn:
        if self._sought is None:
            return keys
        known = self._sought_in.get(id(keys))
        if known is None:
            known = self._sought_in[id(keys)] = self._sought.of(keys)
        return known

    def words_with(self, wanted: Collection[str], keys: Keys) -> list[str]:
        """Words in the language of ``keys`` that have any of the keys wanted, each once, and all that the batch has."""
        known = self._words_by_key(keys)
        return list(dict.fromkeys(word for key in _narrow(wanted, known) for word in known.get(key, ())))

    def _words_by_key(self, keys: Keys) -> Mapping[str, list[str]]:
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
