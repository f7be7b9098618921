"""Other ways out of the outbox: sendmail, chat channels, signatures, a limit a minute, and mails that come back."""

from __future__ import annotations

import mailbox
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import dkim
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlite_utils import Database

from alerts.deliver import deliver_due
from alerts.returns import ReturnsReport, read_bounce, read_maildir
from storage.outbox import summary
from storage.subscribers import find_subscriber, subscribe
from tests.mailing import (
    NOW,
    Clock,
    fill_outbox,
    free_port,
    mail_server,
    make_config,
    states,
    tell,
    wish,
    with_channel,
)
from wirewatch.config import Config, Mail
from wirewatch.errors import ConfigError, UsageError

# ---- sendmail


def program(folder: Path, exit_code: int = 0) -> Path:
    """A sendmail that keeps what it is given and ends with that code."""
    file = folder / "sendmail"
    file.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\ncat >> {folder}/mail\nexit {exit_code}\n')
    file.chmod(0o755)
    return file


async def test_sendmail_gets_recipient_envelope_and_the_frozen_bytes_with_its_own_line_ends(db, tmp_path):
    fill_outbox(db, ["a@x.test"])
    config = make_config(tmp_path, host=None, sendmail=program(tmp_path))
    report = await deliver_due(db, config, now=Clock())
    assert (report.sent, report.problem) == (1, None)
    assert (tmp_path / "calls").read_text() == "-i -f alerts@wirewatch.test -- a@x.test\n"
    frozen = db.execute("SELECT message FROM outbox").fetchone()[0]
    assert (tmp_path / "mail").read_bytes() == frozen.replace(b"\r\n", b"\n")


@pytest.mark.parametrize(
    ("code", "state", "attempts"), [(75, "frozen", 1), (67, "failed", 1), (65, "failed", 1), (69, "frozen", 0)]
)
async def test_what_sendmail_ends_with_decides_whom_it_concerns(db, tmp_path, code, state, attempts):
    fill_outbox(db, ["a@x.test"])
    report = await deliver_due(db, make_config(tmp_path, host=None, sendmail=program(tmp_path, code)), now=Clock())
    row = db.execute("SELECT state, attempts FROM outbox").fetchone()
    assert row == (state, attempts)
    assert (report.paused_until is not None) == (code == 69)


async def test_a_sendmail_that_is_not_there_holds_all_mail_and_says_so(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"])
    report = await deliver_due(db, make_config(tmp_path, host=None, sendmail=tmp_path / "nothing"), now=Clock())
    assert "cannot be run: No such file or directory; check mail.sendmail" in report.problem
    assert states(db) == {"frozen": 2}


def test_a_server_and_a_program_together_are_refused():
    with pytest.raises(ValueError, match="not both"):
        Mail(host="localhost", sendmail="/usr/sbin/sendmail")


# ---- channels


@pytest.fixture
async def chat() -> AsyncIterator[tuple[str, list[dict], list[int]]]:
    """A webhook on loopback: its address, what was posted, and the codes it answers first."""
    posts: list[dict] = []
    codes: list[int] = []

    async def take(request: web.Request) -> web.Response:
        if codes:
            return web.Response(status=codes.pop(0))
        posts.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"json://127.0.0.1:{port}/hook", posts, codes
    await runner.cleanup()


async def test_a_channel_gets_an_alert_with_the_guarantees_of_the_outbox(db, tmp_path, chat):
    url, posts, codes = chat
    tell(db, "s1", wish(db, "channel:desk", "Border"))
    config, clock = with_channel(make_config(tmp_path, host=None), url), Clock()
    codes.append(503)
    first = await deliver_due(db, config, now=clock)
    clock.pass_by(30)
    second = await deliver_due(db, config, now=clock)
    assert (first.sent, first.deferred, second.sent) == (0, 1, 1)
    (post,) = posts
    assert post["title"] == "Title of s1"
    for words in ("Hill Post", "“Border” found it", "*border*", "https://hillpost.test/s1-1"):
        assert words in post["message"]
    assert url not in str(db.execute("SELECT error, message FROM outbox").fetchall())


async def test_mail_that_cannot_go_out_does_not_hold_up_channels(db, tmp_path, chat):
    url, posts, _ = chat
    tell(db, "s1", wish(db, "channel:desk", "Border"), wish(db, "a@x.test", "Border"))
    for _ in range(2):
        await deliver_due(db, with_channel(make_config(tmp_path, port=free_port()), url), now=Clock())
    assert len(posts) == 1
    assert states(db) == {"frozen": 1, "sent": 1}


async def test_a_channel_that_is_not_in_the_configuration_any_more_waits(db, tmp_path):
    tell(db, "s1", wish(db, "channel:gone", "Border"))
    async with mail_server() as box:
        await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert "no channel 'gone' is set" in summary(db).last_error


@pytest.mark.parametrize("name", ["channel:", "channel:Desk", "channel:a/b", "channel:a\nb", "channel:" + "a" * 60])
def test_a_channel_has_a_plain_name(db, name):
    with pytest.raises(UsageError):
        subscribe(db, name, "Border", "border", now=NOW)


# ---- signatures


def make_key(folder: Path) -> tuple[Path, bytes]:
    """A key in a file, and the DNS record that publishes it."""
    key = rsa.generate_private_key(65537, 2048)
    file = folder / "dkim.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return file, b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])


async def test_a_signed_mail_verifies_and_its_leave_headers_are_covered(db, tmp_path):
    file, record = make_key(tmp_path)
    fill_outbox(db, ["a@x.test"])
    async with mail_server() as box:
        box.lose_answer, clock = 1, Clock()
        config = make_config(tmp_path / "config.yaml", port=box.port, dkim_key=file.name, dkim_selector="k1")
        await deliver_due(db, config, now=clock)
        clock.pass_by(60)
        await deliver_due(db, config, now=clock)
    (_, raw), again = box.mails
    assert raw == again[1], "a repeat carries the same signature"
    names: list[bytes] = []

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        names.append(name)
        return record

    assert dkim.verify(raw, dnsfunc=look_up)
    assert names == [b"k1._domainkey.wirewatch.test."]
    signed = re.search(rb"h=([^;]+);", raw)[1].lower()
    assert b"list-unsubscribe" in signed
    assert b"list-unsubscribe-post" in signed
    assert not dkim.verify(raw.replace(b"One-Click", b"One-Clack"), dnsfunc=look_up)


async def test_a_key_that_is_none_is_said_before_anything_is_sent(db, tmp_path):
    (tmp_path / "dkim.pem").write_text("no key")
    fill_outbox(db, ["a@x.test"])
    config = make_config(tmp_path / "config.yaml", port=free_port(), dkim_key="dkim.pem")
    with pytest.raises(ConfigError, match="no RSA key in PEM"):
        await deliver_due(db, config, now=Clock())
    with pytest.raises(ConfigError, match="cannot be read"):
        make_config(tmp_path / "config.yaml", dkim_key="missing.pem").dkim_key()


# ---- pace


async def test_no_minute_sees_more_mails_than_the_limit_whatever_is_restarted(db, tmp_path):
    fill_outbox(db, [f"r{number}@x.test" for number in range(7)])
    clock, sent = Clock(), []
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port, per_minute=3)
        for _ in range(10):
            report = await deliver_due(db, config, now=clock)
            sent.append(report.sent)
            clock.pass_by(20)
    assert sent == [3, 0, 0, 0, 3, 0, 0, 0, 1, 0] or sent == [3, 0, 0, 3, 0, 0, 1, 0, 0, 0]
    assert states(db) == {"sent": 7}


async def test_a_refused_recipient_is_left_alone_with_all_that_waits_for_him(db, tmp_path):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=5)
    async with mail_server() as box:
        box.rcpt_answers["a@x.test"] = ["450 4.2.1 greylisted, try again in 300 seconds"] * 5
        clock = Clock()
        config = make_config(tmp_path, port=box.port, connections=1, retry_max="10m")
        await deliver_due(db, config, now=clock)
        assert len(box.rcpt_answers["a@x.test"]) == 4, "one of his five mails was tried"
        assert states(db) == {"frozen": 5, "sent": 5}
        box.rcpt_answers.clear()
        clock.pass_by(299)
        assert (await deliver_due(db, config, now=clock)).sent == 0
        clock.pass_by(62)
        assert (await deliver_due(db, config, now=clock)).sent == 5


# ---- mails that come back


def bounce(to: str, returned: bytes, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report as Postfix writes it."""
    head = returned.split(b"\r\n\r\n")[0].replace(b"\r\n", b"\n").decode()
    return (
        f"From: MAILER-DAEMON@mx.test\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nI'm sorry to have to inform you.\n\n"
        "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
        f"Final-Recipient: rfc822; a@x.test\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 no user\n\n"
        f"--B\nContent-Type: text/rfc822-headers\n\n{head}\n\n--B--\n"
    ).encode()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_config(tmp_path, bounce_address="bounces@wirewatch.test", refusals=2, refusal_span="1s")


async def send(db: Database, config: Config, clock: Clock) -> list[tuple[str, bytes]]:
    """Deliver all that is due; returns envelope sender and bytes of each mail."""
    async with mail_server() as box:
        senders: list[str] = []
        note = box.handle_MAIL

        async def handle_mail(server, session, envelope, address, options):
            senders.append(address)
            return await note(server, session, envelope, address, options)

        box.handle_MAIL = handle_mail
        mail = config.settings.mail.model_copy(update={"port": box.port})
        settings = config.settings.model_copy(update={"mail": mail})
        await deliver_due(db, config.model_copy(update={"settings": settings}), now=clock)
    return [(sender, raw) for sender, (_, raw) in zip(senders, box.mails, strict=True)]


async def test_bounces_suspend_a_reader_after_the_stated_number(db, config, tmp_path):
    fill_outbox(db, ["a@x.test"], stories=1)
    clock = Clock()
    [(sender, raw)] = await send(db, config, clock)
    assert re.fullmatch(r"bounces\+1-[0-9a-f]{16}@wirewatch\.test", sender)
    box = mailbox.Maildir(tmp_path / "returned")
    box.add(bounce(sender, raw))
    report = read_maildir(db, tmp_path / "returned", config.settings.mail, clock())
    assert (report.hard, report.suspended, len(box)) == (1, 0, 0)
    assert states(db) == {"failed": 1}
    assert "bounced: 5.1.1" in summary(db).last_error
    clock.pass_by(3600)
    tell(db, "s2", wish(db, "a@x.test", "Border"), at=clock())
    [(sender, raw)] = await send(db, config, clock)
    box.add(bounce(sender, raw))
    report = read_maildir(db, tmp_path / "returned", config.settings.mail, clock())
    assert (report.hard, report.suspended) == (1, 1)
    assert find_subscriber(db, "a@x.test").state == "suspended"


async def test_the_mark_of_the_address_is_enough_where_the_mail_is_not_returned(db, config):
    fill_outbox(db, ["a@x.test"])
    [(sender, _)] = await send(db, config, Clock())
    report = ReturnsReport()
    read_bounce(db, bounce(sender, b"Subject: x"), config.settings.mail, report, NOW)
    assert (report.hard, states(db)) == (1, {"failed": 1})


@pytest.mark.parametrize(
    ("status", "action"), [("4.4.1", "delayed"), ("5.7.1", "failed"), ("2.0.0", "delivered"), ("", "failed")]
)
async def test_delays_and_refusals_of_the_content_suspend_nobody(db, config, status, action):
    fill_outbox(db, ["a@x.test"])
    [(sender, raw)] = await send(db, config, Clock())
    report = ReturnsReport()
    read_bounce(db, bounce(sender, raw, status, action), config.settings.mail, report, NOW)
    assert (report.hard, report.ignored, states(db)) == (0, 1, {"sent": 1})


async def test_a_forged_bounce_or_any_other_mail_changes_nothing(db, config):
    fill_outbox(db, ["a@x.test"])
    [(sender, raw)] = await send(db, config, Clock())
    report = ReturnsReport()
    forged = [
        bounce(sender.replace("+1-", "+2-"), b"Subject: x"),
        bounce("bounces+1-0123456789abcdef@wirewatch.test", b"Message-ID: <" + b"a" * 40 + b"@wirewatch.test>"),
        b"From: a@x.test\nTo: " + sender.encode() + b"\nSubject: I am away\n\nuntil Monday\n",
        b"", b"\xff\xfe\x00", b"Content-Type: message/delivery-status\n\nx",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--",
    ]  # fmt: skip
    for each in forged:
        read_bounce(db, each, config.settings.mail, report, NOW)
    assert (report.hard, report.ignored, states(db)) == (0, len(forged), {"sent": 1})
    assert message_from_bytes(raw, policy=default)["Message-ID"]


def test_a_folder_that_is_no_maildir_is_said(db, config, tmp_path):
    with pytest.raises(UsageError, match="is no Maildir"):
        read_maildir(db, tmp_path, config.settings.mail, NOW + timedelta())
