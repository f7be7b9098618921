"""``scrapy crawl feeds``: every source of the catalogue, through its feeds, sitemaps or listings."""

from __future__ import annotations

from typing import Any

from crawler.spiders.base import WireSpider


class FeedsSpider(WireSpider):
    """The spider of the hourly run."""

    name = "feeds"

    @classmethod
    def takes_source(cls, source: Any) -> bool:
        """All enabled ones: a source with a spider of its own is collected in that spider's way."""
        return bool(source.enabled)
