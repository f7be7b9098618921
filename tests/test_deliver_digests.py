"""Digests over real SMTP: at their local time, whole, and once."""

from __future__ import annotations

from datetime import UTC, datetime

from alerts.deliver import deliver_due
from storage.outbox import retry_now
from storage.subscribers import unsubscribe
from tests.mailing import Clock, mail_server, make_config, states, tell, wish


async def test_a_daily_digest_comes_at_its_local_time_with_all_stories_in_one_mail(db, tmp_path):
    border, talks = (wish(db, "a@x.test", name, every="daily", at="18:00") for name in ("Border", "Talks"))
    for number in range(5):
        tell(db, f"s{number}", border if number % 2 else talks)
    clock = Clock()
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port)
        early = await deliver_due(db, config, now=clock)
        clock.time = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)  # 18:00 in Baku
        digest = await deliver_due(db, config, now=clock)
        again = await deliver_due(db, config, now=clock)
    assert (early.sent, digest.sent, again.sent) == (0, 1, 0)
    assert early.next_due == clock.time
    (message,) = box.messages
    text = message.get_body(("plain",)).get_content()
    assert str(message["Subject"]) == "5 stories: Title of s0"
    assert [text.count(f"Title of s{number}") for number in range(5)] == [1] * 5
    assert states(db) == {"sent": 5}


async def test_a_story_that_an_instant_search_finds_too_does_not_wait_for_the_digest(db, tmp_path):
    daily, instant = wish(db, "a@x.test", "Daily", every="daily"), wish(db, "a@x.test", "Instant")
    tell(db, "both", daily, instant)
    tell(db, "later", daily)
    tell(db, "later", instant)
    tell(db, "only-daily", daily)
    async with mail_server() as box:
        await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert sorted(str(message["Subject"]) for message in box.messages) == ["Title of both", "Title of later"]
    assert states(db) == {"queued": 1, "sent": 2}


async def test_in_quiet_hours_nothing_is_mailed(db, tmp_path):
    tell(db, "s1", wish(db, "a@x.test", "Border", quiet="13:00-15:00"))  # it is 13:30 in Baku
    clock = Clock()
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port)
        quiet = await deliver_due(db, config, now=clock)
        clock.pass_by(90 * 60)
        later = await deliver_due(db, config, now=clock)
    assert (quiet.sent, later.sent) == (0, 1)


async def test_a_digest_is_repeated_byte_for_byte_and_then_all_of_it_is_sent(db, tmp_path):
    border = wish(db, "a@x.test", "Border", every="hourly")
    for number in range(3):
        tell(db, f"s{number}", border)
    clock = Clock()
    clock.pass_by(3600)
    async with mail_server() as box:
        box.lose_answer = 1
        config = make_config(tmp_path, port=box.port)
        await deliver_due(db, config, now=clock)
        tell(db, "new", border, at=clock.time)
        clock.pass_by(60)
        await deliver_due(db, config, now=clock)
    assert len(box.mails) == 2
    assert len(set(box.mails)) == 1
    assert states(db) == {"queued": 1, "sent": 3}


async def test_a_refused_digest_fails_all_it_tells_and_can_be_brought_back(db, tmp_path):
    border = wish(db, "a@x.test", "Border", every="hourly")
    for number in range(3):
        tell(db, f"s{number}", border)
    clock = Clock()
    clock.pass_by(3600)
    async with mail_server() as box:
        box.rcpt_answers["a@x.test"] = ["550 5.1.1 no such user"]
        config = make_config(tmp_path, port=box.port)
        await deliver_due(db, config, now=clock)
        refused = states(db)
        retry_now(db, clock(), failed=True)
        await deliver_due(db, config, now=clock)
    assert refused == {"failed": 3}
    assert states(db) == {"sent": 3}
    assert len(box.mails) == 1


async def test_who_leaves_before_the_digest_gets_none(db, tmp_path):
    border = wish(db, "a@x.test", "Border", every="hourly")
    tell(db, "s1", border)
    tell(db, "s2", border)
    clock = Clock()
    clock.pass_by(3600)
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port)
        box.rcpt_answers["a@x.test"] = ["451 later"]
        await deliver_due(db, config, now=clock)
        unsubscribe(db, "a@x.test", now=clock())
        clock.pass_by(60)
        await deliver_due(db, config, now=clock)
    assert box.mails == []
    assert states(db) == {"cancelled": 2}
