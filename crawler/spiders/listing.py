"""``scrapy crawl listing``: the sources that have no feed, by the few lines of their ``listing:`` entry."""

from __future__ import annotations

from typing import Any

from crawler.spiders.base import WireSpider


class ListingSpider(WireSpider):
    """Sources that are read from listing pages alone."""

    name = "listing"

    @classmethod
    def takes_source(cls, source: Any) -> bool:
        """Those with a listing and without a feed."""
        return bool(source.enabled and source.listings and not source.feeds)
