"""Words that tell what kind of edit a changed passage is (``words.yaml``), and the names of the names file by stem."""

from __future__ import annotations

from functools import cache

from matching.datafiles import read_yaml
from matching.names import load_names
from matching.stories.reading import cut_word, fold_word

PLACE_TYPES = frozenset({"capital", "city", "corridor", "region", "river", "sea", "state"})


@cache
def _read(kind: str) -> str:
    text: str = read_yaml("edits/words.yaml")[kind]
    return text


@cache
def list_words(kind: str) -> frozenset[str]:
    """The words of one kind (``negation``, ``attribution``, ``speech``, ``place``, ``number``), folded."""
    return frozenset(fold_word(word) for word in _read(kind).split())


@cache
def list_phrases(kind: str) -> tuple[str, ...]:
    """The phrases of one kind (``correction``, ``removed``), each its folded words with a space between."""
    phrases = (phrase.split() for phrase in _read(kind).split(";"))
    return tuple(" ".join(map(fold_word, words)) for words in phrases if words)


@cache
def _entities() -> dict[str, frozenset[str]]:
    """Stem of each single-word spelling (and of a person's last name) → ids of the names file."""
    found: dict[str, set[str]] = {}
    for entity in load_names().entities.values():
        if entity.type == "concept":
            continue
        for form in (form for forms in entity.forms.values() for form in forms):
            words = form.strip("^*").split()
            if len(words) == 1 or entity.type == "person":
                found.setdefault(cut_word(fold_word(words[-1])), set()).add(entity.id)
    return {stem: frozenset(ids) for stem, ids in found.items()}


def find_entities(folded: str) -> frozenset[str]:
    """Ids of the names file that a folded word in any grammatical form may stand for."""
    return _entities().get(cut_word(folded), frozenset()) if len(folded) > 2 else frozenset()


def is_known_place(folded: str) -> bool:
    """True for a state, region, city, river … of the names file."""
    entities = load_names().entities
    return any(entities[identifier].type in PLACE_TYPES for identifier in find_entities(folded))
