"""Beside crawl and mail: digests with nothing to tell, alarms for the operator, and the canary."""

from __future__ import annotations

import asyncio
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.deliver import deliver_due
from scheduler.run import Order, Run
from scheduler.service import rounds
from scheduler.service.canary import CanaryFeed
from scheduler.service.rounds import Rounds, raise_alarms
from storage.canary import SOURCE_ID, read_canary
from storage.database import write
from storage.named_readers import sync_config
from storage.nothing_new import queue_nothing_new
from storage.notices import open_notices, settle
from storage.outbox import due
from storage.search_feed import read_search_feed, sign_feed_token
from storage.subscribers import find_subscriber, unsubscribe
from tests.mailing import NOW, Clock, fill_outbox, free_port, mail_server, make_config, states, tell, wish
from wirewatch.clock import now
from wirewatch.config import Config, Crawl, Operator, SubscriberEntry


def with_operator(config: Config, tmp_path: Path, **operator: object) -> Config:
    settings = config.settings.model_copy(update={"operator": Operator(**operator), "database": tmp_path / "w.db"})
    return config.model_copy(update={"settings": settings})


# ---- nothing new


async def test_a_digest_that_had_nothing_to_tell_says_so_where_that_was_asked_for(db, tmp_path):
    wish(db, "a@x.test", "Border", every="daily", at="18:00", nothing_new=True)
    wish(db, "a@x.test", "Talks", every="daily", at="18:00", nothing_new=True)
    wish(db, "b@x.test", "Border", every="daily", at="18:00")
    six = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)  # 18:00 in Baku
    assert [queue_nothing_new(db, each) for each in (NOW, six - timedelta(minutes=1), six, six)] == [0, 0, 1, 0]
    clock = Clock()
    clock.time = six
    async with mail_server() as box:
        await deliver_due(db, make_config(tmp_path, port=box.port), now=clock)
    (message,) = box.messages
    assert str(message["Subject"]) == "Nothing new: Border, Talks"
    text = message.get_body(("plain",)).get_content()
    assert "“Border” and “Talks” since Wednesday, 4 March 2026, 13:30 (Asia/Baku, UTC+4)" in " ".join(text.split())
    assert "List-Unsubscribe" in message


def test_who_got_a_digest_is_not_told_that_there_was_nothing(db):
    who = wish(db, "a@x.test", "Border", every="daily", at="18:00", nothing_new=True)
    queue_nothing_new(db, NOW)
    tell(db, "s1", who)
    day = timedelta(days=1)
    assert queue_nothing_new(db, NOW + day) == 0
    assert queue_nothing_new(db, NOW + 2 * day) == 1
    assert queue_nothing_new(db, NOW + 9 * day) == 1, "a week of standstill makes one mail, not seven"


def test_nobody_who_left_hears_that_there_is_nothing(db):
    wish(db, "a@x.test", "Border", every="daily", nothing_new=True)
    queue_nothing_new(db, NOW)
    unsubscribe(db, "a@x.test", now=NOW)
    assert queue_nothing_new(db, NOW + timedelta(days=3)) == 0


# ---- alarms


def alarm(db: Database, config: Config, at: datetime) -> list[list[str]]:
    """The words of each alarm mail that is queued by then."""
    raise_alarms(db, config, NOW, at)
    return [row.news["words"] for row in due(db, at, 99) if row.story_id.startswith("alarm:")]


async def test_an_outbox_that_stands_still_is_told_to_the_operator_once_and_so_is_its_end(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    config = with_operator(make_config(tmp_path, port=free_port()), tmp_path, email="op@x.test", disk_low=0)
    assert alarm(db, config, NOW) == []
    clock.pass_by(3700)
    await deliver_due(db, config, now=clock)
    [[words]] = alarm(db, config, clock())
    assert words.startswith("outbox: mail has been waiting since 2026-03-04T09:30:00")
    assert len(alarm(db, config, clock() + timedelta(days=1))) == 1
    clock.pass_by(900)
    async with mail_server() as box:
        config = with_operator(make_config(tmp_path, port=box.port), tmp_path, email="op@x.test", disk_low=0)
        await deliver_due(db, config, now=clock)
        raise_alarms(db, config, NOW, clock())
        await deliver_due(db, config, now=clock)
    to_operator = [message for message in box.messages if message["To"] == "op@x.test"]
    assert ["outbox: no longer stuck" in str(each["Subject"]) for each in to_operator] == [False, True]
    assert all("List-Unsubscribe" not in each for each in to_operator), "the operator is on no list"
    assert len(box.mails) == 3


def test_one_readers_full_mailbox_is_no_alarm(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"])
    at = NOW + timedelta(hours=2)
    db.execute("UPDATE outbox SET state = 'sent', message = 'x', finished = ? WHERE id = 1", [int(at.timestamp()) - 60])
    config = with_operator(make_config(tmp_path), tmp_path, email="op@x.test", disk_low=0)
    assert alarm(db, config, at) == []


def test_a_disk_that_is_nearly_full_and_a_silent_source_come_in_one_mail(db, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(rounds.shutil, "disk_usage", lambda _: usage(10**9, 10**9, 2**20))
    with write(db):
        settle(db, "azertag", {"silent": "gave nothing for two days"}, ("silent",), NOW)
    config = with_operator(make_config(tmp_path), tmp_path, email="op@x.test")
    [words] = alarm(db, config, NOW)
    assert words[0] == "azertag: gave nothing for two days"
    assert words[1].startswith("disk: only 1 MiB are free")


def test_without_an_operators_address_alarms_stay_open_for_status(db, tmp_path, monkeypatch):
    config = with_operator(make_config(tmp_path), tmp_path, disk_low=2**62)
    assert alarm(db, config, NOW) == []
    assert [notice.subject for notice in open_notices(db)] == ["disk"]


def test_a_step_of_the_rounds_that_fails_does_not_stop_the_others(db, tmp_path, caplog):
    config = make_config(tmp_path / "config.yaml", bounce_maildir="nowhere")
    config = with_operator(config, tmp_path, email="op@x.test", disk_low=2**62)
    walk = Rounds(NOW)
    for minute in range(3):
        walk.go(db, config, NOW + timedelta(minutes=minute))
    assert [record.message for record in caplog.records if "Maildir" in record.message] == [
        f"bounces: mail.bounce_maildir: {tmp_path / 'nowhere'} is no Maildir (it has no folder 'new')"
    ]
    assert states(db) == {"queued": 1}


# ---- the canary


async def crawl(db: Database, feed: CanaryFeed, planted: datetime) -> None:
    source, search = feed.plant(planted)
    run = Run(db, db, feed.let_in(Crawl(delay=0)))
    await asyncio.to_thread(run.execute, Order((source,), (search,)))


@pytest.mark.slow
async def test_the_canary_goes_through_a_feed_and_comes_out_as_a_mail_and_leaves_the_archive(db, tmp_path):
    everything = wish(db, "a@x.test", "All", follows="*")
    sync_config(db, [SubscriberEntry(email="b@x.test", query="lang:en")], NOW)
    feed = CanaryFeed()
    await feed.start()
    async with mail_server() as box:
        config = with_operator(make_config(tmp_path, port=box.port), tmp_path, canary="canary@x.test", disk_low=0)
        walk, planted = Rounds(now()), now()
        for _ in range(2):  # both of one second: each has its mail all the same
            await crawl(db, feed, planted)
            walk.go(db, config, now())
            await deliver_due(db, config)
    await feed.stop()
    assert [str(message["To"]) for message in box.messages] == ["canary@x.test"] * 2
    text = " ".join(box.messages[0].get_body(("plain",)).get_content().split())
    assert "went through feed, reading, match, archive and outbox" in text
    assert db.execute("SELECT count(*) FROM articles").fetchone()[0] == 0
    assert db.execute("SELECT count(*) FROM stories").fetchone()[0] == 0
    reader = find_subscriber(db, "a@x.test")
    assert read_search_feed(db, sign_feed_token(everything, reader)).stories == ()
    state = read_canary(db)
    assert state.mailed is not None
    assert abs(state.mailed - now()) < timedelta(minutes=1)
    assert db.execute("SELECT count(*) FROM source_runs WHERE source = ?", [SOURCE_ID]).fetchone()[0] == 2


def test_a_canary_that_does_not_come_out_is_an_alarm(db, tmp_path):
    config = with_operator(make_config(tmp_path), tmp_path, email="op@x.test", canary="c@x.test", disk_low=0)
    assert alarm(db, config, NOW + timedelta(hours=2)) == []
    [[words]] = alarm(db, config, NOW + timedelta(hours=3))
    assert words.startswith("canary: the test story has not come out as a mail yet")
