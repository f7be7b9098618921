"""Lines of a report that belong to the house, not the story: bylines, desk lines, liability notices, codes."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_LABELS = "Автор|Müəllif|Հեղինակ|ავტორი|نویسنده|Yazan"
_MORE_LABELS = "Լրագրող|Yazar|Muhabir|Müxbir|Корреспондент|Текст|ჟურნალისტი|خبرنگار"
_NAMES = r"(?P<names>[^\n.!?]{3,90}?)\s*/?\s*\Z"
_LABELLED = re.compile(rf"\A\s*(?:{_LABELS}|{_MORE_LABELS})\s?[:՝]\s?{_NAMES}")
_BYLINE = re.compile(
    rf"\A\s*[/•]?\s*(?:(?:By|Von|{_LABELS}|Haber)\s*:?\s+|(?:{_LABELS}|{_MORE_LABELS})\s?[:՝]\s?){_NAMES}"
)
_BULLET = re.compile(r"\A•\s*(?P<names>[^\W\d_][\w.'’-]+(?:\s[^\W\d_][\w.'’-]+){1,3})\Z")
_DESK = re.compile(
    r"\(?\s*(?P<whole>(?:Additional )?[Rr]eporting by (?P<names>[^;()\n]{3,200})(?:;[^()\n]{0,200})?)\s*\)?\Z"
)


def read_byline(paragraph: str) -> str | None:
    """The names of a paragraph that is nothing but a byline, else None."""
    found = _BYLINE.match(paragraph) or _BULLET.match(paragraph)
    return found["names"].strip() if found else None


def read_labelled_byline(paragraph: str) -> str | None:
    """The names of a paragraph that calls them its author or reporter ("Muhabir: …"), as it also stands below texts."""
    found = _LABELLED.match(paragraph) if len(paragraph) < 120 else None
    return found["names"].strip() if found else None


def read_desk_line(paragraph: str) -> str | None:
    """The reporters of a wire's foot "(Reporting by …; Editing by …)", else None."""
    found = _DESK.match(paragraph.strip())
    return found["names"].strip() if found else None


@cache
def _boilerplate() -> re.Pattern[str]:
    lines = resources.files("crawler.reading.wire_forms").joinpath("boilerplate.txt").read_text("utf-8").splitlines()
    return re.compile("|".join(f"(?:{line})" for line in lines if line and not line.startswith("#")), re.IGNORECASE)


_CAPTION = re.compile(
    r"(?:Armenia|Azerbaijan|Georgia|Russia|Turkey|Türkiye|Iran|Ukraine|Belarus|Moldova|Kazakhstan|Kyrgyzstan|Uzbekistan|"
    r"U\.S\.|USA|United States|France|Germany|Belgium|Poland|U\.K\.|Syria|Israel|Iraq|Nagorno-Karabakh)"
    r" -- (?:[^.!?]|\.(?=\s?\d)){10,240}\.?",
    re.IGNORECASE,
)
"""A caption as RFE/RL writes it: the country, two hyphens, one sentence."""
_CREDITED = re.compile(
    r"[^.!?։]{5,220}\((?:photo|image|picture|фото|foto|şəkil|fotoğraf|լուսանկարը?|ფოტო|عکس)\s?[:՝/][^()]{1,80}\)\.?",
    re.IGNORECASE,
)
"""A line without a sentence's end before its photographer: a caption."""


def is_boilerplate(paragraph: str) -> bool:
    """True for a paragraph that is the house's, whatever the story."""
    if paragraph.count(" -- ") == 1 and _CAPTION.fullmatch(paragraph.strip()):
        return True
    if paragraph.rstrip(".").endswith(")") and _CREDITED.fullmatch(paragraph.strip()):
        return True
    return len(paragraph) < 700 and bool(_boilerplate().fullmatch(paragraph.strip()))


_END_CODE = re.compile(r"\s*-?\d{2}[A-ZА-Я]\d{2}-?\s*\Z")
_INLINE = re.compile(
    r"\s*(?:\+?\s*↺\s*[−-]?\s*(?:16 px)?|\((?:Photo|Фото|Foto)\s?:[^()]{1,80}\)|"
    r"\((?:No further updates or additional information are available)\))\s*"
)
_INLINE_OPENINGS = ("(Photo", "(Фото", "(Foto", "(No further")


def _part_words(cut: re.Match[str]) -> str:
    """What stands for a mark that is cut: a blank, but none before a sign."""
    return "" if cut.string[cut.end() : cut.end() + 1] in set(".,;:!?") else " "


def clean_paragraph(paragraph: str) -> str:
    """A paragraph without codes, size controls and photo marks inside it."""
    marked = "↺" in paragraph or ("(" in paragraph and any(opening in paragraph for opening in _INLINE_OPENINGS))
    text = _INLINE.sub(_part_words, paragraph) if marked else paragraph
    return (_END_CODE.sub("", text) if any(map(str.isdigit, text[-8:])) else text).strip()
