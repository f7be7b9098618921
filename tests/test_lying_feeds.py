"""Feeds whose validators lie: asked, read and committed as in a run, hour after hour."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from crawler.collect import Collector
from crawler.exchange import Answer, Ask, Budget
from crawler.plan import plan_run
from demo.hostile.case import page
from storage.database import open_in_memory
from storage.desk import Desk
from storage.ledger import begin_run
from tests.crawling import EVERYTHING, crawl_rules
from wirewatch.errors import UnreadableError
from wirewatch.outcome import FeedResult, FeedState
from wirewatch.source import Source

START = datetime(2026, 11, 2, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOT = "https://liar.example"
LIAR = Source("liar", "Liar", feeds=(f"{ROOT}/rss",))


class Publisher:
    """A feed whose entries are set by the test; what it makes of conditions is its ``manner``."""

    def __init__(self, manner: str) -> None:
        self.manner = manner
        self.times: list[datetime] = []
        self.asked: list[dict[str, str]] = []

    async def fetch(self, ask: Ask) -> Answer:
        if ask.url != LIAR.feeds[0]:
            return Answer(ask.url, 200, {"content-type": "text/html"}, page(f"Talks {ask.url}").encode())
        self.asked.append(ask.headers)
        conditional = ask.headers.keys() & {"If-None-Match", "If-Modified-Since"}
        if self.manner == "304 always" or (self.manner == "304 to any condition" and conditional):
            return Answer(ask.url, 304)
        return Answer(ask.url, 200, {"etag": '"same for ever"'}, self.feed())

    def feed(self) -> bytes:
        items = "".join(
            f"<item><title>Talks {n}</title><link>{ROOT}/{n}</link><pubDate>{format_datetime(t)}</pubDate></item>"
            for n, t in reversed(list(enumerate(self.times)))
        )
        return f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()


class ReadersHere:
    """Reads in this process: what is read here is harmless."""

    async def run(self, work: Any, *args: Any) -> Any:
        answer = work(*args)
        if isinstance(answer, UnreadableError):
            raise answer
        return answer


class Newsdesk:
    """Runs over one publisher at the times that the test says, into one database."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.db = open_in_memory()

    def ask(self, now: datetime) -> tuple[FeedResult, int]:
        """How the feed answered, and how many items were new."""
        job = plan_run(self.db, [LIAR], crawl_rules(), now)
        readers: Any = ReadersHere()
        collector = Collector(job.sources[0], job, self.publisher.fetch, readers, Budget(), lambda _: None)
        result = asyncio.run(collector.collect())
        desk = Desk(self.db, [EVERYTHING], {"liar": LIAR}, now)
        account = desk.commit(begin_run(self.db, "clock", 1, now), result, now).account
        return result.feeds[0], account.found - account.to_json()["known"]


def test_who_says_304_to_every_condition_hides_news_for_hours_at_most_and_is_not_believed_for_ever() -> None:
    publisher = Publisher("304 to any condition")
    publisher.times = [START - HOUR * hours for hours in range(60, 0, -1)]
    newsdesk = Newsdesk(publisher)
    assert newsdesk.ask(START)[1] == 60
    assert newsdesk.ask(START)[0].state is FeedState.UNCHANGED
    assert publisher.asked[-1] == {"If-None-Match": '"same for ever"'}
    late = []
    for hours in range(1, 30):
        now = START + HOUR * hours
        publisher.times.append(now - HOUR / 2)
        _, new = newsdesk.ask(now)
        late.append(new)
    assert max(late) <= 7
    assert late[-12:] == [1] * 12  # it is not believed any more
    assert publisher.asked[-1] == {"Cache-Control": "no-cache"}


def test_who_tells_the_truth_is_believed_and_read_whole_seldom() -> None:
    publisher = Publisher("304 to any condition")
    publisher.times = [START - HOUR * hours for hours in range(60, 0, -1)]
    newsdesk = Newsdesk(publisher)
    newsdesk.ask(START)
    for minutes in range(10, 130, 10):
        newsdesk.ask(START + timedelta(minutes=minutes))
    whole = [headers for headers in publisher.asked if "If-None-Match" not in headers]
    assert len(whole) == 1  # the first reading


def test_304_without_a_condition_is_a_failure_in_words() -> None:
    feed, _ = Newsdesk(Publisher("304 always")).ask(START)
    assert feed.state is FeedState.FAILED
    assert "not asked" in feed.reason


def test_the_same_bytes_with_status_200_are_unchanged_and_no_lie() -> None:
    publisher = Publisher("200 always")
    publisher.times = [START - HOUR]
    newsdesk = Newsdesk(publisher)
    states = [newsdesk.ask(START + HOUR * hours)[0] for hours in range(3)]
    assert [each.state for each in states] == [FeedState.OK, FeedState.UNCHANGED, FeedState.UNCHANGED]
    publisher.times.append(START + HOUR)
    feed, new = newsdesk.ask(START + 3 * HOUR)
    assert (feed.state, new, feed.lied) == (FeedState.OK, 1, False)


@pytest.mark.parametrize(("age", "lied"), [(timedelta(hours=3), True), (timedelta(minutes=5), False)])
def test_a_lie_shows_by_entries_that_were_out_before(age: timedelta, lied: bool) -> None:
    publisher = Publisher("304 to any condition")
    publisher.times = [START - HOUR * hours for hours in range(60, 4, -1)]
    newsdesk = Newsdesk(publisher)
    newsdesk.ask(START)
    newsdesk.ask(START + HOUR)
    publisher.manner = "honest"
    publisher.times.append(START + HOUR + timedelta(minutes=4) - age)
    assert newsdesk.ask(START + HOUR + timedelta(minutes=10))[0].lied is lied
