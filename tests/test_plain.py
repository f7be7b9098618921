"""Reading plain text."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.reading.plain import read_plain
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


def test_text_without_letters_is_unreadable():
    with pytest.raises(UnreadableError):
        read_plain("12 34", fetched=FETCHED)


@pytest.mark.shared
def test_the_seed_document_is_read_whole():
    files = sorted(SHARED.glob("seed/*.txt"))
    if not files:
        pytest.skip("no development data")
    article = read_plain(files[0].read_text("utf-8"), fetched=FETCHED)
    assert article.published is not None
    assert article.published.date().isoformat() == "2024-08-21"
    assert {(c.name, c.role) for c in article.credits} == {
        ("MENAFN", "distributor"), ("AzerNews", "via"), ("AZERTAC", "origin"),
    }  # fmt: skip
    assert "close cooperation with Russia in all fields" in article.text
