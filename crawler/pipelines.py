"""Scrapy pipelines: where a source's result goes."""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import DropItem

from crawler.items import SourceItem


class ReportPipeline:
    """Hands each finished source on: to the process that started us, or straight into the database.

    ``settings["WIREWATCH_SEND"]`` is the channel of a run that Wirewatch started; ``scrapy crawl`` by
    hand has none and is its own writer.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self._send = crawler.settings.get("WIREWATCH_SEND")

    @classmethod
    def from_crawler(cls, crawler: Any) -> ReportPipeline:
        """Made by Scrapy."""
        return cls(crawler)

    def open_spider(self) -> None:
        """By hand: open the database of the configuration."""
        if self._send is None:
            from crawler.standalone import open_store

            spider = self.crawler.spider
            self._store = open_store(spider.job, getattr(spider, "config", None))  # -a config=FILE
            self._send = self._store.commit

    def close_spider(self) -> None:
        """By hand: finish the run."""
        if hasattr(self, "_store"):
            self._store.close()

    def process_item(self, item: Any) -> Any:
        """Articles pass on to exporters; a source's account ends here."""
        if not isinstance(item, SourceItem):
            return item
        self._send(item.result)
        raise DropItem(f"{item.source}: {len(item.result.items)} items accounted for", log_level="DEBUG")
