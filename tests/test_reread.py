"""An archive of a run is evidence: read anew it gives the same, or says what a newer reading changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from demo.faults import Fault
from demo.newsroom import Newsroom
from scheduler.commands.demo import write_config
from storage.database import open_database

CHANGED = "A headline as an older reader saw it"


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(spread=True) as room:
        write_config(tmp_path, room.sources(), 2525)
        yield room


def wirewatch(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scheduler.cli", *arguments],
        env={**os.environ, "WIREWATCH_CONFIG": str(folder / "config.yaml")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_replay_after_the_run_changes_nothing_and_says_what_a_new_reading_changes(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    wirewatch(tmp_path, "crawl", "--record", "run.warc.gz")
    newsroom.stop()
    same = wirewatch(tmp_path, "crawl", "--replay", "run.warc.gz")
    assert "read anew" not in same.stdout
    assert " 0 stored" in same.stdout
    db = open_database(tmp_path / "wirewatch.db")
    address, mails = spoil_one_title(db)
    again = wirewatch(tmp_path, "crawl", "--replay", "run.warc.gz")
    assert f"read anew: {address}: title" in again.stdout
    assert db.execute("SELECT count(*) FROM articles WHERE title = ?", [CHANGED]).fetchone()[0] == 0
    assert db.execute("SELECT count(*) FROM outbox").fetchone()[0] == mails
    assert wirewatch(tmp_path, "db", "check").returncode == 0


def spoil_one_title(db: Database) -> tuple[str, int]:
    address = db.execute("SELECT url FROM articles ORDER BY id LIMIT 1").fetchone()[0]
    db.execute("UPDATE articles SET title = ? WHERE url = ?", [CHANGED, address])
    return address, db.execute("SELECT count(*) FROM outbox").fetchone()[0]


def test_a_replay_into_a_new_database_gives_the_same_articles(newsroom: Newsroom, tmp_path: Path) -> None:
    live = wirewatch(tmp_path, "crawl", "--record", "run.warc.gz", "--all", "--json")
    newsroom.stop()
    replayed = wirewatch(tmp_path, "crawl", "--replay", "run.warc.gz", "--db", "other.db", "--all", "--json")

    def articles(out: str) -> dict[str, tuple[str, str, str | None]]:
        rows = [json.loads(line) for line in out.splitlines()]
        return {row["url"]: (row["title"], row["text"], row["published"]) for row in rows}

    assert articles(live.stdout)
    assert articles(live.stdout) == articles(replayed.stdout)


def test_sources_check_says_in_words_what_is_wrong(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.set_fault("araks", Fault("status", status=410))
    newsroom.set_fault("bogaz", Fault("html-for-feed"))
    done = wirewatch(tmp_path, "sources", "check", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    states = {row["source"]: (row["state"], row["words"]) for row in rows}
    assert done.returncode == 1
    assert states["araks"][0] == "gone"
    assert states["bogaz"][0] in {"blocked", "not-a-feed"}
    assert states["daryal"][0] == "ok"
    assert "4 entries" in states["daryal"][1]


def test_sources_find_discovers_the_feed_or_sitemap_of_a_site(newsroom: Newsroom, tmp_path: Path) -> None:
    for site, path in (("mtkvari", "/feed.json"), ("aftab", "/sitemap-news.xml")):
        done = wirewatch(tmp_path, "sources", "find", newsroom.root(site), "--json")
        assert [json.loads(line)["feed"] for line in done.stdout.splitlines()] == [newsroom.root(site) + path]
    assert wirewatch(tmp_path, "sources", "find", newsroom.root("kurportal")).returncode == 1
