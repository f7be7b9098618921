"""``kill -9`` before every durable step of a whole run: whatever was found is told, once, and the account adds up."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.mailbox import Mailbox
from demo.newsroom import Newsroom
from scheduler.commands.demo import write_config
from storage.backup import check_database
from storage.database import open_for_reading, read_holder

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("mtkvari",)
MOST_STEPS = 60


def run(config: Path, step: int) -> int:
    command = [sys.executable, "-m", "tests.whole_run", str(config), str(step)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


def prepare(folder: Path, newsroom: Newsroom, mailbox: Mailbox) -> Path:
    folder.mkdir()
    sources = [source for source in newsroom.sources() if source.id in SOURCES]
    assert len(sources) == len(SOURCES)
    config = write_config(folder, sources, mailbox.port).file
    assert config is not None
    rows = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump({**rows, "workers": {"processes": 1}}))
    return config


def outcome(config: Path) -> dict[str, Any]:
    """What a database holds in the end, without what depends on when and in how many runs it came."""
    file = config.parent / yaml.safe_load(config.read_text())["database"]
    assert read_holder(file) is None
    with closing(open_for_reading(file)) as db:
        assert check_database(db) == []
        told = "SELECT p.email, a.url, o.state FROM outbox o JOIN articles a ON a.id = o.article_id JOIN subscribers p"
        return {
            "articles": sorted(row[0] for row in db.execute("SELECT canonical_url FROM articles")),
            "told": sorted(db.execute(f"{told} ON p.id = o.subscriber_id")),
            "links": sorted(db.execute("SELECT link_key, source, state FROM links")),
        }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_each_durable_step_in_turn_nothing_is_lost_or_told_twice(tmp_path: Path) -> None:
    with Newsroom() as newsroom, Mailbox() as mailbox, Mailbox() as other:
        config = prepare(tmp_path / "killed", newsroom, mailbox)
        deaths = 0
        while run(config, deaths + 1):
            deaths += 1
            assert deaths < MOST_STEPS, "it never came to an end"
        undisturbed = prepare(tmp_path / "undisturbed", newsroom, other)
        assert run(undisturbed, 0) == 0
        assert deaths > 8
        found = outcome(config)
        assert found["articles"]
        assert all(state == "sent" for _, _, state in found["told"])
        assert found == outcome(undisturbed)
        copies = Counter(mail.message["Message-ID"] for mail in mailbox.messages)
        assert len(copies) == len(other.messages)
        bytes_of = {(mail.message["Message-ID"], mail.message.as_bytes()) for mail in mailbox.messages}
        assert len(bytes_of) == len(copies), "a repeat had other bytes"
        assert sum(copies.values()) <= len(copies) + deaths, "more repeats than deaths"
