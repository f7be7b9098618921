"""A small archive in five scripts for tests of pages: two stories, one of them hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from matching.query import compile_query
from matching.stories import Placement
from storage.articles import ensure_index, insert_article, insert_matches
from storage.database import open_database, write
from storage.ledger import begin_run, finish_run
from wirewatch.article import Article, Credit
from wirewatch.search import Match
from wirewatch.source import Source

TOPIC = "peace-process"
SOURCES = {
    source.id: source
    for source in (
        Source("baku", "Baku Wire", "AZ", ("en", "az"), "state wire", "state", "https://baku.example", "Asia/Baku"),
        Source("yerevan", "Yerevan Press", "AM", ("hy", "en"), "private wire", "private", "https://yerevan.example"),
        Source("tbilisi", "Tbilisi Radio", "GE", ("ka",), "broadcaster", "public", "https://tbilisi.example"),
        Source("tehran", "Tehran Agency", "IR", ("fa",), "state wire", "state", "https://tehran.example"),
        Source("evil", "Evil <b>Post</b>", "RU", ("ru",), "portal", "", "javascript:alert(1)"),
    )
}
HOSTILE = 'Talks <script>alert(1)</script> "><img src=x onerror=alert(2)> \u202eevil'


def fill(file: Path, now: datetime | None = None) -> None:
    """Make ``file``: story ``gudauri`` (four outlets, the first two hours ago), story ``evil``."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    db = open_database(file)
    ensure_index(db, SOURCES)
    run = begin_run(db, "hand", len(SOURCES), now)
    query = compile_query("talks OR Gudauri OR Գուդաուրի OR გუდაური OR گودائوری")
    with write(db):
        for minutes, source, story, relation, article in articles(now):
            number = insert_article(db, article, Placement(story, relation, None, (), False), run, SOURCES[source])
            terms = query.match(article, SOURCES[source])
            insert_matches(db, number, [Match(TOPIC, terms)] if terms else [])
            assert minutes >= 0
    finish_run(db, run, now)
    db.close()


def articles(now: datetime) -> list[tuple[int, str, str, str, Article]]:
    """Minutes ago, source, story, relation, article; in the order of arrival."""
    rows = [
        (120, "baku", "gudauri", "original", "en", "Ministers hold talks in Gudauri",
         "Deputy ministers held talks in Gudauri.\n\nThey agreed on a survey of the railway line."),
        (95, "yerevan", "gudauri", "report", "hy", "Գուդաուրիում հանդիպում է տեղի ունեցել",
         "Հանդիպումը Գուդաուրիում էր։"),
        (60, "tbilisi", "gudauri", "report", "ka", "გუდაურში შეხვედრა გაიმართა", "შეხვედრა გუდაურში გაიმართა."),
        (30, "tehran", "gudauri", "copy", "fa", "دیدار در گودائوری برگزار شد", "دیدار در گودائوری برگزار شد."),
        (10, "evil", "evil", "original", "ru", HOSTILE, f"{HOSTILE}\n\n=cmd|' /C calc'!A0 talks <iframe src=//x>"),
    ]  # fmt: skip
    return [
        (minutes, source, story, relation, _article(now, minutes, source, language, title, text))
        for minutes, source, story, relation, language, title, text in rows
    ]  # type: ignore[misc]


def _article(now: datetime, minutes: int, source: str, language: str, title: str, text: str) -> Article:
    address = f"https://{source}.example/{minutes}"
    return Article(
        url="javascript:alert(3)" if source == "evil" else address,
        canonical_url="javascript:alert(4)" if source == "evil" else address,
        title=title,
        text=text,
        source=source,
        language=language,
        published=now - timedelta(minutes=minutes),
        published_precision="minute",
        fetched=now,
        credits=(Credit("Baku Wire", "origin", "Baku Wire reports"),) if source == "tehran" else (),
    )
