"""Where a feed carries the whole text, the page is not asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.newsroom import Newsroom
from tests.crawling import run_crawl
from tests.feeds import rss
from tests.small_site import serve
from wirewatch.outcome import State
from wirewatch.source import Source

LONG = "\n\n".join(
    f"The {word} train on the new line will leave Tbilisi for Yerevan before the end of the month, the operator of "
    "the railway said on Tuesday, and tickets will be sold at the stations of both capitals and of Gyumri."
    for word in ("first", "second", "third", "fourth")
)
SHORT = LONG.partition("\n\n")[0]


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(spread=True) as room:
        yield room


def crawl_azernews(room: Newsroom, folder: Path, **story: Any) -> tuple[Any, list[str]]:
    """A run over one publisher whose feed carries whole texts, with one story more; what came and what was asked."""
    room.publish("azernews-sample", {"id": "rail", "path": "/nation/900001.html", "title": "Trains to run", **story})
    source = next(source for source in room.sources() if source.id == "azernews-sample")
    outcome = run_crawl(folder / "wire.db", [source])
    return outcome, [request.path for request in room.asked("azernews-sample")]


def test_an_article_whose_feed_carries_all_of_it_is_read_from_there(newsroom: Newsroom, tmp_path: Path) -> None:
    outcome, asked = crawl_azernews(newsroom, tmp_path, text=LONG)
    article = next(article for article in outcome.articles if article.title == "Trains to run")
    fact = newsroom.fact("azernews-sample", "rail")
    assert article.text == LONG
    assert article.canonical_url == fact.url
    assert article.published is not None
    assert abs(article.published - fact.published) < timedelta(minutes=1)
    assert "/nation/900001.html" not in asked


def test_a_short_text_may_be_a_teaser_and_its_page_is_asked(newsroom: Newsroom, tmp_path: Path) -> None:
    outcome, asked = crawl_azernews(newsroom, tmp_path, text=SHORT)
    assert "Trains to run" in {article.title for article in outcome.articles}
    assert "/nation/900001.html" in asked


def test_a_page_that_does_not_come_loses_nothing_that_the_feed_carries(tmp_path: Path) -> None:
    texts = "".join(f"<p>{text}</p>" for text in LONG.split("\n\n"))
    item = (  # without a date: the page would be asked for it
        "<item><title>Trains to run</title><link>{root}/gone</link><description>Trains.</description>"
        f"<content:encoded><![CDATA[{texts}]]></content:encoded></item>"
    )
    feed = rss(item, attributes=' xmlns:content="http://purl.org/rss/1.0/modules/content/"')
    with serve({"/rss": feed}) as root:
        source = Source(id="small", name="Small Wire", feeds=(f"{root}/rss",))
        outcome = run_crawl(tmp_path / "wire.db", [source])
    assert [(article.title, article.text) for article in outcome.articles] == [("Trains to run", LONG)]
    assert outcome.count("small", State.FAILED) == 0
