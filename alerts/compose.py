"""One mail from one alert, or from many: pure functions, the same material at the same time is the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.digests import view_digest
from alerts.envelope import ComposedMail, Letter, make_mail, read_base_url
from alerts.pages import render_html, render_shared, render_text
from alerts.updates import view_update
from alerts.view import leave_link, view_alert
from storage.material import Alert
from storage.subscribers import CHANNEL
from wirewatch.cleaning import clean_line
from wirewatch.config import Mail

LARGEST_MAIL = 95_000
"""Bytes; above 102 kB Gmail clips a mail."""
_SIZES = ((40, 60), (25, 40), (12, 30), (6, 20), (2, 10))
"""How many stories a digest tells, and of how many more it gives the headline: the most that fit."""


def compose_alert(alert: Alert, mail: Mail, *, now: datetime) -> ComposedMail:
    """The mail of one alert or update, ready to be frozen; ``now`` becomes its Date.

    Raises:
        ConfigError: mail.sender or mail.base_url cannot be used in a mail.
    """
    base_url = read_base_url(mail)
    in_channel = alert.subscriber.email.startswith(CHANNEL)
    view = view_update(alert, base_url) if alert.update else view_alert(alert, base_url)
    template = "update" if alert.update else "alert"
    letter = Letter(
        to=alert.subscriber.email,
        subject=f"Re: {view.headline}" if alert.update else view.headline,
        text=render_shared("channel" if in_channel and not alert.update else template, view, html=False),
        html="" if in_channel else render_shared(template, view, html=True),
        leave=view.leave,
        language=view.language,
        identity=_identity("alert", alert),
        key=alert.key,
        thread=alert.thread,
    )
    return make_mail(letter, mail, now)


def title_of(alert: Alert) -> str:
    """What the thread of the story is called: the headline of its first mail."""
    return alert.subject or clean_line(alert.article.title) or "(no headline)"


def compose_digest(alerts: Sequence[Alert], mail: Mail, *, now: datetime) -> ComposedMail:
    """One mail of several alerts of one subscriber, grouped by search; ``alerts`` is not empty.

    As many stories as fit are told, of the others the headline is given.

    Raises:
        ConfigError: mail.sender or mail.base_url cannot be used in a mail.
    """
    for told, headlines in _SIZES:
        message = _compose_digest(alerts, mail, now, told, headlines)
        if len(message.raw) <= LARGEST_MAIL:
            break
    return message


def _compose_digest(alerts: Sequence[Alert], mail: Mail, now: datetime, told: int, headlines: int) -> ComposedMail:
    first, base_url = alerts[0], read_base_url(mail)
    view = view_digest(alerts, base_url, now, told, headlines)
    letter = Letter(
        to=first.subscriber.email,
        subject=view.subject,
        text=render_text("digest", view),
        html="" if first.subscriber.email.startswith(CHANNEL) else render_html("digest", view),
        leave=leave_link(first.subscriber, base_url),
        language="en",
        identity=_identity("digest", first),
        key=first.key,
    )
    return make_mail(letter, mail, now)


def _identity(form: str, alert: Alert) -> str:
    return f"{form}:{alert.subscriber.id}:{alert.sequence}:{alert.story_id}"
