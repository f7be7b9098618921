"""Scrapy items: an article as exporters write it, and the account of one source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wirewatch.article import Article
from wirewatch.outcome import SourceResult


@dataclass
class ArticleItem:
    """An article in the JSON form of the command line (docs: interface), for ``scrapy crawl feeds -o``."""

    url: str
    source: str | None
    title: str
    published: str | None
    language: str | None
    text: str
    article: dict[str, Any] = field(repr=False)

    @classmethod
    def from_article(cls, article: Article) -> ArticleItem:
        """The item of ``article``."""
        row = article.to_json()
        return cls(row["url"], row["source"], row["title"], row["published"], row["language"], row["text"], row)


@dataclass
class SourceItem:
    """The end of a source: its whole result, which the pipeline stores in one transaction."""

    source: str
    result: SourceResult = field(repr=False)
