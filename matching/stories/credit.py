"""Whom an article names as its source, and whether two spellings name one publisher."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from matching.stories.reading import fold_word, read_word
from matching.stories.sound import sound_out
from wirewatch.article import Article
from wirewatch.source import Source

_FILLER = re.compile(r"\b(?:news|agency|the|newspaper|information|state|www)\b|\.(?:com|az|am|ge|ru|org|net|tr|ir)\b")
_BRACKETS = re.compile(r"\([^)]*\)")
_LATIN = re.compile("[a-z]")
_SURE_SOUND = 4
"""Consonants from which two names that sound alike in two scripts are one."""
_ALIASES = {
    "aa": "anadolu",
    "anadoluajansi": "anadolu",
    "анадолу": "anadolu",
    "azertag": "azertac",
    "азертадж": "azertac",
    "armenpres": "armenpress",
    "арменпресс": "armenpress",
    "արմենպրես": "armenpress",
    "тасс": "tass",
    "ria": "rianovosti",
    "риановости": "rianovosti",
    "интерфакс": "interfax",
}
"""Agencies whose names differ by more than spelling."""


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """A publisher's name without case, accents, spaces, filler, brackets: ``Trend News Agency (Baku)`` → ``trend``."""
    folded = " ".join(fold_word(word) for word in _BRACKETS.sub(" ", name).split())
    bare = _join(_FILLER.sub("", folded)) or _join(folded)
    return _ALIASES.get(bare, bare)


@lru_cache(maxsize=4096)
def _fold_whole(name: str) -> str:
    """The name with its filler, as one word."""
    return _join(fold_word(name))


def _join(name: str) -> str:
    return re.sub(r"[\W_]+", "", name)


def same_name(a: str, b: str) -> bool:
    """True when two names are spellings of one publisher."""
    folded, other = fold_name(a), fold_name(b)
    if not folded or not other:
        return False
    return folded == other or _fold_whole(a) == _fold_whole(b) or _sound_alike(folded, other)


def drop_spellings(names: Iterable[str]) -> list[str]:
    """The names but those that are spellings of one before them (:func:`same_name`), in their order."""
    kept: list[str] = []
    seen: set[str] = set()
    by_script: dict[bool, list[str]] = {True: [], False: []}
    for name in names:
        folded, whole = fold_name(name), f"={_fold_whole(name)}"
        is_latin = bool(_LATIN.search(folded))
        alike = (_sound_alike(folded, other) for other in by_script[not is_latin])
        if folded and (folded in seen or whole in seen or any(alike)):
            continue
        kept.append(name)
        if folded:
            seen |= {folded, whole}
            by_script[is_latin].append(folded)
    return kept


def _sound_alike(a: str, b: str) -> bool:
    """Two names in two scripts, one of them Latin, that sound alike: ``Radio Mtkvari``, ``რადიო მტკვარი``."""
    if bool(_LATIN.search(a)) == bool(_LATIN.search(b)):
        return False
    sound = sound_out(a)
    return len(sound) >= _SURE_SOUND and sound == sound_out(b)


def credited_names(article: Article) -> Iterator[tuple[str, str]]:
    """Whom the article took the news from, the nearest first, with the words that say so.

    That is whoever passed it on, then the origin, then the dateline's agency.
    """
    for role in ("via", "origin"):
        for credit in article.credits:
            if credit.role == role:
                yield credit.name, credit.evidence
    if article.agency:
        yield article.agency, f"dateline {article.agency}"


def name_houses(article: Article, sources: Mapping[str, Source]) -> frozenset[int]:
    """How the names of the article's publisher and of those it credits sound; ``sources``: the catalogue by id.

    They stand in a report because of who wrote it, not because of what happened.
    """
    known = sources.get(article.source or "")
    names = {known.name if known else "", article.source or "", article.agency or ""}
    names.update(credit.name for credit in article.credits)
    return frozenset().union(*map(sound_name, names))


@lru_cache(maxsize=4096)
def sound_name(name: str) -> frozenset[int]:
    """The sounds of the words of a name, as ``Word.sounds`` has them, without words that many publishers have."""
    words = (word for word in re.findall(r"[^\W_]+", name) if not _FILLER.fullmatch(word.lower()))
    return frozenset(sound for word in words for sound in read_word(word.capitalize()).sounds)
