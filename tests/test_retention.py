"""What is kept how long: the rest goes, the account still adds up, and nobody is told again because of it."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import open_database, write
from storage.ledger import find_gaps
from storage.outbox import summary
from storage.retention import STEP, is_due, prune
from storage.subscribers import subscribe
from tests.mailing import mail_server
from tests.test_restore import START, crawl, mail, story, told
from wirewatch.config import Keep
from wirewatch.outcome import ItemResult, State

DAY = timedelta(days=1)
LATER = START + 500 * DAY


@pytest.fixture
def db(tmp_path: Path):
    with closing(open_database(tmp_path / "wire.db")) as opened:
        yield opened


def count(db, table: str) -> int:
    return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


async def test_by_default_articles_stay_and_the_rest_goes_after_its_time(db, tmp_path):
    async with mail_server() as box:
        subscribe(db, "anna@x.test", "Talks", "talks", now=START)
        rain = ItemResult("https://araks.example/rain", State.OFF_TOPIC, "no topic or search fired", "Rain")
        crawl(db, [story(1, START)], START, rain)
        await mail(db, tmp_path / "wire.db", box, START)
        crawl(db, [story(2, LATER)], LATER)
        await mail(db, tmp_path / "wire.db", box, LATER)
        gone = prune(db, Keep(), LATER)
        assert gone == {"items": 2, "accounts": 1, "mails": 1, "links": 1, "messages": 0}
        assert (count(db, "articles"), count(db, "ledger"), count(db, "source_runs"), count(db, "runs")) == (2, 1, 1, 2)
        assert find_gaps(db) == []
        crawl(db, [story(1, START), story(2, LATER)], LATER)
        await mail(db, tmp_path / "wire.db", box, LATER)
    assert set(told(box).values()) == {1}


async def test_an_article_that_went_is_not_stored_or_told_again(db, tmp_path):
    async with mail_server() as box:
        subscribe(db, "anna@x.test", "Talks", "talks", now=START)
        crawl(db, [story(1, START)], START)
        await mail(db, tmp_path / "wire.db", box, START)
        crawl(db, [story(2, LATER)], LATER)
        assert prune(db, Keep(articles="30d", mails="1d"), LATER)["articles"] == 1
        assert (count(db, "articles"), count(db, "stories"), count(db, "matches")) == (1, 1, 0)
        assert db.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'talks'").fetchall() == [(2,)]
        crawl(db, [story(1, START)], LATER)
        await mail(db, tmp_path / "wire.db", box, LATER)
    assert count(db, "articles") == 1
    assert told(box)[("anna@x.test", b"1")] == 1
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_is_young_or_waits_is_not_touched(db):
    subscribe(db, "anna@x.test", "Talks", "talks", now=START)
    crawl(db, [story(1, START)], START)
    assert not any(prune(db, Keep(), START + 30 * DAY).values())
    db.execute("UPDATE outbox SET due = 0")
    prune(db, Keep(articles="1d"), LATER)
    assert summary(db).waiting == 1, "what was never sent stays, however old"


def test_with_null_everything_stays(db):
    crawl(db, [story(1, START)], START)
    forever = Keep(ledger=None, accounts=None, mails=None, links=None)
    assert not any(prune(db, forever, START + 5000 * DAY).values())


def test_much_goes_in_steps_that_let_others_in(db, monkeypatch):
    steps = []
    monkeypatch.setattr("storage.retention.write", lambda db: steps.append(1) or write(db))
    with write(db):
        db.conn.executemany(
            "INSERT INTO links VALUES (?, 'araks', 'off-topic', 0, 0)", [(str(n),) for n in range(3 * STEP)]
        )
    assert prune(db, Keep(), START)["links"] == 3 * STEP
    assert len(steps) >= 4


def test_it_is_due_once_a_day_and_after_a_clock_that_was_wrong(db):
    assert is_due(db, START)
    prune(db, Keep(), START)
    assert not is_due(db, START + timedelta(hours=23))
    assert is_due(db, START + timedelta(hours=25))
    assert is_due(db, START - timedelta(hours=1))
