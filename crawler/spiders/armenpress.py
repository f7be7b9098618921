"""``scrapy crawl armenpress``: the state wire of Armenia, whose site is an Inertia application.

Its listing holds no links: the articles stand as JSON in an attribute (``article_id``, ``title``), and
their addresses, ``/en/article/<article_id>``, are put together by script. So is the text of a page.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from crawler.collect import Collector
from crawler.exchange import Answer
from crawler.feed_answer import judge_failure
from crawler.inertia import list_articles, show_article
from crawler.reading.feed import FeedEntry
from crawler.spiders.base import WireSpider
from wirewatch.errors import UnreadableError
from wirewatch.outcome import GOOD_FEED_STATES, FeedState
from wirewatch.source import Listing

NUMBER = "article_id"
MOST_ON_A_PAGE = 500


class ArmenpressCollector(Collector):
    """Reads the feeds; where none answers, the data of the listing pages. Then each page from its data."""

    async def discover(self) -> None:
        """Ask the feeds, else the listing of each language (``/en/articles?query=&page=1`` …)."""
        for url in self.source.feeds:
            await self._ask_feed(url)
        if not any(feed.state in GOOD_FEED_STATES for feed in self.result.feeds):
            for listing in self.source.listings:
                await self._ask_data(listing)

    async def _ask_data(self, listing: Listing) -> None:
        for page in range(1, listing.pages + 1):
            url = f"{listing.url}&page={page}" if page > 1 else listing.url
            new = sum(self.add(entry) for entry in await self._read_data(url))
            if not new:  # what follows is older still
                return

    async def _read_data(self, url: str) -> list[FeedEntry]:
        answer = await self.ask(url, self.run.crawl.max_page_bytes)
        if answer.failure or answer.status != 200:
            self._add_feed(url, judge_failure(answer), answer.reason or f"HTTP {answer.status}", answer)
            return []
        try:
            found = await self._readers.run(list_articles, answer.body, NUMBER)
        except UnreadableError as error:
            self._add_feed(url, FeedState.FAILED, str(error), answer)
            return []
        entries = [FeedEntry(link=address_of(url, number), title=title) for number, title in found[:MOST_ON_A_PAGE]]
        state, reason = (FeedState.OK, "") if entries else (FeedState.NOT_A_FEED, "the page holds no article data")
        self._add_feed(url, state, reason, answer, entries=len(entries))
        return entries

    async def _finish_page(self, entry: FeedEntry, answer: Answer) -> None:
        if not answer.failure and answer.status == 200:
            try:
                shown = await self._readers.run(show_article, answer.body)
            except UnreadableError:
                shown = None
            answer = replace(answer, body=shown) if shown else answer
        await super()._finish_page(entry, answer)


def address_of(listing: str, number: int) -> str:
    """The page of an article, in the language of the listing: ``https://armenpress.am/en/article/1257541``."""
    parts = urlsplit(listing)
    language = parts.path.strip("/").split("/")[0]
    return f"{parts.scheme}://{parts.netloc}/{language}/article/{number}"


class ArmenpressSpider(WireSpider):
    """Armenpress alone."""

    name = "armenpress"
    collector_class = ArmenpressCollector
