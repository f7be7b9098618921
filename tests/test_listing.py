"""Listing pages: the article links of the site, each once, with their titles."""

from __future__ import annotations

import pytest

from crawler.reading.listing import find_next_page, read_listing
from wirewatch.errors import UnreadableError
from wirewatch.source import Listing

URL = "https://www.example.ge/en/politics"
PAGE = """<html><head><title>Politics</title></head><body>
<nav><a href="/">Home</a> <a href="/en/politics">Politics</a> <a href="#top">Top</a></nav>
<div class="item"><a href="/en/news/12-talks"><img src="1.jpg" alt="Photo"></a>
  <h3><a href="/en/news/12-talks?utm_source=x#c">Talks resume</a></h3></div>
<div class="item"><a href="/en/news/13-treaty"><img src="2.jpg" alt="A treaty"></a>
  <h3><a href="/en/news/13-treaty"> The <b>treaty</b>
  is signed </a></h3></div>
<div class="item"><h3><a href="https://m.example.ge/en/news/14">Mobile</a></h3></div>
<a href="https://elsewhere.example.com/en/news/15-x">Partner</a> <a href="mailto:x@y.z">Mail</a>
<a href="javascript:void(0)">JS</a> <a href="https://sub.example.ge/en/news/16">Sub</a>
<a class="next" href="/en/politics?page=2">Next</a></body></html>"""


def links(page: str | bytes, listing: Listing, **more: object) -> list[tuple[str, str]]:
    body = page.encode() if isinstance(page, str) else page
    return [(entry.link, entry.title) for entry in read_listing(body, URL, listing, **more)]  # type: ignore[arg-type]


def test_links_that_match_are_taken_in_page_order_with_the_longest_title() -> None:
    assert links(PAGE, Listing(URL, match=r"/en/news/\d+")) == [
        ("https://www.example.ge/en/news/12-talks", "Talks resume"),
        ("https://www.example.ge/en/news/13-treaty", "The treaty is signed"),
        ("https://m.example.ge/en/news/14", "Mobile"),
        ("https://sub.example.ge/en/news/16", "Sub"),
    ]


def test_selector_may_name_the_link_or_what_holds_it() -> None:
    for selector in ("h3 a", "h3"):
        assert [title for _, title in links(PAGE, Listing(URL, link=selector))] == [
            "Talks resume",
            "The treaty is signed",
            "Mobile",
        ]


def test_without_a_pattern_every_other_page_of_the_site_is_taken() -> None:
    addresses = [address for address, _ in links(PAGE, Listing(URL))]
    assert "https://www.example.ge/en/politics" not in addresses
    assert all("example.ge" in address for address in addresses)


def test_further_hosts_of_the_publisher_count_as_its_site() -> None:
    found = links(PAGE, Listing(URL, match="/en/news/15"), hosts=("elsewhere.example.com",))
    assert found == [("https://elsewhere.example.com/en/news/15-x", "Partner")]


def test_base_element_and_old_charsets_are_heeded() -> None:
    page = (
        '<html><head><base href="https://example.ge/ru/"><meta charset="windows-1251"></head>'
        '<a href="n/1">Встреча в Тбилиси</a>'
    )
    assert links(page.encode("cp1251"), Listing(URL, match="n/1")) == [
        ("https://example.ge/ru/n/1", "Встреча в Тбилиси")
    ]


@pytest.mark.parametrize(
    ("page", "listing", "words"),
    [
        ("<html></html>", Listing(URL), "nothing on the page fits the selector 'a'"),
        ("", Listing(URL), "nothing"),
        (PAGE, Listing(URL, match="/nowhere/"), "fits '/nowhere/'"),
    ],
)
def test_page_without_fitting_links_is_named(page: str, listing: Listing, words: str) -> None:
    with pytest.raises(UnreadableError, match=words) as caught:
        links(page, listing)
    assert caught.value.reason == "no-links"


def test_next_page_is_found_where_asked_for() -> None:
    assert (
        find_next_page(PAGE.encode(), URL, Listing(URL, follow="a.next")) == "https://www.example.ge/en/politics?page=2"
    )
    assert find_next_page(PAGE.encode(), URL, Listing(URL, follow="a.none")) == ""
    assert find_next_page(PAGE.encode(), URL, Listing(URL)) == ""
