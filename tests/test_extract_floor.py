"""The quality floor of page reading holds, and is not lowered by accident."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks import floor_extract


def test_own_pages_are_read_no_worse_than_the_floor():
    floor = json.loads(floor_extract.FLOOR.read_text("utf-8"))
    assert floor_extract.find_drops(floor_extract.measure(), floor) == []


@pytest.mark.parametrize(
    ("lose", "named"),
    [
        (lambda article: replace(article, text=article.text.rpartition("\n\n")[0]), "text recall"),
        (
            lambda article: replace(article, text=article.text + "\n\nMore news of the day from our own site"),
            "text precision",
        ),
        (lambda article: replace(article, title=f"{article.title} - Site"), "title"),
        (lambda article: replace(article, published=None, published_precision=None), "published"),
        (lambda article: replace(article, credits=(), place=None), "place"),
    ],
)
def test_a_reader_that_loses_something_falls_below_the_floor(lose, named, monkeypatch):
    read = floor_extract.read_page
    monkeypatch.setattr(floor_extract, "read_page", lambda *args, **options: lose(read(*args, **options)))
    floor = json.loads(floor_extract.FLOOR.read_text("utf-8"))
    assert named in " ".join(floor_extract.find_drops(floor_extract.measure(), floor))


def test_floor_is_not_lowered_without_a_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(floor_extract, "FLOOR", tmp_path / "floor.json")
    floor = {"figures": {"text F1": 90.0}}
    with pytest.raises(SystemExit):
        floor_extract.write_floor({"text F1": 80.0}, floor, "")
    floor_extract.write_floor({"text F1": 80.0}, floor, "pages of a new kind")
    written = json.loads((tmp_path / "floor.json").read_text("utf-8"))
    assert written["lowered"][0]["why"] == "pages of a new kind"
