"""How a name sounds in any of the seven scripts and spellings: its first consonants, in classes that writers mix up.

``Pashinyan``, ``Пашинян``, ``Փաշինյան``, ``ფაშინიანი``, ``پاشینیان`` and ``Paşinyan`` are all ``pSn``. Vowels, y and v
go (Persian and Georgian write some of them otherwise or not at all); k, q, g, kh, gh and h are one class, and so are p
and f, j and ch. Endings of grammar fall off because only the beginning is kept.
"""

from __future__ import annotations

import re

_DIGRAPHS = (
    ("sh", "S"), ("ch", "C"), ("zh", "Z"), ("kh", "k"), ("gh", "k"), ("ph", "p"), ("th", "t"), ("dj", "C"),
    ("дж", "C"), ("дз", "dz"), ("ու", ""), ("ck", "k"), ("tch", "C"),
)  # fmt: skip
_CLASSES: dict[str, str] = {}
for _sound, _letters in {
    "b": "bбբბب", "d": "dдդდد", "dz": "ձძ", "k": "gkqxhгкхğգխկհղქკღყხჰգքხგغقگکخحهه",
    "l": "lлլლل", "m": "mмմმم", "n": "nнնნن", "p": "pfпфպփֆპფپف", "r": "rрռրრر", "s": "sсսსسصث",
    "S": "şшщշშش", "C": "çčчջչճჩჭჯجچj", "t": "tтթտთტتط", "ts": "цցծცწ", "z": "zзզზزذضظ", "Z": "жժჟژ",
}.items():  # fmt: skip
    _CLASSES.update(dict.fromkeys(_letters, _sound))


class _Classes(dict[int, str]):
    """A table for ``str.translate`` that drops what it does not know."""

    def __missing__(self, _char: int) -> str:
        return ""


_SOUNDS = {ord(letter): sound for letter, sound in _CLASSES.items()} | {ord(sound): sound for sound in "SCZ"}
_TURKIC = _Classes(_SOUNDS | {ord("c"): "C", ord("j"): "Z"})
_OTHER = _Classes(_SOUNDS | {ord("c"): "k"})
_REPEATED = re.compile(r"(.)\1+")
SHORTEST = 3
LONGEST = 4


def sound_out(word: str, turkic: bool = False) -> str:
    """The consonant classes of a word, repeated ones once: ``Zarrin`` → ``zrn``; '' for one without consonants."""
    lowered = word.replace("İ", "i").lower()
    for letters, sound in _DIGRAPHS:
        lowered = lowered.replace(letters, sound)
    return _REPEATED.sub(r"\1", lowered.translate(_TURKIC if turkic else _OTHER))


def sound_keys(word: str, turkic: bool = False) -> tuple[str, ...]:
    """The beginnings by which a name is recognised in another script; none for one with too few consonants.

    A beginning of three is kept where a fourth consonant may be an ending of grammar.
    """
    sound = sound_out(word, turkic)
    if len(sound) < SHORTEST:
        return ()
    return (sound[:LONGEST], sound[:SHORTEST]) if len(sound) == LONGEST else (sound[:LONGEST],)
