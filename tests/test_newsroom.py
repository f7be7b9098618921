"""The sample newsroom: what it serves is what a real newsroom would."""

import socket
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from http.client import IncompleteRead
from urllib.parse import urlsplit

import pytest
from lxml import etree

from demo.faults import Fault
from demo.newsroom import Newsroom
from tests.plain_client import announced, get, page_of, sources

NOW = datetime(2026, 11, 23, 13, 0, 40, tzinfo=UTC)


@pytest.fixture(scope="module")
def newsroom():
    """Read only: tests that change stories or set faults take a newsroom of their own."""
    with Newsroom(now=NOW) as room:
        yield room


@pytest.fixture
def own_newsroom():
    with Newsroom(now=NOW) as room:
        yield room


# --- life -------------------------------------------------------------------------------------


def test_it_starts_quickly():
    began = time.perf_counter()
    with Newsroom(now=NOW):
        took = time.perf_counter() - began
    assert took < 1  # 0.05 s on an idle machine


def test_stopping_frees_every_port(own_newsroom):
    roots = [own_newsroom.root(site) for site in own_newsroom.sites]
    own_newsroom.stop()
    for root in roots:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((urlsplit(root).hostname, urlsplit(root).port), 1)


def test_a_port_can_be_chosen(own_newsroom):
    port = urlsplit(own_newsroom.root("araks")).port
    own_newsroom.stop()
    with Newsroom(ports={"araks": port}) as second:
        assert second.root("araks").endswith(f":{port}")


def test_stories_are_of_today_and_the_same_for_the_same_now():
    with Newsroom() as room:
        newest = max(fact.published for fact in room.expected())
        assert timedelta() < datetime.now(UTC) - newest < timedelta(hours=3)
    texts = []
    for _ in range(2):
        with Newsroom(now=NOW) as room:
            texts.append([(fact.id, fact.published, fact.text, fact.page_date) for fact in room.expected()])
    assert texts[0] == texts[1]


# --- conditional requests ---------------------------------------------------------------------


def test_an_unchanged_feed_answers_304_to_its_own_etag(newsroom):
    url = sources(newsroom)["azertac-sample"].feeds[0]
    _, headers, _ = get(url)
    status, again, body = get(url, If_None_Match=headers["ETag"])
    assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])


def test_an_unchanged_feed_answers_304_to_its_own_last_modified(newsroom):
    url = sources(newsroom)["daryal"].feeds[0]
    _, headers, _ = get(url)
    assert "ETag" not in headers
    assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert get(url, If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT")[0] == 200


def test_a_site_without_validators_sends_none(newsroom):
    headers = get(sources(newsroom)["menafn-sample"].feeds[0])[1]
    assert "ETag" not in headers
    assert "Last-Modified" not in headers


def test_a_new_story_changes_the_feed_and_its_validators(own_newsroom):
    url = sources(own_newsroom)["peachtree"].feeds[0]
    etag = get(url)[1]["ETag"]
    fact = own_newsroom.publish("peachtree", {"id": "new", "path": "/new.html", "title": "New", "text": "One.\n\nTwo."})
    status, headers, body = get(url, If_None_Match=etag)
    assert status == 200
    assert headers["ETag"] != etag
    assert fact.url.encode() in body
    assert fact.paragraphs == ("One.", "Two.")
    assert fact.published == NOW.replace(second=0)


# --- changing the news ------------------------------------------------------------------------


def test_an_edited_story_shows_its_new_title_and_time_of_change(own_newsroom):
    before = own_newsroom.fact("azernews-sample", "gudauri-azernews")
    fact = own_newsroom.edit("azernews-sample", before.id, title="UPDATE - Gudauri", updated=timedelta(minutes=5))
    assert page_of(fact).findtext(".//h1") == "UPDATE - Gudauri"
    assert fact.url == before.url
    assert fact.modified == NOW.replace(second=0) - timedelta(minutes=5)


def test_a_withdrawn_story_leaves_the_feed(own_newsroom):
    fact = own_newsroom.withdraw("araks", "eu-envoy-en", status=410)
    assert get(fact.url)[0] == 410
    assert fact.url not in announced(sources(own_newsroom)["araks"])


def test_every_request_is_logged_with_status_and_headers(own_newsroom):
    get(own_newsroom.root("araks") + "/hy/atom.xml?x=1", User_Agent="tester/1")
    [entry] = own_newsroom.requests
    assert (entry.site, entry.method, entry.path, entry.status) == ("araks", "GET", "/hy/atom.xml?x=1", 200)
    assert entry.headers["User-Agent"] == "tester/1"
    assert own_newsroom.asked("araks", "/hy/atom.xml?x=1") == own_newsroom.asked("araks") == [entry]
    assert own_newsroom.asked("mtkvari") == []


# --- faults -----------------------------------------------------------------------------------


def test_a_status_fault_keeps_robots_txt_and_neighbours_whole(own_newsroom):
    own_newsroom.set_fault("araks", Fault("status", status=429, headers={"Retry-After": "120"}))
    status, headers, _ = get(own_newsroom.root("araks") + "/hy/atom.xml")
    assert (status, headers["Retry-After"]) == (429, "120")
    assert get(own_newsroom.root("araks") + "/robots.txt")[0] == 200
    assert get(own_newsroom.root("mtkvari") + "/feed.json")[0] == 200
    own_newsroom.set_fault("araks", None)
    assert get(own_newsroom.root("araks") + "/hy/atom.xml")[0] == 200


def test_a_fault_can_be_given_to_one_path(own_newsroom):
    own_newsroom.set_fault("araks", Fault("status"), path="/hy/atom.xml")
    assert get(own_newsroom.root("araks") + "/hy/atom.xml")[0] == 503
    assert get(own_newsroom.root("araks") + "/en/atom.xml")[0] == 200


def test_a_reset_breaks_the_connection(own_newsroom):
    own_newsroom.set_fault("araks", Fault("reset"))
    with pytest.raises((ConnectionResetError, urllib.error.URLError)):
        get(own_newsroom.root("araks") + "/")


def test_a_hanging_site_does_not_delay_the_end_of_the_newsroom(own_newsroom):
    own_newsroom.set_fault("araks", Fault("hang"))
    host, port = urlsplit(own_newsroom.root("araks")).netloc.split(":")
    with socket.create_connection((host, int(port)), 5) as waiting:
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not own_newsroom.requests:
            time.sleep(0.01)
        began = time.perf_counter()
        own_newsroom.stop()
    assert time.perf_counter() - began < 30, "not until the visitor leaves"
    assert own_newsroom.requests[0].status == 0


def test_a_slow_body_takes_its_time(own_newsroom):
    own_newsroom.set_fault("araks", Fault("slow-body", seconds=0.3))
    began = time.perf_counter()
    assert get(own_newsroom.root("araks") + "/")[0] == 200
    assert time.perf_counter() - began >= 0.25


def test_a_cut_body_ends_before_its_announced_length(own_newsroom):
    own_newsroom.set_fault("araks", Fault("cut-body"))
    with pytest.raises((OSError, IncompleteRead)):
        get(own_newsroom.root("araks") + "/")


def test_a_truncated_feed_is_no_whole_xml(own_newsroom):
    url = sources(own_newsroom)["peachtree"].feeds[0]
    own_newsroom.set_fault("peachtree", Fault("truncated"))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(get(url)[2])


def test_a_challenge_page_stands_in_for_a_feed(own_newsroom):
    url = sources(own_newsroom)["peachtree"].feeds[0]
    own_newsroom.set_fault("peachtree", Fault("html-for-feed"))
    status, headers, body = get(url)
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert b"Checking your browser" in body


def test_a_bomb_is_small_on_the_wire(own_newsroom):
    own_newsroom.set_fault("peachtree", Fault("gzip-bomb"))
    _, headers, body = get(sources(own_newsroom)["peachtree"].feeds[0])
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 2**20


def test_a_redirect_leads_to_a_private_address_or_in_circles(own_newsroom):
    own_newsroom.set_fault("peachtree", Fault("redirect"))
    status, headers, _ = get(own_newsroom.root("peachtree") + "/feed/")
    assert (status, headers["Location"]) == (302, "http://10.0.0.1/")
    own_newsroom.set_fault("peachtree", Fault("redirect-loop"))
    path = "/feed/"
    for step in range(1, 4):
        status, headers, _ = get(own_newsroom.root("peachtree") + path)
        path = headers["Location"]
        assert (status, path) == (302, f"/feed/loop-{step}")


def test_validators_can_lie(own_newsroom):
    url = own_newsroom.root("peachtree") + "/feed/"
    own_newsroom.set_fault("peachtree", Fault("always-304"))
    assert get(url)[0] == 304
    own_newsroom.set_fault("peachtree", Fault("ignore-validators"))
    status, headers, _ = get(url, If_None_Match="*")
    assert status == 200
    assert "ETag" not in headers
