"""Feeds whose validators lie, through real runs over a real server; the clock is moved between the runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from demo.hostile.case import page
from tests.crawling import run_crawl
from wirewatch import clock
from wirewatch.outcome import FeedState
from wirewatch.source import Source

START = datetime(2026, 11, 2, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Publisher:
    """A feed at ``/rss`` whose entries are set by the test; what it makes of conditions is its ``manner``."""

    def __init__(self, manner: str) -> None:
        self.manner = manner
        self.times: list[datetime] = []
        self.asked: list[dict[str, str]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path != "/rss":
            return self.send(
                request, 404 if request.path == "/robots.txt" else 200, page(f"Talks {request.path}").encode()
            )
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(headers)
        conditional = "if-none-match" in headers or "if-modified-since" in headers
        if self.manner == "304 always" or (self.manner == "304 to any condition" and conditional):
            return self.send(request, 304, b"")
        return self.send(request, 200, self.feed(), ETag='"same for ever"')

    def feed(self) -> bytes:
        items = "".join(
            f"<item><title>Talks {n}</title><link>{self.root}/{n}</link><pubDate>{format_datetime(t)}</pubDate></item>"
            for n, t in reversed(list(enumerate(self.times)))
        )
        return f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()

    @staticmethod
    def send(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present time, as its only element."""
    now = [START]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.fixture
def publish() -> Iterator[type[Publisher]]:
    """Makes publishers that are closed at the end."""
    made: list[Publisher] = []

    class Kept(Publisher):
        def __init__(self, manner: str) -> None:
            super().__init__(manner)
            made.append(self)

    yield Kept
    for publisher in made:
        publisher.server.shutdown()
        publisher.server.server_close()


def ask(publisher: Publisher, folder: Path) -> tuple[str, int]:
    """One run: the state of the feed, and how many items were found that were not known."""
    source = Source("liar", "Liar", feeds=(f"{publisher.root}/rss",))
    outcome = run_crawl(folder / "wire.db", [source])
    return outcome.feeds[source.feeds[0]]["state"], len(outcome.items)


def test_a_feed_that_says_304_to_every_condition_hides_news_for_hours_at_most_and_is_not_believed_again(
    tmp_path: Path, moved: list[datetime], publish: type[Publisher]
) -> None:
    publisher = publish("304 to any condition")
    publisher.times = [START - HOUR * hours for hours in range(60, 0, -1)]
    assert ask(publisher, tmp_path) == ("ok", 60)
    assert ask(publisher, tmp_path) == ("unchanged", 0)
    assert publisher.asked[-1]["if-none-match"] == '"same for ever"'
    found = []
    for hours in range(1, 7):
        moved[0] = START + HOUR * hours
        publisher.times.append(moved[0] - HOUR / 2)
        found.append(ask(publisher, tmp_path)[1])
    assert sum(map(bool, found)) > 1
    assert "if-none-match" not in publisher.asked[-1]
    moved[0] += HOUR
    publisher.times.append(moved[0] - HOUR / 2)
    assert ask(publisher, tmp_path)[1] >= 1
    assert publisher.asked[-1]["cache-control"] == "no-cache"


def test_304_without_a_condition_is_a_failure_in_words(
    tmp_path: Path, moved: list[datetime], publish: type[Publisher]
) -> None:
    assert moved
    publisher = publish("304 always")
    assert ask(publisher, tmp_path)[0] == FeedState.FAILED
    source = Source("liar", "Liar", feeds=(f"{publisher.root}/rss",))
    assert "not asked" in run_crawl(tmp_path / "wire.db", [source]).feeds[source.feeds[0]]["reason"]


def test_the_same_bytes_with_status_200_are_unchanged(
    tmp_path: Path, moved: list[datetime], publish: type[Publisher]
) -> None:
    assert moved
    publisher = publish("200 always")
    publisher.times = [START - HOUR]
    assert ask(publisher, tmp_path)[0] == FeedState.OK
    assert ask(publisher, tmp_path)[0] == FeedState.UNCHANGED
    publisher.times.append(START - HOUR / 2)
    assert ask(publisher, tmp_path)[0] == FeedState.OK
