"""The catalogue: the shipped one is sound, and every mistake of an editor is named with its line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from wirewatch.catalogue import LISTING_KEYS, SOURCE_KEYS, load_catalogue, parse_sources
from wirewatch.catalogue_keys import LISTING_HELP, SOURCE_HELP, source_schema
from wirewatch.errors import ConfigError
from wirewatch.source import Listing, Source


def parse(text: str, where: str = "config.yaml") -> tuple[list[Source], list[str]]:
    return parse_sources(yaml.compose(text, Loader=yaml.SafeLoader), where)


def test_shipped_catalogue_holds_the_sources_in_the_order_of_the_file() -> None:
    catalogue = load_catalogue()
    assert len(catalogue) == 118
    assert list(catalogue)[:3] == ["azertag", "azernews", "trend"]
    assert catalogue["azertag"].zone == "Asia/Baku"


def test_shipped_sources_each_have_country_language_kind_and_something_to_ask() -> None:
    for source in load_catalogue().values():
        assert source.country, source.id
        assert source.languages, source.id
        assert source.kind, source.id
        assert source.feeds or source.listings, source.id


def test_shipped_listings_say_which_links_are_articles() -> None:
    for source in load_catalogue().values():
        for listing in source.listings:
            assert listing.match, source.id


def test_publishers_under_one_owner_share_a_family() -> None:
    catalogue = load_catalogue()
    assert catalogue["azatutyun"].family == catalogue["rferl"].family == "rferl"
    assert catalogue["menafn"].family == "menafn"


def test_catalogue_loads_quickly() -> None:
    load_catalogue()
    best = min(_time_load() for _ in range(5))
    assert best < 0.5


def _time_load() -> float:
    begin = time.process_time()
    load_catalogue()
    return time.process_time() - begin


def test_a_source_needs_only_an_id_and_a_feed() -> None:
    sources, problems = parse("- id: example\n  feeds: https://example.az/rss\n")
    assert problems == []
    assert sources == [Source(id="example", name="example", feeds=("https://example.az/rss",), family="example")]


def test_listing_may_be_an_address_or_a_mapping_or_a_list_of_both() -> None:
    sources, problems = parse(
        "- id: a\n  listing: https://a.am/news\n"
        "- id: b\n  listing:\n    url: https://b.am/news\n    match: /n/\\d+\n    link: h2 > a\n    pages: 3\n"
        "- id: c\n  listing: [https://c.am/1, {url: https://c.am/2}]\n"
    )
    assert problems == []
    assert sources[0].listings == (Listing("https://a.am/news"),)
    assert sources[1].listings == (Listing("https://b.am/news", link="h2 > a", match=r"/n/\d+", pages=3),)
    assert [listing.url for listing in sources[2].listings] == ["https://c.am/1", "https://c.am/2"]


def test_every_mistake_is_reported_at_once_with_its_line() -> None:
    _, problems = parse(
        "- id: Bad Id\n"
        "  feeds: [https://x.az/rss]\n"
        "- id: second\n"
        "  langauges: [az]\n"
        "  zone: Asia/Bakku\n"
        "  country: Azerbaijan\n"
        "  feeds:\n"
        "    - htps://x.az/rss\n"
        "- just a text\n"
        "- name: No id\n"
        "  enabled: perhaps\n"
    )
    text = "\n".join(problems)
    assert "config.yaml:1: source 'Bad Id': id: 'Bad Id' is not a short name" in text
    assert "config.yaml:4: source 'second': unknown key 'langauges'; did you mean 'languages'?" in text
    assert (
        "config.yaml:5: source 'second': zone: 'Asia/Bakku' is not an IANA time zone; did you mean 'Asia/Baku'?" in text
    )
    assert "config.yaml:6: source 'second': country:" in text
    assert "config.yaml:8: source 'second': feeds: 'htps://x.az/rss' is not an http or https address" in text
    assert "config.yaml:9: sources[2]: must be a mapping" in text
    assert "config.yaml:10: sources[3]: id is missing" in text
    assert "config.yaml:10: sources[3]: has nothing to ask" in text
    assert "config.yaml:11: sources[3]: enabled: 'perhaps' is neither true nor false" in text


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("feeds: [https://u:secret@x.az/rss]", "must not hold a user name or password"),
        ("feeds: ['https://x.az/a b']", "is not an http or https address"),
        ("feeds: [https:///rss]", "is not an http or https address"),
        ("feeds: [https://x.az:99999/rss]", "is not an http or https address"),
        ("feeds: [{url: https://x.az/rss}]", "must be one text"),
        ("listing: {match: /a/}", "url is missing"),
        ("listing: {url: https://x.az, match: '('}", "is not a regular expression"),
        ("listing: {url: https://x.az, link: 'a[['}", "is not a CSS selector"),
        ("listing: {url: https://x.az, pages: 0}", "is not a number from 1 to 50"),
        ("listing: {url: https://x.az, selector: a}", "unknown key 'selector'"),
        ("listings: https://x.az", "did you mean 'listing'?"),
        ("id: twice", "key 'id' stands twice"),
        ('user_agent: "a\\x01b"', "control characters"),
        ("hosts: [not a host]", "is not a host name"),
        ("name: ''", "is empty"),
    ],
)
def test_wrong_value_is_refused_and_never_prints_a_password(entry: str, problem: str) -> None:
    sources, problems = parse(f"- id: x\n  {entry}\n")
    assert sources == []
    assert any(problem in each for each in problems), problems
    assert "secret" not in "".join(problems)


def test_id_and_feed_that_stand_twice_are_named_with_their_first_place() -> None:
    _, problems = parse(
        "- id: a\n  feeds: https://a.az/rss\n- id: a\n  feeds: https://b.az/rss\n- id: c\n  feeds: https://a.az/rss\n"
    )
    assert problems == [
        "config.yaml:3: source 'a': this id stands already at config.yaml:1",
        "config.yaml:5: source 'c': feeds: https://a.az/rss belongs to source 'a' already",
    ]


def test_norway_stays_a_country() -> None:
    sources, problems = parse("- {id: ntb, country: NO, languages: [no], feeds: https://ntb.no/rss}")
    assert problems == []
    assert sources[0].country == "NO"
    assert sources[0].languages == ("no",)


def test_plain_data_is_read_like_yaml_without_lines() -> None:
    sources, problems = parse_sources([{"id": "x", "feeds": ["https://x.az/rss"], "enabled": False}, {"id": 5}], "here")
    assert sources[0].enabled is False
    assert problems == ["here: source '5': has nothing to ask: give feeds, listing or spider"]


@pytest.mark.parametrize("rows", [None, []])
def test_no_entries_are_no_mistake(rows: object) -> None:
    assert parse_sources(rows, "x") == ([], [])


@pytest.mark.parametrize("text", ["sources: {a: b}", "5", "a: [unclosed"])
def test_file_that_is_no_list_of_sources_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"my\.yaml"):
        load_catalogue(file)


def test_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_catalogue(tmp_path / "none.yaml")


def test_file_may_hold_the_list_under_sources(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("sources:\n- {id: x, feeds: https://x.az/rss}\n")
    assert list(load_catalogue(file)) == ["x"]


def test_entry_that_holds_itself_is_refused_not_followed() -> None:
    _, problems = parse("- &a\n  id: x\n  feeds: [*a]\n")
    assert any("must be one text" in each for each in problems)


DOCS = Path(__file__).resolve().parents[1] / "docs" / "sources.md"


def test_every_key_has_a_help_text_a_schema_and_a_line_in_the_documentation() -> None:
    assert list(SOURCE_KEYS) == list(SOURCE_HELP) == list(source_schema()["properties"])
    assert list(LISTING_KEYS) == list(LISTING_HELP)
    text = DOCS.read_text("utf-8")
    for key, words in {**SOURCE_HELP, **LISTING_HELP}.items():
        assert f"| `{key}` | {words} |" in text


def test_the_entry_that_the_documentation_shows_is_right() -> None:
    sample = DOCS.read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    sources, problems = parse_sources(yaml.compose(sample, Loader=yaml.SafeLoader), "docs")
    assert problems == []
    assert [source.id for source in sources] == ["example", "example-ge"]
