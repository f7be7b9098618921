"""The crew: how a run is shared out, and what becomes of it when processes, workers or the engine die."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest

from crawler.crew import MOST_TRIES, Crew
from crawler.engine import EngineLost, Heard, Lost
from crawler.groups import hosts_of, share_out
from crawler.job import Begun, CrawlJob, Finished, HandOver, HostState, Pulse, SourceJob
from crawler.reading.feed import FeedEntry
from tests.crawling import crawl_rules
from wirewatch import clock
from wirewatch.outcome import FeedState, SourceResult
from wirewatch.source import Listing, Source
from wirewatch.urls import site_of


def source(name, host=None, **keys):
    return Source(name, name, feeds=(f"http://{host or name}.test/rss",), **keys)


def make_job(*sources, **keys):
    return CrawlJob(tuple(map(SourceJob, sources)), crawl_rules(), clock.now(), **keys)


class Stage:
    """An engine whose jobs do what the test says: ``script`` makes the events of a job that was started."""

    name, settle = "stage", 0.0

    def __init__(self, script, places=None):
        self.script, self.jobs, self.ended, self.stopped = script, [], [], False
        self._places = places or {"": 1}
        self._events = deque()

    def places(self, region):
        return self._places.get(region, 0)

    def start(self, ticket, job, region):
        self.jobs.append(job)
        self._events.extend(self.script(ticket, job))

    def wait(self, seconds):
        return [self._events.popleft()] if self._events else []

    def end(self, ticket):
        self.ended.append(ticket)

    def stop(self):
        self.stopped = True


def do_all(ticket, job):
    """A process that does what it is told."""
    yield from (Heard(ticket, SourceResult(each.source.id, job.now, job.now)) for each in job.sources)
    yield Heard(ticket, Finished("done"))


def names(job):
    return sorted(each.source.id for each in job.sources)


def run(job, engine, local=None):
    with Crew(job, engine, lambda: local) as crew:
        messages = list(crew.messages())
    assert isinstance(messages[-1], Finished)
    results = [message for message in messages if isinstance(message, SourceResult)]
    assert sorted(result.source for result in results) == names(job), "each source exactly once"
    return {result.source: result for result in results}


def test_sources_that_share_a_host_go_together_and_groups_are_alike_in_size():
    jobs = [SourceJob(source(f"s{n}", f"h{n // 2}")) for n in range(20)]
    jobs.append(
        SourceJob(Source("both", "both", feeds=("http://www.h0.test/a",), listings=(Listing("http://h9.test/"),)))
    )
    groups = share_out([(job, hosts_of(job)) for job in jobs], 3)
    assert sorted(len(group.jobs) for group in groups) == [6, 7, 8]
    assert not any(one.meets(other) for one in groups for other in groups if one is not other)


def test_with_one_place_all_goes_in_one_job_that_may_ask_any_host():
    engine = Stage(do_all)
    run(make_job(source("a"), source("b")), engine)
    assert [(names(job), job.own) for job in engine.jobs] == [(["a", "b"], None)]


def test_with_more_places_each_job_names_the_hosts_that_are_its_own():
    engine = Stage(do_all, {"": 2})
    run(make_job(source("a"), source("b"), source("a2", "a")), engine)
    assert sorted((names(job), job.own) for job in engine.jobs) == [
        (["a", "a2"], frozenset({"a.test"})),
        (["b"], frozenset({"b.test"})),
    ]


def test_what_a_dead_process_left_is_asked_again_and_what_it_had_done_is_not():
    def die_once(ticket, job):
        if ticket > 1:
            yield from do_all(ticket, job)
            return
        yield Heard(ticket, Pulse((HostState("b.test", 7.0, clock.now() + timedelta(hours=1)),)))
        yield Heard(ticket, SourceResult("a", job.now))
        yield Lost(ticket, "killed")

    engine = Stage(die_once)
    run(make_job(source("a"), source("b")), engine)
    again = engine.jobs[1]
    assert names(again) == ["b"]
    assert [(state.site, state.pause) for state in again.hosts] == [("b.test", 7.0)], "manners outlive the process"
    assert again.sources[0].waiting == {"http://b.test/rss"}, "so does the wish to be left alone"


@pytest.mark.parametrize("feed", ["http://www.b.test/rss", "http://b.test:8080/rss", "http://[::1]:8080/rss"])
def test_what_is_known_of_a_site_goes_on_whatever_its_name_looks_like(feed):
    wait = HostState(site_of(feed), 7.0, clock.now() + timedelta(hours=1))

    def die_once(ticket, job):
        if len(job.sources) > 1 or job.sources[0].source.id == "a" or job.hosts:
            yield from do_all(ticket, job)
            return
        yield Heard(ticket, Pulse((wait,)))
        yield Lost(ticket, "killed")

    engine = Stage(die_once, {"": 2})
    run(make_job(source("a"), Source("b", "b", feeds=(feed,))), engine)
    again = next(job for job in engine.jobs if job.hosts)
    assert again.own is not None, "one of two jobs"
    assert again.hosts == (wait,)
    assert again.sources[0].waiting == {feed}


def test_a_process_is_not_taken_for_dead_because_storing_what_it_sent_took_minutes(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("crawler.crew.monotonic", lambda: now[0])
    engine = Stage(do_all)
    with Crew(make_job(source("a"), source("b"), source("c")), engine, lambda: None) as crew:
        for message in crew.messages():
            now[0] += 200.0 if isinstance(message, SourceResult) else 0.0  # the silence allowed is 120 s
    assert (len(engine.jobs), engine.ended) == (1, [])


def test_a_process_that_says_nothing_is_ended_and_its_sources_are_asked_again(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("crawler.crew.monotonic", lambda: now[0])

    class Slow(Stage):
        def wait(self, seconds):
            now[0] += seconds
            return super().wait(seconds)

    engine = Slow(lambda ticket, job: iter(()) if ticket == 1 else do_all(ticket, job))
    run(make_job(source("a")), engine)
    assert engine.ended == [1]
    assert 120 < now[0] < 130


def test_a_source_over_which_each_process_dies_fails_and_takes_no_other_with_it():
    def die_over_b(ticket, job):
        if "b" not in names(job):
            yield from do_all(ticket, job)
        else:
            yield Lost(ticket, "the crawl process died")

    engine = Stage(die_over_b)
    results = run(make_job(*map(source, "abcdefgh")), engine)
    assert results["b"].feeds[0].state is FeedState.FAILED
    assert results["b"].feeds[0].reason == "the crawl process died before this source was done"
    assert sum("b" in names(job) for job in engine.jobs) == MOST_TRIES
    assert [name for name, result in results.items() if result.failed] != [*"abcdefgh"]


def test_a_result_that_comes_late_is_taken_once():
    def late(ticket, job):
        if ticket == 1:
            yield Lost(1, "no longer heard")
            return
        yield Heard(1, SourceResult("a", job.now))
        yield from do_all(ticket, job)

    run(make_job(source("a")), Stage(late))


def test_a_source_that_leads_to_a_host_of_another_group_is_gone_on_with_when_that_is_free():
    entries = (FeedEntry(link="http://b.test/1"),)

    def hand_over(ticket, job):
        for each in job.sources:
            if each.source.id == "a" and each.begun is None:
                begun = Begun(SourceResult("a", job.now), entries)
                yield Heard(ticket, HandOver("a", frozenset({"b.test"}), begun))
            else:
                yield Heard(ticket, SourceResult(each.source.id, job.now))
        yield Heard(ticket, Finished("done"))

    engine = Stage(hand_over, {"": 2})
    run(make_job(source("a"), source("b")), engine)
    last = engine.jobs[-1]
    assert names(last) == ["a"]
    assert last.sources[0].begun.entries == entries
    assert last.own is None or last.own == {"a.test", "b.test"}


def test_a_source_whose_region_has_no_worker_is_accounted_for_and_the_others_go_on():
    results = run(make_job(source("a", region="AZ"), source("b")), Stage(do_all))
    assert results["a"].feeds[0].state is FeedState.NO_WORKER
    assert "region AZ" in results["a"].feeds[0].reason
    assert not results["a"].feeds[0].asked
    assert not results["b"].failed


def test_two_regions_that_ask_one_host_do_so_one_after_the_other():
    running = []

    def watch(ticket, job):
        running.append(names(job))
        yield from do_all(ticket, job)

    engine = Stage(watch, {"": 4, "AZ": 2, "GE": 2})
    with Crew(make_job(source("a", "x", region="AZ"), source("g", "x", region="GE")), engine, lambda: None) as crew:
        assert len(running) == 1, "the second waits for the host"
        list(crew.messages())
    assert sorted(running) == [["a"], ["g"]]


def test_when_the_engine_is_gone_this_machine_asks_the_rest_and_says_so():
    def die(ticket, job):
        yield Heard(ticket, SourceResult("a", job.now))
        yield EngineLost("the scheduler does not answer")

    engine, local = Stage(die), Stage(do_all)
    results = run(make_job(source("a"), source("b")), engine, local)
    assert engine.stopped
    assert [names(job) for job in local.jobs] == [["b"]]
    assert results["a"].note == ""
    assert results["b"].note == "asked on this machine: stage: the scheduler does not answer"


def test_the_limit_of_a_run_holds_over_all_its_groups():
    seen = []

    def take(ticket, job):
        seen.append(job.limit)
        yield from do_all(ticket, job)

    engine = Stage(take, {"": 3})
    run(make_job(*map(source, "abc"), limit=5), engine)
    assert len(seen) == 3
