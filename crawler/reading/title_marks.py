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
_SHOUTED = re.compile(r"\s*[-–—]\s+(?:MƏLUM OLDU|AÇIQLADI|AÇIQLANDI|TƏSDİQLƏDİ|TƏSDİQLƏNDİ)\s*[!.…]*$")
"""A verb that is set apart by a dash; elsewhere it is the headline's own."""
_BARE = re.compile(r"\s+(?:FOTO(?:LAR|REPORTAJ)?|VİDEO(?:LAR)?|ФОТО|ВИДЕО|YENİLƏNİB)$")
_SECTION = re.compile(r"\s*\|\s*(?:News|Xəbərlər|Новости|Haberler)$")


def cut_marks(title: str) -> str:
    """The headline without desk marks; one that would be empty stays as it is."""
    cut = _SECTION.sub("", _FRONT.sub("", title)).strip()
    while (shorter := _cut_back(cut)) != cut:
        cut = shorter
    return cut or title


def _cut_back(title: str) -> str:
    """Without the last mark at its end; bare capitals are a mark only behind a line that is not all in them."""
    found = _BACK.search(title) or _SHOUTED.search(title) or (None if title.isupper() else _BARE.search(title))
    return title[: found.start()].rstrip() if found else title
