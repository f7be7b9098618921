"""The documentation's examples are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matching.query import compile_query
from wirewatch.article import Article

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "query-language.md").read_text("utf-8")
NAMES_PAGE = (Path(__file__).resolve().parents[1] / "docs" / "names.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<query>.+)` \| (?P<fits>[^|]+) \| (?P<other>[^|]+) \|$", re.MULTILINE)
EXAMPLES = [match.groups() for match in ROW.finditer(PAGE.split("## Examples")[1].split("## Grammatical")[0])]


def test_the_examples_are_read() -> None:
    assert len(EXAMPLES) >= 17


@pytest.mark.parametrize(("query", "fits", "other"), EXAMPLES)
def test_an_example_finds_the_first_article_and_not_the_second(query: str, fits: str, other: str) -> None:
    compiled = compile_query(query)
    assert compiled.match(Article(url="", title="", text=fits.strip())) is not None
    assert compiled.match(Article(url="", title="", text=other.strip())) is None


@pytest.mark.parametrize("query", re.findall(r"`([^`]+)`", PAGE.split("## In one table")[1].split("Operators are")[0]))
def test_each_row_of_the_table_compiles(query: str) -> None:
    compile_query(query)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(@[a-z-]+)`", NAMES_PAGE)) - {"@name"}))
def test_each_name_the_documentation_mentions_exists(name: str) -> None:
    compile_query(name)


def test_every_field_is_documented() -> None:
    for name in ("title", "text", "lead", "author", "agency", "place", "source", "country", "lang", "kind"):
        assert f"`{name}:`" in PAGE
