"""Whether a query is true of an article, told from the few words of it that the query can ask for.

A back-test asks thousands of stored articles and shows five of them. A receipt needs every word with all its keys and
places; the bare answer needs only the words that this query seeks, and to count the others. The nodes that answer are
those of ``Query.match``, so the answer is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from matching.document import BODY, GAP, Batch, Document
from matching.fold import fold
from matching.guards import InLanguage
from matching.languages import recognise_language
from matching.leaves import Exact, Prefix, Word
from matching.morphology import CAPITAL_MARK, may_start_otherwise, word_keys
from matching.nodes import Leaf, Node
from matching.patterns import Pattern
from matching.query import Query
from matching.tokens import LONGEST, list_words

_SCOPES = frozenset((BODY, "title", "text"))
_COPIES = 2_000
"""Texts whose answer is remembered: a wire's report stands in the archive many times."""
_LATIN, _CYRILLIC, _OTHER = ("en", "az", "tr", "de"), ("ru", "uk", "az"), ("en",)
"""Languages that stand for all ways to read a word of a script."""

_Found = tuple[str, tuple[str, ...]]
"""A sought word of an article: its folded spelling and those of its keys that are sought."""
_EMPTY: _Found = ("?empty", ())
_UNSOUGHT: _Found = ("?unsought", ())
_DEPENDS: _Found = ("?depends", ())
"""Signs for a word of which nothing is left when folded, one that is only counted, and one read by its language."""


class Sought:
    """What one query seeks, ready to be asked of many articles."""

    def __init__(self, query: Query) -> None:
        self._root = query.root
        nodes = list(_walk(query.root))
        words = [node for node in nodes if isinstance(node, Word)]
        self._keys = frozenset(key for word in words if not isinstance(word, Exact) for key in word.keys)
        self._spellings = frozenset(word.keys[0] for word in words if isinstance(word, Exact))
        self._beginnings = tuple({node.start for node in nodes if isinstance(node, Prefix)})
        letters = [(key[0], key.lstrip(CAPITAL_MARK)[:1]) for key in (*self._keys, *self._spellings, *self._beginnings)]
        self._letters = frozenset(letter for pair in letters for letter in pair)
        self._by_language = any(isinstance(node, InLanguage) for node in nodes)
        self._patterns = any(isinstance(node, Pattern) for node in nodes)
        self._words = any(isinstance(node, Leaf) for node in nodes)
        self._known: dict[str, _Found] = {}
        self.holds = lru_cache(_COPIES)(self._holds)
        """Whether the query is true of an article with this title, text and language that its publisher states."""
        self.decides = not any(isinstance(node, (Leaf, Pattern)) and node.scope not in _SCOPES for node in nodes)
        """Whether title, text and language are all that the query asks for; only then may it be asked here."""

    def _holds(self, title: str, text: str, stated: str | None) -> bool:
        fields = (list_words(title), list_words(text)) if self._words else ([], [])
        document = None if self._by_language else self._read(fields, None)
        if document is None:
            document = self._read(fields, recognise_language(f"{title}\n{text}", stated) or "")
            assert document is not None
        if self._patterns:
            document.texts |= {"title": title, "text": text}
        batch = Batch([document])
        holds = self._root.holds(document)
        batch.release()
        return holds

    def _read(self, fields: tuple[list[str], list[str]], language: str | None) -> Document | None:
        """The document of the sought words; None where one of them depends on the language, which is not given."""
        document = Document(texts={"lang": language or ""}, spelled_at=defaultdict(list))
        known, position = self._known, 0
        for name, words in zip(("title", "text"), fields, strict=True):
            first = position
            for word in words:
                found = known.get(word)
                if found is None:
                    found = known[word] = self._look_at(word[:LONGEST])
                if found is _DEPENDS:
                    if language is None:
                        return None
                    found = self._look_in(word[:LONGEST], language)
                if found is not _UNSOUGHT:
                    if found is _EMPTY:
                        continue
                    _note(document, found, position)
                position += 1
            document.scopes[name] = (first, position)
            position += GAP
        document.scopes[BODY] = (0, position - GAP)
        return document

    def _look_at(self, word: str) -> _Found:
        """What a word is to the query in every language, if it is the same in all."""
        folded = fold(word)
        if not folded:
            return _EMPTY
        if folded[0] not in self._letters and not may_start_otherwise(word, folded):
            return _UNSOUGHT
        letter = next((char for char in folded if char > "9"), "")
        languages = _LATIN if letter < "\u0370" else _CYRILLIC if "\u0400" <= letter <= "\u052f" else _OTHER
        found = {self._look_in(word, language) for language in languages}
        return found.pop() if len(found) == 1 else _DEPENDS

    def _look_in(self, word: str, language: str) -> _Found:
        keys = word_keys(word, language or None)
        sought = tuple(key for key in keys if key in self._keys)
        if sought or keys[0] in self._spellings or keys[0].startswith(self._beginnings):
            return keys[0], sought
        return _UNSOUGHT


def _note(document: Document, found: _Found, position: int) -> None:
    spelling, keys = found
    for key in keys:
        document.postings[key].append(position)
    assert document.spelled_at is not None
    document.spelled_at[spelling].append(position)


def _walk(node: Node) -> Iterator[Node]:
    """A node and all nodes below it."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(one.children())
