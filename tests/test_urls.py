"""Addresses: which are one page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.urls import canonical_url, clean_link, hide_password, host_of, link_key

PAGE = "https://news.example/en/article/1"
SAME = (
    "http://news.example/en/article/1",
    "https://www.news.example/en/article/1",
    "https://m.news.example/en/article/1",
    "https://amp.news.example/en/article/1",
    "https://NEWS.example/en/article/1",
    "https://news.example:443/en/article/1",
    "https://news.example/en/article/1/",
    "https://news.example/en/article/1#comments",
    "https://news.example/en/article/1?utm_source=rss&utm_medium=feed",
    "https://news.example/en/article/1?fbclid=abc",
    "https://news.example/en/article/1?ref=rss",
    "https://news.example/en/article/1/amp",
    "https://news.example/en/article/1/amp/",
    "https://news.example/amp/en/article/1",
    "https://news.example/en/article/1?amp=1",
    "https://news.example/en/article/1?outputType=amp",
    " https://news.example/en/article/1 ",
)
OTHER = (
    "https://news.example/en/article/2",
    "https://news.example/en/article/1?page=2",
    "https://news.example/en/article/1?ref=story-two",
    "https://news.example/en/Article/1",
    "https://news.example:8080/en/article/1",
    "https://sport.news.example/en/article/1",
    "https://news.example/en/amplifier/1",
    "https://news.example/en/article/1.html",
)


@pytest.mark.parametrize("url", SAME)
def test_another_spelling_of_a_page_has_its_key(url):
    assert link_key(url) == link_key(PAGE)


@pytest.mark.parametrize("url", OTHER)
def test_another_page_has_another_key(url):
    assert link_key(url) != link_key(PAGE)


def test_the_order_of_parameters_does_not_matter():
    assert link_key("https://n.example/?b=2&a=1") == link_key("https://n.example/?a=1&b=2")


def test_the_canonical_address_can_still_be_asked():
    assert canonical_url("http://WWW.news.example:80/a/amp?utm_source=x&id=3#top") == "http://www.news.example/a?id=3"
    assert canonical_url("https://[2001:DB8::1]:8443/a") == "https://[2001:db8::1]:8443/a"
    assert canonical_url("https://news.example") == "https://news.example/"


def test_what_is_no_address_stays_as_it_is():
    for text in ("", "not an address", "mailto:a@b.example", "http://[::1", "http://h:99999999/"):
        assert canonical_url(text) == text


PARTS = st.sampled_from(
    ["", "/", "a", "amp", ".amp", ".html", "%20", "%E4", "é", "ə", "..", ".", "?", "&", "=", "x=1", "amp=1",
     "utm_a=b", "ref=rss", "ref", "#", "b", "+", ";", "//", "%2F", "%3F", " ", "@", ":", "www.", "m.", "[", "]",
     "\u200b", "\ud800"]
)  # fmt: skip
ADDRESSES = st.builds(
    lambda scheme, host, parts: f"{scheme}://{host}/{''.join(parts)}",
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["h.example", "www.h.example", "M.H.Example:80", "amp.h.example:443", "[::1]:8080", "ünï.example"]),
    st.lists(PARTS, max_size=8),
)


@given(ADDRESSES | st.text(max_size=40))
def test_a_canonical_address_is_its_own_canonical_address(url):
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(ADDRESSES)
def test_the_canonical_address_has_the_key_of_the_address(url):
    assert link_key(canonical_url(url)) == link_key(url)


@given(ADDRESSES.filter(clean_link), st.sampled_from(["utm_source=x", "fbclid=1", "gclid=2", "yclid=3"]))
def test_a_tracking_parameter_never_changes_the_key(url, parameter):
    bare = url.split("#")[0]
    assert link_key(bare + ("&" if "?" in bare else "?") + parameter) == link_key(bare)


@given(ADDRESSES)
def test_a_clean_link_is_clean(url):
    link = clean_link(url)
    assert link is None or clean_link(link) == link


@pytest.mark.parametrize(
    "link",
    ["", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://h/", "http://", "http:///x",
     "http://[", "http://u:p@h/", "http://u@h/", "http://h:0/", "http://h:99999/", "https://h/" + "x" * 3000,
     "mailto:a@h", "//h/x"],
)  # fmt: skip
def test_a_link_that_no_page_may_have_is_none(link):
    assert clean_link(link) is None


def test_a_link_is_made_absolute_and_rid_of_invisible_characters():
    assert clean_link("../b", "https://h.example/a/c") == "https://h.example/b"
    assert clean_link("https://h.exa\u202emple/\u200ba\nb") == "https://h.example/ab"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@h.example/a?b=@", "https://h.example/a?b=@"),
        ("HTTP://secret@h.example", "HTTP://h.example"),
        ("//u:secret@h.example/", "//h.example/"),
        ("https://u:se@cret@h.example/", "https://h.example/"),
        ("https://h.example/@name", "https://h.example/@name"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_a_password_is_hidden(url, shown):
    assert hide_password(url) == shown


def test_the_host_of_what_is_no_address_is_empty():
    assert host_of("http://[") == host_of("x") == ""
    assert host_of("https://News.Example:8/a") == "news.example"
