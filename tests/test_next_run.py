"""What a run begins with costs no more the larger the archive is, and is not made again by each run of a process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from matching.stories import WINDOW, chain, features
from storage import chains
from storage.articles import read_window
from storage.chains import MOST_CHAINED, write_chain
from storage.database import open_database
from storage.desk import Committed, Desk
from storage.ledger import begin_run
from tests.test_desk import NOW, SOURCES, TALKS, article, read, result_of
from wirewatch.article import Article, Credit
from wirewatch.outcome import Answered, PageMark, RecheckResult

TEXT = "Engineers of both sides will inspect the bridge at Julfa in April, the hosts of the talks said in Gudauri. "


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "wire.db")
    yield opened
    opened.close()


def commit(desk: Desk, *articles: Article) -> Committed:
    source = articles[0].source
    return desk.commit(begin_run(desk.db, "hand", 1, NOW), result_of(source, read(*articles)), NOW)


def report(number: int, source: str = "araks") -> Article:
    told = article(source, number, published=NOW - timedelta(minutes=100 - number), title="Talks on a bridge at Julfa")
    return told.with_changes(text=f"{TEXT}It was talk number {number}, according to those who counted it.")


def test_stories_begin_with_the_latest_articles_however_many_there_are(db: Database) -> None:
    desk = Desk(db, [TALKS], SOURCES, NOW)
    commit(desk, *(report(number) for number in range(12)))
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    found = [each.url for each, *_ in read_window(db, NOW - WINDOW, 5)]
    db.conn.set_trace_callback(None)
    assert found == [report(number).url for number in range(7, 12)]
    [query] = asked
    plan = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert not [step for step in plan if step.startswith("SCAN")], plan


def test_the_next_run_makes_no_fingerprint_of_what_the_run_before_has_read(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = features._make_fingerprint
    monkeypatch.setattr(features, "_make_fingerprint", lambda title, *more: made.append(title) or make(title, *more))
    commit(Desk(db, [TALKS], SOURCES, NOW), *(report(number) for number in range(80, 86)))
    assert len(made) == 6
    gc.collect()  # the first desk is gone
    desk = Desk(db, [TALKS], SOURCES, NOW)
    assert len(made) == 6
    again = commit(desk, report(90, "mtkvari"))
    assert again.decisions[0].placement
    assert not again.decisions[0].placement.is_new_story
    assert len(made) == 7


def test_what_a_report_costs_does_not_grow_with_its_story(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the reports that the chain is made of nothing is read and compared for it any more."""
    desk = Desk(db, [TALKS], SOURCES, NOW)
    for number in range(MOST_CHAINED + 2):
        done = commit(desk, report(number))
    [story] = done.chains
    assert len(done.chains[story]["steps"]) == MOST_CHAINED
    monkeypatch.setattr("storage.chains.read_reports", lambda *_: pytest.fail("the texts of the story are read"))
    assert commit(desk, report(60)).chains == done.chains


def test_a_run_does_not_read_back_the_reports_it_has_stored(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.chains.read_reports", lambda *_: pytest.fail("reports are read back"))
    desk = Desk(db, [TALKS], SOURCES, NOW)
    dated = [each.with_changes(published=each.published and each.published + timedelta(microseconds=7, seconds=number))
             for number, each in enumerate(map(report, range(4)))]  # fmt: skip
    for each in dated:
        done = commit(desk, each)
    monkeypatch.undo()
    [story] = done.chains
    db.execute("UPDATE stories SET chain = NULL")
    assert len(done.chains[story]["steps"]) == 4
    assert done.chains[story] == write_chain(db, story, SOURCES)


def test_the_reports_a_run_remembers_are_bounded(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MOST_HELD", 3)
    desk = Desk(db, [TALKS], SOURCES, NOW)
    for number in range(7):
        done = commit(desk, report(number))
        assert len(desk._book) <= 3
    [story] = done.chains
    db.execute("UPDATE stories SET chain = NULL")
    assert done.chains[story] == write_chain(db, story, SOURCES)


def test_what_a_failed_commit_read_is_not_remembered(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row ids go to other reports."""
    desk = Desk(db, [TALKS], SOURCES, NOW)
    with monkeypatch.context() as patch:
        patch.setattr("storage.desk.remember_feeds", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            commit(desk, report(1))
    commit(desk, report(2, "mtkvari"))
    done = commit(desk, report(3))
    [story] = done.chains
    assert [step["url"] for step in done.chains[story]["steps"]] == [report(2, "mtkvari").url, report(3).url]


def test_a_report_among_the_first_of_a_long_story_is_in_its_chain(db: Database) -> None:
    desk = Desk(db, [TALKS], SOURCES, NOW)
    for number in range(1, MOST_CHAINED + 2):
        done = commit(desk, report(number))
    earlier = commit(desk, report(0, "mtkvari"))
    [story] = done.chains
    assert earlier.chains[story]["first"] == report(0, "mtkvari").url
    assert len(earlier.chains[story]["steps"]) == MOST_CHAINED


def test_chains_of_old_stories_do_not_push_out_what_the_next_window_begins_with(db: Database) -> None:
    commit(Desk(db, [TALKS], SOURCES, NOW), *(report(number) for number in range(200, 206)))
    kept = list(features._LATEST)
    reports = [told for told, *_ in read_window(db, NOW - WINDOW, 6)]
    chain([each.with_changes(text=f"{each.text} An old text.") for each in reports])
    assert list(features._LATEST) == kept


def test_the_chain_of_an_edited_report_is_made_of_what_it_says_now(db: Database) -> None:
    desk = Desk(db, [TALKS], SOURCES, NOW)
    commit(desk, report(1))
    mark = PageMark('"1"', None, "a" * 64, "form")
    items = [replace(each, mark=mark) for each in read(report(2, "mtkvari"))]
    desk.commit(begin_run(db, "hand", 1, NOW), result_of("mtkvari", items), NOW)
    edited = report(2, "mtkvari").with_changes(credits=(Credit("Araks", "origin", "Araks was told"),))
    edited = edited.with_changes(text=edited.text.replace("talk number 2", "talk number 14"))
    result = result_of("mtkvari", [])
    result.rechecks.append(RecheckResult(2, edited.url, Answered.READ, "", edited, mark))
    done = desk.commit(begin_run(db, "hand", 1, NOW), result, NOW + timedelta(hours=1))
    [story] = done.chains
    assert done.chains[story]["steps"][1]["evidence"][0]["words"] == "Araks was told"
