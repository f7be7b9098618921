"""The command line: every command explains itself, every expected error is one line and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
STORY = "The foreign ministers of Armenia and Azerbaijan met in Tbilisi on Monday for talks on a peace treaty."


def run(*arguments: str, cwd: Path, data: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scheduler.cli", *arguments],
        cwd=cwd,
        input=data,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text((ROOT / "config.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    done = run(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    if command not in {"config", "db"}:
        assert f"wirewatch {command}" in done.stdout


def test_help_loads_no_crawler(tmp_path: Path) -> None:
    code = "import sys, scheduler.cli; sys.exit('scrapy' in sys.modules or 'twisted' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("frobnicate",), 2, "no command 'frobnicate'"),
        (("crwl",), 2, "did you mean 'crawl'?"),
        (("crawl", "azertga"), 2, "did you mean 'azertag'?"),
        (("crawl", "https://user:pass@host.example/"), 2, "is not an address that can be asked"),
        (("crawl", "--replay", "none.warc.gz"), 2, "there is no file"),
        (("crawl", "--since", "yesterdayish"), 2, "neither a span"),
        (("search", "peace AND ("), 2, "at character"),
        (("search", "peace"), 2, "no database there yet"),
        (("match", "--topic", "nope"), 2, "no topic 'nope'"),
        (("subscribe", "not-an-address", "peace"), 2, "not-an-address"),
        (("subscribe", "a@x.test", "peace AND"), 2, "at character"),
        (("forget", "nobody@x.test"), 2, "is not in the database"),
        (("outbox", "drain"), 2, "no mail server is set"),
        (("config", "check", "--config", "none.yaml"), 2, "no such file"),
        (("status", "--db", "config.yaml"), 2, "is not an SQLite database"),
    ],
)
def test_an_expected_error_is_one_line_and_an_exit_code(
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run(*arguments, cwd=folder)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "pass@" not in done.stderr.replace(arguments[-1], "") or arguments[0] != "crawl"


def test_extract_gives_a_line_a_file_in_order_with_errors_in_place(folder: Path) -> None:
    body = f"<h1>Talks in Tbilisi</h1><p>{STORY}</p><p>{STORY} They will meet again.</p>"
    page = f"<html><body><article>{body}</article></body></html>"
    (folder / "a.html").write_text(page, encoding="utf-8")
    (folder / "b.html").write_bytes(b"\x00\x01\x02")
    done = run("extract", "a.html", "b.html", "none.html", "a.html", cwd=folder)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [("error" in row) for row in rows] == [False, True, True, False]
    assert rows[0]["title"] == "Talks in Tbilisi"
    assert STORY in rows[0]["text"]
    assert done.returncode == 1


def test_feed_reads_standard_input(folder: Path) -> None:
    feed = (
        '<rss version="2.0"><channel><title>x</title><item><title>Talks</title><link>/1</link>'
        "<pubDate>Mon, 02 Nov 2026 10:00:00 +0400</pubDate></item></channel></rss>"
    )
    done = run("feed", "--url", "https://x.example/rss", "-", cwd=folder, data=feed)
    row = json.loads(done.stdout)
    assert (row["link"], row["title"], row["published"]) == (
        "https://x.example/1",
        "Talks",
        "2026-11-02T10:00:00+04:00",
    )
    assert set(row) >= {"link", "title", "published", "summary", "authors", "id"}


def test_match_prints_receipts_at_the_right_characters(folder: Path) -> None:
    lines = [
        json.dumps({"url": "https://x.example/1", "title": "Talks", "text": STORY}),
        "not json",
        '{"text": 5}',
        "[]",
    ]
    done = run("match", "armenia AND talks", "-", cwd=folder, data="\n".join(lines))
    row = json.loads(done.stdout)
    for term in row["matches"][0]["terms"]:
        assert row[term["field"]][term["start"] : term["end"]] == term["form"]
    assert done.returncode == 1
    assert "standard input:2: not an article" in done.stderr.replace("-:2", "standard input:2")


def test_match_all_keeps_the_others_without_receipts(folder: Path) -> None:
    line = json.dumps({"url": "https://x.example/1", "title": "Football", "text": "The match ended 2:1.", "mine": 7})
    row = json.loads(run("match", "--topic", "south-caucasus-diplomacy", "--all", cwd=folder, data=line).stdout)
    assert row["matches"] == []
    assert row["mine"] == 7


def test_group_gives_copies_one_story(folder: Path) -> None:
    text = " ".join(f"{STORY} Paragraph {n} of the report tells of step {n}." for n in range(8))
    rows = [
        {
            "url": f"https://{host}.example/1",
            "source": host,
            "title": "Talks in Tbilisi",
            "text": text,
            "published": f"2026-11-02T1{n}:00:00+04:00",
        }
        for n, host in enumerate(("one", "two"))
    ]
    done = run("group", cwd=folder, data="\n".join(map(json.dumps, rows)))
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert out[0]["story"] == out[1]["story"]
    assert [row["relation"] for row in out] == ["original", "copy"]
    assert [row["origin"] for row in out] == [None, "https://one.example/1"]


def test_subscribers_are_added_listed_ended_and_forgotten(folder: Path) -> None:
    assert run("subscribe", "reader@x.test", "@zangezur", "--tz", "Asia/Baku", cwd=folder).returncode == 0
    row = json.loads(run("subscribers", "--json", cwd=folder).stdout)
    assert (row["email"], row["state"], row["searches"][0]["query"]) == ("reader@x.test", "active", "@zangezur")
    assert "secret" not in row
    assert run("unsubscribe", "reader@x.test", cwd=folder).returncode == 0
    assert run("forget", "reader@x.test", cwd=folder).returncode == 0
    assert run("subscribers", "--json", cwd=folder).stdout == ""
    assert not any(b"reader@x.test" in file.read_bytes() for file in (folder / "data").iterdir())


def test_a_database_is_made_checked_and_copied(folder: Path) -> None:
    assert run("db", "migrate", cwd=folder).returncode == 0
    assert run("db", "check", cwd=folder).returncode == 0
    assert run("db", "backup", "copy.db", cwd=folder).returncode == 0
    assert run("db", "check", "--db", "copy.db", cwd=folder).returncode == 0
    assert run("db", "backup", "copy.db", cwd=folder).returncode == 2


def test_status_says_what_needs_a_person(folder: Path) -> None:
    run("db", "migrate", cwd=folder)
    done = run("status", "--json", cwd=folder)
    row = json.loads(done.stdout)
    assert done.returncode == 1
    assert not row["ok"]
    assert "no run has been finished yet" in row["troubles"][0]


def test_sources_are_listed_and_go_out_and_in_as_opml(folder: Path) -> None:
    rows = [json.loads(line) for line in run("sources", "list", "--json", cwd=folder).stdout.splitlines()]
    assert len(rows) > 100
    opml = run("sources", "export", cwd=folder).stdout
    (folder / "out.opml").write_text(opml, encoding="utf-8")
    done = run("sources", "import", "out.opml", cwd=folder)
    assert done.returncode == 0
    assert "azertag" in done.stdout
