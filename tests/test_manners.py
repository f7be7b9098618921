"""Manners with real crawl processes: pause and robots.txt hold over two of them, and over the death of both."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import closing
from itertools import pairwise
from statistics import median

import pytest

from scheduler.run import Order, Run
from storage.database import open_database
from storage.ledger import find_gaps, last_run, read_items
from tests.cluster import crawl_processes, wait_for
from tests.crawling import EVERYTHING, crawl_rules
from tests.slow_sites import SlowSites
from wirewatch.config import Workers

PAUSE = 1.0
PAGES = 4


@pytest.mark.timeout(240)
def test_pause_and_robots_hold_over_two_processes_and_over_their_death(tmp_path):
    killed: list[int] = []

    def kill(sites: SlowSites) -> None:
        wait_for(lambda: all(sum("/story" in path for _, path in sites.asked[host]) >= 2 for host in hosts))
        killed.extend(crawl_processes(os.getpid()))
        for process in killed:
            os.kill(process, signal.SIGKILL)

    hosts = ("127.0.43.1", "127.0.43.2")
    with (
        SlowSites(hosts=2, pages=PAGES, seconds=0.05, net=43, crawl_delay=PAUSE) as sites,
        closing(open_database(tmp_path / "w.db")) as db,
    ):
        killer = threading.Thread(target=kill, args=(sites,))
        killer.start()
        sources = sites.sources()
        order = Order(sources, (EVERYTHING,), {each.id: each for each in sources})
        report = Run(db, db, crawl_rules(), workers=Workers(processes=2)).execute(order)
        killer.join()
        assert report.finished
        assert find_gaps(db) == []
        items = read_items(db, last_run(db).id)
    assert len(killed) == 2, "each host had a process of its own"
    assert report.stored == 2 * PAGES
    assert [item["reason"] for item in items if "/private/" in item["url"]] == ["robots", "robots"]
    for host in hosts:
        assert sites.most[host] == 1, "a host was asked by two at once"
        assert not [path for _, path in sites.asked[host] if path.startswith("/private/")]
        assert [path for _, path in sites.asked[host]].count("/robots.txt") == 2, "once a process"
        waits = [
            later - earlier
            for (earlier, path), (later, _) in pairwise(sites.asked[host])
            if path != "/robots.txt"  # before it is read nobody knows of the pause
        ]
        # Seen by a thread of this process, which may be late for one request and in time for the next.
        assert median(waits) >= 0.95 * PAUSE
        assert min(waits) >= 0.5 * PAUSE
