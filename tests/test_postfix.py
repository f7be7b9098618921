"""Against a real Postfix: STARTTLS, refusals, sendmail, and a delivery report that comes back."""

from __future__ import annotations

import asyncio
import mailbox
import shutil
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

import pytest

from alerts.deliver import deliver_due
from alerts.returns import read_maildir
from storage.subscribers import find_subscriber
from tests.mailing import (
    Clock,
    fill_outbox,
    mail_server,
    make_config,
    states,
    tell,
    wish,
)
from tests.postfix import MISSING, Postfix, run_postfix

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


@pytest.fixture
def postfix(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postfix]:
    with run_postfix() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.folder / "certificate.pem"))
        monkeypatch.setenv("MAIL_CONFIG", str(server.folder))
        yield server


async def test_postfix_takes_each_mail_once_over_tls_refuses_whom_it_does_not_know_and_sends_reports_back(
    db, tmp_path, postfix
):
    fill_outbox(db, ["a@x.test", "b@x.test"], stories=15)
    for email in ("unknown@x.test", "gone@late.test"):
        tell(db, f"for {email}", wish(db, email, "Talks"))
    config = make_config(
        tmp_path, host="localhost", port=postfix.port, security="starttls", timeout="30s",
        bounce_address="bounces@wirewatch.test", refusals=1,
    )  # fmt: skip
    async with mail_server(postfix.next_hop) as behind:
        behind.rcpt_answers["gone@late.test"] = ["550 5.1.1 no such user behind this server"]
        report = await deliver_due(db, config, now=Clock())
        assert await asyncio.to_thread(postfix.mails, "bounces", 1)
    assert (report.sent, report.failed, report.problem) == (31, 1, None)
    assert states(db) == {"failed": 1, "sent": 31}
    for user in ("a", "b"):
        mails = [message_from_bytes(raw, policy=default) for raw in postfix.mails(user, 15)]
        assert len({mail["Message-ID"] for mail in mails}) == len(mails) == 15
        assert all(mail["Return-Path"].startswith("<bounces+") for mail in mails)
        assert all(mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for mail in mails)
    assert find_subscriber(db, "unknown@x.test").state == "suspended"
    returned = await asyncio.to_thread(
        read_maildir, db, postfix.folder / "mail/bounces", config.settings.mail, Clock()()
    )
    assert (returned.hard, returned.suspended) == (1, 1)
    assert find_subscriber(db, "gone@late.test").state == "suspended"
    assert states(db) == {"failed": 2, "sent": 30}
    assert len(mailbox.Maildir(postfix.folder / "mail/bounces")) == 0


async def test_mail_goes_through_postfixs_own_sendmail(db, tmp_path, postfix):
    fill_outbox(db, ["a@x.test"], stories=3)
    config = make_config(
        tmp_path, host=None, sendmail=shutil.which("sendmail", path="/usr/sbin:/usr/lib"), timeout="30s"
    )
    report = await deliver_due(db, config, now=Clock())
    assert (report.sent, report.problem) == (3, None)
    mails = postfix.mails("a", 3)
    assert len(mails) == 3
    frozen = {bytes(row[0]).partition(b"\r\n\r\n")[2].replace(b"\r\n", b"\n") for row in db.execute(
        "SELECT message FROM outbox")}  # fmt: skip
    assert {raw.partition(b"\n\n")[2] for raw in mails} == frozen
