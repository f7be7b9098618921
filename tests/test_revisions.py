"""Stored pages are asked again: edits become versions, a page gone twice is withdrawn, nothing becomes a new story."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.plan import Scope
from demo.faults import Fault
from demo.newsroom import Newsroom
from storage.database import open_database
from storage.desk import Desk
from storage.ledger import begin_run
from storage.rechecks import Finding, due_rechecks, read_recheck_accounts
from storage.revision import settle_recheck
from storage.versions import read_versions
from tests.crawling import run_crawl
from tests.test_desk import NOW, SOURCES, TALKS, add_reader, article, read, result_of
from wirewatch.outcome import Answered, PageMark, RecheckResult

MARK = PageMark('"1"', None, "a" * 64, "form")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def stored(tmp_path):
    """A database with one stored report that a reader was told of, and its row id."""
    db = open_database(tmp_path / "wire.db")
    add_reader(db)
    items = [replace(each, mark=MARK) for each in read(report())]
    Desk(db, [TALKS], SOURCES, NOW).commit(begin_run(db, "hand", 1, NOW), result_of("araks", items), NOW)
    yield db, db.execute("SELECT id FROM articles").fetchone()[0]
    db.close()


TEXT = "The foreign ministers held talks in Gudauri, 12 people took part. They will meet in Batumi next month."


def report(text=TEXT):
    return article("araks", 1, title="Ministers hold talks in Gudauri").with_changes(text=text)


def ask(db, article_id, answered, new=None, mark=MARK, now=LATER):
    result = RecheckResult(article_id, "https://araks.example/story/1", answered, "", new, mark)
    return settle_recheck(db, result, lambda _: (), SOURCES, now)


def edited():
    return report(TEXT.replace("12 people", "14 people"))


def due_of(db):
    return db.execute("SELECT due FROM rechecks").fetchone()[0]


def test_a_stored_page_is_due_an_hour_later_with_what_it_is_known_by(stored):
    db, article_id = stored
    assert due_rechecks(db, "araks", NOW + timedelta(minutes=59), 10) == []
    [(row_id, known, mark)] = due_rechecks(db, "araks", LATER, 10)
    assert (row_id, known.title, mark) == (article_id, report().title, MARK)
    assert due_rechecks(db, "araks", LATER, 0) == []
    assert len(due_rechecks(db, "araks", NOW, 10, whatever=True)) == 1
    assert due_rechecks(db, "araks", NOW + timedelta(days=40), 10) == []


def test_an_edit_is_kept_as_a_version_and_changes_neither_story_nor_first_sight(stored):
    db, article_id = stored
    before = db.execute("SELECT story_id, relation, fetched FROM articles").fetchone()
    revision = ask(db, article_id, Answered.READ, edited())
    assert revision.finding is Finding.EDITED
    assert [change.kind for change in revision.material] == ["number"]
    assert db.execute("SELECT story_id, relation, fetched FROM articles").fetchone() == before
    assert db.execute("SELECT count(*) FROM stories").fetchone()[0] == 1
    first, second = read_versions(db, article_id)
    assert (first.number, second.number) == (1, 2)
    assert "12 people" in first.text
    assert "14 people" in second.text
    assert first.changes == ()
    assert [(change.kind, change.is_material) for change in second.changes] == [("number", True)]
    assert "14 people" in db.execute("SELECT text FROM articles").fetchone()[0]


def test_a_cosmetic_edit_is_kept_but_is_not_material(stored):
    db, article_id = stored
    revision = ask(db, article_id, Answered.READ, report(TEXT.replace("talks in", "talks  in")))
    assert revision.finding is Finding.COSMETIC
    assert revision.material == ()
    assert len(read_versions(db, article_id)) == 2


def test_the_same_reading_is_no_version(stored):
    db, article_id = stored
    assert ask(db, article_id, Answered.READ, report()).finding is Finding.UNCHANGED
    assert ask(db, article_id, Answered.UNCHANGED).finding is Finding.UNCHANGED
    assert read_versions(db, article_id) == []


def test_a_page_gone_twice_in_a_row_is_withdrawn_once(stored):
    db, article_id = stored
    assert ask(db, article_id, Answered.GONE).finding is Finding.MISSING
    assert due_of(db) - LATER.timestamp() < 3600, "the second look is in the next hourly run"
    revision = ask(db, article_id, Answered.GONE, now=LATER + timedelta(hours=1))
    assert revision.finding is Finding.WITHDRAWN
    assert [change.kind for change in revision.material] == ["removed"]
    assert db.execute("SELECT withdrawn FROM articles").fetchone()[0]
    assert ask(db, article_id, Answered.GONE).finding is Finding.UNCHANGED
    assert [version.text == "" for version in read_versions(db, article_id)] == [False, True]


@pytest.mark.parametrize("between", [Answered.UNCHANGED, Answered.READ])
def test_a_page_that_is_back_in_between_is_not_withdrawn(stored, between):
    db, article_id = stored
    ask(db, article_id, Answered.GONE)
    ask(db, article_id, between, report() if between is Answered.READ else None)
    assert ask(db, article_id, Answered.GONE).finding is Finding.MISSING


def test_no_answer_says_nothing_however_often(stored):
    db, article_id = stored
    for _ in range(5):
        assert ask(db, article_id, Answered.NOT).finding is Finding.UNANSWERED
    assert db.execute("SELECT withdrawn FROM articles").fetchone()[0] is None


def test_another_page_at_the_address_is_no_edit(stored):
    db, article_id = stored
    wall = report("Subscribe now to read this story and thousands of others without limits on every device.")
    assert ask(db, article_id, Answered.READ, wall).finding is Finding.UNANSWERED
    assert read_versions(db, article_id) == []


def test_a_notice_of_removal_seen_twice_is_a_withdrawal(stored):
    db, article_id = stored
    notice = report("This article has been removed.")
    assert ask(db, article_id, Answered.READ, notice).finding is Finding.MISSING
    revision = ask(db, article_id, Answered.READ, notice)
    assert revision.finding is Finding.WITHDRAWN
    assert revision.changes[0].after == "This article has been removed."


def test_a_withdrawn_page_that_is_back_stands_again(stored):
    db, article_id = stored
    ask(db, article_id, Answered.GONE)
    ask(db, article_id, Answered.GONE)
    ask(db, article_id, Answered.READ, report())
    assert db.execute("SELECT withdrawn FROM articles").fetchone()[0] is None


def test_another_form_of_the_reader_makes_no_edit(stored):
    db, article_id = stored
    other = PageMark('"1"', None, "a" * 64, "newer form")
    assert ask(db, article_id, Answered.READ, edited(), other).finding is Finding.UNCHANGED
    assert read_versions(db, article_id) == []
    assert "14 people" in db.execute("SELECT text FROM articles").fetchone()[0]


def test_a_pruned_article_is_passed_over(stored):
    db, _ = stored
    assert ask(db, 999, Answered.GONE) is None


# --- the whole way --------------------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_edits_and_withdrawals_are_seen_by_the_runs(tmp_path):
    file = tmp_path / "wire.db"
    with Newsroom() as room:
        room.publish("bogaz", write_story("/a", "Ankara görüşmesi", "12"))
        room.publish("bogaz", write_story("/b", "Tiflis görüşmesi", "20"))
        run_crawl(file, sources_of(room))
        asked = len(room.requests)
        room.edit("bogaz", "/a", text=write_story("/a", "Ankara görüşmesi", "14")["text"])
        room.withdraw("bogaz", "/b")
        found = findings(run_crawl(file, sources_of(room), scope=Scope(stored="all")))
        assert (found.pop("/a"), found.pop("/b")) == (Finding.EDITED, Finding.MISSING)
        assert set(found.values()) == {Finding.UNCHANGED}
        again = [request for request in room.requests[asked:] if request.path == "/a"]
        assert len(again) == 1
        assert {"if-none-match", "if-modified-since"} & {name.lower() for name in again[0].headers}
        room.set_fault("bogaz", Fault("status", 503), "/a")
        last = run_crawl(file, sources_of(room), scope=Scope(stored="all"))
        assert findings(last)["/b"] is Finding.WITHDRAWN
        assert findings(last)["/a"] is Finding.UNANSWERED
        assert last.report.stored == 0
    with open_database(file) as db:
        counts = read_recheck_accounts(db, last.report.run_id)["bogaz"]
        assert counts["asked"] == sum(count for name, count in counts.items() if name != "asked")
        assert db.execute("SELECT count(*) FROM changes WHERE kind = 'number'").fetchone()[0] == 1


def write_story(path, title, people):
    text = (
        f"{title}: Ermenistan ve Azerbaycan dışişleri bakanları bir araya geldi, {people} kişi katıldı.\n\n"
        + f"{title} iki saat sürdü ve taraflar sınır konusunda anlaştı. Gelecek ay yeniden buluşacaklar. " * 6
    )
    return {"id": path, "path": path, "title": title, "text": text}


def sources_of(room):
    return [source for source in room.sources() if source.id == "bogaz"]


def findings(outcome):
    return {
        "/" + revision.url.rstrip("/").rpartition("/")[2]: revision.finding for revision in outcome.report.revisions
    }


# --- telling readers ------------------------------------------------------------------------------


def commit_asked(db, article_id, answered, new=None, now=LATER):
    """What a run commits that asked the page again; returns the waiting rows of the outbox."""
    result = result_of("araks", [])
    result.rechecks.append(RecheckResult(article_id, "https://araks.example/story/1", answered, "", new, MARK))
    Desk(db, [TALKS], SOURCES, now).commit(begin_run(db, "hand", 1, now), result, now)
    return db.execute("SELECT kind, sequence, news FROM outbox WHERE state = 'queued'").fetchall()


def send_first_mail(db):
    db.execute("UPDATE outbox SET state = 'sent', upto = article_id, message_id = '<1@x>', finished = created")


def test_a_material_edit_is_told_in_the_thread_of_those_who_were_mailed(stored):
    db, article_id = stored
    send_first_mail(db)
    [(kind, sequence, news)] = commit_asked(db, article_id, Answered.READ, edited())
    assert (kind, sequence) == ("update", 1)
    assert "12 people" in news
    assert "14 people" in news
    assert db.execute("SELECT count(*) FROM outbox WHERE sequence = 0").fetchone()[0] == 1, "no second first alert"
    assert db.execute("SELECT count(*) FROM stories").fetchone()[0] == 1


def test_a_withdrawal_is_told_only_after_the_second_sight(stored):
    db, article_id = stored
    send_first_mail(db)
    assert commit_asked(db, article_id, Answered.GONE) == []
    [(kind, _, news)] = commit_asked(db, article_id, Answered.GONE)
    assert (kind, "withdrawal" in news) == ("update", True)


def test_nobody_is_told_of_cosmetics_or_of_a_page_that_does_not_answer(stored):
    db, article_id = stored
    send_first_mail(db)
    assert commit_asked(db, article_id, Answered.READ, report(TEXT.replace("talks in", "talks  in"))) == []
    assert commit_asked(db, article_id, Answered.NOT) == []
    assert commit_asked(db, article_id, Answered.NOT) == []


def test_who_was_not_mailed_the_old_version_is_not_told(stored):
    db, article_id = stored
    assert [row[0] for row in commit_asked(db, article_id, Answered.READ, edited())] == ["story"]
