"""Marks that desks put on headlines ("UPDATE - …", "… [PHOTOS]", "… - FOTO"): cut from the title."""

from __future__ import annotations

import re

_WORD = (
    r"(?:photos?|videos?|foto(?:lar|reportaj)?|v[iİ]deo(?:lar)?|фото|видео|analysis|opinion|exclusive|"
    r"yen[iİ]lən[iİ]b(?:-?\d+)?|обновлено|updated?)"
)
_FRONT = re.compile(rf"^(?:\[{_WORD}\]\s*|\(?update(?:\s?\d)?\)?\s*[-–—:]\s*)", re.IGNORECASE)
_WORDS = rf"{_WORD}(?:\s*[/,+&|]\s*{_WORD})*"
_GLUED = r"[-–—](?-i:PHOTOS?|VIDEOS?|FOTO(?:LAR)?|VİDEO|ФОТО|ВИДЕО|YENİLƏNİB)"
_BACK = re.compile(
    rf"(?:\s*[\[(]\s*{_WORDS}\s*[\])]|(?:\s+[-–—]\s*|\s*[-–—]\s+|\s*\|\s*){_WORDS}|{_GLUED})\s*$",
    re.IGNORECASE,
)
_SECTION = re.compile(r"\s*\|\s*(?:News|Xəbərlər|Новости|Haberler)$")


def cut_marks(title: str) -> str:
    """The headline without desk marks; one that would be empty stays as it is."""
    cut = _SECTION.sub("", _BACK.sub("", _FRONT.sub("", title))).strip()
    return cut or title
