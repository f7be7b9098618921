"""Delivery while the mail server fails at any step: each mail arrives once, and no server is stormed."""

from __future__ import annotations

import asyncio

import pytest

from alerts.deliver import deliver_due
from storage.outbox import summary
from tests.faulty_smtp import STEPS, faulty_server
from tests.mailing import (
    Clock,
    fill_outbox,
    free_port,
    mail_server,
    make_config,
    states,
)

FAULTS = ["drop", "close", "hang", "garbage", "flood", "421 4.3.2 closing", "451 4.3.0 later"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
async def test_after_a_fault_at_any_step_each_mail_arrives_once(db, tmp_path, step, fault):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=2)
    clock = Clock()
    async with faulty_server(step, fault, times=2) as smtp:
        config = make_config(tmp_path, port=smtp.port, timeout="0.3s", connections=2)
        for _ in range(8):
            await asyncio.wait_for(deliver_due(db, config, now=clock), 10)
            clock.pass_by(6)
    assert states(db) == {"sent": 4}
    assert len(smtp.stored) == len(set(smtp.stored)) == 4
    assert smtp.out_of_step == []


@pytest.mark.parametrize(
    "fault", ["drop", "close", "hang", "garbage", "421 4.3.2 closing", "451 4.3.0 kept all the same"]
)
async def test_a_mail_kept_without_a_250_is_repeated_byte_for_byte(db, tmp_path, fault):
    fill_outbox(db, ["a@x.test"], stories=3)
    clock = Clock()
    async with faulty_server("dot", fault, times=2, keep=True) as smtp:
        config = make_config(tmp_path, port=smtp.port, timeout="0.3s", connections=1)
        for _ in range(8):
            await deliver_due(db, config, now=clock)
            clock.pass_by(6)
    assert states(db) == {"sent": 3}
    assert len(smtp.stored) == 5
    assert len(set(smtp.stored)) == 3


@pytest.mark.parametrize("fault", ["drop", "hang", "421 4.3.2 closing"])
async def test_a_server_that_always_breaks_off_is_asked_ever_more_rarely(db, tmp_path, fault):
    fill_outbox(db, [f"{n}@x.test" for n in range(40)])
    clock = Clock()
    async with faulty_server("RCPT", fault, times=10_000) as smtp:
        config = make_config(tmp_path, port=smtp.port, timeout="0.1s", retry="1m", retry_max="4h")
        for _ in range(120):  # two hours, looked at every minute
            await deliver_due(db, config, now=clock)
            clock.pass_by(60)
        tried = smtp.connections
        smtp.times = 0
        clock.pass_by(5 * 3600)
        patient = make_config(tmp_path, port=smtp.port, timeout="20s", retry="1m", retry_max="4h")
        await deliver_due(db, patient, now=clock)
    assert tried < 30
    assert states(db) == {"sent": 40}


async def test_one_recipient_at_whom_the_server_breaks_off_does_not_hold_up_the_others(db, tmp_path):
    fill_outbox(db, ["a@x.test", "bad@x.test", "c@x.test"], stories=4)
    clock = Clock()
    async with mail_server() as box:
        box.rcpt_answers["bad@x.test"] = ["421 4.3.2 closing"] * 10_000
        config = make_config(tmp_path, port=box.port)
        for _ in range(20):
            await deliver_due(db, config, now=clock)
            clock.pass_by(5)
    assert len(box.mails) == 8
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'frozen'").fetchone()[0] == 4


async def test_a_days_outage_loses_nothing_and_spends_no_attempts(db, tmp_path):
    fill_outbox(db, [f"{n}@x.test" for n in range(5)], stories=4)
    clock, port = Clock(), free_port()
    config = make_config(tmp_path, port=port, retry="1m", retry_max="4h", give_up="6h")
    for _ in range(24 * 6):
        await deliver_due(db, config, now=clock)
        clock.pass_by(600)
    async with mail_server(port) as box:
        clock.pass_by(900)
        report = await deliver_due(db, config, now=clock)
    assert (report.sent, len(box.mails)) == (20, 20)


async def test_a_refused_sender_or_relay_holds_all_mail_and_fails_none(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"])
    clock = Clock()
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port)
        box.mail_answers = ["550 5.7.1 sender rejected"]
        sender = await deliver_due(db, config, now=clock)
        clock.pass_by(10)
        box.rcpt_answers = {who: ["554 5.7.1 Relay access denied"] for who in ("a@x.test", "b@x.test")}
        relay = await deliver_due(db, config, now=clock)
        clock.pass_by(10)
        await deliver_due(db, config, now=clock)
        clock.pass_by(10)
        await deliver_due(db, config, now=clock)
    assert "sender rejected" in sender.problem
    assert "relay" in relay.problem
    assert (relay.failed, states(db)) == (0, {"sent": 2})


@pytest.mark.parametrize(
    ("step", "fault", "said"),
    [
        ("connect", "drop", "broke the connection off"),
        ("connect", "garbage", "does not speak SMTP"),
        ("connect", "hang", "did not answer within 0.3 s"),
        ("connect", "554 5.7.1 not for you", "turned us away (554 5.7.1 not for you)"),
        ("EHLO", "drop", "broke the connection off"),
        ("MAIL", "550 5.7.1 who are you", "does not take mail from us: 550 5.7.1 who are you"),
    ],
)
async def test_trouble_with_the_server_is_said_in_one_line(db, tmp_path, step, fault, said):
    fill_outbox(db, ["a@x.test"])
    async with faulty_server(step, fault) as smtp:
        report = await deliver_due(db, make_config(tmp_path, port=smtp.port, timeout="0.3s"), now=Clock())
    assert said in report.problem
    assert "\n" not in report.problem
    assert summary(db).last_error == report.problem


async def test_a_server_that_takes_fewer_connections_than_allowed_gets_all_mail_over_those(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=20)
    async with mail_server() as box:
        box.most_sessions = 2
        config = make_config(tmp_path, port=box.port, connections=6, retry="0.1s")
        report = await deliver_due(db, config, now=Clock())
    assert (report.sent, report.problem, len(box.mails)) == (40, None, 40)


async def test_a_server_that_goes_down_in_the_middle_is_left_alone(db, tmp_path):
    fill_outbox(db, ["a@x.test"], stories=30)
    clock = Clock()
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port, retry="0.1s")
        box.before_data = lambda: box.shut_down() if len(box.mails) == 10 else None
        down = await deliver_due(db, config, now=clock)
    async with mail_server(box.port) as later:
        clock.pass_by(10)
        up = await deliver_due(db, config, now=clock)
    assert down.problem
    assert box.sessions < 20
    assert {raw for _, raw in box.mails}.isdisjoint(raw for _, raw in later.mails)
    assert down.sent + up.sent == 30
