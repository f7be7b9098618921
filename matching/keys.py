"""The keys of an article's words, each read once, and those of them that some search asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from matching.morphology import word_keys
from matching.tokens import LONGEST

LETTERS_KEPT = 4_000_000
"""Letters of the words of one language that searches remember; about half a million words."""


class Keys(dict[str, tuple[str, ...]]):
    """Word → its keys in one language, each read once; forgets all when it grows too large (the answer stays)."""

    def __init__(self, language: str | None, limit: int = 200_000) -> None:
        super().__init__()
        self._language, self.limit = language, limit

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(word) > LONGEST:
            return word_keys(word[:LONGEST], self._language)
        if len(self) >= self.limit:
            self.clear()
        keys = self[word] = word_keys(word, self._language)
        return keys


class Sought:
    """The keys that some searches ask for: of all others nothing needs to be known in a batch."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._known: dict[int, SoughtIn] = {}

    def add(self, keys: Iterable[str]) -> None:
        """Ask for these as well."""
        self._keys.update(keys)
        self._known.clear()

    def of(self, keys: Keys) -> SoughtIn:
        """The words of one language with those of their keys that are asked for; for one batch."""
        known = self._known.get(id(keys))
        if known is None or known.letters > LETTERS_KEPT:
            known = self._known[id(keys)] = SoughtIn(keys, self._keys)
        return known


class SoughtIn(dict[str, tuple[str, ...]]):
    """Word → those of its keys that are asked for, each read once.

    ``words``: key → the words read so far that have it; ``letters``: of all words read so far.
    """

    def __init__(self, keys: Keys, sought: set[str]) -> None:
        super().__init__()
        self._keys, self._sought = keys, sought
        self.words: defaultdict[str, list[str]] = defaultdict(list)
        self.letters = 0

    def __missing__(self, word: str) -> tuple[str, ...]:
        found = self[word] = tuple(filter(self._sought.__contains__, self._keys[word]))
        self.letters += len(word)
        for key in found:
            self.words[key].append(word)
        return found


@lru_cache(maxsize=32)
def keys_in(language: str | None) -> Keys:
    """The keys of words in one language; one object for all that read it."""
    return Keys(language)
