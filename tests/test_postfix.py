"""Against a real Postfix: STARTTLS, refusals, sendmail, and a delivery report that comes back."""

from __future__ import annotations

import asyncio
import mailbox
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.deliver import deliver_due
from alerts.returns import read_maildir
from storage.database import open_database
from storage.subscribers import find_subscriber
from tests.mailing import (
    Clock,
    fill_outbox,
    free_port,
    mail_server,
    make_certificate,
    make_config,
    states,
    tell,
    wish,
)

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        POSTFIX is None or os.geteuid() != 0,
        reason="needs Postfix and root to start it (Debian: apt-get install postfix)",
    ),
]

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
myhostname = mx.wirewatch.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
virtual_mailbox_domains = x.test wirewatch.test
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/users
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
relay_domains = late.test
transport_maps = texthash:{folder}/transport
smtpd_tls_cert_file = {folder}/certificate.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = encrypt
smtpd_peername_lookup = no
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
postlog   unix-dgram n - n - 1 postlogd
pickup    unix n - n 1 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 1 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
"""


@dataclass
class Postfix:
    """A running instance: its folder, its port, and the port to which it passes mail for late.test on."""

    folder: Path
    port: int
    next_hop: int

    def mails(self, user: str, at_least: int = 0) -> list[bytes]:
        """What lies in a Maildir, as soon as there is so much (within 30 s)."""
        end = time.monotonic() + 30
        while True:
            new = self.folder / "mail" / user / "new"
            files = sorted(new.iterdir()) if new.is_dir() else []
            if len(files) >= at_least or time.monotonic() > end:
                return [file.read_bytes() for file in files]
            time.sleep(0.1)


@pytest.fixture
def postfix(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postfix]:
    """An instance of its own: own folder, own port, nothing shared with the machine's."""
    assert POSTFIX
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-postfix-"))
    folder.chmod(0o755)
    make_certificate(folder)
    port, next_hop, nobody = free_port(), free_port(), pwd.getpwnam("nobody")
    (folder / "main.cf").write_text(MAIN.format(folder=folder, uid=nobody.pw_uid, gid=nobody.pw_gid))
    (folder / "master.cf").write_text(MASTER.format(port=port))
    (folder / "users").write_text("a@x.test a/\nb@x.test b/\nbounces@wirewatch.test bounces/\n")
    (folder / "transport").write_text(f"late.test smtp:[127.0.0.1]:{next_hop}\n")
    for name, owner in (("queue", "root"), ("data", "postfix"), ("mail", "nobody")):
        (folder / name).mkdir()
        shutil.chown(folder / name, owner)
    run = [POSTFIX, "-c", str(folder)]
    done = subprocess.run([*run, "start"], capture_output=True, text=True, timeout=60, check=False)
    log = folder / "log"
    assert done.returncode == 0, done.stderr + (log.read_text() if log.exists() else "")
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "certificate.pem"))
    monkeypatch.setenv("MAIL_CONFIG", str(folder))
    try:
        yield Postfix(folder, port, next_hop)
    finally:
        subprocess.run([*run, "stop"], capture_output=True, timeout=60, check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path / "w.db")


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
