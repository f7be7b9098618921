"""The part of a word that its endings leave, roughly: what Russian and Georgian write under many cases is one word.

Light stemmers after the plan of Savoy (2006, "Light stemming approaches for the French, Portuguese, German and
Hungarian languages"): endings of nouns and adjectives fall off, longest first, derivations stay.
"""

from __future__ import annotations

import re

SHORTEST = 3
"""Letters that a stem keeps at least."""

_RUSSIAN = re.compile(
    "(?:иями|иях|иям|иеи|ием|ию|ии|ия|ие|ами|ями|ого|его|ому|ему|ыми|ими|ах|ях|ам|ям|ов|ев|ом|ем|ои|еи|ою|ею|"
    "ыи|ых|ым|их|им|ые|ая|яя|ую|юю|ое|ее|ье|ья|ью|ьи|а|я|ы|и|у|ю|о|е|ь)$"
)
"""In folded spelling, where й is и."""
_GEORGIAN_PARTICLE = re.compile("(?:ც|ვე)$")
_GEORGIAN_POSTPOSITION = re.compile("(?:ისთვის|ისაგან|ისკენ|ისგან|თვის|იდან|ამდე|კენ|გან|დან|მდე|თან|ზე|ში)$")
"""With the case that it governs; where that is the dative, its ს is lost."""
_GEORGIAN_CASE = re.compile("(?:ისა|სა|მა|ით|ად|თა|ის|ს|მ|ი|ო|ა|ე)$")
_GEORGIAN_PLURAL = re.compile("ებ$")
_GEORGIAN_VOWEL = re.compile("[აეიო]$")
_GEORGIAN_LOST_VOWEL = re.compile("(?<=[^აეიოუ])[აეო](?=[ლრნმვ]$)")
"""A vowel that cases lose: წყალი, წყლის; სოფელი, სოფლის."""


def _strip(word: str, ending: re.Pattern[str]) -> str:
    found = ending.search(word)
    return word[: found.start()] if found and found.start() >= SHORTEST else word


def stem_russian(folded: str) -> str:
    """``воды``, ``воду``, ``водой`` (folded: ``водои``) → ``вод``."""
    for start in range(max(SHORTEST, len(folded) - 4), len(folded)):
        if _RUSSIAN.match(folded, start):
            return folded[:start]
    return folded


def stem_georgian(folded: str) -> str:
    """``წყალი``, ``წყლის``, ``წყალზე`` → ``წყლ``."""
    stem = _strip(folded, _GEORGIAN_PARTICLE)
    bare = _strip(stem, _GEORGIAN_POSTPOSITION)
    stem = bare if bare != stem else _strip(stem, _GEORGIAN_CASE)
    stem = _strip(_strip(stem, _GEORGIAN_PLURAL), _GEORGIAN_VOWEL)
    return _GEORGIAN_LOST_VOWEL.sub("", stem) if len(stem) > SHORTEST else stem
