"""Spiders of a publisher's own: found by name, and a wrong name is that source's matter alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.spiders.feeds import FeedsSpider
from crawler.spiders.registry import collector_for, spiders_by_name
from demo.newsroom import Newsroom
from scheduler.commands.demo import write_config
from wirewatch.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]


def test_the_spiders_of_the_folder_are_found_by_their_names():
    assert spiders_by_name()["feeds"] is FeedsSpider
    assert {"feeds", "listing"} <= set(spiders_by_name())


def test_a_spider_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(UsageError, match=r"no spider 'nosuch' in crawler/spiders; there are: .*feeds"):
        collector_for("nosuch")


def test_a_source_whose_spider_is_not_there_fails_alone(tmp_path):
    with Newsroom() as newsroom:
        write_config(tmp_path, [each for each in newsroom.sources() if each.id == "araks"], 25)
        config = tmp_path / "config.yaml"
        config.write_text(config.read_text(encoding="utf-8") + "- {id: wrong, spider: nosuch}\n", encoding="utf-8")
        call = [sys.executable, "-m", "scheduler.cli", "crawl", "--no-store", "--config", str(config)]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "no spider 'nosuch'" in " ".join(done.stdout.split())
    assert "1 of 2 sources failed" in done.stdout


def test_scrapy_crawl_stores_in_the_database_of_the_configuration_it_was_given(tmp_path):
    (tmp_path / "config.yaml").write_text(
        "database: own.db\ncatalogue: {none: true}\nsources: [{id: none, feeds: ['http://127.0.0.1:9/rss']}]\n"
    )
    call = [sys.executable, "-m", "scrapy", "crawl", "feeds", "-a", f"config={tmp_path / 'config.yaml'}"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    status = [sys.executable, "-m", "scheduler.cli", "ledger", "--config", str(tmp_path / "config.yaml")]
    assert "private-address" in subprocess.run(status, cwd=ROOT, capture_output=True, text=True, check=False).stdout
