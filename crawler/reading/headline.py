"""The headline of a page: what its h1, its meta elements and its structured data agree on."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from crawler.reading.document import Document, Element, children_of, text_of, title_of
from crawler.reading.structured import Declared, clean_line, pick_text

_SEPARATORS = re.compile(r"\s+[|\-–—:•»·*]{1,2}\s+|\s?[|｜ㅣ：]\s?|(?<=[\w\"'”’»)])[-–](?=\w)")
_KICKER = re.compile(r"\s*:\s+|\s+[-–—|]\s+")
_WORD = re.compile(r"\w+")
_LONG_WORD = re.compile(r"\w{4,}")
_WEIGHTS = (("h1", 12), ("og", 10), ("json", 9), ("title", 6), ("twitter", 3))
"""How much each place counts in the vote; the first in this order decides between equals."""
_MAX_LENGTH = 400
_LONGEST = 1_000
"""Characters of a declared title that are looked at: each of its separators is tried."""


class Headline(NamedTuple):
    """``text``: the headline as one line, without the site's name; ``shown``: as it stands above the article.

    Both are '' where the page has none; they differ where a page declares another headline than it shows.
    """

    text: str
    shown: str


def read_headline(document: Document, declared: Declared) -> Headline:
    """The page's headline."""
    stated = {
        "og": clean_line(declared.first("og:title")),
        "twitter": clean_line(declared.first("twitter:title")),
        "json": declared.text_of("headline"),
        "title": clean_line(title_of(document)),
    }
    stated = {place: text[:_LONGEST] for place, text in stated.items()}
    headings = [
        text for text in (text_of_heading(h1, stated["og"]) for h1 in document.all("h1")) if 1 < len(text) < _MAX_LENGTH
    ]
    site = declared.first("og:site_name") or clean_line(pick_text(declared.article.get("publisher")))
    stated = {place: "" if site and key_of(text) == key_of(site) else text for place, text in stated.items()}
    found = {place: strip_site(text, [*headings, *stated.values()], site) for place, text in stated.items()}
    shown = choose_heading(headings, list(found.values()))
    found["h1"], found["og"] = without_kickers(shown, found["og"])
    text = choose_text(found, stated["og"], declared, site)
    return Headline(text, shown or text)


def choose_text(found: dict[str, str], stated: str, declared: Declared, site: str) -> str:
    """The headline among those found; ``stated`` is og:title with the site's name where it has it."""
    more = [strip_site(declared.text_of(name), list(found.values()), site) for name in ("alternativeHeadline", "name")]
    if found["og"] == stated and stands_alone(found, [*more, declared.first("og:description", "description")]):
        return found["og"]
    if key_of(found["json"]) in set(map(key_of, more)) - {""} and not is_cut(found["json"], found["h1"]):
        return found["json"]  # stated twice: the desk set it on purpose
    return choose_title(found)


def text_of_heading(heading: Element, stated: str) -> str:
    """A heading's line; without the kicker that stands in an element of its own before the stated title."""
    text = clean_line(text_of(heading))
    whole, own = key_of(text), key_of(stated)
    if own and whole != own and whole.endswith(own) and 2 * len(own) > len(whole) and children_of(heading):
        return stated
    return text


def choose_heading(headings: list[str], others: list[str]) -> str:
    """The h1 that another place repeats, else the one that shares most of its words, else the first."""
    keys = {key_of(text) for text in others if text}
    for heading in headings:
        if key_of(heading) in keys:
            return heading
    for heading in headings:
        if any(overlap(heading, other) >= 0.5 for other in others if other):
            return heading
    return headings[0] if headings and not any(others) else ""


def without_kickers(heading: str, stated: str) -> tuple[str, str]:
    """Both lines without what stands before their colon or dash, where they differ in that alone."""
    own, other = _KICKER.split(heading, maxsplit=1), _KICKER.split(stated, maxsplit=1)
    if len(own) == len(other) == 2 and key_of(own[1]) == key_of(other[1]) != "" and overlap(own[0], other[0]) < 0.5:
        return own[1], other[1]
    return heading, stated


def stands_alone(found: dict[str, str], context: list[str]) -> bool:
    """True where og:title alone differs from the one line that fills the page's title and h1 or JSON-LD.

    Those are then filled from one field, in the words that search engines look for, and og:title by hand, with the
    desk's own headline. It must be about the same story: share two long words with what else the page says of it.
    """
    key, title = key_of(found["og"]), key_of(found["title"])
    others = [text for place, text in found.items() if place != "og" and text]
    keys = {key_of(found[place]) for place in ("h1", "json") if found[place]}
    if not key or key in keys or keys != {title} or is_cut(found["og"], found["title"], only_marked=True):
        return False
    words = set(_LONG_WORD.findall(" ".join([*others, *context]).casefold()))
    return len(words & set(_LONG_WORD.findall(found["og"].casefold()))) >= 2


def is_cut(text: str, whole: str, *, only_marked: bool = False) -> bool:
    """True where ``text`` is ``whole`` cut short: with dots, at a quotation mark that ended its attribute, by length.

    ``only_marked``: a shorter line without such a mark is a headline of its own.
    """
    if text.rstrip().endswith(("…", "...")) and not whole.rstrip().endswith(("…", "...")):
        return True
    rest = whole[len(text) :].lstrip() if whole.startswith(text) else ""
    return rest[:1] in {'"', "'"} if only_marked else bool(rest)


def choose_title(found: dict[str, str]) -> str:
    """The text with the most weight behind it, in the spelling that most places give."""
    weights: Counter[str] = Counter()
    spellings: Counter[str] = Counter()
    for place, weight in _WEIGHTS:
        if found.get(place):
            weights[key_of(found[place])] += weight
            spellings[words_of(found[place])] += 1
    if not weights:
        return ""
    best = max(weights, key=lambda key: weights[key])
    told = [found[place] for place, _ in _WEIGHTS if found.get(place) and key_of(found[place]) == best]
    return max(told, key=lambda text: spellings[words_of(text)])


def strip_site(text: str, others: list[str], site: str) -> str:
    """``text`` without a tail that is the site's name, or that all other places lack."""
    house, known = key_of(site), {key_of(other) for other in others if other}
    cuts = [cut for cut in _SEPARATORS.finditer(text) if key_of(text[: cut.start()])]
    for cut in cuts:
        if key_of(text[: cut.start()]) in known:
            return text[: cut.start()].strip()
    for cut in cuts:
        tail = key_of(text[cut.end() :])
        if house and tail and (tail in house or house in tail) and len(house) // 2 <= len(tail) <= len(house) + 12:
            return text[: cut.start()].strip()
    return without_site_before(text, house)


def without_site_before(text: str, house: str) -> str:
    """``text`` without the site's name before its first bar; ``house`` is the name's key."""
    head, bar, rest = text.partition(" | ")
    return rest.strip() if bar and house and key_of(head) == house else text


@lru_cache(maxsize=512)
def key_of(text: str) -> str:
    """Letters and digits only, case folded: what two spellings of a headline share."""
    return "".join(_WORD.findall(text.casefold()))


def words_of(text: str) -> str:
    """The words of a line, case folded: spellings that differ in white space alone have different ones."""
    return " ".join(_WORD.findall(text.casefold()))


def overlap(left: str, right: str) -> float:
    """The share of words that two lines have in common."""
    a, b = set(_WORD.findall(left.casefold())), set(_WORD.findall(right.casefold()))
    return len(a & b) / max(1, min(len(a), len(b)))
