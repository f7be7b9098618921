"""The project as a Scrapy user meets it: ``scrapy list``, ``scrapy crawl NAME -o FILE``."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from demo.newsroom import Newsroom
from storage.database import open_for_reading
from storage.ledger import find_gaps, last_run

PROJECT = Path(__file__).resolve().parents[1]


def run_scrapy(folder, *arguments, config=None):
    """``scrapy`` in a folder of its own, as from a checkout: scrapy.cfg lies beside."""
    (folder / "scrapy.cfg").write_text((PROJECT / "scrapy.cfg").read_text())
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    if config:
        environment["WIREWATCH_CONFIG"] = str(config)
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=90, check=False)


def write_config(folder, sources):
    """A config.yaml that asks only ``sources``."""
    rows = []
    for source in sources:
        row = {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(source).items() if value
        }
        listing = [{key: value for key, value in each.items() if value} for each in row.pop("listings", [])]
        rows.append(row | ({"listing": listing} if listing else {}))
    config = {
        "database": "wire.db",
        "crawl": {"delay": 0, "allow_private": ["127.0.0.0/8"]},
        "catalogue": {"none": True},
        "sources": rows,
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True))
    return file


@pytest.fixture
def newsroom():
    with Newsroom(spread=True) as room:
        yield room


def test_scrapy_lists_the_spiders(tmp_path):
    done = run_scrapy(tmp_path, "list")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["armenpress", "feeds", "listing"]


def test_scrapy_crawl_feeds_writes_items_and_stores_what_matches(newsroom, tmp_path):
    names = ("azernews-sample", "daryal", "kurportal")
    config = write_config(tmp_path, [source for source in newsroom.sources() if source.id in names])
    done = run_scrapy(tmp_path, "crawl", "feeds", "-o", "out.jl", config=config)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    items = [json.loads(line) for line in (tmp_path / "out.jl").read_text(encoding="utf-8").splitlines()]
    facts = {fact.url: fact for fact in newsroom.expected() if fact.site in names and fact.fate == "article"}
    assert {item["article"]["canonical_url"] for item in items} == set(facts)
    for item in items:
        fact = facts[item["article"]["canonical_url"]]
        assert (item["title"], item["source"], item["language"]) == (fact.headline, fact.site, fact.language)
        assert item["text"] == item["article"]["text"]
    db = open_for_reading(tmp_path / "wire.db")
    stored = {row[0] for row in db.execute("SELECT canonical_url FROM articles")}
    assert stored
    assert stored <= set(facts)
    assert last_run(db).finished is not None
    assert find_gaps(db) == []
    db.close()


def test_scrapy_crawl_listing_can_be_narrowed_to_a_source(newsroom, tmp_path):
    config = write_config(tmp_path, newsroom.sources())
    done = run_scrapy(
        tmp_path, "crawl", "listing", "-a", "source=kurportal", "-a", f"config={config}", "-o", "out.json"
    )
    assert done.returncode == 0, done.stderr
    items = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert {item["source"] for item in items} == {"kurportal"}
    assert len(items) == 7
    assert newsroom.asked("daryal") == []


def test_scrapy_crawl_of_an_unknown_source_says_so(newsroom, tmp_path):
    config = write_config(tmp_path, newsroom.sources())
    done = run_scrapy(tmp_path, "crawl", "feeds", "-a", "source=nobody", config=config)
    assert "no source 'nobody'" in done.stderr
    assert newsroom.requests == []


def test_scrapy_crawl_of_a_spider_of_one_publisher_works(tmp_path):
    config = write_config(tmp_path, [])
    done = run_scrapy(tmp_path, "crawl", "armenpress", config=config)
    assert done.returncode == 0, done.stderr
