"""One folding of words for queries, batches and the archive: case, accents, look-alikes and spelling variants.

Two spellings that a reader takes for one word fold to the same text: ``BAKI``/``Bakı``/``Baki``,
``Азербайджан``/``АЗЕРБАЙДЖАН``, ``Երևան``/``Երեւան``/``ԵՐԵՎԱՆ``, ``قره‌باغ`` with ي or ی. A folded word holds
letters and digits only, so that SQLite's ``unicode61`` tokenizer never splits it again.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DROPPED = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # soft hyphen, zero-width space/joiners, marks of direction
    "\u0640"  # Arabic tatweel only stretches a word
    "\u055a\u055b\u055c\u055d\u055e\u055f"  # Armenian accents of emphasis and question stand inside the word
    "'’‘ʼ`´ʹ′＇.,·_-‐‑–־"
)
_REPLACED = {
    "+": "plus",
    "ı": "i",
    "ə": "e",
    "ǝ": "e",
    "ё": "е",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "ħ": "h",
    "ŋ": "n",
    "և": "եվ",
    "ي": "ی",
    "ى": "ی",
    "ئ": "ی",
    "ك": "ک",
    "ة": "ه",
    "ۀ": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ؤ": "و",
    "ء": "",
}
_TABLE: dict[int, str | None] = {ord(char): None for char in _DROPPED}
_TABLE |= {ord(old): new for old, new in _REPLACED.items()}
# Old Georgian alphabets (Asomtavruli, Nuskhuri) and capitals (Mtavruli) fall on the everyday Mkhedruli.
_TABLE |= {0x10A0 + i: chr(0x10D0 + i) for i in range(38)}
_TABLE |= {0x2D00 + i: chr(0x10D0 + i) for i in range(38)}
_TABLE |= {0x1C90 + i: chr(0x10D0 + i) for i in range(43)}

_KEPT_WHOLE = frozenset("йўїјќѓ")
"""Cyrillic letters that Unicode decomposes, but that no reader takes for the letter without its mark."""

_LATIN_TO_CYRILLIC = str.maketrans("aceopxyktmhbinusrgdlvzf", "асеорхуктмнвинусргдлвзф")
_CYRILLIC_TO_LATIN = str.maketrans("асеорхуктмнвіј", "aceopxyktmhbij")


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The folded form of one word; '' where nothing but marks is left. Idempotent."""
    if word.isascii() and word.isalnum():
        return word.lower()
    folded = _fold_once(word)
    if folded.isascii() and folded.isalnum() and folded == folded.lower():
        return folded
    again = _fold_once(folded)
    return folded if again == folded else _fold_once(again)


def _fold_once(word: str) -> str:
    lowered = unicodedata.normalize("NFKC", word).replace("İ", "i").casefold()
    lowered = unicodedata.normalize("NFKC", lowered).translate(_TABLE).replace("եւ", "եվ")
    if not lowered.isascii():
        lowered = lowered.translate(_BARE).translate(_TABLE)
    return _unmix(lowered)


class _Bare(dict[int, str]):
    """A table for ``str.translate``: code → the character without its marks; as many as texts have in one time."""

    def __missing__(self, code: int) -> str:
        if len(self) >= 4096:
            self.clear()
        bare = self[code] = _strip_marks(chr(code))
        return bare


_BARE = _Bare()


def _strip_marks(char: str) -> str:
    """One character without accents; a digit of any script as 0-9; marks and signs vanish."""
    if char in _KEPT_WHOLE:
        return char
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    base = [part for part in unicodedata.normalize("NFD", char) if not unicodedata.combining(part)]
    return "".join(part for part in base if part.isalnum())


def _unmix(word: str) -> str:
    """Repair a word that mixes Latin look-alikes into Cyrillic or the reverse (``Aрмения`` with a Latin A)."""
    if word.isascii():
        return word
    cyrillic = sum("а" <= char <= "ӿ" for char in word)
    if not cyrillic or cyrillic == len(word):
        return word
    latin = sum("a" <= char <= "z" for char in word)
    if not latin:
        return word
    return word.translate(_LATIN_TO_CYRILLIC if cyrillic >= latin else _CYRILLIC_TO_LATIN)
