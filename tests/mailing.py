"""What the tests of mail share: a small archive, and a mail server with scripted answers."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from sqlite_utils import Database

from demo import certificates
from storage.audience import Find, queue_alerts, read_audience
from storage.database import write
from storage.outbox import summary
from storage.subscribers import Subscription, subscribe
from storage.threads import Telling, queue_telling
from wirewatch.article import Article, Credit
from wirewatch.config import ChannelEntry, Config, Mail, Settings
from wirewatch.search import Match, Term
from wirewatch.source import Source

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
SOURCES = {
    "hillpost": Source(
        id="hillpost",
        name="Hill Post",
        country="GE",
        languages=("en",),
        kind="paper",
        ownership="private, owned by its staff",
    ),
    "lakewire": Source(id="lakewire", name="Lake Wire", country="AM", languages=("en",), kind="state wire"),
    "peyk": Source(id="peyk", name="پیک جلفا", country="IR", languages=("fa",), kind="state wire", ownership="state"),
}
ARTICLE = Article(
    url="https://hillpost.test/news/4711?from=feed",
    canonical_url="https://hillpost.test/news/4711",
    source="hillpost",
    title="Envoys of Armenia and Azerbaijan agree on a date for border talks",
    text=(
        "TBILISI – Envoys of Armenia and Azerbaijan agreed on Tuesday to open talks on their border in May.\n\n"
        "The Zangezur route will be discussed last, said the host, adding that “nobody is in a hurry”.\n\n"
        "The two sides met for the third time this year."
    ),
    language="en",
    published=datetime.fromisoformat("2026-03-04T12:10:00+04:00"),
    published_precision="minute",
    fetched=NOW,
    authors=("Nino Example",),
    place="Tbilisi",
    credits=(Credit("Lake Wire", "origin", "as first reported by Lake Wire"),),
)


def term(article: Article, form: str, in_field: str = "text", query_term: str | None = None) -> Term:
    """The first place of ``form`` in the article's title or text."""
    start = getattr(article, in_field).index(form)
    return Term(query_term or form.lower(), form, in_field, start, start + len(form))


def add_article(db: Database, article: Article, story: str, number: int | None = None) -> int:
    """Store an article with its story and a run; returns its id."""
    with write(db):
        db.execute("INSERT OR IGNORE INTO runs (id, trigger, started) VALUES (1, 'hand', ?)", [NOW.isoformat()])
        db.execute("INSERT OR IGNORE INTO stories (id, title, first_seen) VALUES (?, ?, 0)", [story, article.title])
        row = article.to_json()
        row.update(
            id=number,
            link_key=f"{story}/{article.url}",
            story_id=story,
            relation="original",
            origin=None,
            run_id=1,
            sort_time=int((article.published or NOW).timestamp()),
            authors=json.dumps(row["authors"]),
            credits=json.dumps(row["credits"], ensure_ascii=False),
        )
        columns = ", ".join(row)
        cursor = db.execute(
            f"INSERT INTO articles ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
    return int(cursor.lastrowid)


def queue_alert(
    db: Database, subscriber_id: int, story_id: str, article_id: int, matches: Sequence[Match], now: datetime
) -> bool:
    """An alert of a story for a subscriber, due at once."""
    return queue_telling(db, subscriber_id, story_id, Telling(article_id, matches), now)


def fill_outbox(db: Database, emails: Sequence[str], stories: int = 1, now: datetime = NOW) -> None:
    """A subscriber for each address, and for each of them one waiting alert a story with a STORY- token."""
    ids = [subscribe(db, email, "Border", "border", now=now) for email in emails]
    for number in range(stories):
        article = ARTICLE.with_changes(
            url=f"https://hillpost.test/{number}",
            canonical_url=f"https://hillpost.test/{number}",
            title=f"STORY-n{number}-x: envoys agree on a date",
        )
        article_id = add_article(db, article, f"story{number}")
        with write(db):
            for subscription in ids:
                match = Match(subscription.search_id, (term(article, "border"),))
                queue_alert(db, subscription.subscriber_id, f"story{number}", article_id, [match], now)


def make_config(file: Path, **mail: Any) -> Config:
    """A configuration with quick retries; ``mail`` overrides."""
    quick: dict[str, Any] = {
        "host": "127.0.0.1",
        "sender": "Wirewatch <alerts@wirewatch.test>",
        "base_url": "https://wirewatch.test",
        "retry": "1s",
        "retry_max": "4s",
        "timeout": "2s",
    }
    return Config(file=file, settings=Settings(mail=Mail(**quick | mail)), sources=SOURCES)


def with_channel(config: Config, url: str) -> Config:
    """``config`` with the channel ``desk`` at that address."""
    settings = config.settings.model_copy(update={"channels": (ChannelEntry(name="desk", url=url),)})
    return config.model_copy(update={"settings": settings})


def make_certificate(folder: Path) -> Path:
    """A certificate for ``localhost`` that only who names it trusts; its key is beside it in key.pem."""
    start = datetime.now(UTC) - timedelta(hours=1)
    certificate, key = certificates.make_certificate("localhost", start, start + timedelta(days=1))
    file = folder / "certificate.pem"
    file.write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    return file


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailbox:
    """What a scripted server took: envelopes and raw bytes; ``answers`` are given to RCPT and DATA first."""

    port: int
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    sessions: int = 0
    mail_answers: list[str] = field(default_factory=list)
    rcpt_answers: dict[str, list[str]] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    lose_answer: int = 0
    """So many mails are kept but the connection is cut instead of the 250."""
    before_data: Callable[[], None] | None = None
    seconds: float = 0.0
    most_sessions: int = 1000
    """Further connections are cut at once."""
    shut_down: Callable[[], None] = print
    """Close the port and cut all connections."""

    @property
    def messages(self) -> list[EmailMessage]:
        """The mails as a mail client's parser sees them."""
        return [message_from_bytes(raw, policy=default) for _, raw in self.mails]  # type: ignore[misc]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.mail_answers:
            return self.mail_answers.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if waiting := self.rcpt_answers.get(address):
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.before_data:
            self.before_data()
        await asyncio.sleep(self.seconds)
        if self.data_answers:
            return self.data_answers.pop(0)
        self.mails.append((envelope.rcpt_tos[0], envelope.original_content))
        if self.lose_answer:
            self.lose_answer -= 1
            server.transport.abort()
            await asyncio.sleep(10)
        return "250 taken"


@asynccontextmanager
async def mail_server(port: int | None = None, ssl: Any = None, **options: Any) -> AsyncIterator[Mailbox]:
    """A real SMTP server in the running loop, with scripted answers; ``options`` are aiosmtpd's."""
    box = Mailbox(port or free_port())
    sessions: list[SMTP] = []

    class Session(SMTP):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if sum(each.transport is not None for each in sessions) > box.most_sessions:
                transport.abort()

    def start_session() -> SMTP:
        box.sessions += 1
        sessions.append(Session(box, loop=asyncio.get_running_loop(), **options))
        return sessions[-1]

    server = await asyncio.get_running_loop().create_server(start_session, "127.0.0.1", box.port, ssl=ssl)

    def shut_down() -> None:
        server.close()
        for session in sessions:
            if session.transport:
                session.transport.abort()

    box.shut_down = shut_down
    try:
        yield box
    finally:
        shut_down()
        await asyncio.sleep(0.01)


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self):
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def states(db: Database) -> dict[str, int]:
    return {state: count for state, count in summary(db).counts.items() if count}


def wish(db: Database, email: str, name: str, **settings: Any) -> Subscription:
    query = "" if "follows" in settings else name.lower()
    return subscribe(db, email, name, query, zone="Asia/Baku", now=NOW, **settings)


def tell(db: Database, story: str, *wishes: Subscription, at: datetime = NOW) -> None:
    """A story is stored and found by these searches."""
    url = f"https://hillpost.test/{story}-{wishes[0].id}"
    article = ARTICLE.with_changes(url=url, canonical_url=None, title=f"Title of {story}")
    number = add_article(db, article, story)
    matches = [Match(each.search_id, (term(article, "border"),)) for each in wishes]
    with write(db):
        queue_alerts(db, read_audience(db), Find(story, number, matches, "en"), at)
