"""The spider all others are made of: it runs one Collector for each source, side by side."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from functools import cached_property
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response

from crawler.bounds import HeadTooLargeError
from crawler.check import TASKS
from crawler.collect import Collector
from crawler.exchange import ELSEWHERE, SAID_TO_WAIT, Answer, Ask, Budget
from crawler.hosts import HostBook
from crawler.items import ArticleItem, SourceItem
from crawler.job import CrawlJob, HandOver, Progress, Pulse, SourceJob
from crawler.middlewares import ElsewhereError, RefusedError
from crawler.patience import PatientFetch
from crawler.readers import Readers, SourceReaders
from crawler.transport import ABANDONED, SaidToWaitError
from wirewatch.errors import UsageError
from wirewatch.outcome import RobotsFile, SourceResult, State
from wirewatch.urls import site_of

_REASONS: tuple[tuple[type[Exception], State, str], ...] = (
    (DownloadCancelledError, State.REFUSED, "too-large"),
    (DownloadTimeoutError, State.FAILED, "timeout"),
    (ResponseDataLossError, State.FAILED, "cut-short"),
    (DownloadConnectionRefusedError, State.FAILED, "connection-refused"),
    (UnsupportedURLSchemeError, State.REFUSED, "not-an-http-address"),
    (ValueError, State.REFUSED, "not-an-http-address"),
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class WireSpider(Spider):
    """Collects the sources of ``self.job``; subclasses change how a source is discovered.

    The job is set by whoever starts the spider; ``scrapy crawl NAME`` makes one from config.yaml.
    """

    job: CrawlJob
    collector_class: type[Collector] = Collector
    exports_articles = True
    """Each article is an item of its own, for ``scrapy crawl NAME -o FILE``."""
    report: Callable[[Progress | Pulse | HandOver], None] = staticmethod(lambda _: None)

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> WireSpider:
        """Made by Scrapy; ``-a source=ID`` (repeated with commas) narrows a run by hand."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if not getattr(spider, "job", None):
            from crawler.process import make_settings
            from crawler.standalone import make_job

            spider.job = make_job(spider.takes_source, kwargs.get("source"), kwargs.get("config"))
            crawler.settings.setdict(make_settings(spider.job), priority="spider")  # -s on the command line wins
        return spider

    @classmethod
    def takes_source(cls, source: Any) -> bool:
        """Which sources of the catalogue this spider asks when it is started by its own name."""
        return bool(source.spider is not None and source.spider == cls.name)

    @cached_property
    def hosts(self) -> HostBook:
        """What is known of the hosts of the job."""
        return HostBook(self.job)

    async def start(self) -> AsyncIterator[Any]:
        """Collect all sources side by side; yield each one's articles and then its account."""
        crawl = self.job.crawl
        budget = Budget(self.job.limit)
        self.robots_read: list[RobotsFile] = []
        self._fetch = PatientFetch(self.fetch)
        self._gate = asyncio.Semaphore(crawl.sources_at_once)
        self.hosts.prepare(self.crawler.engine.downloader)
        pulse = asyncio.ensure_future(self._keep_pulse())
        with Readers(crawl.readers, crawl.read_time.total_seconds()) as readers:
            tasks = [
                asyncio.ensure_future(self._collect(job, readers.for_source(number), budget))
                for number, job in enumerate(self.job.sources)
            ]
            try:
                for ended in asyncio.as_completed(tasks):
                    result = await ended
                    if isinstance(result, HandOver):
                        self.report(result)
                        continue
                    for item in result.items if self.exports_articles else ():
                        if item.article:
                            yield ArticleItem.from_article(item.article)
                    result.robots, self.robots_read = self.robots_read, []
                    yield SourceItem(result.source, result)
            finally:
                for task in (*tasks, pulse):
                    task.cancel()

    async def _keep_pulse(self) -> None:
        """Say every second that this process lives, and what it has learned of hosts."""
        while True:
            self.report(Pulse(self.hosts.news()))
            await asyncio.sleep(1)

    async def _collect(self, job: SourceJob, readers: SourceReaders, budget: Budget) -> SourceResult | HandOver:
        means = (job, self.job, self._fetch, readers, budget, self.report)
        try:
            collector = self._choose(job)(*means)
        except UsageError as error:  # its entry names a spider that is not there: the other sources go on
            return Collector(*means).abandon(str(error))
        try:
            async with self._gate:  # a source's time begins when it is its turn
                return await collector.collect()
        except Exception as error:
            self.logger.exception("%s: an error of ours while collecting it", job.source.id)
            return collector.abandon(f"internal error: {type(error).__name__}")

    def _choose(self, job: SourceJob) -> type[Collector]:
        from crawler.spiders.registry import collector_for

        if self.job.task != "crawl":
            return TASKS[self.job.task]
        return collector_for(job.source.spider) if job.source.spider else self.collector_class

    async def fetch(self, ask: Ask) -> Answer:
        """One request through Scrapy's downloader middlewares; what goes wrong becomes a value."""
        meta = {"download_maxsize": ask.max_bytes}
        if self.hosts.waits(site_of(ask.url)):
            return Answer(ask.url, failure=State.DEFERRED, reason=SAID_TO_WAIT)
        try:
            request = Request(ask.url, headers=ask.headers, meta=meta, dont_filter=True)
            response = await self._download(request)
        except asyncio.CancelledError:
            request.meta[ABANDONED] = True
            raise
        except ElsewhereError as error:
            return Answer(error.url, failure=State.DEFERRED, reason=ELSEWHERE)
        except SaidToWaitError:
            return Answer(ask.url, failure=State.DEFERRED, reason=SAID_TO_WAIT)
        except Exception as error:  # noqa: BLE001 - the boundary to the network: every failure is a value
            state, reason = explain_failure(error)
            return Answer(ask.url, failure=state, reason=reason)
        headers = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1")
            for name, values in response.headers.items()
            if values
        }
        if response.status in _REDIRECTS:  # what may be followed has been followed
            target = headers.get("location")
            refused = (State.REFUSED, "not-an-http-address") if target else (State.FAILED, "redirect-to-nowhere")
            return Answer(response.url, response.status, headers, failure=refused[0], reason=refused[1])
        return Answer(response.url, response.status, headers, response.body)

    async def _download(self, request: Request) -> Response:
        """Through Scrapy's downloader: its middlewares, slots and pauses, and what they ask anew (redirects, retries).

        ``engine.download_async`` does the same with two Deferreds, a task and two signals more around each request, a
        tenth of what a page costs the crawl.
        """
        downloader = self.crawler.engine.downloader
        while True:
            found = await downloader.middleware.download_async(downloader._enqueue_request, request)
            if isinstance(found, Response):
                return found
            request = found


def explain_failure(error: Exception) -> tuple[State, str]:
    """The state and the reason word for an exception of the downloader."""
    if isinstance(error, RefusedError):
        return State.REFUSED, error.reason
    if isinstance(error, CannotResolveHostError):
        return State.FAILED, "no-such-host"
    if isinstance(error, IgnoreRequest):
        too_large = "maxsize" in str(error).lower()
        return (State.REFUSED, "too-large") if too_large else (State.FAILED, "redirect-loop")
    for kind, state, reason in _REASONS:
        if isinstance(error, kind):
            return state, reason
    if isinstance(error, DownloadFailedError):
        return _explain_cause(error.__cause__)
    return State.FAILED, type(error).__name__


def _explain_cause(cause: BaseException | None) -> tuple[State, str]:
    """What was wrong with a connection."""
    if isinstance(cause, HeadTooLargeError):
        return State.REFUSED, "too-large"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return State.FAILED, "certificate"
    if isinstance(cause, ssl.SSLError):
        return State.FAILED, "tls"
    return State.FAILED, "connection-lost"
