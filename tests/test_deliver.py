"""Delivery over real SMTP: nothing lost, nothing doubled, whatever the server answers."""

from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult

from alerts.deliver import deliver_due
from alerts.patience import read_hint, retry_delay
from storage.audience import Find, queue_alerts, read_audience
from storage.database import open_database, write
from storage.subscribers import active_searches, find_subscriber, subscribe, unsubscribe
from tests.mailing import (
    ARTICLE,
    NOW,
    Clock,
    add_article,
    fill_outbox,
    free_port,
    mail_server,
    make_certificate,
    make_config,
    states,
    tell,
    term,
    wish,
)
from wirewatch.errors import ConfigError
from wirewatch.search import Match


async def test_each_waiting_alert_is_mailed_once_and_a_second_call_sends_nothing(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=3)
    async with mail_server() as box:
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
    async with mail_server() as box:
        report = await deliver_due(db, make_config(tmp_path, port=box.port, connections=2), now=Clock())
    assert report.sent == 20
    assert box.sessions == report.connections <= 2


async def test_a_temporary_refusal_is_tried_again_later_with_the_same_bytes(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    async with mail_server() as box:
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
    async with mail_server() as box:
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
    async with mail_server(port) as box:
        paused = await deliver_due(db, config, now=clock)
        clock.pass_by(3)
        up = await deliver_due(db, config, now=clock)
    assert (paused.sent, paused.paused_until is not None, up.sent, box.sessions > 0) == (0, True, 4, True)


async def test_when_the_answer_was_lost_the_repeat_has_the_same_bytes_and_message_id(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    async with mail_server() as box:
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
    async with mail_server() as box:
        await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert {rcpt for rcpt, _ in box.mails} == {"b@x.test"}
    assert states(db) == {"cancelled": 2, "sent": 2}


async def test_who_leaves_during_the_run_gets_no_further_mail(db, tmp_path):
    fill_outbox(db, ["a@x.test"], stories=10)
    async with mail_server() as box:
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
    async with mail_server() as box:
        box.seconds, box.before_data = 0.2, stop.set
        report = await deliver_due(db, make_config(tmp_path, port=box.port), stop=stop, now=Clock())
    assert (report.stopped, report.sent, report.waiting, len(box.mails)) == (True, 1, 4, 1)


async def test_what_is_deferred_longer_than_give_up_is_failed_with_the_last_answer(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    async with mail_server() as box:
        box.rcpt_answers["a@x.test"] = ["452 4.2.2 mailbox full"] * 1000
        config = make_config(tmp_path, port=box.port, retry="1h", retry_max="1d", give_up="2d")
        for _ in range(24 * 5):
            await deliver_due(db, config, now=clock)
            clock.pass_by(3600)
    error = db.execute("SELECT error FROM outbox WHERE state = 'failed'").fetchone()[0]
    assert "mailbox full" in error
    assert "given up" in error


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ("451 4.7.1 Greylisted, try again in 300 seconds", 300),
        ("450 4.2.0 Greylisted for 5 minutes", 300),
        ("451 4.7.0 please retry in 1 hour", 3600),
        ("451 4.7.0 try again later", 0),
        ("452 4.2.2 mailbox full, 300 sec", 0),
        ("451 wait 99999 h", 14400),
    ],
)
def test_a_wait_that_the_server_asks_for_is_read(tmp_path, answer, seconds):
    mail = make_config(tmp_path, retry_max="4h").settings.mail
    assert read_hint(answer, mail) == timedelta(seconds=seconds)


def test_waits_double_up_to_the_longest_and_differ_by_chance(tmp_path):
    mail = make_config(tmp_path, retry="1m", retry_max="1h").settings.mail
    for attempts in range(100):
        shortest = min(60 * 2**attempts, 3600)
        assert shortest <= retry_delay(mail, attempts).total_seconds() <= 1.2 * shortest
    assert len({retry_delay(mail, 3) for _ in range(20)}) > 10


async def test_a_clock_that_had_run_ahead_does_not_hold_mail_back(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port)
        clock.pass_by(3 * 86400)
        box.rcpt_answers["a@x.test"] = ["451 later"]
        await deliver_due(db, config, now=clock)
        clock.time = NOW
        report = await deliver_due(db, config, now=clock)
    assert report.sent == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_the_password_opens_the_server_and_a_wrong_one_is_named(db, tmp_path, monkeypatch):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()

    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)

    async with mail_server(authenticator=check, auth_required=True, auth_require_tls=False) as box:
        config = make_config(tmp_path, port=box.port, user="me")
        monkeypatch.setenv("WIREWATCH_MAIL_PASSWORD", "wrong")
        wrong = await deliver_due(db, config, now=clock)
        clock.pass_by(10)
        monkeypatch.setenv("WIREWATCH_MAIL_PASSWORD", "right")
        right = await deliver_due(db, config, now=clock)
    assert "refused the login of 'me'" in wrong.problem
    assert "wrong" not in wrong.problem
    assert right.sent == 1


async def test_encryption_is_never_given_up(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    async with mail_server() as box:
        plain = await deliver_due(db, make_config(tmp_path, port=box.port, security="starttls"), now=Clock())
    assert "STARTTLS" in plain.problem
    assert box.mails == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_only_a_certificate_that_can_be_trusted_gets_mail(db, tmp_path, monkeypatch, security):
    fill_outbox(db, ["a@x.test"])
    clock = Clock()
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    options = {"ssl": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    async with mail_server(**options) as box:
        config = make_config(tmp_path, port=box.port, host="localhost", security=security)
        unknown = await deliver_due(db, config, now=clock)
        clock.pass_by(10)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        known = await deliver_due(db, config, now=clock)
    assert "certificate that cannot be trusted" in unknown.problem
    assert (known.sent, len(box.mails)) == (1, 1)


async def test_an_article_that_cannot_be_composed_holds_up_nobody(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=2)
    with write(db):
        db.execute("UPDATE articles SET published = 'not a time' WHERE id = 1")
        db.execute("UPDATE outbox SET article_id = 99 WHERE story_id = 'story1' AND subscriber_id = 1")
    async with mail_server() as box:
        report = await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert (report.sent, report.failed, report.deferred) == (1, 1, 2)
    assert [error for (error,) in db.execute("SELECT error FROM outbox WHERE state = 'failed'")] == [
        "the article is no longer in the database"
    ]


async def test_an_accepted_mail_is_written_down_although_the_database_was_locked(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    db.execute("PRAGMA busy_timeout = 50")
    other = open_database(tmp_path / "w.db")
    async with mail_server() as box:

        def lock() -> None:
            other.execute("BEGIN IMMEDIATE")
            asyncio.get_running_loop().call_later(0.3, other.execute, "COMMIT")

        box.before_data = lock
        report = await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert report.sent == len(box.mails) == 1
    assert states(db) == {"sent": 1}


async def test_the_mail_names_topics_by_title_leads_with_the_first_report_and_lists_the_others(db, tmp_path):
    topic = wish(db, "a@x.test", "Topic", follows="south-caucasus-diplomacy")
    earlier = ARTICLE.with_changes(
        url="https://lakewire.test/1", canonical_url=None, source="lakewire", title="Talks in May", credits=()
    )
    add_article(db, earlier.with_changes(published=ARTICLE.published - timedelta(minutes=10)), "s1")
    number = add_article(db, ARTICLE, "s1")
    with write(db):
        queue_alerts(
            db,
            read_audience(db),
            Find("s1", number, [Match("south-caucasus-diplomacy", (term(ARTICLE, "border"),))], "en"),
            NOW,
        )
    async with mail_server() as box:
        await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    text = box.messages[0].get_body(("plain",)).get_content()
    assert topic.follows == "south-caucasus-diplomacy"
    assert "Your search “South Caucasus diplomacy” found it" in text
    assert text.startswith("Talks in May\r\n\r\nLake Wire")
    assert "Hill Post · 10 min later" in text
    assert "https://lakewire.test/1" in text
    assert "https://hillpost.test/news/4711" in text


async def test_a_server_that_refuses_at_each_of_its_addresses_is_said_plainly(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    report = await deliver_due(db, make_config(tmp_path, host="localhost", port=free_port()), now=Clock())
    assert "refuses connections; is it running?" in report.problem


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
async def test_a_password_file_that_holds_none_is_named(db, tmp_path, content):
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"mail\.password_file: .*password holds no password"):
        await deliver_due(db, make_config(tmp_path, user="me", password_file=file), now=Clock())


async def test_an_address_that_refused_three_mails_over_a_day_is_suspended(db, tmp_path):
    border = wish(db, "a@x.test", "Border")
    clock = Clock()
    async with mail_server() as box:
        box.rcpt_answers["a@x.test"] = ["550 5.1.1 no such user"] * 10
        config = make_config(tmp_path, port=box.port)
        suspended = []
        for day in range(4):
            tell(db, f"morning{day}", border, at=clock.time)
            tell(db, f"evening{day}", border, at=clock.time)
            suspended.append((await deliver_due(db, config, now=clock)).suspended)
            clock.pass_by(86400)
    assert suspended == [0, 1, 0, 0]
    assert find_subscriber(db, "a@x.test").state == "suspended"
    assert len(box.rcpt_answers["a@x.test"]) == 7
    assert active_searches(db) == []
    assert subscribe(db, "a@x.test", "Border", "border", now=NOW)
    assert find_subscriber(db, "a@x.test").state == "active"


async def test_refused_content_or_one_bad_hour_suspends_nobody(db, tmp_path):
    border = wish(db, "a@x.test", "Border")
    clock = Clock()
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port)
        box.rcpt_answers["a@x.test"] = ["550 5.1.1 no such user"] * 5
        for number in range(5):
            tell(db, f"hour{number}", border, at=clock.time)
        await deliver_due(db, config, now=clock)
        box.data_answers = ["554 5.7.1 looks like spam"] * 3
        for day in range(3):
            clock.pass_by(86400)
            tell(db, f"day{day}", border, at=clock.time)
            await deliver_due(db, config, now=clock)
    assert find_subscriber(db, "a@x.test").state == "active"
    assert states(db) == {"failed": 8}


@pytest.mark.parametrize(
    "answer", ["550 5.1.1 <A@x.test>: unknown", "451 <a@x.test> later", "554 relay a@x.test denied"]
)
async def test_no_readers_address_gets_into_logs_or_errors(db, tmp_path, caplog, answer):
    fill_outbox(db, ["a@x.test"])
    async with mail_server() as box:
        box.rcpt_answers["a@x.test"] = [answer]
        report = await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    kept = [*db.execute("SELECT error FROM outbox"), *db.execute("SELECT value FROM meta")]
    assert "a@x.test" not in f"{caplog.text} {report} {kept}".lower()
    assert "recipient" in f"{report} {kept}"
