"""Mails about no story: their words, from the facts kept in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.envelope import ComposedMail, Letter, make_mail, read_base_url
from alerts.pages import render_html, render_text
from alerts.view import leave_link, manage_link
from storage.letters import ALARM, CANARY, NOTHING_NEW, SIGN_UP, LetterFacts
from wirewatch.cleaning import clean_line
from wirewatch.config import Mail
from wirewatch.wording import say_time


@dataclass(frozen=True, slots=True)
class LetterView:
    """All strings of a letter; ``button`` and ``link`` are '' where there is nothing to press."""

    title: str
    paragraphs: tuple[str, ...]
    button: str
    link: str
    foot: str
    leave: str
    leave_text: str
    manage: str


def compose_letter(letter: LetterFacts, mail: Mail, *, now: datetime) -> ComposedMail:
    """The letter as a mail dated ``now``; equal arguments give equal bytes.

    Raises:
        ConfigError: mail.sender or mail.base_url cannot be used in a mail.
    """
    view = _VIEWS[letter.about](letter, read_base_url(mail))
    return make_mail(
        Letter(
            to=letter.to,
            subject=view.title,
            text=render_text("letter", view),
            html=render_html("letter", view),
            leave=view.leave,
            language="en",
            identity=f"letter:{letter.reader.id if letter.reader else 0}:{letter.name}:{letter.to}",
            key=letter.key,
        ),
        mail,
        now,
    )


def _view_sign_up(letter: LetterFacts, base_url: str) -> LetterView:
    """Holds no word that the visitor typed in, so that nobody can write to strangers through us."""
    assert letter.reader is not None
    return LetterView(
        title="Please confirm your alerts",
        paragraphs=(
            "Somebody, probably you, asked Wirewatch to send news alerts to this address.",
            "Nothing is sent before you have confirmed it. The page shows what was asked for.",
        ),
        button="Look and confirm",
        link=f"{base_url.rstrip('/')}/confirm/{letter.facts['token']}",
        foot="If it was not you, do nothing: without a confirmation the request is dropped after three days.",
        leave=leave_link(letter.reader, base_url),
        leave_text="No such requests any more",
        manage="",
    )


def _view_nothing_new(letter: LetterFacts, base_url: str) -> LetterView:
    assert letter.reader is not None
    zone = letter.reader.zone
    since = datetime.fromtimestamp(letter.facts["since"], UTC)
    names = [clean_line(name, 120) for name in letter.facts["searches"]]
    quoted = " and ".join(f"“{name}”" for name in names)
    looked = letter.facts.get("last_run")
    asked = f"The sources were last asked {say_time(datetime.fromtimestamp(looked, UTC), zone)}." if looked else ""
    return LetterView(
        title=f"Nothing new: {', '.join(names)}",
        paragraphs=tuple(filter(None, [f"No new story for {quoted} since {say_time(since, zone)}.", asked])),
        button="",
        link="",
        foot=f"Sent by Wirewatch to {letter.to} because you asked to hear also when there is nothing.",
        leave=leave_link(letter.reader, base_url),
        leave_text="Stop all alerts",
        manage=manage_link(letter.reader, base_url),
    )


def _view_alarm(letter: LetterFacts, _base_url: str) -> LetterView:
    words = tuple(clean_line(each, 600) for each in letter.facts["words"])
    title = words[0] if len(words) == 1 else f"{len(words)} changes: {words[0]}"
    return _plain(f"Wirewatch: {clean_line(title, 110)}", (*words, "“wirewatch status” shows how things stand now."))


def _view_canary(letter: LetterFacts, _base_url: str) -> LetterView:
    planted = datetime.fromtimestamp(letter.facts["planted"], UTC)
    words = f"The test story of {say_time(planted, 'UTC')} went through feed, reading, match, archive and outbox."
    return _plain("Wirewatch canary: the whole path works", (words,))


def _plain(title: str, paragraphs: tuple[str, ...]) -> LetterView:
    foot = "Sent by Wirewatch to its operator (operator.email, operator.canary of config.yaml)."
    return LetterView(title, paragraphs, "", "", foot, "", "", "")


_VIEWS = {SIGN_UP: _view_sign_up, NOTHING_NEW: _view_nothing_new, ALARM: _view_alarm, CANARY: _view_canary}
