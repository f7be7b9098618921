"""Authors of a page: those it declares, else those its byline shows; names only."""

from __future__ import annotations

import re
from typing import Any

from crawler.reading.canonical import split_address
from crawler.reading.document import Document
from crawler.reading.structured import Declared, clean_line, pick_text
from crawler.reading.visible import find_byline_texts, lines_near_headline

_LABELS = (
    "автор(?:ы)?|текст|корреспондент|müəllif|müxbir|yazan|yazar|haber|muhabir|հեղինակ(?:ներ)?|լրագրող|"
    "ავტორი|ავტორები|ჟურნალისტი|نویسنده|نویسندگان|خبرنگار"
)
"""What stands before a colon and the author's name in the languages of the region."""
_LEAD_IN = re.compile(
    r"^(?:(?:written |posted |reported |published |text |story |article )?by|von|de|par|di|por|av|af|door|"
    r"autor(?:in|en)?|"
    r"text|автор(?:ы)?|текст|müəllif|yazan|yazar|haber|հեղինակ|ավտոր|ავტორი|نویسنده|نویسندگان|author|reporter|"
    rf"correspondent)\s*(?::|-|–)?\s+|^(?:by|von|{_LABELS})\s*[:՝]\s*",
    re.IGNORECASE,
)
_LINE_LEAD_IN = re.compile(
    r"^(?:by|von|par|por|di|av|af|door|автор|müəllif|yazan|հեղինակ|ავტორი)\s*:?\s+\S|"
    rf"^(?:{_LABELS})\s*[:՝]\s*\S",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"https?:|www\.|@|^\W*$|\b\d{2}|\b(?:image|photo|getty|bild|foto|credit|follow|read more|share|minutes?|published|"
    r"updated|last|comments?|newsletter|subscribe|profile|view all|twitter|facebook|telegram|articles?|"
    r"mehr|uhr|admin)\b|"
    r"^[a-z]+-[a-z-]+$|^(?:(?:story |text |words )?by|in|on|at|the|and|for|from|with)$|\b(?:author|profile|bio) page\b|"
    r"^(?:[\w-]+ ){0,3}(?:editor|reporter|writer|correspondent|journalist|producer|columnist|редактор|корреспондент)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?:|www\.|\S@\S")
_META = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "authors", "byl",
    "article:author_name", "cxenseparse:author",
)  # fmt: skip
_WRITTEN_BY = re.compile(
    r"written by|(?:verfasst|geschrieben) von|écrit par|escrito por|scritto da|написано|автор|yazan|müəllif|yazar|"
    r"հեղինակ|ავტორი|نویسنده",
    re.IGNORECASE,
)
"""What WordPress calls the author in ``twitter:label1``, whose name then stands in ``twitter:data1``."""
_AND = re.compile(r"\s+(?:and|und|et|y|og|och|e|en|i|и|və|ve|և|და|و|&|\+)\s+|\s*[;|•·]\s*|\s+/\s+")
_ROLE = re.compile(
    r"\s*[-–,(|]\s*(?:(?:chief |senior |staff |special |foreign |political |deputy )*(?:editor|reporter|writer|"
    r"correspondent|journalist|contributor|redakteur\w*|autor\w*|korrespondent\w*|freelance)\b.*)$",
    re.IGNORECASE,
)
_SHORTHAND = re.compile(r"\s*\([^()]{1,6}\)$")
_TITLE_BEHIND = re.compile(
    r"(?<=\w)\s+(?:기자|특파원|記者|记者|(?:mon|tues|wednes|thurs|fri|satur|sun)day)$", re.IGNORECASE
)
"""A reporter's title in Korean or Chinese, or the weekday of the date, behind a name."""
_NAME_WORD = re.compile(r"[^\W\d_][\w.'’\-]*")
_SMALL_WORDS = frozenset(
    [
        "de",
        "da",
        "di",
        "du",
        "del",
        "della",
        "der",
        "den",
        "van",
        "von",
        "zu",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ben",
        "ibn",
        "y",
        "e",
        "dos",
        "das",
        "af",
    ]
)
_AGENCIES = frozenset(
    ["dpa", "afp", "ap", "reuters", "apa", "aa", "tass", "sid", "epd", "kna", "ansa", "efe", "xinhua"]
)
_MAX_AUTHORS = 12


def read_authors(document: Document, declared: Declared) -> tuple[str, ...]:
    """The people (or, where none is named, the house) that the page gives as authors, in order, once each."""
    house = _house_names(declared)
    names = _declared_names(declared)
    if not any(key_of(name) not in house for name in names):
        shown = [
            name for name in _split_all(_shown_names(document)) if key_of(name) not in house and looks_like_name(name)
        ]
        full = [name for name in shown if " " in name or not names or not name[0].isupper()]
        names = full if 1 <= len(full) <= 4 else names
    names = [name for name in names if key_of(name) not in house] or names
    return tuple(dict.fromkeys(names[:_MAX_AUTHORS]))


def _declared_names(declared: Declared) -> list[str]:
    """Names of the first declaration that holds any."""
    stated = [_names_in(declared.article.get("author")), *(declared.meta.get(key, []) for key in _META)]
    if _WRITTEN_BY.search(declared.first("twitter:label1")):
        stated.append([declared.first("twitter:data1")])
    return next((names for names in map(_split_all, stated) if names), [])


def _shown_names(document: Document) -> list[str]:
    marked = find_byline_texts(document)
    return marked or [line for line in lines_near_headline(document) if _LINE_LEAD_IN.match(line)]


def _split_all(texts: list[str]) -> list[str]:
    return [name for text in texts for name in split_names(text)]


def split_names(text: str) -> list[str]:
    """The names in one byline: ``By A and B, dpa`` gives A, B and dpa."""
    if _ADDRESS.search(text):
        return []
    line = _ROLE.sub("", _LEAD_IN.sub("", clean_line(text)).strip(" ,;|-–—:•"))
    names: list[str] = []
    for part in _AND.split(line):
        pieces = [piece.strip() for piece in re.split(r"\s*[,،]\s*", part) if piece.strip()]
        if len(pieces) > 1 and not all(looks_like_name(piece) for piece in pieces):
            pieces = pieces[:1] + [piece for piece in pieces[1:] if piece.casefold() in _AGENCIES]
        elif pieces and " " in pieces[0]:  # a lone word after a full name is its place
            pieces = [piece for piece in pieces if " " in piece or piece.casefold() in _AGENCIES]
        names += pieces
    return [name for name in map(clean_name, names) if name]


def clean_name(text: str) -> str:
    """A name without its lead-in ("By …") and shorthand; '' where it is no name."""
    name = _TITLE_BEHIND.sub("", _SHORTHAND.sub("", _LEAD_IN.sub("", text)).strip(" ,;|-–—:•"))
    return "" if _NOT_A_NAME.search(name) or len(name) > 80 else name


def looks_like_name(text: str) -> bool:
    """True for up to five words of which each but the small ones begins with a capital (or has no case)."""
    words = text.split()
    if not 1 <= len(words) <= 5 or not all(_NAME_WORD.match(word) for word in words):
        return False
    return all(not is_small(word[0]) or word.lower() in _SMALL_WORDS for word in words) or (
        len(words) == 1 and len(text) <= 4
    )


def is_small(letter: str) -> bool:
    """Whether a letter has a capital that it is not; Georgian names are written without theirs."""
    return letter.islower() and not "\u10d0" <= letter <= "\u10ff"


def key_of(text: str) -> str:
    """Letters and digits only, case folded."""
    return "".join(re.findall(r"\w+", text.casefold()))


def _house_names(declared: Declared) -> set[str]:
    """Keys of the names that the publisher goes by on its own page."""
    names = [
        declared.first("og:site_name"),
        clean_line(pick_text(declared.article.get("publisher"))),
        declared.first("application-name"),
    ]
    host = split_address(declared.canonical or declared.first("og:url")).hostname or ""
    names += [host.removeprefix("www."), *(label for label in host.split(".")[:-1] if label != "www")]
    keys = {key_of(name) for name in names if name}
    return keys | {key.removesuffix("de").removesuffix("com") for key in keys}


def _names_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [name for item in value[:20] for name in _names_in(item)]
    if isinstance(value, dict):
        parts = [str(value[key]) for key in ("givenName", "familyName") if isinstance(value.get(key), str)]
        return _names_in(value.get("name")) or ([" ".join(parts)] if parts else [])
    return []
