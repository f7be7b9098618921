"""The mail catcher and the showing of what it caught."""

import smtplib
import socket
from email.message import EmailMessage

import pytest

from demo.mailbox import Mailbox
from demo.show import render_mail, save_mail_page


def make_mail(subject="Üç ölkə görüşdü", to="reader@example.org"):
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "Wirewatch <alerts@example.org>"
    mail["To"] = to
    mail["Message-ID"] = "<1@example.org>"
    mail["List-Unsubscribe"] = "<https://example.org/u/1>"
    mail.set_content("Баку и Ереван.\n")
    mail.add_alternative("<h1>Բաքու և Երևան</h1>", subtype="html")
    return mail


def send(mailbox, *mails):
    with smtplib.SMTP(mailbox.host, mailbox.port, timeout=5) as client:
        for mail in mails:
            client.send_message(mail)


@pytest.fixture
def mailbox():
    with Mailbox() as box:
        yield box


def test_a_sent_mail_is_caught_with_its_envelope(mailbox):
    send(mailbox, make_mail())
    [caught] = mailbox.wait_for(1)
    assert caught.message["Subject"] == "Üç ölkə görüşdü"
    assert caught.sender == "alerts@example.org"
    assert caught.recipients == ("reader@example.org",)
    assert caught.received.tzinfo is not None
    assert mailbox.to("Reader@Example.org") == [caught]


def test_mails_of_one_connection_are_caught_in_order(mailbox):
    send(mailbox, *(make_mail(f"mail {number}") for number in range(5)))
    assert [caught.message["Subject"] for caught in mailbox.wait_for(5)] == [f"mail {n}" for n in range(5)]


def test_waiting_for_more_mails_than_come_ends_with_the_count(mailbox):
    send(mailbox, make_mail())
    with pytest.raises(TimeoutError, match="1 of 2 mails"):
        mailbox.wait_for(2, timeout=0.1)


def test_each_mail_is_kept_as_a_file(tmp_path):
    with Mailbox(folder=tmp_path / "caught") as box:
        send(box, make_mail(), make_mail("second"))
        caught = box.wait_for(2)
    files = sorted((tmp_path / "caught").glob("*.eml"))
    assert [file.read_bytes() for file in files] == [mail.raw for mail in caught]


def test_a_recipient_can_be_refused():
    with Mailbox(refuse=lambda address: "550 5.1.1 no such mailbox" if "gone" in address else None) as box:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(box, make_mail(to="gone@example.org"))
        send(box, make_mail())
        assert len(box.wait_for(1)) == 1


def test_stopping_twice_is_harmless_and_frees_the_port():
    box = Mailbox().start()
    box.stop()
    box.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((box.host, box.port), 1)


def test_a_mail_is_shown_with_its_headers_and_text(mailbox):
    send(mailbox, make_mail())
    text = render_mail(mailbox.wait_for(1)[0].message)
    assert text.splitlines()[0] == "Subject: Üç ölkə görüşdü"
    assert "Message-ID: <1@example.org>" in text
    assert "List-Unsubscribe: <https://example.org/u/1>" in text
    assert text.endswith("\n\nБаку и Ереван.\n")


def test_control_characters_never_reach_the_terminal():
    mail = EmailMessage()
    mail.set_content("\x1b[2Jcleared \u202egnp.exe")
    assert render_mail(mail).endswith("[2Jcleared gnp.exe\n")


def test_the_html_part_becomes_a_page_of_its_own(tmp_path):
    page = save_mail_page(make_mail(), tmp_path / "new" / "mail.html")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert 'charset="utf-8"' in text
    assert "Բաքու և Երևան" in text


def test_a_mail_without_html_becomes_a_page_of_its_text(tmp_path):
    mail = EmailMessage()
    mail.set_content("a < b")
    assert "a &lt; b" in save_mail_page(mail, tmp_path / "mail.html").read_text(encoding="utf-8")
