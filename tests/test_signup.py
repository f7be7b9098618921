"""Signing up on the web: double opt-in that cannot be used to bomb, enumerate or inject."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.deliver import deliver_due
from storage.forgetting import forget
from storage.managing import change_search, change_zone, read_account, stop_search
from storage.secrets import sign_token
from storage.signup import confirm, find_sign_up, sign_up
from storage.subscribers import (
    Wish,
    active_searches,
    find_subscriber,
    list_subscribers,
    subscribe,
    unsubscribe_by_token,
)
from tests.mailing import NOW, Clock, mail_server, make_config, states, tell, wish
from wirewatch.errors import QueryError, UsageError

WISH = Wish("Border", "border", every="daily", at="07:30", quiet="22:00-07:00", languages=("en",), per_day=5)


def ask(db: Database, email: str, host: str = "198.51.100.7", at=NOW, what: Wish = WISH) -> None:
    sign_up(db, email, what, "Asia/Tbilisi", host, at)


async def read_link(db: Database, folder: Path) -> str:
    """The token of the one confirmation mail that goes out."""
    async with mail_server() as box:
        await deliver_due(db, make_config(folder, port=box.port), now=Clock())
    (message,) = box.messages
    found = re.search(r"https://wirewatch\.test/confirm/(\S+)", message.get_body(("plain",)).get_content())
    assert found
    return found[1]


async def test_a_wish_begins_when_its_address_confirms_it_and_not_before(db, tmp_path):
    ask(db, "New@X.test")
    assert find_subscriber(db, "new@x.test").state == "pending"
    assert active_searches(db) == []
    token = await read_link(db, tmp_path)
    shown = find_sign_up(db, token, NOW)
    assert (shown.wish, shown.zone) == (WISH, "Asia/Tbilisi")
    assert find_subscriber(db, "new@x.test").state == "pending", "looking at the page confirms nothing"
    made = confirm(db, token, NOW)
    assert confirm(db, token, NOW) == made
    [(reader, [mine])] = list_subscribers(db)
    assert (reader.state, reader.zone) == ("active", "Asia/Tbilisi")
    assert (mine.query, mine.every, mine.at, mine.quiet, mine.languages, mine.per_day) == (
        "border", "daily", "07:30", "22:00-07:00", ("en",), 5,
    )  # fmt: skip


async def test_a_stranger_can_add_no_search_to_a_readers_address(db, tmp_path):
    wish(db, "a@x.test", "Talks")
    ask(db, "a@x.test")
    assert [each.query for each in active_searches(db)] == ["talks"]
    confirm(db, await read_link(db, tmp_path), NOW)
    assert [each.query for each in active_searches(db)] == ["talks", "border"]


async def test_the_mail_holds_no_word_that_the_visitor_typed_in(db, tmp_path):
    evil = Wish("Win at http://evil.test now", "“buy http://evil.test”")
    ask(db, "victim@x.test", what=evil)
    async with mail_server() as box:
        await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert b"evil" not in box.mails[0][1]
    assert "evil" not in box.messages[0].get_body(("html",)).get_content()


def test_an_address_gets_few_confirmation_mails_whoever_asks(db):
    for number in range(20):
        ask(db, "victim@x.test", host=f"203.0.113.{number}")
    assert states(db) == {"queued": 2}
    for day in range(1, 20):
        ask(db, "VICTIM@x.test", host=f"203.0.113.{day}", at=NOW + timedelta(days=day))
    assert db.execute("SELECT count(*) FROM signup_tries WHERE bucket = 'all'").fetchone()[0] == 5


def test_a_network_gets_few_mails_sent_whomever_it_names(db):
    for number in range(20):
        ask(db, f"a{number}@x.test", host=f"2001:db8:1:1::{number}")
    assert states(db) == {"queued": 5}
    ask(db, "other@x.test", host="2001:db8:1:2::1")
    assert states(db) == {"queued": 6}


def test_a_wish_that_nobody_confirms_is_dropped_with_its_address(db):
    ask(db, "a@x.test")
    ask(db, "b@x.test", at=NOW + timedelta(days=4))
    assert [reader.email for reader, _ in list_subscribers(db)] == ["b@x.test"]


async def test_a_link_is_valid_for_three_days_and_for_one_wish(db, tmp_path):
    ask(db, "a@x.test")
    token = await read_link(db, tmp_path)
    assert find_sign_up(db, token, NOW + timedelta(days=2))
    assert find_sign_up(db, token, NOW + timedelta(days=3)) is None
    for wrong in (token[:-1], token.replace("1-", "2-", 1), "1-", "", "²-x", "1-é"):
        assert confirm(db, wrong, NOW) is None


def test_who_wants_no_more_requests_gets_none(db):
    ask(db, "a@x.test")
    reader = find_subscriber(db, "a@x.test")
    assert unsubscribe_by_token(db, sign_token("leave", reader.id, reader.secret), now=NOW)
    ask(db, "a@x.test", at=NOW + timedelta(days=5))
    assert states(db) == {"cancelled": 1}


def test_who_left_may_come_back_by_confirming(db):
    wish(db, "a@x.test", "Talks")
    reader = find_subscriber(db, "a@x.test")
    unsubscribe_by_token(db, sign_token("leave", reader.id, reader.secret), now=NOW)
    ask(db, "a@x.test")
    assert states(db) == {"queued": 1}


@pytest.mark.parametrize(
    ("email", "what", "error"),
    [
        ("a@x.test\r\nBcc: b@x.test", WISH, UsageError),
        ("no address", WISH, UsageError),
        ("a@x.test", Wish("Border", "border AND ("), QueryError),
        ("a@x.test", Wish("Two\r\nlines", "border"), UsageError),
        ("a@x.test", Wish("Border", "border", at="25:00"), UsageError),
        ("a@x.test", Wish("Border", "x" * 5000), UsageError),
    ],
)
def test_what_cannot_be_used_is_refused_whoever_the_address_belongs_to(db, email, what, error):
    for known in (False, True):
        if known:
            subscribe(db, "a@x.test", "Border", "border", now=NOW)
        with pytest.raises(error):
            ask(db, email, what=what)
    assert db.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0


async def test_a_forgotten_person_leaves_no_sign_up_behind(db, tmp_path):
    ask(db, "person@secret-domain.test", what=Wish("My-secret-name", "border"))
    await read_link(db, tmp_path)
    assert forget(db, "person@secret-domain.test")
    found = b"".join(each.read_bytes() for each in tmp_path.glob("w.db*"))
    assert b"secret-domain" not in found
    assert b"My-secret-name" not in found


def test_a_reader_changes_and_stops_his_own_searches_only(db):
    mine, other = wish(db, "a@x.test", "Border"), wish(db, "b@x.test", "Talks")
    reader = find_subscriber(db, "a@x.test")
    token = sign_token("manage", reader.id, reader.secret)
    assert read_account(db, sign_token("leave", reader.id, reader.secret)) is None
    account = read_account(db, token)
    change_search(db, account, mine.id, Wish("", every="weekly", at="fri 18:00", per_day=3, nothing_new=True), NOW)
    change_zone(db, account, "Europe/Berlin")
    with pytest.raises(LookupError):
        stop_search(db, account, other.id, NOW)
    with pytest.raises(UsageError):
        change_search(db, account, mine.id, Wish("", every="daily", at="8"), NOW)
    account = read_account(db, token)
    (search,) = account.searches
    assert (account.reader.zone, search.every, search.at, search.per_day, search.nothing_new) == (
        "Europe/Berlin", "weekly", "fri 18:00", 3, True,
    )  # fmt: skip
    tell(db, "s1", search)
    stop_search(db, account, search.id, NOW)
    assert read_account(db, token).searches == ()
    assert states(db) == {"cancelled": 1}
