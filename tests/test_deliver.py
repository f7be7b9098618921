"""Delivery over real SMTP: nothing lost, nothing doubled, whatever the server answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.deliver import deliver_due
from storage.database import open_database
from storage.outbox import summary
from storage.subscribers import unsubscribe
from tests.mailing import NOW, fill_outbox, free_port, mail_server, make_config


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path / "w.db")


def states(db: Database) -> dict[str, int]:
    return {state: count for state, count in summary(db).counts.items() if count}


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self):
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


async def test_each_waiting_alert_is_mailed_once_and_a_second_call_sends_nothing(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=3)
    with mail_server() as box:
        await asyncio.sleep(0)
        config = make_config(tmp_path, port=box.port)
        report = await deliver_due(db, config, now=Clock())
        again = await deliver_due(db, config, now=Clock())
    assert (report.composed, report.sent, report.problem, again.sent) == (6, 6, None, 0)
    assert sorted({(rcpt, str(mail["Subject"])) for (rcpt, _), mail in zip(box.mails, box.messages, strict=True)}) == [
        (who, f"STORY-n{n}-x: envoys agree on a date") for who in ("a@x.test", "b@x.test") for n in range(3)
    ]
    assert states(db) == {"sent": 6}


async def test_connections_are_reused(db, tmp_path):
    fill_outbox(db, ["a@x.test"], stories=20)
    with mail_server() as box:
        await asyncio.sleep(0)
        report = await deliver_due(db, make_config(tmp_path, port=box.port, connections=2), now=Clock())
    assert report.sent == 20
    assert box.sessions == report.connections <= 2


async def test_a_temporary_refusal_is_tried_again_later_with_the_same_bytes(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    with mail_server() as box:
        await asyncio.sleep(0)
        config = make_config(tmp_path, port=box.port)
        box.rcpt_answers["a@x.test"] = ["451 4.7.1 greylisted"]
        first = await deliver_due(db, config, now=clock)
        before = db.execute("SELECT message_id, message FROM outbox").fetchone()
        too_early = await deliver_due(db, config, now=clock)
        clock.pass_by(60)
        last = await deliver_due(db, config, now=clock)
    assert (first.deferred, too_early.sent, last.sent) == (1, 0, 1)
    assert box.mails == [("a@x.test", before[1])]
    assert str(box.messages[0]["Message-ID"]) == before[0]


async def test_a_final_refusal_fails_that_mail_only_and_keeps_the_reason(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"])
    with mail_server() as box:
        await asyncio.sleep(0)
        box.rcpt_answers["a@x.test"] = ["550 5.1.1 no such user"]
        report = await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert (report.sent, report.failed, report.ok) == (1, 1, False)
    assert states(db) == {"failed": 1, "sent": 1}
    assert "no such user" in db.execute("SELECT error FROM outbox WHERE state = 'failed'").fetchone()[0]


async def test_a_server_that_is_down_costs_no_mail_an_attempt_and_is_left_alone_for_a_while(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=2)
    clock, port = Clock(), free_port()
    config = make_config(tmp_path, port=port)
    down = await deliver_due(db, config, now=clock)
    assert "refuses connections" in down.problem
    assert db.execute("SELECT sum(attempts) FROM outbox").fetchone()[0] == 0
    with mail_server(port) as box:
        await asyncio.sleep(0)
        paused = await deliver_due(db, config, now=clock)
        clock.pass_by(3)
        up = await deliver_due(db, config, now=clock)
    assert (paused.sent, paused.paused_until is not None, up.sent, box.sessions > 0) == (0, True, 4, True)


async def test_when_the_answer_was_lost_the_repeat_has_the_same_bytes_and_message_id(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    with mail_server() as box:
        await asyncio.sleep(0)
        box.lose_answer = 1
        config = make_config(tmp_path, port=box.port)
        await deliver_due(db, config, now=clock)
        clock.pass_by(60)
        await deliver_due(db, config, now=clock)
    assert len(box.mails) == 2
    assert box.mails[0] == box.mails[1]
    assert states(db) == {"sent": 1}


async def test_who_leaves_while_mail_waits_gets_nothing(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=2)
    unsubscribe(db, "A@x.test", now=NOW)
    with mail_server() as box:
        await asyncio.sleep(0)
        await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert {rcpt for rcpt, _ in box.mails} == {"b@x.test"}
    assert states(db) == {"cancelled": 2, "sent": 2}


async def test_who_leaves_during_the_run_gets_no_further_mail(db, tmp_path):
    fill_outbox(db, ["a@x.test"], stories=10)
    with mail_server() as box:
        await asyncio.sleep(0)
        box.before_data = lambda: unsubscribe(db, "a@x.test", now=NOW) if not box.mails else None
        await deliver_due(db, make_config(tmp_path, port=box.port, connections=1), now=Clock())
    assert len(box.mails) == 1
    assert states(db) == {"cancelled": 9, "sent": 1}


async def test_without_a_mail_server_alerts_wait(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    report = await deliver_due(db, make_config(tmp_path, host=None), now=Clock())
    assert report.waiting == 1
    assert "mail.host" in report.problem


async def test_the_stop_lets_the_mail_under_way_finish_and_leaves_the_rest_waiting(db, tmp_path):
    fill_outbox(db, ["a@x.test"], stories=5)
    stop = asyncio.Event()
    with mail_server() as box:
        await asyncio.sleep(0)
        box.seconds, box.before_data = 0.2, stop.set
        report = await deliver_due(db, make_config(tmp_path, port=box.port), stop=stop, now=Clock())
    assert (report.stopped, report.sent, report.waiting, len(box.mails)) == (True, 1, 4, 1)
