"""The bench of hostile publishers: each case really does what it says."""

import gzip
import http.client
import ipaddress
import socket
import ssl
import sys
import time
import zlib
from urllib.parse import urlsplit

import pytest

from demo.hostile import ALLOWED_NETWORK, CASES, HostileBench, judge_crawl
from demo.hostile.case import RESET, SECRET, case
from demo.hostile.server import CANARY_ADDRESS
from demo.hostile.transport import BOMB_MEBIBYTES
from wirewatch import clock
from wirewatch.article import Article
from wirewatch.outcome import FeedResult, FeedState, ItemResult, SourceResult, State


@pytest.fixture(scope="module")
def bench():
    with HostileBench() as running:
        yield running


def ask(url, limit=200_000, path=None, seconds=1.5):
    """The raw answer: up to ``limit`` bytes, or what came within ``seconds``."""
    parts, received = urlsplit(url), b""
    deadline = time.monotonic() + seconds
    with socket.create_connection((parts.hostname, parts.port), 5) as client:
        client.sendall(f"GET {path or parts.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while len(received) < limit and time.monotonic() < deadline:
            client.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                piece = client.recv(65536)
            except TimeoutError:
                break
            except ConnectionResetError:
                return received + RESET
            if not piece:
                break
            received += piece
    return received


def body_of(url):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("GET", parts.path)
    with connection.getresponse() as answer:
        body = answer.read()
    connection.close()
    return body


def test_there_are_cases_for_every_part_of_a_crawler():
    assert len(CASES) >= 230
    assert {one.group for one in CASES.values()} == {"transport", "feed", "page", "address", "identity", "robots"}


def test_every_case_says_what_it_does_and_how_it_may_end():
    for one in CASES.values():
        assert one.says.endswith("."), one.name
        assert one.feed_states <= set(FeedState)
        assert one.item_states <= set(State)


def test_two_cases_cannot_share_a_name():
    with pytest.raises(ValueError, match="gzip-bomb"):
        case("gzip-bomb", "transport")(lambda where: {})


SLOW = {"never-answers", "slow-headers", "slow-body"}
SILENT = {"never-answers", "closes-at-once", "reset"}


PLAIN = sorted(name for name, case in CASES.items() if case.encryption is None)


@pytest.mark.parametrize("name", PLAIN)
def test_a_case_answers(bench, name):
    received = ask(bench.url(name), limit=2000, seconds=0.3 if name in SLOW else 5)
    if name in SILENT:
        assert received == (RESET if name == "reset" else b"")
    else:
        assert received.startswith((b"HTTP/1.1 ", b"220 ", b"<?xml"))


@pytest.mark.parametrize("name", sorted(set(CASES) - set(PLAIN)))
def test_a_case_of_tls_is_not_to_be_trusted(bench, name):
    parts = urlsplit(bench.url(name))
    assert parts.scheme == "https"
    with socket.create_connection((parts.hostname, parts.port), 5) as client:
        client.settimeout(2)
        with pytest.raises((ssl.SSLError, TimeoutError, ConnectionError)):
            ssl.create_default_context().wrap_socket(client, server_hostname=parts.hostname)


def test_each_case_has_an_address_of_its_own_that_may_be_asked(bench):
    hosts = [urlsplit(bench.url(name)).hostname for name in CASES]
    if sys.platform == "linux":
        assert len(set(hosts)) == len(hosts)
    assert all(ipaddress.ip_address(host) in ipaddress.ip_network(ALLOWED_NETWORK) for host in hosts)
    assert ipaddress.ip_address(CANARY_ADDRESS) not in ipaddress.ip_network(ALLOWED_NETWORK)


def test_the_neighbour_is_whole(bench):
    feed = body_of(bench.source("neighbour").feeds[0])
    for url in bench.neighbour_stories():
        assert url.encode() in feed
        assert b"no other site may change or hide it" in body_of(url)


def test_the_canary_tells_when_it_is_reached():
    with HostileBench(["redirect-to-guarded"]) as bench:
        assert bench.canary_hits == []
        answer = ask(bench.url("redirect-to-guarded"))
        target = answer.split(b"Location: ")[1].split(b"\r\n")[0].decode()
        ask(target, seconds=1)
        assert len(bench.canary_hits) == 1


@pytest.mark.slow
def test_the_bombs_are_small_and_decode_to_what_they_say(bench):
    for name, unpack in (("gzip-bomb", count_gzip), ("deflate-bomb", count_deflate)):
        body = body_of(bench.url(name))
        assert len(body) < 2**20
        assert unpack(body) == BOMB_MEBIBYTES * 2**20
    assert len(body_of(bench.url("brotli-bomb"))) < 1000


def count_gzip(body):
    total = 0
    while body:
        unpacker = zlib.decompressobj(31)
        total += len(unpacker.decompress(body))
        body = unpacker.unused_data
    return total


def count_deflate(body):
    unpacker = zlib.decompressobj()
    total = 0
    while body:
        total += len(unpacker.decompress(body, 2**24))
        body = unpacker.unconsumed_tail
    return total


def test_a_broken_gzip_body_is_broken(bench):
    with pytest.raises((zlib.error, gzip.BadGzipFile, EOFError)):
        gzip.decompress(body_of(bench.url("broken-gzip")))


def test_an_endless_body_goes_on_and_the_bytes_taken_are_counted(bench):
    ask(bench.url("endless-body"), limit=3_000_000, seconds=10)
    time.sleep(0.05)
    visit = next(visit for visit in reversed(bench.visits) if visit.case == "endless-body")
    assert visit.sent >= 2_900_000


def test_redirects_that_never_end_lead_to_new_addresses(bench):
    seen = set()
    path = "/feed.xml"
    for _ in range(5):
        answer = ask(bench.url("redirect-for-ever"), path=path)
        path = urlsplit(answer.split(b"Location: ")[1].split(b"\r\n")[0].decode()).path
        seen.add(path)
    assert len(seen) == 5


def test_a_large_answer_read_to_its_end_leaves_no_error_in_the_log(bench, caplog):
    assert len(body_of(bench.url("attribute-of-megabytes"))) > 4_000_000
    time.sleep(0.05)
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


def test_stopping_ends_connections_that_wait(caplog):
    bench = HostileBench(["never-answers"]).start()
    parts = urlsplit(bench.url("never-answers"))
    with socket.create_connection((parts.hostname, parts.port), 5) as client:
        client.sendall(b"GET /feed.xml HTTP/1.1\r\n\r\n")
        while not bench.visits:
            time.sleep(0.01)
        began = time.perf_counter()
        bench.stop()
    assert time.perf_counter() - began < 30, "not until the visitor leaves"
    assert caplog.records == []


def result_of(bench, name, state, *items):
    return SourceResult(name, clock.now(), feeds=[FeedResult(bench.url(name), state)], items=list(items))


def neighbour_result(bench, title="Neighbour's report"):
    items = [ItemResult(url, State.STORED, article=Article(url, title, "text")) for url in bench.neighbour_stories()]
    return result_of(bench, "neighbour", FeedState.OK, *items)


def test_a_right_crawl_is_judged_without_complaint():
    with HostileBench(["gzip-bomb"]) as bench:
        good = [neighbour_result(bench), result_of(bench, "gzip-bomb", FeedState.REFUSED)]
        assert judge_crawl(bench, good) == []


def test_a_missing_source_a_wrong_state_a_secret_and_a_changed_neighbour_are_complaints():
    with HostileBench(["gzip-bomb", "links-with-password"]) as bench:
        item = ItemResult(f"http://user:{SECRET}@x/", State.STORED)
        wrong = [neighbour_result(bench, "Retitled"), result_of(bench, "links-with-password", FeedState.OK, item)]
        complaints = judge_crawl(bench, wrong)
        assert "gzip-bomb: has no result" in complaints
        assert f"links-with-password: {SECRET!r} came through" in complaints
        assert sum("has the title 'Retitled'" in line for line in complaints) == 3
        complaints = judge_crawl(bench, [result_of(bench, "gzip-bomb", FeedState.OK)])
        assert "neighbour: has no result" in complaints
        assert any(line.startswith("gzip-bomb: its feed ended as ok") for line in complaints)
