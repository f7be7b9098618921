"""Whom an article names as its source, and whether two spellings name one publisher."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matching.stories.reading import fold_word
from wirewatch.article import Article

_FILLER = re.compile(r"\b(?:news|agency|the|newspaper|information|state|www)\b|\.(?:com|az|am|ge|ru|org|net|tr|ir)\b")


def fold_name(name: str) -> str:
    """A publisher's name without case, accents, spaces and filler: ``AzerNews``, ``Azer News`` → ``azernews``."""
    folded = " ".join(fold_word(word) for word in name.split())
    bare = re.sub(r"[\W_]+", "", _FILLER.sub("", folded))
    return (bare or re.sub(r"[\W_]+", "", folded)).replace("azertag", "azertac").replace("armenpres", "armenpress")


def same_name(a: str, b: str) -> bool:
    """True when two names are spellings of one publisher."""
    first, second = fold_name(a).replace("ss", "s"), fold_name(b).replace("ss", "s")
    return bool(first) and first == second


def credited_names(article: Article) -> Iterator[tuple[str, str]]:
    """Names the article gives as origin or on its way, with the words that say so; the dateline's agency last."""
    for role in ("origin", "via"):
        for credit in article.credits:
            if credit.role == role:
                yield credit.name, credit.evidence
    if article.agency:
        yield article.agency, f"dateline {article.agency}"
