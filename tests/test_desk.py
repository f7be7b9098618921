"""The desk: a source's result lands whole, with its alerts, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.database import DatabaseError, open_database
from storage.desk import Desk
from storage.ledger import begin_run, find_gaps, read_accounts, read_items
from storage.links import known_feeds, known_links
from storage.subscribers import subscribe
from wirewatch.article import Article
from wirewatch.outcome import FeedResult, FeedState, ItemResult, SourceResult, State
from wirewatch.search import Search
from wirewatch.source import Source

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TALKS = Search("talks", "talks")
SOURCES = {name: Source(name, name.title(), languages=("en",)) for name in ("araks", "mtkvari", "bogaz")}
TABLES = ("articles", "stories", "matches", "links", "feeds", "ledger", "source_runs", "outbox")
"""What a commit writes to; the index beside them is compared through a search."""


@pytest.fixture
def db(tmp_path):
    opened = open_database(tmp_path / "wire.db")
    yield opened
    opened.close()


def article(source, number, text="talks on the railway", **changes):
    url = f"https://{source}.example/story/{number}"
    fields = {
        "url": url,
        "canonical_url": url,
        "title": f"Story {number} of {source}",
        "text": f"The {number}. round of {text} was held in Gudauri, {source} reports.",
        "source": source,
        "language": "en",
        "published": NOW - timedelta(minutes=number),
        "published_precision": "minute",
        "fetched": NOW,
    }
    return Article(**{**fields, **changes})


def read(*articles):
    return [ItemResult(each.url, None, "", each.title, each) for each in articles]


def result_of(source, items, state=FeedState.OK):
    feed = FeedResult(f"https://{source}.example/rss", state, etag='"1"', body_hash="b" * 64, entries=len(items))
    return SourceResult(source, NOW, NOW, [feed], list(items))


def mixed_result(source="araks"):
    """One item of every kind."""
    ended = [
        ItemResult(f"https://{source}.example/{state.value}", state, f"because {state.value}", "A title")
        for state in (State.KNOWN, State.OLD, State.UNREADABLE, State.REFUSED, State.FAILED, State.DEFERRED)
    ]
    weather = article(source, 8, "rain", title="Weather")
    copied = article(source, 1, url=f"https://{source}.example/copy", canonical_url=f"https://{source}.example/copy")
    return result_of(source, [*read(article(source, 1), article(source, 2), weather, copied), *ended])


def snapshot(db):
    """All that is stored, and what a search of the archive's index gives."""
    rows = {table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in TABLES}
    found = db.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'gudauri' ORDER BY rowid").fetchall()
    return {**rows, "index": found}


def open_desk(db):
    return Desk(db, [TALKS], SOURCES, NOW)


def add_reader(db, email="reader@example.org"):
    return subscribe(db, email, "Talks", "talks", now=NOW)


# --- adding up ------------------------------------------------------------------------------------


def test_every_item_is_in_the_account_once(db):
    run = begin_run(db, "hand", 1, NOW)
    committed = open_desk(db).commit(run, mixed_result(), NOW)
    [account] = read_accounts(db, run)
    assert account.counts == committed.account.counts
    assert {state: account.counts[state] for state in State} == {
        **dict.fromkeys(State, 1),
        State.STORED: 2,
    }
    assert account.found == 10
    assert find_gaps(db) == []
    listed = [item["state"] for item in read_items(db, run)]
    assert sorted(listed) == sorted([state.value for state in State if state is not State.KNOWN] + ["stored"])


def test_decisions_stand_in_the_order_of_the_items(db):
    told = [article("araks", 1), article("araks", 8, "rain", title="Weather"), article("araks", 2, "talks on water")]
    committed = open_desk(db).commit(begin_run(db, "hand", 1, NOW), result_of("araks", read(*told)), NOW)
    assert [decision.article for decision in committed.decisions] == told
    assert [decision.placement is not None for decision in committed.decisions] == [True, False, True]
    stored = db.execute("SELECT url, story_id FROM articles ORDER BY id").fetchall()
    assert stored == [(each.article.url, each.placement.story) for each in committed.decisions if each.placement]


def test_an_account_that_does_not_add_up_is_refused_by_the_database(db):
    run = begin_run(db, "hand", 1, NOW)
    open_desk(db).commit(run, mixed_result(), NOW)
    with pytest.raises(DatabaseError, match="adds_up"):
        db.execute("UPDATE source_runs SET stored = stored + 1")
    with pytest.raises(DatabaseError, match="adds_up"):
        db.execute("UPDATE source_runs SET found = found - 1")


def test_a_row_missing_from_the_ledger_is_a_gap(db):
    run = begin_run(db, "hand", 1, NOW)
    open_desk(db).commit(run, mixed_result(), NOW)
    db.execute("DELETE FROM ledger WHERE state = 'failed'")
    assert find_gaps(db) == [f"run {run}, araks: 9 items found, 8 listed"]


def test_a_source_without_items_has_an_account_too(db):
    run = begin_run(db, "hand", 1, NOW)
    open_desk(db).commit(run, result_of("araks", [], FeedState.EMPTY), NOW)
    [account] = read_accounts(db, run)
    assert (account.state, account.found) == (FeedState.EMPTY, 0)


# --- one transaction ------------------------------------------------------------------------------


class FaultError(Exception):
    """The machine fails at this statement."""


class Faulty:
    """Lets the statements of a database pass until the ``n``-th, which fails in its place."""

    def __init__(self, db, n):
        self.db, self.left = db, n

    def __enter__(self):
        self._execute, self._conn = self.db.execute, self.db.conn
        self.db.execute = self._count(self._execute)
        self.db.conn = _FaultyConnection(self)
        return self

    def __exit__(self, *exc):
        del self.db.execute
        self.db.conn = self._conn

    def _count(self, function):
        def run(sql, *args):
            if not sql.startswith(("SELECT", "ROLLBACK")):
                self.left -= 1
                if self.left == 0:
                    raise FaultError(sql)
            return function(sql, *args)

        return run


class _FaultyConnection:
    def __init__(self, faulty):
        self._faulty = faulty

    def __getattr__(self, name):
        value = getattr(self._faulty._conn, name)
        return self._faulty._count(value) if name == "executemany" else value


def prepare(path):
    """A database with a reader and a first run, and a second run begun: the commit under test comes next."""
    db = open_database(path)
    add_reader(db)
    desk = open_desk(db)
    first = begin_run(db, "hand", 1, NOW)
    other = "A trade fair with talks on wine and cheese opened its doors to visitors from thirty towns."
    desk.commit(first, result_of("mtkvari", read(article("mtkvari", 1, title="Wine fair", text=other))), NOW)
    run = begin_run(db, "hand", 1, NOW)
    return db, open_desk(db), run


def test_a_fault_at_any_statement_leaves_nothing_and_the_repeated_commit_everything(tmp_path):
    db, desk, run = prepare(tmp_path / "whole.db")
    before = snapshot(db)
    desk.commit(run, mixed_result(), NOW)
    whole = snapshot(db)
    assert len(whole["outbox"]) > len(before["outbox"])
    db.close()
    db, desk, run = prepare(tmp_path / "faulty.db")
    step, failed = 0, True
    while failed:
        step += 1
        with Faulty(db, step):
            try:
                desk.commit(run, mixed_result(), NOW)
                failed = False
            except FaultError:
                assert not db.conn.in_transaction
        assert comparable(snapshot(db)) == comparable(before if failed else whole), f"statement {step}"
    assert step > 20
    db.close()


def comparable(stored):
    """Without what is drawn at random: the names of stories."""
    stories = {row[0]: f"story {number}" for number, row in enumerate(sorted(stored["stories"], key=lambda r: r[1:]))}
    text = {
        table: [tuple(stories.get(value, value) for value in row) for row in rows] for table, rows in stored.items()
    }
    return {table: sorted(rows, key=repr) for table, rows in text.items()}


def test_after_a_fault_the_next_source_is_grouped_as_if_nothing_had_been(tmp_path):
    db, desk, run = prepare(tmp_path / "wire.db")
    with Faulty(db, 18), pytest.raises(FaultError):
        desk.commit(run, mixed_result(), NOW)
    desk.commit(run, result_of("bogaz", read(article("bogaz", 5))), NOW)
    stories = {row[0] for row in db.execute("SELECT id FROM stories")}
    used = {row[0] for row in db.execute("SELECT story_id FROM articles")}
    assert used == stories
    db.close()


# --- one story once -------------------------------------------------------------------------------


def states(db, run, source):
    return [(item["url"], item["state"]) for item in read_items(db, run, source)]


def test_a_page_that_two_sources_announce_is_stored_once(db):
    desk, run = open_desk(db), begin_run(db, "hand", 2, NOW)
    page = article("araks", 1)
    desk.commit(run, result_of("araks", read(page)), NOW)
    second = desk.commit(run, result_of("mtkvari", read(page.with_changes(source="mtkvari"))), NOW)
    assert second.account.counts[State.KNOWN] == 1
    assert db.execute("SELECT source FROM articles").fetchall() == [("araks",)]
    assert len(known_links(db, "mtkvari")) == 1


def test_the_same_words_at_another_address_of_a_source_are_a_copy(db):
    desk, run = open_desk(db), begin_run(db, "hand", 1, NOW)
    desk.commit(run, result_of("araks", read(article("araks", 1))), NOW)
    url = "https://araks.example/again"
    again = desk.commit(
        begin_run(db, "hand", 1, NOW), result_of("araks", read(article("araks", 1, url=url, canonical_url=url))), NOW
    )
    assert again.account.counts[State.COPY] == 1
    assert again.alerts == 0
    assert db.execute("SELECT count(*) FROM articles").fetchone() == (1,)


def test_a_source_cannot_suppress_a_story_of_another_by_naming_its_address_first(db):
    desk = open_desk(db)
    page = article("araks", 1)
    for state in (State.FAILED, State.FAILED, State.FAILED, State.UNREADABLE):
        run = begin_run(db, "hand", 1, NOW)
        desk.commit(run, result_of("mtkvari", [ItemResult(page.url, state, "HTTP 404")]), NOW)
    run = begin_run(db, "hand", 1, NOW)
    soon = page.with_changes(source="mtkvari", title="Soon here", text="This page has no words yet.")
    desk.commit(run, result_of("mtkvari", read(soon)), NOW)
    committed = desk.commit(run, result_of("araks", read(page)), NOW)
    assert committed.account.counts[State.STORED] == 1


def test_what_failed_is_asked_again_three_times_and_then_let_be(db):
    desk = open_desk(db)
    failing = [ItemResult("https://araks.example/x", State.FAILED, "HTTP 500")]
    for tries in range(3):
        assert known_links(db, "araks") == frozenset(), tries
        desk.commit(begin_run(db, "hand", 1, NOW), result_of("araks", failing), NOW)
    assert len(known_links(db, "araks")) == 1


# --- the feed's validators ------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.DEFERRED, State.OLD, State.FAILED, State.UNREADABLE, State.REFUSED])
def test_validators_are_not_kept_while_an_item_is_left_for_later(db, state):
    items = [*read(article("araks", 1)), ItemResult("https://araks.example/x", state)]
    open_desk(db).commit(begin_run(db, "hand", 1, NOW), result_of("araks", items), NOW)
    assert [(each.etag, each.body_hash) for each in known_feeds(db, "araks").values()] == [(None, None)]


@pytest.mark.parametrize("state", [State.KNOWN, State.OFF_TOPIC])
def test_validators_are_kept_when_every_item_is_done_with(db, state):
    items = [*read(article("araks", 1)), ItemResult("https://araks.example/x", state)]
    open_desk(db).commit(begin_run(db, "hand", 1, NOW), result_of("araks", items), NOW)
    assert [(each.etag, each.body_hash) for each in known_feeds(db, "araks").values()] == [('"1"', "b" * 64)]


# --- alerts ---------------------------------------------------------------------------------------


def test_an_alert_is_queued_for_each_reader_and_story(db):
    add_reader(db)
    add_reader(db, "second@example.org")
    committed = open_desk(db).commit(
        begin_run(db, "hand", 1, NOW), result_of("araks", read(article("araks", 1), article("araks", 9, "rain"))), NOW
    )
    assert committed.alerts == 2
    assert db.execute("SELECT count(*), count(DISTINCT subscriber_id) FROM outbox").fetchone() == (2, 2)
