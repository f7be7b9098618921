"""Subscribers and the outbox: who is told what, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from storage import outbox
from storage.audience import Find, queue_alerts, read_audience
from storage.database import write
from storage.forgetting import forget
from storage.named_readers import sync_config
from storage.outbox import retry_now, summary
from storage.secrets import read_token, sign_token
from storage.subscribers import (
    active_searches,
    find_subscriber,
    list_subscribers,
    normalise_email,
    subscribe,
    unsubscribe,
    unsubscribe_by_token,
)
from tests.mailing import NOW, fill_outbox, queue_alert
from wirewatch.config import SubscriberEntry
from wirewatch.errors import UsageError
from wirewatch.search import Match, Search, Term


def match(search: str) -> Match:
    return Match(search, (Term("border", "border", "text", 0, 6),))


def states(db: Database) -> dict[str, int]:
    return {state: count for state, count in summary(db).counts.items() if count}


def test_a_subscriber_is_queued_once_for_a_story(db):
    who = subscribe(db, "a@x.test", "Border", "border", now=NOW).subscriber_id
    with write(db):
        first = queue_alert(db, who, "s1", 1, [match("t")], NOW)
        again = queue_alert(db, who, "s1", 2, [match("t")], NOW)
        other = queue_alert(db, who, "s2", 3, [match("t")], NOW)
    assert (first, again, other) == (True, False, True)


def test_what_is_queued_in_a_transaction_that_fails_is_not_queued(db):
    who = subscribe(db, "a@x.test", "Border", "border", now=NOW).subscriber_id

    def commit_and_fail() -> None:
        with write(db):
            queue_alert(db, who, "s1", 1, [match("t")], NOW)
            raise KeyError("the source's last row")

    with pytest.raises(KeyError):
        commit_and_fail()
    assert states(db) == {}


def test_searches_that_overlap_give_one_mail_that_names_them_all(db):
    one = subscribe(db, "a@x.test", "Border", "border", now=NOW)
    two = subscribe(db, "a@x.test", "Talks", "talks", now=NOW)
    subscribe(db, "a@x.test", "Caucasus", "", follows="caucasus", now=NOW)
    everything = subscribe(db, "b@x.test", "All", "", follows="*", now=NOW)
    matches = [match(one.search_id), match(two.search_id), match("caucasus")]
    with write(db):
        new = queue_alerts(db, read_audience(db), Find("s1", 1, matches, "en"), NOW)
    rows = {row.subscriber_id: row for row in outbox.due(db, NOW, 10)}
    assert new == 2
    assert [each.search for each in rows[one.subscriber_id].receipts] == [one.search_id, two.search_id, "caucasus"]
    assert [each.search for each in rows[everything.subscriber_id].receipts] == ["caucasus"]


def test_a_search_for_some_languages_is_not_set_off_by_others(db):
    one = subscribe(db, "a@x.test", "Border", "border", languages=["ru"], now=NOW)
    with write(db):
        for number, language in enumerate(["en", "ru", None]):
            queue_alerts(db, read_audience(db), Find(f"s{number}", number, [match(one.search_id)], language), NOW)
    assert [row.story_id for row in outbox.due(db, NOW, 10)] == ["s1"]


def test_the_searches_of_active_subscribers_go_to_the_matcher(db):
    subscribe(db, "a@x.test", "Border", "border", now=NOW)
    subscribe(db, "b@x.test", "Talks", "talks", now=NOW)
    unsubscribe(db, "b@x.test", now=NOW)
    assert active_searches(db) == [Search("sub:1", "border")]


def test_ending_one_search_cancels_only_mail_that_nothing_else_caused(db):
    one = subscribe(db, "a@x.test", "Border", "border", now=NOW)
    two = subscribe(db, "a@x.test", "Talks", "talks", now=NOW)
    with write(db):
        queue_alert(db, 1, "both", 1, [match(one.search_id), match(two.search_id)], NOW)
        queue_alert(db, 1, "one", 2, [match(one.search_id)], NOW)
    assert unsubscribe(db, "a@x.test", "border", now=NOW) == 1
    rows = outbox.due(db, NOW, 10)
    assert [(row.story_id, [each.search for each in row.receipts]) for row in rows] == [("both", [two.search_id])]
    assert find_subscriber(db, "a@x.test").state == "active"


def test_leaving_takes_effect_on_mail_that_waits(db):
    fill_outbox(db, ["a@x.test"], stories=3)
    unsubscribe(db, "A@X.test", now=NOW)
    assert states(db) == {"cancelled": 3}
    assert find_subscriber(db, "a@x.test").state == "left"


def test_the_link_lets_only_its_owner_leave(db):
    fill_outbox(db, ["a@x.test", "b@x.test"])
    a, b = (who for who, _ in list_subscribers(db))
    token = sign_token("leave", a.id, a.secret)
    forged = [sign_token("leave", b.id, a.secret), token[:-1], token.replace("1-", "2-", 1), "", "1", "1-", "-", "²-x"]
    assert [read_token(db, "leave", each) for each in forged] == [None] * len(forged)
    assert not unsubscribe_by_token(db, forged[0], now=NOW)
    assert unsubscribe_by_token(db, token, now=NOW)
    assert [who.state for who, _ in list_subscribers(db)] == ["left", "active"]


def test_subscribers_of_the_configuration_follow_the_file(db):
    a = SubscriberEntry(email="a@x.test", topics=("caucasus",), query="border", tz="Asia/Baku")
    b = SubscriberEntry(email="b@x.test")
    sync_config(db, [a, b], NOW)
    assert {who.email: [each.follows or each.query for each in each_of] for who, each_of in list_subscribers(db)} == {
        "a@x.test": ["caucasus", "border"],
        "b@x.test": ["*"],
    }
    before = list_subscribers(db)
    sync_config(db, [a, b], NOW + timedelta(days=1))
    assert list_subscribers(db) == before
    sync_config(db, [SubscriberEntry(email="a@x.test", query="border")], NOW)
    assert [(who.email, who.state, len(mine)) for who, mine in list_subscribers(db)] == [
        ("a@x.test", "active", 1),
        ("b@x.test", "removed", 0),
    ]
    sync_config(db, [a, b], NOW)
    assert find_subscriber(db, "b@x.test").state == "active"


def test_who_asked_to_leave_stays_away_although_the_configuration_names_him(db):
    entry = SubscriberEntry(email="a@x.test", query="border")
    sync_config(db, [entry], NOW)
    unsubscribe(db, "a@x.test", now=NOW)
    sync_config(db, [entry], NOW)
    assert find_subscriber(db, "a@x.test").state == "left"
    assert active_searches(db) == []


def test_a_search_added_by_hand_outlives_the_configuration(db):
    sync_config(db, [SubscriberEntry(email="a@x.test", query="border")], NOW)
    subscribe(db, "a@x.test", "Talks", "talks", now=NOW)
    sync_config(db, [], NOW)
    assert [search.query for search in active_searches(db)] == ["talks"]


def test_a_forgotten_person_is_in_no_byte_of_the_files(db, tmp_path):
    fill_outbox(db, [f"person{n}@secret-domain.test" for n in range(30)], stories=5)
    with write(db):
        for row in outbox.due(db, NOW, 1000):
            outbox.freeze(db, row.id, f"<{row.id}@x>", b"To: person%d@secret-domain.test" % (row.subscriber_id - 1))
    assert forget(db, "Person7@secret-domain.test")
    found = b"".join(each.read_bytes() for each in tmp_path.glob("w.db*"))
    assert b"person7@" not in found.lower()
    assert b"person8@" in found
    assert not forget(db, "person7@secret-domain.test")
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b@c.test",
        "a b@x.test",
        "a@x.test\r\nBcc: b@x.test",
        "a@x.test,b@x.test",
        "<a@x.test>",
        "A <a@x.test>",
        "a@-x.test",
        "a\x00@x.test",
        "ä@x.test",
        "a@" + "x" * 300 + ".test",
        "a" * 65 + "@x.test",
        '"a\\"b"@x.test',
    ],
)
def test_an_address_that_smtp_cannot_carry_is_refused(db, email):
    with pytest.raises(UsageError):
        subscribe(db, email, "Border", "border", now=NOW)
    assert list_subscribers(db) == []


@pytest.mark.parametrize(
    ("email", "stored"),
    [
        ("A.b+tag@X.TEST", "A.b+tag@x.test"),
        ("a@localhost", "a@localhost"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("bob+rcpt550@x.test", "bob+rcpt550@x.test"),
    ],
)
def test_an_address_is_kept_in_one_form(email, stored):
    assert normalise_email(email) == stored


@given(st.text(max_size=40))
def test_whatever_is_accepted_as_an_address_is_one_plain_ascii_word(text):
    try:
        address = normalise_email(f"{text}@x.test")
    except UsageError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert not set(address) & set(' <>,;:()"\\[]')


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Base"},
        {"zone": "../../etc/passwd"},
        {"at": "8"},
        {"at": "24:00"},
        {"quiet": "22-7"},
        {"every": "yearly"},
        {"name": "bell\x07"},
        {"name": ""},
        {"query": " "},
        {"query": "x" * 5000},
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(db, wrong):
    with pytest.raises(UsageError):
        subscribe(db, "a@x.test", **{"name": "Border", "query": "border"} | wrong, now=NOW)


def test_the_summary_counts_and_names_the_oldest_and_the_last_error(db):
    fill_outbox(db, ["a@x.test"], stories=2)
    first, second = outbox.due(db, NOW, 10)
    outbox.mark_retry(db, first.id, "451 greylisted", NOW + timedelta(minutes=5))
    outbox.mark_failed(db, second.id, "550 no such user", NOW)
    figures = summary(db).to_json()
    assert (figures["waiting"], figures["failed"]) == (1, 1)
    assert (figures["oldest"], figures["next_due"]) == ("2026-03-04T09:30:00+00:00", "2026-03-04T09:35:00+00:00")
    assert figures["last_error"] == "451 greylisted"


def test_retry_makes_all_that_waits_due_and_on_wish_what_failed_too(db):
    fill_outbox(db, ["a@x.test"], stories=2)
    first, second = outbox.due(db, NOW, 10)
    with write(db):
        outbox.freeze(db, second.id, "<2@x>", b"bytes")
    outbox.mark_retry(db, first.id, "451", NOW + timedelta(hours=5))
    outbox.mark_failed(db, second.id, "550", NOW)
    assert retry_now(db, NOW) == 1
    assert [row.id for row in outbox.due(db, NOW, 10)] == [first.id]
    assert retry_now(db, NOW, failed=True) == 2


def test_bytes_are_dropped_some_time_after_the_end_and_the_row_stays(db):
    fill_outbox(db, ["a@x.test"])
    with write(db):
        outbox.freeze(db, 1, "<1@x>", b"bytes")
    outbox.mark_sent(db, 1, NOW)
    assert outbox.prune_messages(db, NOW + timedelta(days=6)) == 0
    assert outbox.prune_messages(db, NOW + timedelta(days=8)) == 1
    assert states(db) == {"sent": 1}
    with write(db):
        assert not queue_alert(db, 1, "story0", 1, [match("t")], NOW)


def test_frozen_bytes_are_never_replaced(db):
    fill_outbox(db, ["a@x.test"])
    with write(db):
        assert outbox.freeze(db, 1, "<1@x>", b"first")
        assert not outbox.freeze(db, 1, "<2@x>", b"second")
    assert outbox.read_frozen(db, 1).message == b"first"
