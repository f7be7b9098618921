"""Grammatical forms: which dictionary words a word of an article may be a form of.

``word_keys(word, language)`` gives every key under which a word of an article is found: its folded
spelling first, then the roots that its language's grammar allows. A query word is found where one of
its own keys (``query_keys``) is among them. A root need not be a word: it does no harm unless
somebody searches for it, so the rules lean to recall and are kept honest by minimum lengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from matching.fold import fold
from matching.suffixes import ARMENIAN, ENGLISH, ENGLISH_IRREGULAR, GEORGIAN, PERSIAN, RUSSIAN, TURKIC, SuffixRules
from matching.tokens import ENCLITICS, HYPHENS

APOSTROPHES = "'’‘ʼ`´＇"
CAPITALS_MARK = "00"
"""Prefix of the extra key of a short word in capitals (``US``, ``AB``), which names may ask for."""
CAPITAL_MARK = "0"
"""Prefix of the extra keys of a word with a capital initial."""

_RULES: dict[str, SuffixRules] = {
    "en": ENGLISH,
    "az": TURKIC,
    "tr": TURKIC,
    "hy": ARMENIAN,
    "ka": GEORGIAN,
    "fa": PERSIAN,
}
_AZERBAIJANI = dict(zip("абвгғдеәжзиыјйкҝлмноөпрстуүфхһчҹшэ", "abvqgdeejziiyykglmnooprstuufxhccse", strict=True))
"""Azerbaijani in Cyrillic letters, as it was written until 1991 and still is in Dagestan, to folded Latin ones."""


def script_language(folded: str, language: str | None) -> str | None:
    """The language whose grammar rules a word: its script decides, Latin follows the article."""
    char = folded[:1]
    if char <= "9":
        char = next((char for char in folded if char > "9"), "")
    if not char or char < "\u0370":
        return language if language in ("en", "az", "tr") else ("en" if language is None else None)
    if "\u0400" <= char <= "\u052f":
        return None if language in ("uk", "bg", "be", "sr", "mk", "kk", "ky") else "ru"
    if "\u0531" <= char <= "\u058a":
        return "hy"
    if "\u10a0" <= char <= "\u10ff":
        return "ka"
    if "\u0600" <= char <= "\u06ff":
        return "fa"
    return None


@lru_cache(maxsize=400_000)
def word_keys(word: str, language: str | None) -> tuple[str, ...]:
    """All keys of one word of an article in ``language``: the folded word first, then its possible roots."""
    return find_keys(word, language)


def find_keys(word: str, language: str | None) -> tuple[str, ...]:
    """As :func:`word_keys`, for who remembers them himself."""
    folded = fold(word)
    if not folded:
        return ()
    keys = dict.fromkeys((folded,))
    if language == "az" and "а" <= folded[0] <= "ӿ":
        latin = "".join(_AZERBAIJANI.get(char, char) for char in folded)
        keys.update(dict.fromkeys((latin, *roots(latin, "az"))))
    rules = script_language(folded, language)
    for part in _apostrophe_heads(word):
        keys[part] = None
        keys.update(dict.fromkeys(roots(part, rules)))
    keys.update(dict.fromkeys(roots(folded, rules)))
    return tuple(keys) + _capital_keys(word, tuple(keys), rules or "en")


def _apostrophe_heads(word: str) -> list[str]:
    """The part that carries the meaning in ``Ankara'nın``, ``Baku's``, ``BMT-nin`` and ``d'Azerbaïdjan``."""
    head, tail = _cut(word)
    if not tail:
        return []
    chosen = fold(head) if len(head) > 1 else fold(tail)
    return [chosen] if len(chosen) > 1 else []


def _cut(word: str) -> tuple[str, str]:
    """A word before and after its first apostrophe or hyphen."""
    if word.isalnum():
        return word, ""
    for mark in APOSTROPHES + HYPHENS:
        head, found, tail = word.partition(mark)
        if found:
            return head, tail
    return word, ""


def _capital_keys(word: str, keys: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Extra keys of a word with capitals, for names that count only so."""
    first = word[0]
    if first.islower() or not (first.isupper() or first.istitle()):
        return ()
    marked = tuple(CAPITAL_MARK + key for key in keys)
    head = _cut(word)[0]
    if head.isupper() and len(head) <= 6:
        marked += (CAPITALS_MARK + fold(head), CAPITALS_MARK + fold(head) + language)
    return marked


def may_start_otherwise(word: str, folded: str) -> bool:
    """Whether a key of ``word`` may begin with another letter than ``folded``, the word itself.

    So it is with irregular forms (went: go), Russian lemmas (люди: человек), Cyrillic that is also written in Latin
    letters, and what stands behind an apostrophe (d'Azerbaïdjan). All other rules work at a word's end.
    """
    return "\u0400" <= folded[0] <= "\u052f" or folded in ENGLISH_IRREGULAR or not word.isalnum()


def roots(folded: str, language: str | None) -> tuple[str, ...]:
    """Roots of a folded word by the grammar of ``language`` (without the word itself)."""
    if language == "ru":
        return _russian(folded)
    rules = _RULES.get(language or "")
    return rules.roots(folded) if rules else ()


def is_adjective(folded: str) -> bool:
    """Whether a Russian word in the nominative looks like an adjective, which is found under its masculine."""
    return folded.endswith(_ADJECTIVES)


@lru_cache(maxsize=100_000)
def query_keys(word: str, *, nominative: bool = False) -> tuple[str, ...]:
    """Keys of a query's word: itself and, where its grammar is sure enough, its dictionary form.

    A query does not say its language, so each language of the word's script has a say. ``nominative``: the
    word is known to be a dictionary form (the names file); only a Russian adjective has another one then.
    """
    folded = fold(word)
    keys = dict.fromkeys((folded,) if folded else ())
    head, tail = _cut(word)
    if tail.lower() in ENCLITICS and len(head) > 1:
        keys[fold(head)] = None
    language = script_language(folded, None)
    if language == "ru" and (not nominative or is_adjective(folded)):
        keys.update(dict.fromkeys(_russian(folded, base=True)))
    if nominative:
        return tuple(keys)
    for name in ("en", "tr") if language == "en" else (language or "",):
        keys.update(dict.fromkeys(_RULES[name].query_roots(folded) if name in _RULES else ()))
    return tuple(keys)


_ADJECTIVES = ("ая", "яя", "ое", "ее", "ые", "ие")
_analyzer: Any = None


@lru_cache(maxsize=200_000)
def _russian(folded: str, *, base: bool = False) -> tuple[str, ...]:
    """Dictionary forms by pymorphy3's dictionary; a word that is not in it (most names) by rules.

    pymorphy3's own guesses about unknown words miss names (``Зангезура`` from Зангезур, ``Тавуше`` from
    Тавуш) and cost a quarter of a millisecond each, so only its dictionary is used. ``base``: the word is a
    query's; where it may be a dictionary form already, it is taken for one (``Баку`` is no form of ``бак``).
    """
    if len(folded) < 3:
        return ()
    lemmas = dict.fromkeys(map(fold, _list_lemmas(folded)))
    if not lemmas:
        return RUSSIAN.query_roots(folded) if base else RUSSIAN.roots(folded)
    if base and folded in lemmas:
        return ()
    lemmas.pop(folded, None)
    return tuple(lemma for lemma in lemmas if lemma)


def _list_lemmas(folded: str) -> Iterator[str]:
    """As ``MorphAnalyzer.parse`` has them, without tags and likelihood, in half the time."""
    analyzer = _load_analyzer()
    build = analyzer.dictionary.build_normal_form
    for spelling, parses in analyzer.dictionary.words.similar_items(folded, analyzer.char_substitutes):
        for paradigm, form in parses:
            yield build(paradigm, form, spelling)


def _load_analyzer() -> Any:
    global _analyzer
    if _analyzer is None:
        import pymorphy3
        from pymorphy3.units import DictionaryAnalyzer

        _analyzer = pymorphy3.MorphAnalyzer(lang="ru", units=[DictionaryAnalyzer()])
    return _analyzer
