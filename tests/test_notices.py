"""A trouble is told once when it opens and once when it ends."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.database import open_in_memory
from storage.notices import mark_reported, open_notices, settle, unreported

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KINDS = ("silent", "blocked")


@pytest.fixture
def db():
    opened = open_in_memory()
    yield opened
    opened.close()


def test_a_trouble_opens_once_and_closes_once(db):
    [opened] = settle(db, "araks", {"silent": "nothing new since Monday"}, KINDS, NOW)
    assert (opened.subject, opened.kind, opened.opened, opened.closed) == ("araks", "silent", NOW, None)
    assert settle(db, "araks", {"silent": "nothing new since Monday, still"}, KINDS, LATER) == []
    assert [str(each) for each in open_notices(db)] == ["araks: nothing new since Monday"]
    [closed] = settle(db, "araks", {}, KINDS, LATER)
    assert closed.closed == LATER
    assert str(closed) == "araks: no longer silent"
    assert open_notices(db) == []
    assert settle(db, "araks", {}, KINDS, LATER) == []


def test_one_state_follows_another(db):
    settle(db, "araks", {"silent": "x"}, KINDS, NOW)
    changes = settle(db, "araks", {"blocked": "refuses us (403)"}, KINDS, LATER)
    assert [(each.kind, each.closed is None) for each in changes] == [("blocked", True), ("silent", False)]


def test_other_subjects_and_kinds_are_left_alone(db):
    settle(db, "mail", {"down": "the mail server refuses connections"}, ("down",), NOW)
    settle(db, "araks", {"silent": "x", "blocked": "y"}, KINDS, NOW)
    settle(db, "araks", {}, ("silent",), LATER)
    assert [(each.subject, each.kind) for each in open_notices(db)] == [("mail", "down"), ("araks", "blocked")]


def test_each_end_is_reported_once(db):
    settle(db, "araks", {"silent": "x"}, KINDS, NOW)
    first = unreported(db)
    assert [each.kind for each in first] == ["silent"]
    mark_reported(db, first, NOW)
    assert unreported(db) == []
    settle(db, "araks", {}, KINDS, LATER)
    [recovery] = unreported(db)
    assert recovery.closed == LATER
    mark_reported(db, [recovery], LATER)
    assert unreported(db) == []


def test_what_ended_before_anyone_was_told_is_not_told(db):
    settle(db, "araks", {"silent": "x"}, KINDS, NOW)
    settle(db, "araks", {}, KINDS, LATER)
    assert unreported(db) == []
    settle(db, "araks", {"silent": "again"}, KINDS, LATER)
    assert [each.words for each in unreported(db)] == ["again"]
