"""A publisher that says when to come back is left alone until then, in the run and in the next one."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from itertools import pairwise

import pytest

from storage.database import open_for_reading
from storage.links import waiting_feeds
from tests.crawling import run_crawl
from tests.slow_sites import SlowSites
from wirewatch import clock
from wirewatch.outcome import FeedState, State

HOST = "127.0.61.1"


def stories(sites, host=HOST):
    return [path for _, path in sites.asked[host] if path.startswith("/story")]


@pytest.mark.parametrize("status", [429, 503])
def test_what_waits_for_its_turn_is_not_sent_and_nothing_is_retried(tmp_path, status):
    with SlowSites(hosts=1, pages=12, net=61, retry_after={HOST: 600}, too_often=status) as sites:
        outcome = run_crawl(tmp_path / "w.db", sites.sources())
        assert len(stories(sites)) == 1
    states = outcome.states("s0")
    assert sorted(states.values()).count(State.DEFERRED) == 11
    assert [item["reason"] for item in outcome.items if item["state"] == "failed"] == [f"HTTP {status}"]
    assert {item["reason"] for item in outcome.items if item["state"] == "deferred"} == {
        "not asked: the publisher said to wait"
    }


def test_a_wait_asked_for_by_a_page_holds_in_the_next_run(tmp_path):
    with SlowSites(hosts=1, pages=3, seconds=0, net=61, retry_after={HOST: 3600}) as sites:
        run_crawl(tmp_path / "w.db", sites.sources())
        asked = len(sites.asked[HOST])
        with closing(open_for_reading(tmp_path / "w.db")) as db:
            now = clock.now()
            assert waiting_feeds(db, "s0", now + dt.timedelta(minutes=58))
            assert not waiting_feeds(db, "s0", now + dt.timedelta(minutes=62))
        run_crawl(tmp_path / "w.db", sites.sources())
        assert len(sites.asked[HOST]) == asked, "not even its robots.txt"


def test_seconds_count_from_the_answer_and_not_from_the_start_of_the_run(tmp_path):
    """Two seconds after two slow answers are over a second later than the run's start by then."""
    with SlowSites(hosts=1, pages=4, seconds=1.2, net=61, retry_after={HOST: 2}) as sites:
        run_crawl(tmp_path / "w.db", sites.sources())
        times = [when for when, path in sites.asked[HOST] if path.startswith("/story")]
    assert all(later - earlier >= 2 for earlier, later in pairwise(times))
    assert len(times) < 4


def test_the_other_feed_of_a_host_that_said_to_wait_is_passed_over_and_no_failure(tmp_path):
    with SlowSites(hosts=2, pages=2, net=61, retry_after={HOST: 600}) as sites:
        first = sites.source("a", HOST)
        second = sites.source("b", "127.0.61.2", HOST)
        sites.seconds = 0.4
        outcome = run_crawl(tmp_path / "w.db", [first, second])
        assert len(stories(sites)) <= 1
    assert outcome.report.failed_sources == 0
    assert all(feed["state"] in (FeedState.OK, FeedState.UNCHANGED) for feed in outcome.feeds.values())
