"""A backup put in the place of the database: nobody is told again, nobody who left comes back, nothing is deleted."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.deliver import deliver_due
from storage.backup import copy_database
from storage.database import InstanceLock, open_database, open_for_reading, restoring_file
from storage.desk import Desk
from storage.ledger import begin_run, finish_run
from storage.outbox import count_waiting
from storage.restoring import restore_database
from storage.subscribers import find_subscriber, subscribe, unsubscribe
from tests.mailing import Mailbox, mail_server, make_config
from wirewatch.article import Article
from wirewatch.errors import StorageError
from wirewatch.outcome import FeedResult, FeedState, ItemResult, SourceResult, State
from wirewatch.source import Source

START = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCES = {"araks": Source("araks", "Araks", languages=("en",))}
SUBJECTS = (
    "a railway bridge near Julfa", "grain shipments through Poti", "an extradition treaty with Ankara",
    "visa rules for lorry drivers", "a dam on the Kura", "the trial of a former mayor",
    "a museum loan from Tehran", "gas prices in winter", "satellite images of a checkpoint",
)  # fmt: skip


def story(number: int, published: datetime | None) -> Article:
    url = f"https://araks.example/story/{number}"
    return Article(
        url=url,
        canonical_url=url,
        title=f"STORY-{number}- {SUBJECTS[number - 1]}",
        text=f"YEREVAN - Talks about {SUBJECTS[number - 1]} went on, delegates told our correspondent {number} times.",
        source="araks",
        language="en",
        published=published,
        published_precision="minute" if published else None,
        fetched=START,
    )


def crawl(db: Database, stories: list[Article], now: datetime, *ended: ItemResult) -> None:
    """One run of the clock that finds ``stories``."""
    run = begin_run(db, "clock", 1, now)
    feed = FeedResult("https://araks.example/rss", FeedState.OK, entries=len(stories))
    items = [ItemResult(each.url, None, "", each.title, each) for each in stories]
    Desk(db, [], SOURCES, now).commit(run, SourceResult("araks", now, now, [feed], [*items, *ended]), now)
    finish_run(db, run, now)


async def mail(db: Database, file: Path, box: Mailbox, now: datetime) -> None:
    report = await deliver_due(db, make_config(file, port=box.port), now=lambda: now)
    assert report.problem is None


def told(box: Mailbox) -> Counter[tuple[str, str]]:
    """Who was mailed which story, how often."""
    pairs: Counter[tuple[str, str]] = Counter()
    for recipient, raw in box.mails:
        pairs.update((recipient, number) for number in set(re.findall(rb"STORY-(\d+)-", raw)))
    return pairs


def damage(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    file.write_bytes(data)


def break_file(file: Path, how: str) -> None:
    if how == "damaged":
        damage(file)
    elif how == "gone":
        file.unlink()


@pytest.mark.parametrize("present", ["readable", "damaged", "gone"])
async def test_who_was_told_after_the_backup_is_not_told_again(tmp_path: Path, present: str) -> None:
    file, backup = tmp_path / "wire.db", tmp_path / "backup.db"
    async with mail_server() as box:
        with closing(open_database(file)) as db:
            for name in ("anna", "boris"):
                subscribe(db, f"{name}@x.test", "Talks", "talks", now=START)
            crawl(db, [story(1, START)], START)
            await mail(db, file, box, START)
            crawl(db, [story(2, START + HOUR)], START + HOUR)
            copy_database(db, backup)  # story 2 waits in it
            await mail(db, file, box, START + HOUR)
            later = [story(3, START + 2 * HOUR), story(4, None), story(5, START + 30 * HOUR)]  # 5: a wrong clock
            crawl(db, later, START + 2 * HOUR)
            await mail(db, file, box, START + 2 * HOUR)
            unsubscribe(db, "boris@x.test", now=START + 2 * HOUR)
            subscribe(db, "clara@x.test", "Talks", "talks", now=START + 2 * HOUR)
        before = told(box)
        assert {int(number) for _, number in before} == {1, 2, 3, 4, 5}
        break_file(file, present)
        done = restore_database(backup, file, START + 3 * HOUR)
        assert done.people_known == (present == "readable")
        assert (done.aside is None) == (present == "gone")
        with closing(open_database(file)) as db:
            assert count_waiting(db) == 0
            if present == "readable":
                assert find_subscriber(db, "boris@x.test").state == "left"
                assert find_subscriber(db, "clara@x.test").state == "active"
            else:
                unsubscribe(db, "boris@x.test", now=START + 3 * HOUR)
            left = ItemResult("https://araks.example/story/6", State.DEFERRED, "later", "")
            crawl(db, later[:2], START + 4 * HOUR, left)  # a first look that did not see everything
            crawl(db, [*later, story(6, None)], START + 5 * HOUR)
            await mail(db, file, box, START + 5 * HOUR)
            assert told(box) == before, "told again"
            crawl(db, [story(7, START + 2 * HOUR), story(8, None), story(9, START + 6 * HOUR)], START + 6 * HOUR)
            await mail(db, file, box, START + 6 * HOUR)
        again = told(box) - before
        assert set(again.values()) == {1}
        readers = {"anna@x.test", "clara@x.test"} if present == "readable" else {"anna@x.test"}
        assert {who for who, _ in again} == readers
        assert {int(number) for _, number in again} == {8, 9}, "what is new after the first look is told; 7 is too old"
        assert max(told(box).values()) == 1


async def test_who_knows_when_the_mails_ended_loses_no_alert(tmp_path: Path) -> None:
    file, backup = tmp_path / "wire.db", tmp_path / "backup.db"
    async with mail_server() as box:
        with closing(open_database(file)) as db:
            subscribe(db, "anna@x.test", "Talks", "talks", now=START)
            copy_database(db, backup)
        damage(file)
        restore_database(backup, file, START + 9 * HOUR, told_until=START + 2 * HOUR)
        with closing(open_database(file)) as db:
            crawl(db, [story(1, START + HOUR), story(2, START + 3 * HOUR), story(3, None)], START + 9 * HOUR)
            await mail(db, file, box, START + 9 * HOUR)
    assert {int(number) for _, number in told(box)} == {2}


async def test_a_move_to_another_machine_keeps_what_waits(tmp_path: Path) -> None:
    old, backup, new = tmp_path / "old.db", tmp_path / "backup.db", tmp_path / "new.db"
    async with mail_server() as box:
        with closing(open_database(old)) as db:
            subscribe(db, "anna@x.test", "Talks", "talks", now=START)
            crawl(db, [story(1, START)], START)
            copy_database(db, backup)
        restore_database(backup, new, START + HOUR, as_is=True)
        with closing(open_database(new)) as db:
            crawl(db, [story(1, START), story(2, START + HOUR)], START + HOUR)
            await mail(db, new, box, START + HOUR)
    assert told(box) == {("anna@x.test", b"1"): 1, ("anna@x.test", b"2"): 1}


def test_a_mail_that_waits_in_both_was_not_sent_and_still_waits(tmp_path: Path) -> None:
    file, backup = tmp_path / "wire.db", tmp_path / "backup.db"
    with closing(open_database(file)) as db:
        subscribe(db, "anna@x.test", "Talks", "talks", now=START)
        crawl(db, [story(1, START)], START)
        copy_database(db, backup)
    done = restore_database(backup, file, START + HOUR)
    assert (done.waiting, done.people_known) == (0, True)
    with closing(open_database(file)) as db:
        assert count_waiting(db) == 1


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A database with one reader, and a backup without him."""
    file, backup = tmp_path / "wire.db", tmp_path / "backup.db"
    with closing(open_database(file)) as db:
        copy_database(db, backup)
        subscribe(db, "anna@x.test", "Talks", "talks", now=START)
    return file, backup


def test_what_is_replaced_lies_aside_whole(pair: tuple[Path, Path]) -> None:
    file, backup = pair
    done = restore_database(backup, file, START)
    assert done.aside is not None
    with closing(open_for_reading(done.aside)) as db:
        assert find_subscriber(db, "anna@x.test") is not None
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not restoring_file(file).exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"words, no database", "not a database|damaged"), (None, "no such file"), (b"", "no database of Wirewatch")],
)
def test_a_file_that_is_no_backup_changes_nothing(pair: tuple[Path, Path], content: bytes | None, words: str) -> None:
    file, backup = pair
    before = file.read_bytes()
    backup.unlink()
    if content is not None:
        backup.write_bytes(content)
    with pytest.raises(StorageError, match=words):
        restore_database(backup, file, START)
    assert file.read_bytes() == before


def test_a_damaged_backup_is_refused(pair: tuple[Path, Path]) -> None:
    file, backup = pair
    damage(backup)
    with pytest.raises(StorageError, match="damaged"):
        restore_database(backup, file, START)


def test_a_database_that_another_program_has_open_is_left_alone(pair: tuple[Path, Path]) -> None:
    file, backup = pair
    with closing(open_for_reading(file)), pytest.raises(StorageError, match="another program has it open"):
        restore_database(backup, file, START)
    restore_database(backup, file, START)


def test_a_restore_that_was_interrupted_is_said_and_finished_by_the_next(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, backup = pair

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("storage.restoring._move_aside", power_cut)
    with pytest.raises(KeyboardInterrupt):
        restore_database(backup, file, START)
    monkeypatch.undo()
    for action in (open_database, open_for_reading):
        with pytest.raises(StorageError, match="a restore was interrupted"):
            action(file)
    restore_database(backup, file, START)
    with closing(open_for_reading(file)) as db:
        assert db.execute("SELECT count(*) FROM restores").fetchone() == (1,)


def test_an_older_backup_is_brought_up_to_date(pair: tuple[Path, Path]) -> None:
    file, backup = pair
    with closing(sqlite3.connect(backup)) as old:
        old.execute("DROP TABLE restores")
        old.execute("DROP TRIGGER outbox_after_restore")
        old.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '%restores'")
        old.commit()
    restore_database(backup, file, START)
    with closing(open_for_reading(file)) as db:
        assert db.execute("SELECT count(*) FROM restores").fetchone() == (1,)


def test_the_lock_is_needed_and_remembers_the_database(pair: tuple[Path, Path]) -> None:
    file, _ = pair
    with InstanceLock(file):
        pass
    file.unlink()
    with pytest.raises(StorageError, match="was there before"):
        open_database(file)
