"""Composing what is due and fixing its bytes, a batch at a time, before any of it is sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from alerts.compose import compose_alert, compose_digest, title_of
from alerts.letters import compose_letter
from alerts.signing import sign_mail
from storage import outbox
from storage.database import DatabaseError, write
from storage.letters import load_letter
from storage.material import Alert, load_alert
from storage.outbox import OutboxRow
from wirewatch.config import Config
from wirewatch.errors import ConfigError

log = logging.getLogger(__name__)

LARGEST_DIGEST = 500
"""Stories in one digest; further ones go into another."""


@dataclass(slots=True)
class Batch:
    """What :func:`freeze_due` did: ``ready`` to be sent (row ids), how many mails were composed, and which
    rows cannot be: their article is ``gone``, or composing failed for the ``reason`` given."""

    ready: list[int] = field(default_factory=list)
    composed: int = 0
    gone: list[OutboxRow] = field(default_factory=list)
    failed: list[tuple[OutboxRow, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Composed:
    subjects: dict[int, str]
    """Row ids with the subject of each, the first one's mail is this."""
    message_id: str
    message: bytes


async def freeze_due(
    db: Database, config: Config, now: datetime, limit: int, without: Iterable[int], reach: outbox.Reach = "all"
) -> Batch:
    """Compose up to ``limit`` rows that are due (digests with all they tell) and freeze them in one transaction.

    Rows frozen before are only listed as ready. Other tasks run between two mails.
    """
    batch = Batch()
    made: list[_Composed] = []
    taken: set[int] = set()
    for row in outbox.due(db, now, limit, without, reach):
        if row.state == "frozen":
            batch.ready.append(row.id)
        elif row.id not in taken:
            rows = _rows_of(db, row, now)
            taken.update(each.id for each in rows)
            if composed := _compose(db, config, now, rows, batch):
                made.append(composed)
            await asyncio.sleep(0)
    if made:
        _freeze(db, made, batch)
    return batch


def _rows_of(db: Database, row: OutboxRow, now: datetime) -> list[OutboxRow]:
    if row.form == "alert":
        return [row]
    return outbox.due_for_digest(db, row.subscriber_id, now, LARGEST_DIGEST)


def _compose(db: Database, config: Config, now: datetime, rows: list[OutboxRow], batch: Batch) -> _Composed | None:
    if rows[0].kind == "letter":
        return _guard(batch, rows, lambda: _compose_letter(db, config, now, rows[0], batch))
    material = [(row, alert) for row in rows if (alert := _load(db, config, row, now, batch))]
    if not material:
        return None
    return _guard(batch, [row for row, _ in material], lambda: _compose_stories(material, config, now))


def _guard(batch: Batch, rows: list[OutboxRow], compose: Callable[[], _Composed | None]) -> _Composed | None:
    try:
        return compose()
    except ConfigError:
        raise
    except DatabaseError:
        raise
    except Exception as error:  # one bad article must not hold up everybody's mail
        log.exception("alert %s could not be composed", rows[0].id)
        batch.failed.extend((row, f"could not be composed: {error!r}") for row in rows)
        return None


def _compose_stories(material: list[tuple[OutboxRow, Alert]], config: Config, now: datetime) -> _Composed:
    """One mail; a single story gets a mail of its own also where a digest was to tell it."""
    mail, alerts = config.settings.mail, [alert for _, alert in material]
    message = compose_alert(alerts[0], mail, now=now) if len(alerts) == 1 else compose_digest(alerts, mail, now=now)
    subjects = {row.id: title_of(alert) for row, alert in material}
    return _Composed(subjects, message.message_id, sign_mail(message.raw, config))


def _compose_letter(db: Database, config: Config, now: datetime, row: OutboxRow, batch: Batch) -> _Composed | None:
    letter = load_letter(db, row)
    if letter is None:
        batch.gone.append(row)
        return None
    message = compose_letter(letter, config.settings.mail, now=now)
    return _Composed({row.id: message.subject}, message.message_id, sign_mail(message.raw, config))


def _load(db: Database, config: Config, row: OutboxRow, now: datetime, batch: Batch) -> Alert | None:
    try:
        alert = load_alert(db, row, config.sources)
    except DatabaseError:
        raise
    except Exception as error:  # as above
        log.exception("alert %s could not be read", row.id)
        batch.failed.append((row, f"could not be read: {error!r}"))
        return None
    if alert is None:
        batch.gone.append(row)
    elif alert.update and alert.update.is_empty:
        outbox.cancel_row(db, row.id, "copies only, nothing new", now)
        return None
    elif alert.withdrawn and alert.update is None:
        outbox.cancel_row(db, row.id, "withdrawn before it was mailed", now)
        return None
    return alert


def _freeze(db: Database, made: list[_Composed], batch: Batch) -> None:
    with write(db):
        for each in made:
            carrier, *others = each.subjects
            if outbox.freeze(db, carrier, each.message_id, each.message, each.subjects[carrier]):
                outbox.carry(db, carrier, {row: each.subjects[row] for row in others})
                batch.ready.append(carrier)
                batch.composed += 1
