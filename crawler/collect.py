"""Collecting one source: discover its items, fetch what is new, read it, account for every one.

The flow is written once, here; how a request reaches the network (Scrapy) and where bytes are read
(another process) is handed in. Whatever a source sends becomes a value in its SourceResult.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler import feed_answer
from crawler.exchange import (
    ELSEWHERE,
    RECORDED_AT,
    SAID_TO_WAIT,
    Answer,
    Ask,
    Budget,
    ElsewhereHostError,
    Fetch,
    Sparing,
    conditional_headers,
    parse_retry_after,
)
from crawler.hosts import fold_host
from crawler.job import Begun, CrawlJob, HandOver, Progress, SourceJob, Validators
from crawler.owners import owner_of
from crawler.reading.answers import classify_answer
from crawler.reading.work import read_feed_bytes, read_listing_bytes, read_page_bytes, read_whole_entry
from crawler.second_look import ask_stored, mark_page
from wirewatch.article import Article
from wirewatch.errors import UnreadableError
from wirewatch.outcome import GOOD_FEED_STATES, FeedResult, FeedState, ItemResult, PageMark, SourceResult, State
from wirewatch.source import Listing, Source
from wirewatch.urls import canonical_url, clean_link, hide_password, host_of, link_key, site_of

if TYPE_CHECKING:
    from crawler.readers import SourceReaders
    from crawler.reading.feed import Feed, FeedEntry

SITEMAPS_OF_AN_INDEX = 3
_BARREN = frozenset({FeedState.EMPTY, FeedState.STALE})
"""Good answers that announce no news: the listings are asked as well."""
PAGES_AT_ONCE = 8
"""Pages of one source under way at once; the pause of each host is kept by Scrapy's slots."""


class Collector:
    """Collects one source of a run."""

    def __init__(
        self,
        job: SourceJob,
        run: CrawlJob,
        fetch: Fetch,
        readers: SourceReaders,
        budget: Budget,
        report: Callable[[Progress], None],
    ) -> None:
        self.job = job
        self.run = run
        self.source: Source = job.source
        self._fetch = fetch
        self._readers = readers
        self._budget = budget
        self._report = report
        self._seen: set[str] = set()
        self._waiting: dict[str, FeedEntry] = {}
        self._told: dict[str, datetime] = {}
        self._elsewhere: list[tuple[FeedEntry, str]] = []
        self._waits: dict[str, datetime] = {}
        self._new = 0
        self._sparing = Sparing()
        self.result = SourceResult(source=job.source.id, started=run.now)

    async def collect(self) -> SourceResult | HandOver:
        """Discover, fetch and read within the source's time; what is left over then is deferred."""
        begun = self.job.begun
        try:
            async with asyncio.timeout(self.run.crawl.source_time.total_seconds()):
                if begun:
                    self._go_on(begun)
                else:
                    await self.discover()
                await self._read_waiting()
                await ask_stored(self.job, self.result, self.ask, self.run.crawl.max_page_bytes, self._read_article)
        except ElsewhereHostError as error:
            return HandOver(self.source.id, frozenset({fold_host(error.host)}), None)
        except TimeoutError:
            self._defer_rest("source-time")
        if self._elsewhere:
            entries = tuple(entry for entry, _ in self._elsewhere)
            return HandOver(self.source.id, frozenset(host for _, host in self._elsewhere), Begun(self.result, entries))
        self.result.feeds = feed_answer.with_waits(self.result.feeds, self._waits)
        self.result.finished = datetime.now(UTC).replace(microsecond=0)
        return self.result

    def _go_on(self, begun: Begun) -> None:
        """Take up the source where another process left it."""
        self.result = begun.result
        self._seen = {link_key(item.url) for item in begun.result.items}
        for entry in begun.entries:
            key = link_key(clean_link(entry.link) or entry.link)
            self._seen.add(key)
            self._waiting[key] = entry

    def abandon(self, reason: str) -> SourceResult:
        """End the source where it stands: what was read is kept, the rest is deferred."""
        self._defer_rest(reason)
        self._add_feed(self.source.home or self.source.id, FeedState.FAILED, reason)
        self.result.finished = datetime.now(UTC).replace(microsecond=0)
        return self.result

    # ---- discover

    async def discover(self) -> None:
        """Ask the feeds; the listings where no feed announced anything; single pages."""
        for url in self.source.feeds:
            await self._ask_feed(url)
        if not any(feed.state in GOOD_FEED_STATES - _BARREN for feed in self.result.feeds):
            for listing in self.source.listings:
                await self._ask_listing(listing)
        for url in self.source.pages:
            await self._ask_page_or_feed(url)

    async def ask(self, url: str, max_bytes: int, **headers: str) -> Answer:
        """One request in the name of the source."""
        if self.source.user_agent:
            headers.setdefault("User-Agent", self.source.user_agent)
        answer = await self._fetch(Ask(url, max_bytes, headers))
        if answer.reason == ELSEWHERE:
            raise ElsewhereHostError(host_of(answer.url))
        if until := parse_retry_after(answer.headers.get("retry-after"), self.run.answered_at()):
            self._waits[site_of(answer.url)] = until
        return answer

    async def _ask_feed(self, url: str, depth: int = 0) -> None:
        if url in self.job.waiting:
            self._pass_over(url)
            return
        known = self.job.validators.get(url, Validators())
        answer = await self.ask(url, self.run.crawl.max_feed_bytes, **conditional_headers(known))
        if answer.reason == SAID_TO_WAIT:
            self._pass_over(url)
            return
        if answer.failure:
            self._add_feed(url, feed_answer.judge_failure(answer), answer.reason)
            return
        if answer.status == 304:
            self._add_feed(url, *feed_answer.judge_unmodified(known), answer, known)
            return
        digest = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 200 and digest == known.body_hash:
            self._add_feed(url, FeedState.UNCHANGED, "same bytes as before", answer, known, digest)
            return
        await self._read_feed(url, answer, digest, depth)

    def _pass_over(self, url: str) -> None:
        """Leave a feed alone whose publisher said to wait."""
        self.result.feeds.append(FeedResult(url, FeedState.UNCHANGED, SAID_TO_WAIT, asked=False))

    async def _read_feed(self, url: str, answer: Answer, digest: str, depth: int) -> None:
        state, reason = classify_answer(answer.status, answer.content_type, answer.body)
        if state is FeedState.EMPTY and not answer.body.rstrip(b"\0\t\r\n ").endswith((b">", b"}")):
            state, reason = FeedState.PARTIAL, "cut short before its first entry"
        if state is not FeedState.OK:
            self._add_feed(url, state, reason, answer)
            return
        try:
            feed: Feed = await self._readers.run(
                read_feed_bytes, answer.body, answer.url, answer.content_type, self.source, self._time_of(answer)
            )
        except UnreadableError as error:
            state = FeedState.NOT_A_FEED if error.reason == "not-a-feed" else FeedState.FAILED
            self._add_feed(url, state, str(error), answer)
            return
        self._take_feed(url, feed, answer, digest)
        if feed.kind == "sitemap-index" and depth == 0:
            own = {host_of(url), host_of(answer.url), *self.source.hosts}
            children = [child for child in feed.links if host_of(child) in own]  # sitemaps.org: of its own host only
            for child in children[:SITEMAPS_OF_AN_INDEX]:
                await self._ask_feed(child, depth + 1)

    def _take_feed(self, url: str, feed: Feed, answer: Answer, digest: str) -> None:
        state, reason = feed_answer.judge_feed(feed, self._time_of(answer))
        before = self.job.validators.get(url, Validators())
        lied = feed_answer.hid_news(before, answer, feed_answer.new_entries(feed, self.job.known))
        self._add_feed(url, state, reason, answer, None, digest, len(feed.entries), lied)
        if feed.kind != "sitemap-index":
            for entry in feed.entries:
                if self.add(entry):
                    self._told[link_key(entry.link)] = self._time_of(answer)

    async def _ask_listing(self, listing: Listing) -> None:
        url = listing.url
        for _ in range(listing.pages):
            url = await self._ask_listing_page(url, listing)
            if not url:
                return

    async def _ask_listing_page(self, url: str, listing: Listing) -> str:
        """Take the links of one page; returns the address of the next one ('' where there is none)."""
        answer = await self.ask(url, self.run.crawl.max_page_bytes)
        if answer.failure or answer.status != 200:
            self._add_feed(url, feed_answer.judge_failure(answer), answer.reason or f"HTTP {answer.status}", answer)
            return ""
        try:
            links = await self._readers.run(read_listing_bytes, answer.body, answer.url, listing, self.source.hosts)
        except UnreadableError as error:
            self._add_feed(url, FeedState.FAILED, str(error), answer)
            return ""
        self._add_feed(
            url, FeedState.OK if links.entries else FeedState.EMPTY, "", answer, None, None, len(links.entries)
        )
        for entry in links.entries:
            self.add(entry)
        return links.next_page

    async def _ask_page_or_feed(self, url: str) -> None:
        """An address given by hand: a feed if it reads as one, else an article page."""
        answer = await self.ask(url, self.run.crawl.max_feed_bytes)
        if not answer.failure and answer.status == 200:
            state, _ = classify_answer(answer.status, answer.content_type, answer.body)
            if state in GOOD_FEED_STATES:
                await self._read_feed(url, answer, hashlib.sha256(answer.body).hexdigest(), 0)
                return
        from crawler.reading.feed import FeedEntry

        entry = FeedEntry(link=url)
        if self.add(entry):
            self._waiting.pop(link_key(url))
            await self._finish_page(entry, answer)

    def _add_feed(
        self,
        url: str,
        state: FeedState,
        reason: str,
        answer: Answer | None = None,
        known: Validators | None = None,
        digest: str | None = None,
        entries: int = 0,
        lied: bool = False,
    ) -> None:
        result = FeedResult(hide_password(url), state, reason, body_hash=digest, entries=entries, lied=lied)
        before, now = known or Validators(), self.run.answered_at()
        self.result.feeds.append(feed_answer.with_validators(result, answer, before, now))

    # ---- items

    def add(self, entry: FeedEntry) -> bool:
        """Account for an announced item; True when it is new and will be fetched."""
        link = clean_link(entry.link)
        if link is None:
            self._end(entry, State.REFUSED, "not-an-http-address")
            return False
        key = link_key(link)
        if key in self.job.known or key in self._seen:
            self._end(entry, State.KNOWN, "announced twice in this run" if key in self._seen else "")
            return False
        self._seen.add(key)
        if self._is_left_out(entry):
            return False
        self._new += 1
        self._waiting[key] = entry
        return True

    def _is_left_out(self, entry: FeedEntry) -> bool:
        """End an item that this run does not want; True when it did."""
        if self.run.since and entry.published and entry.published < self.run.since:
            self._end(entry, State.OLD, f"published {entry.published.isoformat()}")
        elif self._new >= self.run.crawl.max_items:
            self._end(entry, State.DEFERRED, f"more than {self.run.crawl.max_items} new items")
        else:
            return False
        return True

    async def _read_waiting(self) -> None:
        gate = asyncio.Semaphore(PAGES_AT_ONCE)
        self._tell()

        async def read_one(key: str, entry: FeedEntry) -> None:
            async with gate:
                await self._read_entry(entry, self._told.get(key, self.run.now))
                self._waiting.pop(key)
                self._tell()

        async with asyncio.TaskGroup() as group:
            for key, entry in list(self._waiting.items()):
                group.create_task(read_one(key, entry))

    async def _read_entry(self, entry: FeedEntry, told: datetime) -> None:
        """Read one item: from its feed, told at ``told``, where that carries all of it, else from its page."""
        if not self._budget.take():
            self._end(entry, State.DEFERRED, f"limit of {self.run.limit} articles")
            return
        if entry.is_whole and await self._take_whole(entry, told):
            return
        link = clean_link(entry.link) or entry.link
        if owner_of(link, self.source, self.run.owners) is not self.source:
            link = canonical_url(link)  # another's page, without what was hung on its address
        try:
            answer = await self.ask(link, self.run.crawl.max_page_bytes)
        except ElsewhereHostError as error:
            self._budget.give_back()
            self._elsewhere.append((entry, fold_host(error.host)))
            return
        await self._finish_page(entry, answer)

    async def _finish_page(self, entry: FeedEntry, answer: Answer) -> None:
        """Read the page that was fetched for ``entry`` and end the item in its state.

        What the feed carries stands in for a page that does not come.
        """
        lost = answer.failure not in (None, State.DEFERRED) or (not answer.failure and answer.status != 200)
        if lost and entry.content and await self._take_whole(entry, self._told.get(link_key(entry.link), self.run.now)):
            return
        if answer.failure:
            if answer.failure is State.DEFERRED:
                self._budget.give_back()
            self._end(entry, answer.failure, answer.reason)
        elif answer.status != 200:
            self._end(entry, State.FAILED, f"HTTP {answer.status}")
        else:
            await self._read_page(entry, answer)

    def _time_of(self, answer: Answer) -> datetime:
        """When the answer was given: now, or the time at which a replayed one was recorded."""
        recorded = answer.headers.get(RECORDED_AT) if self.run.replay else None
        return datetime.fromisoformat(recorded) if recorded else self.run.now

    async def _read_article(self, answer: Answer, entry: FeedEntry) -> Article:
        when = self._time_of(answer)
        owner = owner_of(answer.url, self.source, self.run.owners)
        hint = entry if owner is self.source else None
        article: Article = await self._readers.run(
            read_page_bytes, answer.body, answer.url, answer.content_type, owner, hint, when
        )
        return article

    async def _read_page(self, entry: FeedEntry, answer: Answer) -> None:
        try:
            article = await self._read_article(answer, entry)
        except UnreadableError as error:
            self._end(entry, State.UNREADABLE, str(error))
            return
        self._take_article(entry, article, mark_page(answer))

    async def _take_whole(self, entry: FeedEntry, told: datetime) -> bool:
        """Take the article that the feed carries; False where it cannot be read from there."""
        if owner_of(entry.link, self.source, self.run.owners) is not self.source:
            return False  # what a feed says of another publisher's page is not believed
        try:
            article = await self._readers.run(read_whole_entry, entry, self.source, told)
        except UnreadableError:
            return False
        self._take_article(entry, article, None)
        return True

    def _take_article(self, entry: FeedEntry, article: Article, mark: PageMark | None) -> None:
        """End the item as read, unless it is too old or known under another address."""
        if self.run.since and article.published and article.published < self.run.since:
            self._budget.give_back()
            self._end(entry, State.OLD, f"published {article.published.isoformat()}")
        elif self._is_known_elsewhere(entry, article):
            self._budget.give_back()
            self._end(entry, State.KNOWN, f"same page as {article.canonical_url}")
        else:
            published = feed_answer.announced(entry)
            self.result.items.append(ItemResult(entry.link, None, "", article.title, article, published, mark))

    def _is_known_elsewhere(self, entry: FeedEntry, article: Article) -> bool:
        """The page names another canonical address that is known already (or came twice in this run)."""
        key = link_key(article.canonical_url or article.url)
        if key == link_key(entry.link):
            return False
        if key in self.job.known or key in self._seen:
            return True
        self._seen.add(key)
        return False

    def _end(self, entry: FeedEntry, state: State, reason: str = "") -> None:
        if state in (State.FAILED, State.REFUSED, State.UNREADABLE):
            self._budget.give_back()
        link, title = hide_password(entry.link), entry.title or ""
        self.result.items.append(ItemResult(link, state, reason, title, published=feed_answer.announced(entry)))

    def _defer_rest(self, reason: str) -> None:
        for entry in self._waiting.values():
            self._end(entry, State.DEFERRED, reason)
        self._waiting.clear()

    def _tell(self) -> None:
        done = len(self.result.items)
        if not self._waiting or self._sparing.is_time():
            self._report(Progress(self.source.id, done + len(self._waiting), done))
