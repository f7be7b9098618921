"""News houses by every name that reports give them: found in running text, with the case ending they carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from wirewatch.words import join_alternatives

_CLOSE = "[“”\"»’')]?"
_LATIN = str.maketrans("əƏıİşŞçÇğĞöÖüÜ", "eEiIsScCgGoOuU")
"""As houses spell their names in addresses."""
_ENDING = "(?:['’‘-]?[^\\W\\d_]{1,6})?"
"""A case ending: after an apostrophe, hyphen or closing quote, or glued on."""
_LONGEST = 60
_REMEMBERED = 100
"""The most characters of a name that is judged once only; what is longer would fill the memory and is no name."""
_TAIL = re.compile(rf"{_ENDING}{_CLOSE}{_ENDING}(?![\w@])")


@dataclass(frozen=True, slots=True)
class Mention:
    """A house named in a text: ``start`` to ``end`` covers its quotes and case ending."""

    name: str
    start: int
    end: int
    doubtful: bool
    """The spelling is also a common word."""


def fold_persian(text: str) -> str:
    """Older Persian text has the Arabic letters ye and kaf."""
    return text.replace("ي", "ی").replace("ك", "ک")


@cache
def _table() -> tuple[dict[str, str], frozenset[str]]:
    """Spelling to canonical name, and the spellings that are common words too."""
    names: dict[str, str] = {}
    doubtful: set[str] = set()
    for line in resources.files("crawler.reading.wire_forms").joinpath("houses.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        canonical, _, spellings = line.partition(" = ")
        for spelling in spellings.split(" | "):
            bare = fold_persian(spelling.strip().lstrip("!"))
            names[bare] = canonical.strip()
            if spelling.strip().startswith("!"):
                doubtful.add(bare)
    return names, frozenset(doubtful)


@cache
def _pattern() -> re.Pattern[str]:
    """The spellings alone, so that the engine can skip to their first letters; bounds are checked after."""
    return re.compile(join_alternatives(_table()[0]))


def find_mentions(text: str) -> Iterator[Mention]:
    """Every house named in ``text``, in order."""
    names, doubtful = _table()
    text = fold_persian(text)
    at = 0
    while found := _pattern().search(text, at):
        at = found.start() + 1
        before = text[found.start() - 1] if found.start() else ""
        tail = _TAIL.match(text, found.end())
        if tail and not (before.isalnum() or before in tuple("_.@/-")):
            start = found.start() - (before in tuple("“”\"«„‘'(["))
            yield Mention(names[found.group()], start, tail.end(), found.group() in doubtful)
            at = tail.end()


def find_house(text: str) -> str | None:
    """The canonical name of the house that ``text`` is a name of, whatever its case and ending; None if unknown."""
    return _find_short(text) if len(text) <= _REMEMBERED else _find(text)


def _find(text: str) -> str | None:
    bare = fold_persian(text).strip(" \t\"'“”«»„()[]/.,:;–—-").casefold()
    if not bare:
        return None
    by_fold = _folded()
    if bare in by_fold:
        return by_fold[bare]
    bare = re.sub(
        r"^(?:the|агентство|информагентство|խ|xəbər agentliyi|خبرگزاری|وکالة)\s+|"
        r"\s+(?:news )?(?:agency|ajansı|агентство)$",
        "",
        bare,
    )
    bare = bare.removesuffix(".az").removesuffix(".am").removesuffix(".ge")
    return by_fold.get(bare) or _without_ending(text.strip())


def house_of_host(host: str) -> str | None:
    """The house whose name is the last label of ``host`` before its domain (``en.trend.az``, ``aa.com.tr``)."""
    name = re.sub(r"(?:\.[a-z]{2,4})+$", "", host.casefold()).rpartition(".")[2]
    return find_house(host) or _by_key().get(key_of(name))


@cache
def _by_key() -> dict[str, str]:
    return {key_of(spelling): canonical for spelling, canonical in _table()[0].items()}


def _without_ending(text: str) -> str | None:
    """The house of a name that is one spelling and its case ending (``ინტერპრესნიუსი``)."""
    if len(text) <= _LONGEST and not text.isascii():
        whole = (found for found in find_mentions(text) if (found.start, found.end) == (0, len(text)))
        return next((found.name for found in whole if not found.doubtful), None)
    return None


@cache
def _folded() -> dict[str, str]:
    return {spelling.casefold(): canonical for spelling, canonical in _table()[0].items()}


def is_same_house(left: str, right: str) -> bool:
    """True where two names mean one house."""
    a, b = find_house(left) or left, find_house(right) or right
    return key_of(a) == key_of(b)


def key_of(name: str) -> str:
    """Letters and digits, case folded, without a top-level domain or "news agency" at the end."""
    return _make_short_key(name) if len(name) <= _REMEMBERED else _make_key(name)


def _make_key(name: str) -> str:
    name = name.translate(_LATIN)
    folded = re.sub(r"(?:\.(?:az|am|ge|com|ru|org|net|ir|tr))+$", "", name.casefold().removeprefix("www."))
    folded = re.sub(r"\s*(?:news )?agency$|^the\s+", "", folded)
    return "".join(re.findall(r"\w+", folded))


_find_short = lru_cache(maxsize=2048)(_find)
_make_short_key = lru_cache(maxsize=2048)(_make_key)
