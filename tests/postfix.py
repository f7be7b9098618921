"""A real Postfix of its own for tests and benchmarks: own folder, own port, nothing shared with the machine's."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mailing import free_port, make_certificate

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
MISSING = (
    "needs Postfix and root to start it (Debian: apt-get install postfix)" if POSTFIX is None or os.geteuid() else ""
)
"""Why there is none here; '' where it can be started."""

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


@contextmanager
def run_postfix(users: Sequence[str] = ("a", "b")) -> Iterator[Postfix]:
    """Start one, and stop it at the end.

    It takes mail for ``users`` at x.test by STARTTLS, with a certificate for localhost.
    """
    assert POSTFIX
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-postfix-"))
    folder.chmod(0o755)
    make_certificate(folder)
    port, next_hop, nobody = free_port(), free_port(), pwd.getpwnam("nobody")
    (folder / "main.cf").write_text(MAIN.format(folder=folder, uid=nobody.pw_uid, gid=nobody.pw_gid))
    (folder / "master.cf").write_text(MASTER.format(port=port))
    lines = [*(f"{user}@x.test {user}/" for user in users), "bounces@wirewatch.test bounces/"]
    (folder / "users").write_text("\n".join(lines) + "\n")
    (folder / "transport").write_text(f"late.test smtp:[127.0.0.1]:{next_hop}\n")
    for name, owner in (("queue", "root"), ("data", "postfix"), ("mail", "nobody")):
        (folder / name).mkdir()
        shutil.chown(folder / name, owner)
    run = [POSTFIX, "-c", str(folder)]
    done = subprocess.run([*run, "start"], capture_output=True, text=True, timeout=60, check=False)
    log = folder / "log"
    assert done.returncode == 0, done.stderr + (log.read_text() if log.exists() else "")
    try:
        yield Postfix(folder, port, next_hop)
    finally:
        subprocess.run([*run, "stop"], capture_output=True, timeout=60, check=False)
        shutil.rmtree(folder, ignore_errors=True)
