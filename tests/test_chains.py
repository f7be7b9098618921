"""Stored stories show their chain, and sources how they stand to each other."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from scheduler.commands.sources import sources as sources_command
from scheduler.standing import follow
from storage.chains import read_chain, write_chain
from storage.database import open_database
from storage.desk import Desk
from storage.figures import read_figures
from storage.ledger import begin_run
from storage.stories import read_story
from tests.test_desk import NOW, SOURCES, TALKS, article, read, result_of
from wirewatch.article import Credit
from wirewatch.errors import UsageError
from wirewatch.source import Source

TEXT = (
    "The deputy foreign ministers of Armenia and Azerbaijan held talks in Gudauri on the Ijevan railway. Engineers of "
    "both sides will inspect the bridge at Julfa in April, the hosts said after nine hours behind closed doors."
)


@pytest.fixture
def db(tmp_path):
    """One story of three outlets: araks has it first, mtkvari copies it, bogaz credits araks."""
    opened = open_database(tmp_path / "wire.db")
    credit = (Credit("Araks", "origin", "Araks reports"),)
    for minute, source, more in ((30, "araks", {}), (20, "mtkvari", {}), (5, "bogaz", {"credits": credit})):
        told = article(source, 1, published=NOW - timedelta(minutes=minute), title="Talks on a railway in Gudauri")
        told = told.with_changes(text=TEXT, **more)
        desk = Desk(opened, [TALKS], SOURCES, NOW)
        done = desk.commit(begin_run(opened, "hand", 1, NOW), result_of(source, read(told)), NOW)
    yield opened, done
    opened.close()


def test_the_chain_is_kept_with_the_story_and_handed_on(db):
    opened, done = db
    [(story, kept)] = opened.execute("SELECT id, chain FROM stories").fetchall()
    found = json.loads(kept)
    assert found == done.chains[story] == read_chain(opened, story, SOURCES)
    assert found["first"] == "https://araks.example/story/1"
    assert found["first_is_sure"]
    assert found["independent_origins"] == 1
    taken = {step["source"]: step["taken_from"] for step in found["steps"]}
    assert taken == {"araks": None, "mtkvari": found["first"], "bogaz": found["first"]}
    kinds = {step["source"]: {evidence["kind"] for evidence in step["evidence"]} for step in found["steps"]}
    assert "text" in kinds["mtkvari"]
    assert "credit" in kinds["bogaz"]
    assert [step["lag"] for step in found["steps"]] == [0, 600, 1500]
    read_back = read_story(opened, story).chain
    assert read_back
    assert read_back.to_json() == found


def test_a_story_of_one_report_has_its_chain_worked_out_when_it_is_read(db):
    opened, _ = db
    alone = article("bogaz", 9, title="Snow closes the pass").with_changes(text="Talks at the pass were called off.")
    done = Desk(opened, [TALKS], SOURCES, NOW).commit(
        begin_run(opened, "hand", 1, NOW), result_of("bogaz", read(alone)), NOW
    )
    [story] = done.chains
    assert opened.execute("SELECT chain FROM stories WHERE id = ?", [story]).fetchone()[0] is None
    assert read_chain(opened, story, SOURCES)["independent_origins"] == 1
    assert write_chain(opened, "no-such-story", SOURCES)["steps"] == []


def test_who_leads_who_takes_and_how_late(db):
    opened, _ = db
    since = int((NOW - timedelta(days=1)).timestamp())
    first, late = read_figures(opened, "araks", since), read_figures(opened, "bogaz", since)
    assert (first.contested, first.led, first.led_share, first.taken, first.lag) == (1, 1, 1.0, 0, None)
    assert (late.led, late.taken_share, late.lag) == (0, 1.0, 1500)


def test_the_own_family_is_nobody_to_be_first_against(db):
    opened, _ = db
    since = int((NOW - timedelta(days=1)).timestamp())
    assert read_figures(opened, "araks", since, relatives=("mtkvari", "bogaz")).contested == 0


def test_figures_are_followed_through_time(db):
    opened, _ = db
    later = NOW + timedelta(hours=1)
    rows = follow(opened, SOURCES, ("araks",), later, 14, 7)
    assert [(row.since, row.figures.articles) for row in rows] == [
        (later - timedelta(days=14), 0),
        (later - timedelta(days=7), 1),
    ]
    assert [row.source for row in follow(opened, SOURCES, (), later, 7, None)] == ["araks", "mtkvari", "bogaz"]
    with pytest.raises(UsageError, match="nobody"):
        follow(opened, SOURCES, ("nobody",), later, 7, None)


def test_a_span_that_does_not_divide_the_days_ends_at_the_present(db):
    opened, _ = db
    rows = follow(opened, {"araks": Source("araks", "Araks")}, ("araks",), NOW, 10, 7)
    assert [row.until for row in rows] == [NOW - timedelta(days=3), NOW]


def test_the_help_of_the_command_has_an_example():
    shown = CliRunner().invoke(sources_command, ["stats", "--help"])
    assert "wirewatch sources stats" in shown.output
