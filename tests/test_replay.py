"""Recording a crawl, and crawling the record: the same articles, and no network."""

import hashlib
import socket
import threading

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.plan import Scope
from crawler.warc import Archive, list_feeds
from demo.newsroom import Newsroom
from scheduler.choose import choose_sources
from tests.crawling import run_crawl
from wirewatch.config_file import load_config
from wirewatch.errors import UsageError
from wirewatch.outcome import FeedState, State

NAMES = ("azernews-sample", "mtkvari", "daryal", "kurportal", "aftab", "menafn-sample")


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """A recorded run: the outcome, the archive and what was asked; the newsroom is gone afterwards."""
    folder = tmp_path_factory.mktemp("record")
    file = folder / "day.warc.gz"
    with Newsroom(spread=True) as newsroom:
        sources = [source for source in newsroom.sources() if source.id in NAMES]
        outcome = run_crawl(folder / "wire.db", sources, scope=Scope(record=file))
        requests = list(newsroom.requests)
    return outcome, file, sources, requests


def content(outcome):
    return {
        article.canonical_url: (article.title, article.text, article.published, article.authors, article.source)
        for article in outcome.articles
    }


class Listener:
    """Counts connections to one address."""

    def __init__(self, address):
        self.server = socket.create_server(address)
        self.count = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                self.server.accept()[0].close()
            except OSError:
                return
            self.count += 1


def test_a_replay_gives_the_same_articles_and_touches_no_network(record, tmp_path):
    outcome, file, sources, requests = record
    hosts = {request.headers["Host"] for request in requests}
    listeners = [Listener((host.split(":")[0], int(host.split(":")[1]))) for host in hosts]
    replayed = run_crawl(tmp_path / "wire.db", sources, scope=Scope(replay=file))
    for listener in listeners:
        listener.server.close()
    assert sum(listener.count for listener in listeners) == 0
    assert content(replayed) == content(outcome)
    assert len(content(outcome)) > 15
    for source in sources:
        assert replayed.states(source.id) == outcome.states(source.id)


def test_the_archive_holds_each_answer_and_the_request_that_led_to_it(record):
    _, file, _, requests = record
    responses, asked, kinds = {}, {}, []
    with file.open("rb") as handle:
        for row in ArchiveIterator(handle):
            kinds.append(row.rec_type)
            if row.rec_type == "warcinfo":
                assert b"wirewatch" in row.content_stream().read()
                continue
            key = row.rec_headers.get_header("WARC-Record-ID")
            (responses if row.rec_type == "response" else asked)[key] = (
                row.rec_headers.get_header("WARC-Target-URI"),
                row.rec_headers.get_header("WARC-Concurrent-To"),
                row.rec_headers.get_header("WARC-IP-Address"),
                row.http_headers.protocol,
            )
    assert kinds[0] == "warcinfo"
    assert {key for _, key, _, _ in asked.values()} == set(responses)
    assert len(responses) == len(asked) == len(requests)
    assert all(address.startswith("127.0.0.") for _, _, address, _ in responses.values())
    assert {protocol for *_, protocol in asked.values()} == {"GET"}
    paths = {request.path for request in requests}
    assert {"/" + url.split("/", 3)[3] for url, *_ in responses.values()} == paths


def test_the_digests_are_right(record):
    _, file, *_ = record
    arguments = type("Options", (), {"inputs": [str(file)], "verbose": False})
    checker = Checker(arguments)
    checker.process_all()
    assert checker.exit_value == 0
    digests = 0
    with file.open("rb") as handle:
        for row in ArchiveIterator(handle, check_digests="raise"):
            row.content_stream().read()
            digests += row.rec_headers.get_header("WARC-Payload-Digest") is not None
    assert digests > 0


def test_a_compressed_answer_is_kept_as_it_came(record):
    _, file, *_ = record
    encoded = 0
    with file.open("rb") as handle:
        for row in ArchiveIterator(handle):
            if row.rec_type == "response" and row.http_headers.get_header("Content-Encoding"):
                raw = row.raw_stream.read()
                assert b"<html" not in raw
                assert int(row.http_headers.get_header("Content-Length")) == len(raw)
                encoded += 1
    assert encoded > 2


def test_the_feeds_of_an_archive_are_found_in_it(record):
    _, file, sources, _ = record
    assert set(list_feeds(file)) == {url for source in sources for url in source.feeds}


def test_a_replay_without_a_source_takes_the_feeds_of_the_archive(record, tmp_path):
    outcome, file, *_ = record
    config = tmp_path / "config.yaml"
    config.write_text("catalogue: {none: true}\n", encoding="utf-8")
    chosen = choose_sources(load_config(config), (), None, file)
    replayed = run_crawl(tmp_path / "wire.db", chosen, scope=Scope(replay=file))
    from_feeds = {url for url, article in content(outcome).items() if article[4] != "kurportal"}
    assert replayed.read_urls() == from_feeds


def test_what_the_archive_does_not_hold_is_gone(record, tmp_path):
    _, file, sources, _ = record
    stranger = sources[0].__class__(id="stranger", name="s", feeds=("http://stranger.example/rss",))
    replayed = run_crawl(tmp_path / "wire.db", [stranger], scope=Scope(replay=file))
    assert [account.state for account in replayed.report.accounts] == [FeedState.GONE]


def test_recording_goes_on_at_the_end_of_an_archive(record, tmp_path):
    _, file, sources, _ = record
    copy = tmp_path / "day.warc.gz"
    copy.write_bytes(file.read_bytes())
    before = hashlib.sha256(copy.read_bytes()).digest()
    with Newsroom(spread=True) as newsroom:
        chosen = [source for source in newsroom.sources() if source.id == "peachtree"]
        run_crawl(tmp_path / "wire.db", chosen, scope=Scope(record=copy))
        feed = chosen[0].feeds[0]
    whole = copy.read_bytes()
    assert hashlib.sha256(whole[: file.stat().st_size]).digest() == before
    assert Archive(copy).answer(feed)[0] == 200
    assert Archive(copy).answer(sources[0].feeds[0])[0] == 200


def test_an_address_asked_twice_gets_its_answers_in_order(record):
    _, file, sources, _ = record
    archive = Archive(file)
    first = archive.answer(sources[0].feeds[0])
    assert archive.answer(sources[0].feeds[0]) == first
    assert archive.answer("http://nowhere.example/") is None


@pytest.mark.parametrize("data", [b"", b"no archive at all", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, data):
    file = tmp_path / "x.warc.gz"
    file.write_bytes(data)
    with pytest.raises(UsageError, match="is not a WARC archive"):
        list_feeds(file)


def test_the_states_of_a_replay_are_those_of_the_day(record):
    outcome, *_ = record
    assert outcome.count("azernews-sample", State.REFUSED) == 1
