"""Saved feeds and date texts beside the project: never fewer right than feedparser alone, never a wrong instant."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from crawler.reading.dates import read_feed_date
from crawler.reading.feed import read_feed
from wirewatch.errors import UnreadableError

SHARED = Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).resolve().parents[2] / "shared"))
FEEDS = SHARED / "corpora" / "feeds"
NOW = datetime.now(UTC)

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not FEEDS.is_dir(), reason="no development data here")]


def test_no_date_text_gives_a_wrong_instant_and_most_give_the_right_one() -> None:
    right = 0
    for line in (FEEDS / "dates.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found = read_feed_date(row["raw"], zone=UTC, now=NOW)
        if row["utc"] is None:
            assert found is None, row["raw"]
        elif found and row["utc"] != "?":
            stated = datetime.fromisoformat(row["utc"])
            assert abs((found[0] - stated).total_seconds()) < 1, row["raw"]
            right += 1
    assert right >= 58


@pytest.mark.slow
def test_no_saved_feed_gives_fewer_entries_than_feedparser_alone() -> None:
    for file in sorted((FEEDS / "real").glob("*.gz")):
        body = gzip.decompress(file.read_bytes())
        alone = len(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries)
        try:
            ours = len(read_feed(body, "", content_type=None, zone=UTC, now=NOW).entries)
        except UnreadableError:
            ours = 0
        assert ours >= alone, file.name
