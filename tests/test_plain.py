"""Reading plain text."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.reading.plain import read_plain
from scheduler.cli import cli
from wirewatch.errors import UnreadableError

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHARED = Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).resolve().parents[2] / "shared"))

WRAPPED = """ date 2025-02-03 (MENAFN- AzerNews)
The corridor will be ready by the summer and
trains will run on it twice a day, an expert on
railways said.
Azernews reports that he said so in his
statement to AZERTAC.
"Goods will arrive in half the time", he added
when he was asked about the cost.
"""


def test_wrapped_aggregator_text_gives_day_chain_and_paragraphs():
    article = read_plain(WRAPPED, fetched=FETCHED)
    assert article.published is not None
    assert article.published.date().isoformat() == "2025-02-03"
    assert article.published_precision == "day"
    assert {(c.name, c.role) for c in article.credits} == {
        ("MENAFN", "distributor"), ("AzerNews", "via"), ("AZERTAC", "origin"),
    }  # fmt: skip
    assert all(credit.evidence for credit in article.credits)
    assert article.text.startswith("The corridor will be ready by the summer and trains will run")
    assert article.text.split("\n\n")[1].startswith("Azernews reports")


STORED = """ date 2024-08-21 (MENAFN- AzerNews)
The new railway is the shortest way between the two seas, and
both governments have worked on it for years. The partners
want to open it in the autumn, good-neighborly as they are.
Azernews reports that these views were voiced by railway
commentator Anar Probeli in his statement to AZERTAC.
Emphasizing that the tests are at the last stage, A.Probeli said
that the trains will be faster than before.
"It is known that goods take three weeks today, and that in
recent years the ports have been at their limit. The new
line - 42 kilometres of it in the mountains - will take half of
them.
It should be emphasized that tickets, too, will be cheaper. Our
engineers' farsighted plan is based on the fact that both sides
build in parallel", Probeli added.
In addition, Probeli believes that a second track will follow.
"""
STATEMENT = (
    '"It is known that goods take three weeks today, and that in recent years the ports have been at their limit. '
    "The new line - 42 kilometres of it in the mountains - will take half of them. It should be emphasized that "
    "tickets, too, will be cheaper. Our engineers' farsighted plan is based on the fact that both sides build in "
    'parallel", Probeli added.'
)
CHAIN = {
    ("MENAFN", "distributor", "(MENAFN- AzerNews)"),
    ("AzerNews", "via", "(MENAFN- AzerNews)"),
    ("AZERTAC", "origin", "in his statement to AZERTAC"),
}


def as_page(text: str, part: str) -> str:
    """The stored text as its aggregator's page lays it out: in one box, in paragraphs, or with line breaks."""
    date, _, body = text.strip().partition("\n")
    paragraphs = re.split(r"(?<=[.\"])\n(?=[A-Z\"])", body.strip())
    inner = {
        "box": f"{date}\n{body}",
        "paragraphs": f"<span>{date}</span>" + "".join(f"<p>{found}</p>" for found in paragraphs),
        "breaks": f"{date}<br>" + "<br><br>".join(found.replace("\n", "<br>\n") for found in paragraphs),
    }[part]
    return (
        "<html lang=en><head><meta charset=utf-8><title>A new railway - MENAFN.COM</title></head><body>"
        f"<nav><a href=/>Home</a></nav><h1>A new railway</h1><div class=newsbody>{inner}</div>"
        "<p>MENAFN21082024000195011045ID1100000001</p><p>Legal Disclaimer: MENAFN provides the information as is.</p>"
    )


@pytest.mark.parametrize("form", ["plain", "box", "paragraphs", "breaks"])
def test_a_stored_story_of_an_aggregator_is_read_by_the_command(form: str, tmp_path: Path) -> None:
    file = tmp_path / ("story.txt" if form == "plain" else "story.html")
    file.write_text(STORED if form == "plain" else as_page(STORED, form), "utf-8")
    done = CliRunner().invoke(cli, ["extract", "--url", "https://menafn.com/1100000001/A-new-railway", str(file)])
    assert done.exit_code == 0, done.output
    row = json.loads(done.stdout)
    assert row["published"].startswith("2024-08-21")
    assert row["published_precision"] == "day"
    assert {(credit["name"], credit["role"], credit["evidence"]) for credit in row["credits"]} == CHAIN
    words = " ".join(row["text"].split())
    assert STATEMENT in words
    assert words == " ".join(STORED.partition("AzerNews)")[2].split())


def test_text_without_letters_is_unreadable():
    with pytest.raises(UnreadableError):
        read_plain("12 34", fetched=FETCHED)


@pytest.mark.shared
@pytest.mark.parametrize("form", ["plain", "box", "paragraphs", "breaks"])
def test_the_seed_document_is_read_whole(form: str, tmp_path: Path) -> None:
    files = sorted(SHARED.glob("seed/*.txt"))
    if not files:
        pytest.skip("no development data")
    text = files[0].read_text("utf-8")
    file = tmp_path / ("story.txt" if form == "plain" else "story.html")
    file.write_text(text if form == "plain" else as_page(text, form), "utf-8")
    done = CliRunner().invoke(cli, ["extract", "--url", "https://menafn.com/1108586123/x", str(file)])
    row = json.loads(done.stdout)
    assert row["published"].startswith("2024-08-21")
    assert {(credit["name"], credit["role"], credit["evidence"]) for credit in row["credits"]} == CHAIN
    assert " ".join(row["text"].split()) == " ".join(text.partition("AzerNews)")[2].split())
