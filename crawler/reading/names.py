"""What the class and id names of a box say about it: text of the article, or no part of it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

from wirewatch.words import join_alternatives

_STEM = re.compile(
    r"related-|-related|related_?(?:post|news|article)|newsletter|recommend|recirc|sharethis|cookie|onetrust|read-?more|"
    r"teaser[a-z]|[a-z]teaser|postmeta|post-meta|"
    r"tag-?list|pull-?quote|ai-?summary|affiliate|mediainfo"
)
_BODY_SIGN = re.compile(
    r"article[-_ ]*(?:body|text|content|main|detail|story)|articlebody|newsbody|rich[-_ ]*text|"
    r"(?:entry|post|story|news|page|main|single|blog|full|inner|td-post)[-_ ]*"
    r"(?:content|body|text|article|detail|inner)|"
    r"body[-_ ]*(?:text|copy|content)"
)
_SPLIT = re.compile(r"[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
MAX_NAMES = 2000
"""Characters of a class attribute that are judged and remembered; those of real pages have up to some hundred."""
REMEMBERED = 40_000
"""Class attributes and ids that are remembered: those of 439 pages of 40 hosts are 28,000."""
_WIDGET_TEXT = frozenset({"article", "elementor", "text", "content"})


@cache
def _lists() -> dict[str, frozenset[str]]:
    """The sections of junk_names.txt."""
    found: dict[str, set[str]] = {}
    section = ""
    for line in resources.files("crawler.reading").joinpath("junk_names.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif not line.startswith("#"):
            found.setdefault(section, set()).update(line.split())
    return {name: frozenset(words) for name, words in found.items()}


@cache
def _any_junk() -> re.Pattern[str]:
    """Finds something in all small-letter names that may be junk, so that the others need not be taken apart."""
    lists = _lists()
    words = join_alternatives({*lists["nearly always"], *lists["often"], *lists["hidden"]})
    return re.compile(f"{words}|{_STEM.pattern}")


@lru_cache(maxsize=REMEMBERED)
def judge_names(names: str) -> tuple[int, bool]:
    """What class or id names say of a box.

    Returns:
        how surely it is no part of the text (0 no, 1 often, 2 nearly always), and whether it holds the text.
    """
    grade, sign = 0, False
    for name in names.split():
        its_grade, its_sign = _judge_name(name)
        grade, sign = max(grade, its_grade), sign or its_sign
    return grade, sign


@lru_cache(maxsize=REMEMBERED)
def _judge_name(name: str) -> tuple[int, bool]:
    lower = name.lower()
    grade = _grade_of(name) if _any_junk().search(lower) else 0
    return grade, _BODY_SIGN.search(lower) is not None


def junk_grade(names: str) -> int:
    """How surely class and id names say that a box is no part of the text: 0 no, 1 often, 2 nearly always."""
    return judge_names(names)[0]


def has_body_sign(names: str) -> bool:
    """True where a class or id says that a box holds the article's text."""
    return judge_names(names)[1]


def _grade_of(name: str) -> int:
    if ":" in name or "[" in name:
        return 0
    lists = _lists()
    if name in lists["hidden"]:
        return 2
    words = {word.lower() for word in _SPLIT.split(name)}
    sure, often = words & lists["nearly always"], words & lists["often"]
    if (sure or often) and not words & lists["modifiers"] and not ("widget" in words and words & _WIDGET_TEXT):
        return 2 if sure else 1
    return 1 if _STEM.search(name.lower()) else 0


@lru_cache(maxsize=REMEMBERED)
def class_words(names: str) -> frozenset[str]:
    """Words of class names without the numbers that tell boxes of one kind apart."""
    return frozenset(re.findall(r"[a-z]+(?:-[a-z]+)*", names.lower()))


@lru_cache(maxsize=REMEMBERED)
def is_alike(left: str, right: str) -> bool:
    """True where two boxes share at least 60 % of their names."""
    a, b = class_words(left), class_words(right)
    return bool(a and b) and len(a & b) >= 0.6 * len(a | b)
