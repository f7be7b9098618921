"""The words of articles by number, the keys of each, read once, and those of them that some search asks for.

A word is looked up once an article; what else is known of it lies in tables by its number, which are small and near.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from matching.morphology import find_keys
from matching.tokens import LONGEST

NO_WORD = 0
"""The number of all that has no keys: nothing but marks."""
MOST_LANGUAGES = 32
"""Languages whose words are remembered."""
MOST_WORDS = 200_000
"""Words remembered in all languages together, up to 1 KiB each with what others keep of them."""


class Keys(dict[str, int]):
    """Word → its number in one language, from 1 on; each is read once.

    ``of``: by number, the keys; ``words``: the words. ``cut``: how often a word was too long, and only its beginning
    was looked at. ``notes``: tables by number that others keep, each under a name of its own; they live as long.
    """

    def __init__(self, language: str | None, limit: int = 200_000) -> None:
        super().__init__()
        self.language, self.limit = language, limit
        self.of: list[tuple[str, ...]] = [()]
        self.words: list[str] = [""]
        self.cut = 0
        self.notes: dict[object, Any] = {}

    def __missing__(self, word: str) -> int:
        if len(word) > LONGEST:
            self.cut += 1
            return self[word[:LONGEST]]
        keys = find_keys(word, self.language)
        number = self[word] = len(self.of) if keys else NO_WORD
        if keys:
            self.of.append(keys)
            self.words.append(word)
        return number


class Sought:
    """The keys that some searches ask for: of all others nothing needs to be known in a batch."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._known: dict[str | None, SoughtIn] = {}

    def add(self, keys: Iterable[str]) -> None:
        """Ask for these as well."""
        self._keys.update(keys)
        self._known.clear()

    def of(self, keys: Keys) -> SoughtIn:
        """The words of one language with those of their keys that are asked for; all that are read by now."""
        known = self._known.get(keys.language)
        if known is None or known.keys is not keys:
            if len(self._known) >= MOST_LANGUAGES:
                self._known.clear()
            known = self._known[keys.language] = SoughtIn(keys, self._keys)
        known.read_on()
        return known


class SoughtIn:
    """Words of one language with those of their keys that are asked for.

    ``of``: by the word's number, these keys; ``words``: key → the words read so far that have it.
    """

    def __init__(self, keys: Keys, sought: set[str]) -> None:
        self.keys, self._sought = keys, sought
        self.of: list[tuple[str, ...]] = []
        self.words: defaultdict[str, list[int]] = defaultdict(list)

    def read_on(self) -> None:
        """Take in the words that were read since."""
        is_sought = self._sought.__contains__
        for number in range(len(self.of), len(self.keys.of)):
            found = tuple(filter(is_sought, self.keys.of[number]))
            self.of.append(found)
            for key in found:
                self.words[key].append(number)


_KNOWN: dict[str | None, Keys] = {}


def keys_in(language: str | None) -> Keys:
    """The words of one language; one object for all that read it, until it is too large: then a new one."""
    known = _KNOWN.get(language)
    if known is None or len(known) >= known.limit:
        if len(_KNOWN) >= MOST_LANGUAGES:
            _KNOWN.clear()
        known = _KNOWN[language] = Keys(language)
    return known


def make_room() -> None:
    """Before a document is read: where the words of all languages are too many together, forget the language that has
    most."""
    if sum(map(len, _KNOWN.values())) >= MOST_WORDS:
        del _KNOWN[max(_KNOWN, key=lambda language: len(_KNOWN[language]))]
