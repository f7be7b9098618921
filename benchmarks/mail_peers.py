"""Senders that open a connection for each mail, as they come; each is a peer of ``benchmarks.bench_deliver``.

    python -m benchmarks.mail_peers NAME FILE     (started by the benchmark; prints mails a second)

FILE is JSON: ``{"host", "port", "starttls": true or false, "mails": [{"to", "subject", "text", "html", "raw"}, …]}``.
They get finished mails or finished parts, and keep no outbox. Over STARTTLS each verifies the server's certificate
against the authorities of the machine, as its own code does by default; rss2email encrypts only where it logs in.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import sys
import time
from collections.abc import Callable
from email import message_from_string
from pathlib import Path
from typing import Any

SENDER = "alerts@wirewatch.test"
MOST_SECONDS = 5
"""After so long a slow sender has shown its pace."""
USER, PASSWORD = "bench", "bench-password"

Job = dict[str, Any]
Send = Callable[[dict[str, str]], object]


def make_smtplib(job: Job) -> Send:
    """As the examples of Python's documentation do it."""
    return _use_smtplib(job, ssl.create_default_context)


def make_smtplib_thrifty(job: Job) -> Send:
    """The same by somebody who knows that reading the authorities costs more than all the rest, and does it once."""
    context = ssl.create_default_context()
    return _use_smtplib(job, lambda: context)


def _use_smtplib(job: Job, make_context: Callable[[], ssl.SSLContext]) -> Send:
    def send(mail: dict[str, str]) -> None:
        with smtplib.SMTP(job["host"], job["port"]) as server:
            if job["starttls"]:
                server.starttls(context=make_context())
            server.sendmail(SENDER, [mail["to"]], mail["raw"].encode("ascii"))

    return send


def make_django(job: Job) -> Send:
    """``EmailMultiAlternatives.send``, which is what ``send_mail`` calls."""
    from django.conf import settings
    from django.core.mail import EmailMultiAlternatives

    settings.configure(EMAIL_HOST=job["host"], EMAIL_PORT=job["port"], EMAIL_USE_TLS=job["starttls"])

    def send(mail: dict[str, str]) -> None:
        message = EmailMultiAlternatives(mail["subject"], mail["text"], SENDER, [mail["to"]])
        message.attach_alternative(mail["html"], "text/html")
        assert message.send() == 1

    return send


def make_apprise(job: Job) -> Send:
    """One ``notify`` to one address."""
    from apprise import Apprise, NotifyFormat

    scheme, mode = ("mailtos", "starttls") if job["starttls"] else ("mailto", "insecure")

    def send(mail: dict[str, str]) -> None:
        post = Apprise()
        post.add(f"{scheme}://{job['host']}:{job['port']}?from={SENDER}&to={mail['to']}&mode={mode}&format=html")
        assert post.notify(mail["html"], title=mail["subject"], body_format=NotifyFormat.HTML)

    return send


def make_rss2email(job: Job) -> Send:
    """``smtp_send``, what rss2email calls for each entry of a feed."""
    from rss2email.config import CONFIG
    from rss2email.email import smtp_send

    CONFIG["DEFAULT"].update(
        {"smtp-server": job["host"], "smtp-port": str(job["port"]), "smtp-ssl": "False", "from": SENDER}
        | {"smtp-auth": str(job["starttls"]), "smtp-username": USER, "smtp-password": PASSWORD}
    )

    def send(mail: dict[str, str]) -> None:
        smtp_send(mail["to"], message_from_string(mail["raw"]), config=CONFIG)

    return send


SENDERS: dict[str, Callable[[Job], Send]] = {
    "smtplib": make_smtplib,
    "smtplib_thrifty": make_smtplib_thrifty,
    "django": make_django,
    "apprise": make_apprise,
    "rss2email": make_rss2email,
}


def main() -> None:
    name, file = sys.argv[1:]
    job = json.loads(Path(file).read_text("utf-8"))
    send = SENDERS[name](job)
    begin, sent = time.perf_counter(), 0
    while sent < len(job["mails"]) and time.perf_counter() - begin < MOST_SECONDS:
        send(job["mails"][sent])
        sent += 1
    print(sent / (time.perf_counter() - begin))


if __name__ == "__main__":
    main()
