"""A back-test counts what the archive's search finds, whether it reads the articles or only the index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from matching.archive import is_exact
from matching.query import compile_query
from matching.stories import Placement
from storage.articles import ensure_index, insert_article
from storage.backtest import run_backtest
from storage.database import open_database, write
from storage.finding import search_archive
from wirewatch.article import Article

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TEXTS = (
    "The ministers of Armenia and Azerbaijan met in Tbilisi for talks on the peace treaty.",
    "Talks on the railway: Armenia asks for a treaty, and peace is far.",
    "Bakıda Ermənistanla danışıqlar keçirilib.",
    "В Ереване обсудили Зангезурский коридор и мирный договор с Азербайджаном.",
    "Football: the match in Yerevan ended 2:1.",
    "In Syunik a road was opened; the corridor was not named.",
)


@pytest.fixture
def archive(tmp_path: Path) -> Database:
    db = open_database(tmp_path / "archive.db")
    ensure_index(db, {})
    with write(db):
        db.execute("INSERT INTO runs (id, trigger, started) VALUES (1, 'hand', '2026-11-01T00:00:00+00:00')")
        for number in range(30):
            text = TEXTS[number % len(TEXTS)]
            when = NOW - timedelta(days=number)
            article = Article(f"https://x.example/{number}", text[:30], text, "x", published=when, fetched=when)
            insert_article(db, article, Placement(f"story{number // 2}", "report", None, (), True), 1)
    return db


@pytest.mark.parametrize(
    "text",
    [
        "talks",
        "armenia AND talks",
        '"peace treaty"',
        "@zangezur",
        "peace NEAR/3 treaty",
        "talks NOT railway",
        "/t[ar]lks/",
        "nothing",
    ],
)
@pytest.mark.parametrize("days", [3, 14, 100])
def test_the_forecast_is_what_the_search_finds(archive: Database, text: str, days: int) -> None:
    query, since = compile_query(text), NOW - timedelta(days=days)
    found = list(search_archive(archive, query, {}, since=since))
    forecast = run_backtest(archive, query, {}, since)
    assert forecast.articles == len(found)
    assert forecast.stories == len({place["story"] for _, _, place in found})
    assert sum(forecast.by_day.values()) == forecast.stories
    shown = [article.url for article, _ in forecast.sample]
    assert shown == [article.url for article, _, _ in found if article.url in shown]
    assert all(terms for _, terms in forecast.sample) or not found


def test_plain_words_are_counted_without_reading_articles() -> None:
    assert is_exact(compile_query("armenia AND (talks OR visit)"))
    assert not is_exact(compile_query('"peace treaty"'))
