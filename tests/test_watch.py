"""Sources are watched over: rhythm, plan, silence and states, told once and again when they end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.plan import Scope, plan_run
from storage.database import open_in_memory
from storage.desk import Desk
from storage.ledger import begin_run, find_gaps, read_accounts
from storage.links import known_feeds
from storage.notices import open_notices
from storage.plans import read_plans
from wirewatch.config import Crawl, Schedule
from wirewatch.outcome import FeedResult, FeedState, ItemResult, RobotsFile, SourceResult, State
from wirewatch.pacing import Limits
from wirewatch.source import Source

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ARAKS = Source("araks", "Araks", feeds=("https://araks.example/rss", "https://araks.example/en/rss"))
FIRST, SECOND = ARAKS.feeds


@pytest.fixture
def db():
    opened = open_in_memory()
    yield opened
    opened.close()


class Wire:
    """A database and the runs that are committed to it."""

    def __init__(self, db, limits=None):
        self.db, self.limits = db, limits

    def ask(self, when, state=FeedState.OK, times=(), url=FIRST, others=(), **fields):
        """Commit one run at ``when``; ``times`` are those of new items."""
        feed = FeedResult(url, state, **{"status": 200, "reason": "", **fields})
        items = [
            ItemResult(f"https://araks.example/{time.timestamp():.0f}", State.UNREADABLE, published=time)
            for time in times
        ]
        desk = Desk(self.db, [], {"araks": ARAKS}, when, limits=self.limits)
        run = begin_run(self.db, "clock", 1, when)
        return desk.commit(run, SourceResult("araks", when, when, [feed, *others], items), when)

    def plan(self):
        return read_plans(self.db)["araks"]

    def account(self):
        run = self.db.execute("SELECT max(id) FROM runs").fetchone()[0]
        return read_accounts(self.db, run)[0]

    def kinds(self):
        return [notice.kind for notice in open_notices(self.db)]


@pytest.fixture
def wire(db):
    return Wire(db)


def hourly(days, start=NOW - 28 * DAY):
    return [start + HOUR * number for number in range(days * 24)]


# ---- the plan


def test_a_source_is_planned_by_what_it_published(wire):
    wire.ask(NOW, times=hourly(28))
    slow = wire.plan()
    assert slow.asked == NOW
    assert slow.due == NOW + slow.interval
    assert "reports an hour" in slow.why
    fast = Wire(open_in_memory())
    fast.ask(NOW, times=[NOW - 28 * DAY + MINUTE * 10 * number for number in range(28 * 144)])
    assert fast.plan().interval < slow.interval


def test_with_pacing_off_all_are_asked_alike(db):
    wire = Wire(db, Schedule(every="1h", pacing=False).limits)
    wire.ask(NOW, times=hourly(28))
    assert wire.plan().due == NOW + HOUR
    assert "off" in wire.plan().why


def test_the_shortest_interval_is_never_longer_than_the_longest():
    assert Schedule(every="1m").limits == Limits(MINUTE, MINUTE, DAY)
    assert Schedule(every="2d").limits.longest == 2 * DAY


def test_a_single_page_by_hand_plans_nothing(wire):
    desk = Desk(wire.db, [], {"araks": ARAKS}, NOW)
    item = ItemResult("https://araks.example/1", State.UNREADABLE)
    desk.commit(begin_run(wire.db, "hand", 1, NOW), SourceResult("araks", NOW, NOW, [], [item]), NOW)
    assert read_plans(wire.db) == {}


def test_failures_put_off_the_next_asking_and_an_answer_ends_that(wire):
    wire.ask(NOW, times=hourly(28))
    pace, now, waits = wire.plan().interval, NOW, []
    for _ in range(12):
        wire.ask(now, FeedState.FAILED, status=None, reason="timeout")
        waits.append((wire.plan().due - now) // MINUTE)
        now = wire.plan().due
    assert waits[0] == pace // MINUTE
    assert 1.9 * waits[0] < waits[1] < 2.5 * waits[0]
    assert waits[-1] == DAY // MINUTE
    assert wire.plan().why == "failed 12 times in a row: timeout"
    wire.ask(now)
    assert wire.plan().due - now == wire.plan().interval


def test_a_feed_that_answers_is_not_kept_waiting_by_one_that_fails(wire):
    for hours in range(4):
        failed = FeedResult(SECOND, FeedState.FAILED, "timeout")
        wire.ask(NOW + HOUR * hours, others=[failed])
    assert wire.plan().due == NOW + 3 * HOUR + wire.plan().interval
    by_clock = plan_run(wire.db, [ARAKS], Crawl(), NOW + 4 * HOUR, Scope(paced=True)).sources[0]
    by_hand = plan_run(wire.db, [ARAKS], Crawl(), NOW + 4 * HOUR).sources[0]
    assert (by_clock.waiting, by_hand.waiting) == ({SECOND}, set())


def test_retry_after_is_kept_to_by_clock_and_by_hand(wire):
    until = NOW + 5 * HOUR
    wire.ask(NOW, FeedState.FAILED, status=429, reason="asked too often (429)", retry_after=until)
    assert wire.plan().due == until
    assert "Retry-After" in wire.plan().why
    for scope in (Scope(), Scope(paced=True)):
        assert plan_run(wire.db, [ARAKS], Crawl(), NOW + 4 * HOUR, scope).sources[0].waiting == {FIRST}
        assert plan_run(wire.db, [ARAKS], Crawl(), NOW + 6 * HOUR, scope).sources[0].waiting == set()


def test_410_is_respected_but_not_given_up_silently(wire):
    for _ in range(2):
        wire.ask(NOW, FeedState.GONE, status=410, reason="taken down for good (410)")
    assert wire.plan().due - NOW == 30 * DAY
    assert wire.kinds() == ["gone"]
    wire.ask(NOW + 30 * DAY)
    assert wire.plan().due - NOW <= 30 * DAY + HOUR
    assert wire.kinds() == []


# ---- silence


def test_a_silent_source_is_said_to_be_silent_once_and_again_when_it_speaks(wire):
    times = hourly(21)
    wire.ask(times[-1], times=times)
    quiet = [wire.ask(times[-1] + HOUR * number, FeedState.UNCHANGED, status=304) for number in range(1, 30)]
    told = [notice for committed in quiet for notice in committed.notices]
    assert [notice.kind for notice in told] == ["silent"]
    assert "reports were to be expected" in told[0].words
    assert wire.account().state is FeedState.SILENT
    assert wire.account().reason == quiet[-1].account.reason
    assert wire.plan().interval == HOUR
    assert find_gaps(wire.db) == []
    back = times[-1] + 30 * HOUR
    [ended] = wire.ask(back, times=[back - MINUTE]).notices
    assert (ended.kind, ended.closed) == ("silent", back)
    assert wire.account().state is FeedState.OK


def test_a_source_that_does_not_answer_is_not_silent_but_failed(wire):
    times = hourly(21)
    wire.ask(times[-1], times=times)
    wire.ask(times[-1] + 2 * DAY, FeedState.FAILED, status=None, reason="timeout")
    assert wire.account().state is FeedState.FAILED


def test_items_without_a_date_count_when_they_are_seen(wire):
    def undated(when, number):
        item = ItemResult(f"https://araks.example/{number}", State.UNREADABLE)
        desk = Desk(wire.db, [], {"araks": ARAKS}, when)
        feed = FeedResult(FIRST, FeedState.OK, status=200)
        desk.commit(begin_run(wire.db, "clock", 1, when), SourceResult("araks", when, when, [feed], [item]), when)

    undated(NOW, 0)
    assert "little is known" in wire.plan().why
    undated(NOW + HOUR, 0)  # tried again
    assert "little is known" in wire.plan().why
    undated(NOW + 2 * HOUR, 1)
    assert "reports an hour" in wire.plan().why


# ---- states of feeds


@pytest.mark.parametrize(
    ("state", "status", "after"),
    [
        (FeedState.EMPTY, 200, 2),
        (FeedState.PARTIAL, 200, 2),
        (FeedState.STALE, 200, 2),
        (FeedState.BLOCKED, 403, 2),
        (FeedState.NOT_A_FEED, 200, 2),
        (FeedState.GONE, 404, 2),
        (FeedState.REFUSED, None, 2),
        (FeedState.FAILED, 500, 3),
    ],
)
def test_each_state_is_told_once_and_again_when_it_ends(wire, state, status, after):
    told = []
    for number in range(6):
        told.append(wire.ask(NOW + HOUR * number, state, status=status, reason="because").notices)
    assert [len(each) for each in told] == [int(number == after - 1) for number in range(6)]
    [opened] = told[after - 1]
    assert (opened.kind, opened.subject) == (state.value, "araks")
    assert FIRST in opened.words
    assert wire.account().state is state
    [closed] = wire.ask(NOW + 6 * HOUR).notices
    assert closed.closed is not None
    assert wire.kinds() == []


def test_unchanged_leaves_a_state_as_it_is(wire):
    for number, state in enumerate((FeedState.EMPTY, FeedState.UNCHANGED, FeedState.UNCHANGED)):
        wire.ask(NOW + HOUR * number, state)
    assert wire.kinds() == ["empty"]
    wire.ask(NOW + 3 * HOUR)
    wire.ask(NOW + 4 * HOUR, FeedState.UNCHANGED)
    assert wire.kinds() == []


def test_one_dead_feed_of_several_is_told(wire):
    for number in range(3):
        wire.ask(NOW + HOUR * number, others=[FeedResult(SECOND, FeedState.BLOCKED, "refuses us (403)", status=403)])
    [notice] = open_notices(wire.db)
    assert notice.words == f"blocked: refuses us (403): {SECOND} (1 of 2 feeds)"
    assert wire.account().state is FeedState.OK


def test_a_feed_that_is_left_alone_keeps_its_state(wire):
    for number in range(3):
        wire.ask(NOW + HOUR * number, FeedState.FAILED, status=500, reason="the publisher's server fails (500)")
    wire.ask(NOW + 4 * HOUR, FeedState.UNCHANGED, asked=False, reason="not asked")
    assert wire.kinds() == ["failed"]


# ---- validators that lie


def test_lies_are_counted_and_make_the_feed_be_read_whole(wire):
    def validators(when):
        return plan_run(wire.db, [ARAKS], Crawl(), when).sources[0].validators[FIRST]

    wire.ask(NOW, etag='"1"', body_hash="a" * 64)
    assert not validators(NOW + HOUR).whole
    assert validators(NOW + 7 * HOUR).whole
    wire.ask(NOW + HOUR, FeedState.UNCHANGED, status=304, etag='"1"', body_hash="a" * 64)
    assert validators(NOW + 2 * HOUR).unchanged_at == NOW + HOUR
    assert validators(NOW + 7 * HOUR).whole  # a 304 is no reading
    for number in (2, 3):
        wire.ask(NOW + number * HOUR, etag='"1"', body_hash="b" * 64, lied=True)
    assert known_feeds(wire.db, "araks")[FIRST].lies == 2
    assert validators(NOW + 3 * HOUR + MINUTE).whole


def test_a_source_that_is_overdue_is_read_whole(wire):
    times = hourly(21)
    wire.ask(times[-1], times=times, etag='"1"')
    wire.ask(times[-1] + HOUR, FeedState.UNCHANGED, status=304, etag='"1"')

    def is_whole(when):
        return plan_run(wire.db, [ARAKS], Crawl(), when).sources[0].validators[FIRST].whole

    assert not is_whole(times[-1] + HOUR)
    assert is_whole(times[-1] + 5 * HOUR)


# ---- robots.txt


def test_robots_txt_is_used_for_a_day_and_only_by_runs_that_ask_the_site(wire):
    files = [RobotsFile("https://araks.example", b"User-agent: *"), RobotsFile("https://bogaz.example", None)]
    desk = Desk(wire.db, [], {"araks": ARAKS}, NOW)
    result = SourceResult("araks", NOW, NOW, [FeedResult(FIRST, FeedState.OK)], robots=files)
    desk.commit(begin_run(wire.db, "clock", 1, NOW), result, NOW)

    def robots(when, scope=None):
        return plan_run(wire.db, [ARAKS], Crawl(), when, scope).robots

    assert robots(NOW + HOUR) == {"https://araks.example": b"User-agent: *"}
    assert robots(NOW + DAY) == {}
    assert robots(NOW - HOUR) == {}
    assert robots(NOW + HOUR, Scope(record=Path("x.warc.gz"))) == {}
