"""Hostile publishers through the real crawl: named ends, whole neighbours, nothing leaked."""

import resource

import pytest

from crawler.launch import CrawlProcess
from crawler.plan import plan_run
from demo.hostile import ALLOWED_NETWORK, HostileBench, judge_crawl
from demo.hostile.case import SECRET
from demo.hostile.server import NEIGHBOUR
from storage.database import open_database
from storage.desk import Desk
from storage.ledger import begin_run, find_gaps
from tests.crawling import EVERYTHING, crawl_rules
from wirewatch import clock
from wirewatch.outcome import SourceResult

REASONS = {
    "endless-headers": "too-large",
    "gzip-bomb": "too-large",
    "brotli-bomb": "too-large",
    "zstd-bomb": "too-large",
    "endless-body": "too-large",
    "broken-gzip": "bad-encoding",
    "not-gzip-at-all": "bad-encoding",
    "gzip-many-members": "bad-encoding",
    "encodings-by-the-thousand": "bad-encoding",
    "deflate-cut": "bad-encoding",
    "brotli-garbage": "bad-encoding",
    "zstd-garbage": "bad-encoding",
    "zstd-window-of-gigabytes": "bad-encoding",
    "interim-answers-endless": "too-large",
    "chunks-of-one-byte": "cut-short",
    "chunks-without-end": "cut-short",
    "too-short": "cut-short",
    "reset-in-body": "cut-short",
    "closes-at-once": "connection-lost",
    "redirect-loop": "redirect-loop",
    "redirect-for-ever": "redirect-loop",
    "redirect-to-guarded": "private-address",
    "location-without-scheme": "private-address",
    "redirect-to-guarded-on-third-hop": "private-address",
    "redirect-to-file": "not-an-http-address",
    "redirect-to-nonsense": "not-an-http-address",
    "redirect-with-password": "not-an-http-address",
    "redirect-without-target": "redirect-to-nowhere",
    "robots-forbids": "robots",
    "robots-fails": "robots.txt answers 500",
    "robots-delay-of-years": "robots.txt asks for 315360000 s between requests",
    "robots-redirects-to-guarded": "private-address",
    "certificate-of-nobody": "certificate",
    "certificate-of-last-year": "certificate",
    "certificate-of-another": "certificate",
    "tls-of-2006": "connection-lost",
    "handshake-never": "timeout",
    "handshake-in-plain": "tls",
    "handshake-cut": "connection-lost",
    "handshake-for-ever": "tls",
}
OTHERS = (
    "robots-endless",
    "page-unknown-charset",
    "links-with-password",
    "links-to-guarded",
    "many-cookies",
    "hosts-that-map-inside",
    "hosts-by-numbers",
    "location-with-userinfo",
    "location-with-backslashes",
    "json-feed-to-guarded",
    "listing-of-guarded",
    "not-modified-at-once",
    "gone-with-feed",
)
THIEVES = (
    "stolen-link",
    "stolen-guid",
    "stolen-canonical",
    "stolen-text",
    "stolen-by-redirect",
    "stolen-in-disguise",
    "stolen-structured-data",
    "stolen-feed",
    "stolen-host-by-header",
)


def spent_by_children():
    """CPU seconds of processes that have ended: what a busy machine does not change."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.fixture(scope="module")
def crawled():
    """One run over the bench, and what it had to say on standard error."""
    with HostileBench([*REASONS, *OTHERS, *THIEVES]) as bench:
        rules = crawl_rules(allow_private=(ALLOWED_NETWORK,), timeout="20s")
        job = plan_run(None, bench.sources(), rules, clock.now())
        began = spent_by_children()
        with CrawlProcess(job) as process:
            results = [message for message in process.messages() if isinstance(message, SourceResult)]
        yield bench, results, spent_by_children() - began


def test_every_case_ends_as_it_must_and_the_neighbour_is_whole(crawled):
    bench, results, spent = crawled
    assert judge_crawl(bench, results) == []
    assert spent < 60


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_the_reason_is_a_word_that_says_what_happened(crawled, name, reason):
    _, results, _ = crawled
    [feed] = next(result for result in results if result.source == name).feeds
    assert feed.reason == reason


def test_little_is_taken_of_what_never_ends(crawled):
    bench, *_ = crawled
    taken = {visit.case: visit.sent for visit in bench.visits if visit.path == "/feed.xml"}
    assert taken["endless-headers"] < 8 * 2**20  # what the kernel buffers on both sides is counted too
    assert taken["endless-body"] < 24 * 2**20


@pytest.mark.parametrize("first", THIEVES)
def test_nobody_can_keep_the_neighbours_stories_out_of_the_archive(crawled, tmp_path, first):
    bench, results, _ = crawled
    db = open_database(tmp_path / "wire.db")
    sources = {source.id: source for source in bench.sources()}
    desk = Desk(db, [EVERYTHING], sources, clock.now())
    run = begin_run(db, "hand", len(results), clock.now())
    for result in sorted(results, key=lambda each: (each.source != first, each.source == NEIGHBOUR)):
        desk.commit(run, result, clock.now())
    rows = db.execute("SELECT canonical_url, title, source FROM articles").fetchall()
    stored = {url: (title, source) for url, title, source in rows}
    for url in bench.neighbour_stories():
        title, source = stored[url]
        assert title.startswith("Neighbour's report")
        assert source == NEIGHBOUR
    assert find_gaps(db) == []
    db.close()
    assert SECRET.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
