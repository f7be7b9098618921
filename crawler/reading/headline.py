"""The headline of a page: what its h1, its meta elements and its structured data agree on."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from crawler.reading.document import text_of
from crawler.reading.structured import Declared, clean_line, pick_text

_SEPARATORS = re.compile(r"\s+[|\-–—:•»·]{1,2}\s+|\s?[|｜ㅣ：]\s?|(?<=\w)[-–](?=\w)")
_WEIGHTS = (("h1", 2.0), ("og", 1.0), ("json", 0.9), ("twitter", 0.3), ("title", 0.2))
"""How much each place counts: the headline that readers see, unless the others agree on another."""
_MAX_LENGTH = 400


def read_headline(root: Any, declared: Declared) -> str:
    """The page's headline as one line ('' where the page has none), without the site's name at its end."""
    found = {
        "og": clean_line(declared.first("og:title")),
        "twitter": clean_line(declared.first("twitter:title")),
        "json": declared.text_of("headline"),
        "title": clean_line(root.findtext(".//title") or ""),
    }
    headings = [
        text for text in (text_of_heading(h1, found["og"]) for h1 in root.iter("h1")) if 1 < len(text) < _MAX_LENGTH
    ]
    site = declared.first("og:site_name") or clean_line(pick_text(declared.article.get("publisher")))
    found = {place: strip_site(text, [*headings, *found.values()], site) for place, text in found.items()}
    found["h1"] = choose_heading(headings, list(found.values()))
    return choose_title(found)


def text_of_heading(heading: Any, stated: str) -> str:
    """A heading's line; without the kicker that stands in an element of its own before the stated title."""
    text = clean_line(text_of(heading))
    whole, own = key_of(text), key_of(stated)
    if len(heading) and own and whole != own and whole.endswith(own) and 2 * len(own) > len(whole):
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


def choose_title(found: dict[str, str]) -> str:
    """The text with the most weight behind it; the first place in the order of weights decides between equals."""
    weights: Counter[str] = Counter()
    for place, weight in _WEIGHTS:
        if found.get(place):
            weights[key_of(found[place])] += int(weight * 10)
    if not weights:
        return ""
    best = max(weights, key=lambda key: weights[key])
    return next(found[place] for place, _ in _WEIGHTS if found.get(place) and key_of(found[place]) == best)


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
    return text


def key_of(text: str) -> str:
    """Letters and digits only, case folded: what two spellings of a headline share."""
    return "".join(re.findall(r"\w+", text.casefold()))


def overlap(left: str, right: str) -> float:
    """The share of words that two lines have in common."""
    a, b = set(re.findall(r"\w+", left.casefold())), set(re.findall(r"\w+", right.casefold()))
    return len(a & b) / max(1, min(len(a), len(b)))
