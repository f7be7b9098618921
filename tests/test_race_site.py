"""The site of the race: a feed moves on as its pages are asked for, and a page that comes again is another story."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.path.measure import _Watch
from benchmarks.path.site import ENTRIES, Sites

VERBS = ("signed", "delayed", "opened", "rejected", "praised", "planned", "closed", "financed", "inspected", "debated")
PLACES = ("Gyumri", "Batumi", "Shaki", "Julfa", "Zugdidi", "Goris", "Ganja", "Telavi", "Meghri", "Lankaran")
THINGS = ("bridge", "railway", "customs", "pipeline", "treaty", "airport", "border", "school", "market", "tunnel")


def page(number: int) -> tuple[dict[str, str], bytes]:
    """A page of its own place, thing and verbs, with sentences that all pages have."""
    place, thing, verb = (f"{words[number % 10]}{'abc'[number // 10]}" for words in (PLACES, THINGS, VERBS))
    lines = [f"The {thing}{turn} near {place}{turn} was {verb}{turn} yesterday." for turn in range(12)]
    text = f"Officials said that there will be more news from {place} about {12 + number} of them. {' '.join(lines)}"
    url = f"http://saved.example/{number}"
    return {"url": url, "text": text}, f'<a href="{url}">here</a><h1>{thing} in {place}</h1><p>{text}</p>'.encode()


def make(pages: int, hosts: int = 1, saved: int = 24) -> Sites:
    return Sites(hosts, pages, [page(number) for number in range(saved)])


def entries(sites: Sites, host: str = "127.1.0.1") -> list[str]:
    status, _, feed = sites.answer(host, 80, "/feed.xml")
    assert status == 200
    return re.findall(r"<link>http://[\d.]+:80(/p/\d+\.html)</link>", feed.decode())


def test_a_feed_names_the_next_pages_of_its_host() -> None:
    sites = make(1000, hosts=2)
    first = entries(sites)
    assert first == [f"/p/{number}.html" for number in range(ENTRIES)] == entries(sites)
    for path in first[:100]:
        sites.answer("127.1.0.1", 80, path)
    assert entries(sites) == [f"/p/{number}.html" for number in range(100, 100 + ENTRIES)]
    assert entries(sites, "127.1.0.2")[0] == "/p/500.html"
    for number in range(500):
        sites.answer("127.1.0.1", 80, f"/p/{number}.html")
    assert entries(sites) == []


def read(sites: Sites, count: int) -> list[str]:
    return [sites.answer("127.1.0.1", 80, f"/p/{number}.html")[2].decode() for number in range(count)]


def told(body: str) -> set[str]:
    """What no other page says."""
    return set(re.findall(r"[A-Za-z]{3,}\d+", body))


def test_a_page_that_comes_again_is_another_story_in_the_same_frame() -> None:
    sites = make(96)
    bodies = read(sites, 96)
    assert len(set(bodies)) == 96
    assert bodies[30] == sites.page(30, "http://127.1.0.1:80/p/30.html").decode()
    assert all("yesterday" in body and "Officials said that there" in body for body in bodies)
    assert "http://127.1.0.1:80/p/30.html" in bodies[30]
    assert all(re.search(r"about \d+ of them", body) for body in bodies)
    assert len(told(bodies[0])) == 36
    for number in range(24, 96):
        assert len(told(bodies[number]) & told(bodies[number % 24])) < 12


def test_a_page_in_a_language_with_few_others_is_the_same_event_told_anew() -> None:
    bodies = read(make(20, saved=10), 20)
    assert len(set(bodies)) == 20
    assert all(told(bodies[number]) == told(bodies[number + 10]) for number in range(10))


def test_the_time_of_a_crawl_that_has_ended_stays_the_crawls(tmp_path: Path) -> None:
    watch = _Watch(os.getsid(0), tmp_path / "pages", 10)
    command = [sys.executable, "-c", "input()", "crawler.process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        watch.look(weigh=False)
        assert watch.kinds[process.pid] == "crawl"
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody has asked for it yet
        watch.look(weigh=False)
        assert watch.kinds[process.pid] == "crawl"
