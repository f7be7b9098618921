"""Hostile article pages and listings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from itertools import count

from demo.hostile.case import (
    ANY_FEED,
    HTML_TYPE,
    NOT_READ,
    TAKEN,
    Reply,
    Site,
    Where,
    case,
    http,
    one_story,
    page,
)


def story_of(where: Where, text: str | bytes, kind: str = HTML_TYPE, **headers: str) -> Site:
    """A good feed whose one story is this page."""
    return one_story(where, http(text, kind, **headers))


def _ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@case("page-deep", "page")
def page_deep(where: Where) -> Site:
    """Elements nested two hundred thousand deep before the article."""
    return story_of(where, page().replace("<article>", "<div>" * 200_000 + "<article>"))


@case("page-misnested", "page")
def page_misnested(where: Where) -> Site:
    """Formatting elements opened ten thousand times and closed in the wrong order."""
    return story_of(where, page(body="<b><i><font>" * 10_000 + "x" + "</b></i></font>" * 10_000))


@case("page-attributes", "page")
def page_attributes(where: Where) -> Site:
    """A paragraph with a hundred thousand attributes."""
    names = " ".join(f"a{number}=1" for number in range(100_000))
    return story_of(where, page(body=f"<p {names}>x</p>"))


@case("page-long-attribute", "page")
def page_long_attribute(where: Where) -> Site:
    """A class attribute of 4 MB."""
    return story_of(where, page(body=f'<p class="{"comment " * 500_000}">x</p>'))


@case("page-links", "page")
def page_links(where: Where) -> Site:
    """Eighty thousand links after the article."""
    return story_of(where, page(body='<a href="/x">Related</a> ' * 80_000))


@case("page-open-comment", "page")
def page_open_comment(where: Where) -> Site:
    """A comment of 4 MB that is never closed."""
    return story_of(where, page(body="<!--" + "- -" * 1_300_000))


@case("page-less-than", "page")
def page_less_than(where: Where) -> Site:
    """A million less-than signs and ampersands."""
    return story_of(where, page(body="<&" * 1_000_000))


@case("page-white-space", "page")
def page_white_space(where: Where) -> Site:
    """Two million spaces inside a paragraph and line breaks inside the title."""
    return story_of(where, page("Talks\n\n\n in Tbilisi", f"<p>{' ' * 2_000_000}x</p>"))


@case("page-dates", "page")
def page_dates(where: Where) -> Site:
    """A hundred thousand dates in the text."""
    return story_of(where, page(body=f"<p>{'2020-01-02 03/04/2021 5 May 1999 ' * 30_000}</p>"))


@case("page-json-ld-deep", "page")
def json_ld_deep(where: Where) -> Site:
    """Structured data nested a hundred thousand deep."""
    return story_of(where, page(extra_head=_ld("[" * 100_000 + "]" * 100_000)))


@case("page-json-ld-authors", "page")
def json_ld_authors(where: Where) -> Site:
    """Structured data with a hundred thousand authors."""
    authors = ",".join(f'{{"@type":"Person","name":"A {number}"}}' for number in range(100_000))
    return story_of(where, page(extra_head=_ld(f'{{"@type":"NewsArticle","author":[{authors}]}}')))


@case("page-json-ld-wrong-kinds", "page")
def json_ld_kinds(where: Where) -> Site:
    """Structured data whose fields have other kinds than they should."""
    text = '{"@type":["NewsArticle",7],"headline":{"a":[]},"datePublished":["x",{}],"author":{"name":{"name":[[]]}}}'
    return story_of(where, page(extra_head=_ld(text) + _ld("null") + _ld("{") + _ld('"text"')))


@case("page-script", "page", never_markup=("<script", "onerror=", "javascript:"))
def page_script(where: Where) -> Site:
    """Script in the headline, the text, the author and the link to itself."""
    bad = '<script>alert(1)</script><img src="x" onerror="alert(2)"><a href="javascript:alert(3)">Armenia</a>'
    meta = '<meta name="author" content="&lt;script&gt;alert(4)&lt;/script&gt;">'
    return story_of(where, page(f"Armenia and Azerbaijan talk {bad}", f"<p>{bad}</p>", meta))


@case("page-escaped-script", "page", never_markup=("<script", "<img"))
def page_escaped_script(where: Where) -> Site:
    """Script that is text on the page and must stay text everywhere."""
    bad = "&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(2)&gt;"
    return story_of(where, page(f"Armenia and Azerbaijan talk {bad}", f"<p>{bad}</p>"))


@case("page-far-future", "page")
def page_future(where: Where) -> Site:
    """A page of the year 9999, which would stand on top for ever."""
    meta = '<meta property="article:published_time" content="9999-12-31T23:59:59-12:00">'
    return story_of(where, page(extra_head=meta))


@case("page-ancient", "page")
def page_ancient(where: Where) -> Site:
    """A page of the year 1."""
    return story_of(
        where, page(extra_head='<meta property="article:published_time" content="0001-01-01T00:00:00+14:00">')
    )


@case("page-control-characters", "page")
def page_control(where: Where) -> Site:
    """NUL and control characters between the letters."""
    return story_of(where, page("Talks\x00 \x1b[31min\u202e Tbilisi").replace("talks", "t\x00al\x0bks\x1f"))


@case("page-invalid-utf8", "page")
def page_invalid(where: Where) -> Site:
    """Bytes that are no UTF-8 in the middle of the text."""
    return story_of(where, page().encode().replace(b"railway", b"rail\xff\xfe\xc3\x28way"))


@case("page-unknown-charset", "page")
def page_charset(where: Where) -> Site:
    """A character set nobody knows, in the header and in the page."""
    return story_of(where, page().replace("utf-8", "x-no-such"), "text/html; charset=base64_codec")


@case("page-picture", "page", TAKEN, NOT_READ)
def page_picture(where: Where) -> Site:
    """A picture under the story's address."""
    return story_of(where, b"\x89PNG\r\n\x1a\n" + bytes(50_000), "image/png")


@case("page-picture-as-html", "page", TAKEN, NOT_READ)
def page_picture_html(where: Where) -> Site:
    """The same, announced as a web page."""
    return story_of(where, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200)


@case("page-empty", "page", TAKEN, NOT_READ)
def page_empty(where: Where) -> Site:
    """Status 200 and no byte."""
    return story_of(where, b"")


@case("page-download", "page", TAKEN)
def page_download(where: Where) -> Site:
    """A page that asks to be saved under a name outside the folder."""
    return story_of(where, page(), Content_Disposition='attachment; filename="../../../etc/cron.d/x"')


@case("page-xhtml-entities", "page")
def page_xhtml(where: Where) -> Site:
    """XHTML with an entity bomb and an external entity in its document type."""
    entities = '<!ENTITY e0 "peace">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<?xml version="1.0"?><!DOCTYPE html [{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return story_of(where, page(body="<p>&e9; &f;</p>").replace("<!DOCTYPE html>", prolog), "application/xhtml+xml")


@case("page-meta-refresh", "page")
def page_refresh(where: Where) -> Site:
    """A page that sends browsers on to a guarded address."""
    return story_of(where, page(extra_head=f'<meta http-equiv="refresh" content="0;url={where.guarded[0]}/refresh">'))


@case("page-base", "page")
def page_base(where: Where) -> Site:
    """A base address that makes every relative link a guarded one."""
    return story_of(where, page(body='<a href="more">more</a>', extra_head=f'<base href="{where.guarded[0]}/">'))


@case("listing-endless", "page", ANY_FEED, kind="listing")
def listing_endless(_where: Where) -> Site:
    """A listing whose "next" link never ends, with new addresses on every page."""

    def answer(number: int) -> str:
        links = "".join(f'<a class="news-link" href="/story/{number}-{n}">Story {n}</a>' for n in range(20))
        return f'<!DOCTYPE html>{links}<a class="next" href="/feed.xml?page={number + 1}">next</a>'

    return {"/feed.xml": _counted(answer), "*": http(page(), HTML_TYPE)}


@case("listing-of-everything", "page", ANY_FEED, kind="listing")
def listing_of_everything(where: Where) -> Site:
    """A listing with fifty thousand links, file:, javascript: and guarded ones among them."""
    bad = ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "mailto:a@b", "ftp://h/x", *where.guarded]
    links = "".join(f'<a class="news-link" href="{link}">x</a>' for link in bad)
    links += "".join(f'<a class="news-link" href="/story/{number}">Story</a>' for number in range(50_000))
    return {"/feed.xml": http(f"<!DOCTYPE html>{links}", HTML_TYPE), "*": http(page(), HTML_TYPE)}


def _counted(answer: Callable[[int], str]) -> Reply:
    """A page that differs with every request: ``answer`` gets 0, 1, 2 …."""
    numbers = count()

    async def send() -> AsyncIterator[bytes]:
        yield http(answer(next(numbers)), HTML_TYPE)

    return send
