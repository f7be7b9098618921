"""robots.txt is asked for once a day, not once a run; what it says holds all the same."""

from pathlib import Path

from demo.newsroom import Newsroom
from tests.crawling import run_crawl
from wirewatch.urls import link_key


def test_a_second_run_keeps_to_the_robots_txt_of_the_first(tmp_path: Path) -> None:
    with Newsroom(spread=True) as newsroom:
        sources = [source for source in newsroom.sources() if source.id in ("bogaz", "daryal")]
        first = run_crawl(tmp_path / "wire.db", sources)
        asked = len(newsroom.requests)
        second = run_crawl(tmp_path / "wire.db", sources)
        before = [request.path for request in newsroom.requests[:asked]]
        again = [request.path for request in newsroom.requests[asked:]]
    assert before.count("/robots.txt") == 2
    assert again.count("/robots.txt") == 0
    refused = {item["url"] for item in first.items if item["reason"] == "robots"}
    tried = {item["url"] for item in second.items if item["reason"] == "robots"}
    assert set(map(link_key, tried)) == set(map(link_key, refused))
