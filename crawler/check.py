"""Asking a source without reading its articles: whether it is well, and which feeds a site has."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

from crawler.collect import Collector
from crawler.feed_answer import judge_failure
from crawler.job import HandOver, Task
from crawler.reading.answers import classify_answer
from crawler.reading.discover import FoundFeed, discover_feeds, find_sitemaps
from crawler.reading.work import check_feed_bytes
from wirewatch.errors import UnreadableError
from wirewatch.outcome import GOOD_FEED_STATES, FeedState, SourceResult

ENOUGH = 4
"""Feeds found of a site after which its usual addresses are no longer tried."""


class Checker(Collector):
    """Asks every feed and every listing of a source once; items are counted, none is fetched."""

    async def discover(self) -> None:
        """All feeds and, unlike a crawl, all listings as well."""
        for url in self.source.feeds:
            await self._ask_feed(url)
        for listing in self.source.listings:
            await self._ask_listing_page(listing.url, listing)
        self._defer_rest("only checked")

    async def _ask_feed(self, url: str, _depth: int = 0) -> None:
        """Judge one feed in words; its items are not taken."""
        answer = await self.ask(url, self.run.crawl.max_feed_bytes)
        if answer.failure is not None:
            self._add_feed(url, judge_failure(answer), answer.reason, answer)
            return
        try:
            check = await self._readers.run(
                check_feed_bytes,
                url,
                answer.url,
                answer.status,
                answer.content_type,
                answer.body,
                self.source,
                self.run.now,
            )
        except UnreadableError as error:
            self._add_feed(url, FeedState.FAILED, str(error), answer)
            return
        self._add_feed(url, check.state, check.words, answer)

    async def collect(self) -> SourceResult | HandOver:
        """The answers of the source's feeds and listings."""
        result = await super().collect()
        if isinstance(result, SourceResult):
            result.items.clear()
        return result


class Finder(Checker):
    """Looks for the feeds of the site whose page is ``source.home``."""

    async def discover(self) -> None:
        """Ask the page for the feeds it names, robots.txt for sitemaps, then the usual addresses.

        A page that is walled off or missing names none; the others are tried all the same.
        """
        page = await self.ask(self.source.home, self.run.crawl.max_page_bytes)
        if page.failure is not None:
            self._add_feed(self.source.home, judge_failure(page), page.reason, page)
            return
        if page.status != 200:
            state, reason = classify_answer(page.status, page.content_type, page.body)
            self._add_feed(self.source.home, state, reason, page)
            page = replace(page, body=b"")
        robots = await self.ask(urljoin(page.url, "/robots.txt"), 512 * 1024)
        sitemaps = find_sitemaps(robots.body.decode("utf-8", "replace"), page.url) if robots.status == 200 else []
        feeds = discover_feeds(page.body, page.url)
        for found in sorted([*feeds, *sitemaps], key=lambda each: each.how == "guess"):
            if found.how == "guess" and self._count_good() >= ENOUGH:
                continue
            await self._try(found)
        self._defer_rest("only looked for")

    async def _try(self, found: FoundFeed) -> None:
        if found.url in {feed.url for feed in self.result.feeds}:
            return
        await self._ask_feed(found.url)
        if found.how == "guess" and self.result.feeds[-1].state not in GOOD_FEED_STATES:
            self.result.feeds.pop()  # a guess that was wrong is no finding

    def _count_good(self) -> int:
        return sum(feed.state in GOOD_FEED_STATES for feed in self.result.feeds)


TASKS: dict[Task, type[Collector]] = {"check": Checker, "find": Finder}
