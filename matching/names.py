"""The names file: entities with all their spellings, groups of them, and their false friends."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from matching.datafiles import read_ideas, read_lines, read_yaml
from matching.document import BODY
from matching.fold import fold
from matching.guards import Guarded, InLanguage, Outside
from matching.leaves import AnyLeaf, Phrase, Prefix, Word
from matching.lexer import Token
from matching.morphology import CAPITAL_MARK, CAPITALS_MARK, is_adjective, query_keys, script_language
from matching.nodes import Leaf, share
from matching.tokens import find_words
from wirewatch.errors import ConfigError, QueryError

LANGUAGES = ("en", "ru", "az", "hy", "ka", "tr", "fa")
_FILES = ("names.yaml", "concepts.yaml")
_CALLED = "also"
_GUARDS = ("not_in", "doubtful", "needs", "unless", "trusted_with")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Entity:
    """One entry of the names file; ``forms`` maps a language to its spellings, the usual one first.

    ``called``: further names for it in a query, which are not searched for.
    """

    id: str
    type: str
    forms: Mapping[str, tuple[str, ...]]
    guards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """All entities and groups by id."""

    entities: Mapping[str, Entity]
    groups: Mapping[str, tuple[str, ...]]

    @property
    def spellings(self) -> Mapping[str, frozenset[str]]:
        """Folded spelling → ids it may mean; worked out when first asked for."""
        return _index()

    def look_up(self, name: str) -> list[str]:
        """Ids that ``name`` (an id or any spelling, whatever its case) may mean; an id comes first and alone."""
        identifier = "-".join(_plain(name).split())
        if identifier in self.entities or identifier in self.groups:
            return [identifier]
        return sorted(self.spellings.get(_plain(name), ()))

    def suggest(self, name: str) -> list[str]:
        """Names that look like ``name``."""
        wanted = _plain(name)[:40]
        known = [
            spelling
            for spelling in (*self.entities, *self.groups, *self.spellings)
            if abs(len(spelling) - len(wanted)) < 4 and (spelling[0] == wanted[:1] or spelling[-1] == wanted[-1:])
        ]
        return difflib.get_close_matches(wanted, known, n=3, cutoff=0.7)

    def members(self, identifier: str) -> list[Entity]:
        """The entity, or the entities of the group, called ``identifier``."""
        return [self.entities[member] for member in self.groups.get(identifier, (identifier,))]


def _plain(name: str) -> str:
    return " ".join(fold(word) for _, _, word in find_words(name.replace("_", " ")))


@cache
def load_names() -> Names:
    """The names shipped with Wirewatch, read once.

    Raises:
        ConfigError: a file has mistakes (all of them are named).
    """
    problems: list[str] = []
    entities: dict[str, Entity] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for file in _FILES:
        rows = read_yaml(file)
        for identifier, row in (rows.get("entities") or {}).items():
            problems += _check(identifier, row, entities)
            entities[identifier] = _read_entity(identifier, row)
        for name, members in (rows.get("groups") or {}).items():
            groups[name] = tuple(one for member in str(members).split() for one in groups.get(member, (member,)))
    problems += [
        f"groups.{name}: {member!r} is no entity"
        for name, members in groups.items()
        for member in members
        if member not in entities
    ]
    if problems:
        raise ConfigError("names.yaml", problems)
    return Names(entities, groups)


def _check(identifier: str, row: Mapping[str, Any], known: Mapping[str, Entity]) -> list[str]:
    problems = [
        f"{identifier}: unknown key {key!r}" for key in row if key not in ("type", _CALLED, *LANGUAGES, *_GUARDS)
    ]
    if not _ID.fullmatch(identifier):
        problems.append(f"{identifier}: an id is small letters, digits and hyphens")
    if identifier in known:
        problems.append(f"{identifier}: stands twice")
    if not any(row.get(language) for language in LANGUAGES):
        problems.append(f"{identifier}: no spelling in any language")
    return problems


def _read_entity(identifier: str, row: Mapping[str, Any]) -> Entity:
    forms = {language: _split(row[language]) for language in LANGUAGES if row.get(language)}
    guards = {key: _split(row[key]) for key in _GUARDS if row.get(key)}
    return Entity(identifier, str(row.get("type", "")), forms, guards, _split(row.get(_CALLED) or ""))


def _split(text: object) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in str(text).split(";")) if part)


@cache
def _index() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entity in load_names().entities.values():
        if entity.type == "concept":
            continue  # vocabulary is called by its id alone: @president would surprise
        for forms in (*entity.forms.values(), entity.called):
            for form in forms:
                words = _plain(form.rstrip("*"))
                found.setdefault(words, set()).add(entity.id)
                if entity.type == "person":
                    found.setdefault(words.split()[-1], set()).add(entity.id)
    return {spelling: frozenset(ids) for spelling, ids in found.items()}


def find_name(query: str, token: Token, scope: str) -> Leaf:
    """The leaf for ``@name`` in a query.

    Raises:
        QueryError: no entity has that name, or several have.
    """
    names = load_names()
    ids = names.look_up(token.value)
    if not ids:
        close = ", ".join(_call(name) for name in names.suggest(token.value))
        raise QueryError(query, token.start, f"there is no name {token.value!r}", f"did you mean {close}" if close else
                         "add it to the names file, or search for the word itself")  # fmt: skip
    if len(ids) > 1:
        candidates = ", ".join(_call(name) for name in ids)
        raise QueryError(query, token.start, f"{token.text} may mean several: {candidates}", "say which of them")
    leaves = tuple(build_leaf(entity, token.text, scope) for entity in names.members(ids[0]))
    return leaves[0] if len(leaves) == 1 else share(AnyLeaf(token.text, leaves, scope), ids[0])


def _call(name: str) -> str:
    return f'@"{name}"' if " " in name else f"@{name}"


def build_leaf(entity: Entity, written: str, scope: str) -> Leaf:
    """The leaf that finds ``entity``, with its false friends kept out."""
    identity = (entity.id, written, scope)
    known = _leaves.get(identity)
    if known is None:
        known = _leaves[identity] = _guard(entity, written, scope)
    return known


_leaves: WeakValueDictionary[tuple[str, str, str], Leaf] = WeakValueDictionary()
"""Leaves in use, so that searches share them."""


def _guard(entity: Entity, written: str, scope: str) -> Leaf:
    guards = entity.guards
    if entity.type == "concept":
        return _outside(_concept(written, entity, scope), guards, names=False)
    forms = [(language, form) for language, spellings in entity.forms.items() for form in spellings]
    doubtful = {_plain(form) for form in guards.get("doubtful", ())}
    unsure = [one for one in forms if _plain(one[1]) in doubtful] if doubtful else []
    sure = _any(written, [one for one in forms if one not in unsure], scope, names=True)
    if unsure:
        company = [_company(guards.get(key, ())) for key in ("needs", "unless", "trusted_with")]
        guarded = Guarded(written, _any(written, unsure, scope, names=True), *company)
        sure = AnyLeaf(written, (sure, guarded), scope)
    return _outside(sure, guards, names=True)


def _outside(leaf: Leaf, guards: Mapping[str, tuple[str, ...]], *, names: bool) -> Leaf:
    """The leaf without its places inside one of the spellings that must not hold it."""
    if not guards.get("not_in"):
        return leaf
    around = _any(leaf.written, [("", form) for form in guards["not_in"]], leaf.scope, names=names)
    return Outside(leaf.written, leaf, around)


def _concept(written: str, entity: Entity, scope: str) -> Leaf:
    """Vocabulary: the words of languages that share the Latin alphabet count in their own articles only."""
    groups: dict[bool | None, list[tuple[str, str]]] = {}
    for language, spellings in entity.forms.items():
        group = {"en": False, "az": True, "tr": True}.get(language)
        groups.setdefault(group, []).extend((language, form) for form in spellings)
    leaves: list[Leaf] = []
    for turkic, forms in groups.items():
        leaf = _any(written, forms, scope, names=False)
        leaves.append(leaf if turkic is None else InLanguage(written, leaf, turkic=turkic))
    return leaves[0] if len(leaves) == 1 else AnyLeaf(written, tuple(leaves), scope)


def _company(forms: Iterable[str]) -> Leaf | None:
    found = [("", form) for form in forms]
    return _any("", found, BODY, names=True) if found else None


def _any(written: str, forms: list[tuple[str, str]], scope: str, *, names: bool) -> Leaf:
    """One leaf for many spellings: all single words in one, each phrase by itself."""
    keys: dict[str, None] = {}
    leaves: list[Leaf] = []
    for language, form in forms:
        parts = tuple(
            Prefix(written, part, scope) if isinstance(part, str) else Word(written, part, scope)
            for part in read_form(language, form, names)
        )
        if len(parts) == 1 and isinstance(parts[0], Word):
            keys.update(dict.fromkeys(parts[0].keys))
        elif parts:
            leaves.append(parts[0] if len(parts) == 1 else Phrase(written, parts, scope))
    if keys:
        leaves.insert(0, Word(written, tuple(keys), scope))
    return leaves[0] if len(leaves) == 1 else AnyLeaf(written, tuple(leaves), scope)


@cache
def read_form(language: str, form: str, names: bool) -> tuple[tuple[str, ...] | str, ...]:
    """The words of one spelling with its marks (``^`` capitals, ``*`` prefix): keys, or a prefix's letters."""
    capital = form.startswith("^")
    words = [word for _, _, word in find_words(form.strip("^*"))]
    parts: list[tuple[str, ...] | str] = [_form_keys(word, language, capital=capital, names=names) for word in words]
    if form.endswith("*"):
        parts[-1] = fold(words[-1])
    return tuple(parts)


@cache
def _russian_keys() -> dict[str, tuple[str, ...]]:
    """Keys of the Russian words of our files, worked out beforehand: that spares most runs loading pymorphy3.

    A word that is missing is looked up in pymorphy3; ``list_russian_words`` gives the file's lines anew.
    """
    return {line.split()[0]: tuple(line.split()) for line in read_lines("russian.txt")}


def list_russian_words() -> list[str]:
    """The lines that ``russian.txt`` should have: each word that may need pymorphy3, with its keys."""
    lines = set()
    for entity in load_names().entities.values():
        names = entity.type != "concept"
        spellings = [
            form for form in (*entity.forms.get("ru", ()), *sum(entity.guards.values(), ())) if form[-1] != "*"
        ]
        for word in {word for form in spellings for _, _, word in find_words(form)}:
            folded = fold(word)
            if script_language(folded, None) == "ru" and (not names or is_adjective(folded)):
                lines.add(_line_of(query_keys(word, nominative=names)))
    ideas = " ".join(row["ru"] for group in read_ideas().values() for row in group.values()).replace(";", " ").split()
    words = {word for part in ideas if part[-1] != "*" for _, _, word in find_words(part)}
    lines.update(_line_of(query_keys(word)) for word in words if script_language(fold(word), None) == "ru")
    return sorted(lines)


def _line_of(keys: tuple[str, ...]) -> str:
    """The word itself first, its other keys in an order of their own: the dictionary gives them in any."""
    return " ".join((keys[0], *sorted(keys[1:])))


def _form_keys(word: str, language: str, *, capital: bool, names: bool) -> tuple[str, ...]:
    folded = fold(word)
    letters = word.replace(".", "")
    if letters.isalpha() and letters.isupper() and len(letters) > 1:
        if len(letters) <= 3:
            return (CAPITALS_MARK + folded + (language or "en"),)
        if len(letters) <= 6:
            return (CAPITALS_MARK + folded,)
    keys = (_russian_keys().get(folded) if is_adjective(folded) or not names else None) or query_keys(
        word, nominative=names
    )
    return tuple(CAPITAL_MARK + key for key in keys) if capital else keys
