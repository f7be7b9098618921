"""The crawl over the sample newsroom: every kind of source, every promise to publishers."""

import time
from collections import Counter
from datetime import timedelta

import pytest

from crawler.plan import Scope
from demo.faults import Fault
from demo.newsroom import Newsroom
from tests.crawling import crawl_rules, run_crawl
from wirewatch.outcome import FeedState, State
from wirewatch.source import Source
from wirewatch.urls import link_key

FATES = {
    "article": State.STORED,
    "short": State.UNREADABLE,
    "missing": State.FAILED,
    "gone": State.FAILED,
    "forbidden": State.REFUSED,
    "dead": State.FAILED,
}


MORE_STORIES = 4


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """A newsroom, a first run over it and a second one."""
    file = tmp_path_factory.mktemp("day") / "wire.db"
    with Newsroom(spread=True) as newsroom:
        for number in range(MORE_STORIES):
            newsroom.publish("bogaz", write_story(f"/more/{number}", f"Tiflis görüşmesi {number}"))
        first = run_crawl(file, newsroom.sources())
        asked = list(newsroom.requests)
        second = run_crawl(file, newsroom.sources())
        again = newsroom.requests[len(asked) :]
        yield newsroom, first, second, asked, again, file


def write_story(path, title, **more):
    text = f"{title}: Ermenistan ve Azerbaycan dışişleri bakanları Tiflis'te görüşecek.\n\n" + f"{title}. " * 40
    return {"id": path, "path": path, "title": title, "text": text, **more}


def addresses_of(fact):
    return {link_key(url) for url in (fact.url, *fact.aliases, *fact.moved_from, *fact.announced_as) if url} | (
        {link_key(fact.amp_url)} if fact.amp_url else set()
    )


def test_every_item_of_every_kind_of_source_ends_in_its_state(day):
    newsroom, first, *_ = day
    wrong = []
    for fact in newsroom.expected():
        states = first.states(fact.site)
        ends = [states[key] for key in addresses_of(fact) if key in states]
        if ends != [FATES[fact.fate]]:
            wrong.append((fact.site, fact.id, fact.fate, ends))
    assert wrong == []


def test_nothing_is_found_that_the_newsroom_does_not_have(day):
    newsroom, first, *_ = day
    for source in newsroom.sources():
        known = set().union(*(addresses_of(fact) for fact in newsroom.expected() if fact.site == source.id))
        assert set(first.states(source.id)) <= known


def test_each_article_has_the_title_the_source_and_the_time_of_its_story(day):
    newsroom, first, *_ = day
    facts = {link_key(fact.url): fact for fact in newsroom.expected()}
    for article in first.articles:
        fact = facts[link_key(article.canonical_url or article.url)]
        assert article.title == fact.headline
        assert article.source == fact.site
        assert article.language == fact.language
        assert article.published is not None
        assert abs(article.published - fact.published) < timedelta(days=1)


def test_a_second_run_asks_no_page_again_and_finds_every_feed_unchanged(day):
    newsroom, _, second, _, again, _ = day
    assert second.articles == []
    healthy = {"aftab", "araks", "azertac-sample", "daryal"}
    accounts = {account.source: account for account in second.report.accounts}
    assert {accounts[name].state for name in healthy} == {FeedState.UNCHANGED}
    asked = [request for request in again if request.site in healthy and request.path != "/robots.txt"]
    feeds = {url for source in newsroom.sources() for url in source.feeds}
    assert {newsroom.root(request.site) + request.path for request in asked} <= feeds
    assert {request.status for request in asked} == {304}


def test_a_second_run_tries_again_what_failed_and_only_that(day):
    newsroom, _, second, _, again, _ = day
    pages = {newsroom.root(request.site) + request.path for request in again}
    stories = [fact for fact in newsroom.expected() if fact.url in pages]
    assert {fact.fate for fact in stories} <= {"missing", "gone", "short"}
    assert second.report.stored == 0


def test_nothing_is_asked_that_robots_txt_forbids(day):
    newsroom, *_ = day
    for site, start in (("azernews-sample", "/subscribers/"), ("azernews-sample", "/print/"), ("aftab", "/admin/")):
        assert [request.path for request in newsroom.asked(site) if request.path.startswith(start)] == []


def test_robots_txt_is_asked_before_anything_else_and_once_a_day(day):
    newsroom, _, _, asked, again, _ = day
    for source in newsroom.sources():
        paths = [request.path for request in asked if request.site == source.id]
        assert paths[0] == "/robots.txt"
        assert paths.count("/robots.txt") == 1
        assert "/robots.txt" not in [request.path for request in again if request.site == source.id]


def test_a_crawl_delay_of_half_a_second_is_kept(day):
    _, _, _, asked, *_ = day
    seconds = Counter(request.time for request in asked if request.site == "bogaz" and request.path != "/robots.txt")
    assert sum(seconds.values()) == 3 + 1 + MORE_STORIES
    assert max(seconds.values()) <= 3  # with the pause's jitter of a fifth; without it all come in one second


def test_an_old_address_that_redirects_is_stored_once_under_the_new_one(day):
    newsroom, first, *_ = day
    fact = newsroom.fact("araks", "margara-hy")
    assert fact.announced_as != ()
    assert [article.canonical_url for article in first.articles if article.title == fact.headline] == [fact.url]


def test_a_tracked_address_and_an_amp_page_are_the_page_itself(day):
    newsroom, first, *_ = day
    for site, story in (("azernews-sample", "corridor-report"), ("mtkvari", "gudauri-ka")):
        fact = newsroom.fact(site, story)
        urls = [article.canonical_url for article in first.articles if article.title == fact.headline]
        assert urls == [fact.url]


def test_we_name_ourselves(day):
    newsroom, *_ = day
    assert all("Wirewatch" in request.headers["User-Agent"] for request in newsroom.requests)


def test_a_new_story_is_all_that_the_next_run_brings(day):
    newsroom, _, _, _, _, file = day
    fact = newsroom.publish("araks", write_story("/en/news/new/1", "Ministers to meet", language="en"))
    third = run_crawl(file, [source for source in newsroom.sources() if source.id in ("araks", "daryal")])
    assert third.read_urls() == {fact.url}
    assert third.report.stored == 1


# --- one run each ---------------------------------------------------------------------------------


@pytest.fixture
def newsroom():
    with Newsroom(spread=True) as room:
        yield room


def pick(newsroom, *names):
    return [source for source in newsroom.sources() if source.id in names]


def test_faults_of_some_sources_leave_their_neighbours_complete(newsroom, tmp_path):
    faults = {
        "azertac-sample": (Fault("status", status=503), FeedState.FAILED),
        "araks": (Fault("reset"), FeedState.FAILED),
        "mtkvari": (Fault("gzip-bomb"), FeedState.REFUSED),
        "bogaz": (Fault("hang"), FeedState.FAILED),
        "aftab": (Fault("html-for-feed"), FeedState.BLOCKED),
        "menafn-sample": (Fault("redirect-loop"), FeedState.FAILED),
        "peachtree": (Fault("redirect"), FeedState.REFUSED),
    }
    for site, (fault, _) in faults.items():
        newsroom.set_fault(site, fault)
    outcome = run_crawl(tmp_path / "wire.db", newsroom.sources(), crawl=crawl_rules(timeout="2s"))
    states = {account.source: account.state for account in outcome.report.accounts}
    assert {site: states[site] for site in faults} == {site: state for site, (_, state) in faults.items()}
    reasons = {account.source: account.reason for account in outcome.report.accounts}
    assert "too-large" in reasons["mtkvari"]
    assert "redirect-loop" in reasons["menafn-sample"]
    assert "private-address" in reasons["peachtree"]
    assert "timeout" in reasons["bogaz"]
    whole = {"azernews-sample", "daryal", "kurportal"}
    stories = {fact.url for fact in newsroom.expected() if fact.site in whole and fact.fate == "article"}
    assert outcome.read_urls() == stories
    assert outcome.report.failed_sources == len(faults)


def test_many_first_requests_at_once_wait_for_robots_txt(newsroom, tmp_path):
    root = newsroom.root("azernews-sample")
    forbidden = tuple(f"{root}/print/{number}" for number in range(12))
    newsroom.set_fault("azernews-sample", Fault("slow-body", seconds=0.5), path="/robots.txt")
    sources = [Source(id=f"s{number}", name="s", pages=(url,)) for number, url in enumerate(forbidden)]
    outcome = run_crawl(tmp_path / "wire.db", sources, crawl=crawl_rules(per_host=8))
    assert [request.path for request in newsroom.asked("azernews-sample")] == ["/robots.txt"]
    assert {(item["state"], item["reason"]) for item in outcome.items} == {("refused", "robots")}


def test_a_cap_defers_items_and_the_next_run_takes_them_though_the_feed_is_unchanged(newsroom, tmp_path):
    file = tmp_path / "wire.db"
    sources = pick(newsroom, "daryal")
    stories = {fact.url for fact in newsroom.expected() if fact.site == "daryal"}
    first = run_crawl(file, sources, crawl=crawl_rules(max_items=3))
    assert (first.count("daryal", State.STORED), first.count("daryal", State.DEFERRED)) == (3, 1)
    second = run_crawl(file, sources, crawl=crawl_rules(max_items=3))
    assert second.report.stored == 1
    assert first.read_urls() | second.read_urls() == stories
    feed = sources[0].feeds[0]
    assert first.feeds[feed]["body_hash"] is None  # so that no 304 hides what is left
    assert second.feeds[feed]["body_hash"] is not None


def test_a_limit_holds_over_all_sources(newsroom, tmp_path):
    file = tmp_path / "wire.db"
    sources = pick(newsroom, "daryal", "aftab")
    first = run_crawl(file, sources, scope=Scope(limit=3))
    assert len(first.articles) == first.report.stored == 3
    assert sum(first.count(source.id, State.DEFERRED) for source in sources) == 5
    assert run_crawl(file, sources).report.stored == 5


def test_only_articles_since_a_time_are_read_and_the_rest_stays_to_be_read(newsroom, tmp_path):
    file = tmp_path / "wire.db"
    sources = pick(newsroom, "daryal")
    since = newsroom.now - timedelta(hours=6, minutes=30)
    recent = {fact.url for fact in newsroom.expected() if fact.site == "daryal" and fact.published >= since}
    first = run_crawl(file, sources, scope=Scope(since=since))
    assert first.read_urls() == recent
    assert first.count("daryal", State.OLD) == 4 - len(recent)
    assert run_crawl(file, sources).report.stored == 4 - len(recent)


def test_a_source_out_of_time_keeps_what_it_has_and_goes_on_in_the_next_run(newsroom, tmp_path):
    file = tmp_path / "wire.db"
    slow = newsroom.fact("daryal", "tennis-ru")
    newsroom.set_fault("daryal", Fault("hang"), path=slow.path)
    sources = pick(newsroom, "daryal")
    first = run_crawl(file, sources, crawl=crawl_rules(source_time="3s", timeout="30s", per_host=4))
    assert first.states("daryal")[link_key(slow.url)] is State.DEFERRED
    assert first.report.stored == 3
    newsroom.set_fault("daryal", None, path=slow.path)
    assert run_crawl(file, sources).read_urls() == {slow.url}


def test_a_host_is_asked_by_one_at_a_time_even_without_a_pause(newsroom, tmp_path):
    for number in range(5):
        newsroom.set_fault("daryal", Fault("slow-body", seconds=0.3), path=f"/more/{number}")
        newsroom.publish("daryal", write_story(f"/more/{number}", f"Встреча {number}"))
    began = time.monotonic()
    run_crawl(tmp_path / "wire.db", pick(newsroom, "daryal"))
    assert time.monotonic() - began > 5 * 0.3 + 0.3
    order = [request.path for request in newsroom.asked("daryal") if request.path.startswith("/more/")]
    assert order == [f"/more/{number}" for number in range(4, -1, -1)]


def test_a_host_that_stops_answering_is_not_waited_for_page_by_page(newsroom, tmp_path):
    for number in range(8):
        newsroom.publish("daryal", write_story(f"/more/{number}", f"Встреча {number}"))
        newsroom.set_fault("daryal", Fault("hang"), path=f"/more/{number}")
    outcome = run_crawl(tmp_path / "wire.db", pick(newsroom, "daryal"), crawl=crawl_rules(timeout="1s"))
    assert outcome.count("daryal", State.FAILED) == 2
    assert outcome.count("daryal", State.DEFERRED) >= 6


def test_a_publisher_that_says_wait_is_left_alone(newsroom, tmp_path):
    file = tmp_path / "wire.db"
    newsroom.set_fault("daryal", Fault("status", status=429, headers={"Retry-After": "3600"}))
    sources = pick(newsroom, "daryal")
    run_crawl(file, sources)
    asked = len(newsroom.asked("daryal", "/export/rss.xml"))
    assert asked == 1
    for _ in range(2):
        again = run_crawl(file, sources)
        assert len(newsroom.asked("daryal", "/export/rss.xml")) == asked
        assert again.report.failed_sources == 0
