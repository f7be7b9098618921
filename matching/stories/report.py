"""What a chain asks of a report: who published it when, whom it credits, and its text as a sketch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from matching.stories.address import Identity, identify
from matching.stories.credit import credited_names, name_houses
from matching.stories.features import Fingerprint, Sketch, find_sketch
from wirewatch.article import Article
from wirewatch.source import Source


@dataclass(slots=True)
class Report:
    """One report of a story.

    ``family``: its publisher's, its address where none is known. ``credited``: whom it names as its source, the
    nearest first, with the words that say so; ``origins``: those that it credits with the news itself.
    """

    url: str
    source: str | None
    published: datetime | None
    published_precision: str | None
    family: str
    identity: Identity
    credited: tuple[tuple[str, str], ...]
    origins: frozenset[str]
    _sketch: Sketch | None
    _unread: tuple[str, str, str | None, frozenset[int]] | None
    """Title, text, language and houses, until the sketch is made of them."""

    @property
    def sketch(self) -> Sketch:
        """Made where text is compared; most stories have one report."""
        if self._sketch is None:
            assert self._unread is not None
            self._sketch, self._unread = _bare(find_sketch(*self._unread)), None
        return self._sketch


def read_report(
    article: Article,
    sources: Mapping[str, Source],
    homes: Mapping[str, str],
    print_: Fingerprint | None = None,
) -> Report:
    """What a chain asks of an article; ``sources``: the catalogue by id, ``homes``: what ``map_mirrors`` gives for it.

    ``print_``: the article's fingerprint where there is one; its text is not held then.
    """
    identity = identify(article, sources, homes)
    unread = None if print_ else (article.title, article.text, article.language, name_houses(article, sources))
    return Report(
        url=article.canonical_url or article.url,
        source=article.source,
        published=article.published,
        published_precision=article.published_precision,
        family=identity.publisher or article.url,
        identity=identity,
        credited=tuple(credited_names(article)),
        origins=frozenset(credit.name for credit in article.credits if credit.role == "origin"),
        _sketch=_bare(print_) if print_ else None,
        _unread=unread,
    )


def _bare(print_: Fingerprint | Sketch) -> Sketch:
    return Sketch(print_.sketch, print_.modulus)
