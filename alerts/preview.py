"""Mails as they would be sent, before anyone gets them: nothing is frozen, queued or sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.compose import compose_alert, compose_digest
from alerts.envelope import ComposedMail
from alerts.letters import compose_letter
from storage.letters import load_letter
from storage.material import load_alert, load_preview
from storage.outbox import OutboxRow, waiting_for
from storage.subscribers import Subscriber
from wirewatch.config import Config


def preview_waiting(db: Database, config: Config, reader: Subscriber, now: datetime) -> list[ComposedMail]:
    """What waits for a reader, each mail as it would be composed at ``now``, the next one first.

    Mails that are frozen already are shown as what they tell is told now.
    """
    mails: dict[tuple[str, int], list[OutboxRow]] = {}
    for row in waiting_for(db, reader.id):
        mails.setdefault(("digest", row.due) if row.form == "digest" else ("alert", row.id), []).append(row)
    composed = (_compose(db, config, rows, now) for rows in mails.values())
    return [mail for mail in composed if mail]


def preview_article(
    db: Database, config: Config, zone: str, article_id: int | None, now: datetime
) -> ComposedMail | None:
    """The alert of an article (None: the newest that matched) to a made-up reader; None where there is none."""
    alert = load_preview(db, config.sources, zone, article_id)
    return compose_alert(alert, config.settings.mail, now=now) if alert else None


def _compose(db: Database, config: Config, rows: Sequence[OutboxRow], now: datetime) -> ComposedMail | None:
    mail = config.settings.mail
    if rows[0].kind == "letter":
        letter = load_letter(db, rows[0])
        return compose_letter(letter, mail, now=now) if letter else None
    alerts = [alert for row in rows if (alert := load_alert(db, row, config.sources))]
    alerts = [alert for alert in alerts if not (alert.update and alert.update.is_empty)]
    if not alerts:
        return None
    return compose_alert(alerts[0], mail, now=now) if len(alerts) == 1 else compose_digest(alerts, mail, now=now)
