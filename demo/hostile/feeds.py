"""Hostile feeds: documents that are too large, too deep, broken, or say what must not be believed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from demo.hostile.case import (
    ANY_FEED,
    GOOD_PAGE,
    HTML_TYPE,
    NOT_TAKEN,
    Site,
    Where,
    case,
    http,
    item,
    page,
    rss,
    stream,
)
from wirewatch.outcome import FeedState

JSON_TYPE = "application/feed+json"


def feed_of(text: str | bytes, kind: str = "application/rss+xml; charset=utf-8") -> Site:
    """The text as the feed, and a good page at every address."""
    return {"/feed.xml": http(text, kind), "*": GOOD_PAGE}


# --- too much ---------------------------------------------------------------------------------


@case("a-million-items", "feed", ANY_FEED)
def a_million_items(where: Where) -> Site:
    """A feed of a million items, each leading to a page of the site."""
    return {"/feed.xml": stream(lambda: _many_items(where, 1_000_000)), "*": GOOD_PAGE}


@case("ten-thousand-items", "feed", ANY_FEED)
def ten_thousand_items(where: Where) -> Site:
    """A feed of ten thousand items: small enough to read, too many to fetch in one run."""
    return {"/feed.xml": stream(lambda: _many_items(where, 10_000)), "*": GOOD_PAGE}


@case("attribute-bomb", "feed", ANY_FEED)
def attribute_bomb(where: Where) -> Site:
    """An item with twenty thousand attributes in namespaces of their own."""
    names = " ".join(f'xmlns:n{number}="urn:{number}" n{number}:a="1"' for number in range(20_000))
    return feed_of(rss(item(f"{where.root}/a").replace("<item>", f"<item {names}>")))


@case("attribute-of-megabytes", "feed", ANY_FEED)
def long_attribute(where: Where) -> Site:
    """An enclosure whose address is 4 MB long."""
    enclosure = f'<enclosure url="{"x" * 4_000_000}" length="1" type="a/b"/>'
    return feed_of(rss(item(f"{where.root}/a", extra=enclosure)))


@case("author-bomb", "feed", ANY_FEED)
def author_bomb(where: Where) -> Site:
    """An item with fifty thousand authors."""
    names = "".join(f"<dc:creator>Author {number}</dc:creator>" for number in range(50_000))
    return feed_of(rss(item(f"{where.root}/a", extra=names)))


@case("author-of-megabytes", "feed", ANY_FEED)
def long_author(where: Where) -> Site:
    """An author's name of 3 MB full of brackets and at-signs."""
    return feed_of(rss(item(f"{where.root}/a", extra=f"<author>{'(a@' * 1_000_000}</author>")))


@case("title-of-megabytes", "feed", ANY_FEED)
def long_title(where: Where) -> Site:
    """A title of 4 MB."""
    return feed_of(rss(item(f"{where.root}/a", title="Talks " * 700_000)))


@case("date-of-kilobytes", "feed")
def long_date(where: Where) -> Site:
    """A date of 200 kB of digits and spaces."""
    return feed_of(rss(item(f"{where.root}/a", extra=f"<pubDate>{'1 ' * 100_000}</pubDate>")))


@case("deep-elements", "feed", ANY_FEED)
def deep_elements(where: Where) -> Site:
    """Elements nested a hundred thousand deep."""
    return feed_of(rss(item(f"{where.root}/a", title="<b>" * 100_000 + "x" + "</b>" * 100_000)))


@case("deep-markup-in-summary", "feed")
def deep_markup(where: Where) -> Site:
    """A summary of markup nested thirty thousand deep."""
    inner = "&lt;div&gt;" * 30_000
    return feed_of(rss(item(f"{where.root}/a", extra=f"<description>{inner}x</description>")))


@case("sitemap-of-itself", "feed", ANY_FEED)
def sitemap_circle(where: Where) -> Site:
    """A sitemap index that names itself and a next one, for ever."""
    index = (
        '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{where.root}/feed.xml</loc></sitemap><sitemap><loc>{where.root}/next.xml</loc></sitemap>"
        "</sitemapindex>"
    )
    return {"*": http(index, "application/xml")}


@case("json-deep", "feed", NOT_TAKEN)
def json_deep(_where: Where) -> Site:
    """A JSON Feed nested fifty thousand deep."""
    return feed_of('{"version": "https://jsonfeed.org/version/1.1", "items": ' + "[" * 50_000, JSON_TYPE)


@case("json-number", "feed", ANY_FEED)
def json_number(_where: Where) -> Site:
    """A JSON Feed with a number of 100,000 digits."""
    text = '{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [{"id": ' + "9" * 100_000 + "}]}"
    return feed_of(text, JSON_TYPE)


@case("json-wrong-kinds", "feed", ANY_FEED)
def json_wrong_kinds(where: Where) -> Site:
    """A JSON Feed whose every field has another kind than it should."""
    items = [{"url": [1], "title": {"a": 1}, "date_published": 5, "authors": "me"}, 7, None, {"url": f"{where.root}/a"}]
    return feed_of(json.dumps({"version": 3, "title": [], "items": items}), JSON_TYPE)


# --- XML ---------------------------------------------------------------------------------------


@case("entity-bomb", "feed", ANY_FEED)
def entity_bomb(where: Where) -> Site:
    """Entities of entities that are 10^10 letters in the title."""
    entities = '<!ENTITY e0 "peacetalks">' + "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
    )
    return feed_of(rss(item(f"{where.root}/a", title="&e9;"), f"<!DOCTYPE rss [{entities}]>"))


@case("entity-square", "feed", ANY_FEED)
def entity_square(where: Where) -> Site:
    """One entity of 100 kB, named fifty thousand times."""
    prolog = f'<!DOCTYPE rss [<!ENTITY e "{"x" * 100_000}">]>'
    return feed_of(rss(item(f"{where.root}/a", title="&e;" * 50_000), prolog))


@case("external-entity", "feed", ANY_FEED)
def external_entity(where: Where) -> Site:
    """An entity that is a file of the reader's machine, and one that is a guarded address."""
    prolog = f'<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY g SYSTEM "{where.guarded[0]}/entity">]>'
    return feed_of(rss(item(f"{where.root}/a", title="Talks &f; &g;"), prolog))


@case("external-dtd", "feed", ANY_FEED)
def external_dtd(where: Where) -> Site:
    """A document type that lies at a guarded address."""
    return feed_of(rss(item(f"{where.root}/a"), f'<!DOCTYPE rss SYSTEM "{where.guarded[0]}/rss.dtd">'))


@case("stylesheet-and-include", "feed", ANY_FEED)
def stylesheet(where: Where) -> Site:
    """A stylesheet instruction and an XInclude that lead to guarded addresses."""
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{where.guarded[0]}/include" parse="text"/>'
    prolog = f'<?xml-stylesheet type="text/xsl" href="{where.guarded[0]}/style.xsl"?>'
    return feed_of(rss(item(f"{where.root}/a", extra=f"<description>{include}</description>"), prolog))


@case("truncated", "feed", ANY_FEED)
def truncated(where: Where) -> Site:
    """A feed that ends in the middle of its third item."""
    whole = rss("".join(item(f"{where.root}/{number}") for number in range(3)))
    return feed_of(whole[: whole.rindex("<guid>") + 3])


@case("unclosed-document-type", "feed", ANY_FEED)
def unclosed_doctype(_where: Where) -> Site:
    """A document type with fifty thousand entities that is never closed."""
    return feed_of('<?xml version="1.0"?><!DOCTYPE rss [' + "<!ENTITY a '" * 50_000)


@case("comments-and-instructions", "feed", ANY_FEED)
def comments(where: Where) -> Site:
    """A hundred thousand comments and processing instructions around one item."""
    return feed_of(rss("<!-- x --><?y z?>" * 100_000 + item(f"{where.root}/a")))


@case("html-for-feed", "feed", frozenset({FeedState.NOT_A_FEED, FeedState.BLOCKED}))
def html_for_feed(_where: Where) -> Site:
    """A web page under the feed's address and type."""
    return feed_of(page())


@case("challenge-for-feed", "feed", frozenset({FeedState.NOT_A_FEED, FeedState.BLOCKED}))
def challenge(_where: Where) -> Site:
    """A robot check with status 403."""
    text = "<!DOCTYPE html><title>Just a moment...</title><h1>Checking if the site connection is secure</h1>"
    return {"*": http(text, HTML_TYPE, "403 Forbidden", Server="cloudflare", cf_mitigated="challenge")}


@case("empty-body", "feed", NOT_TAKEN | {FeedState.EMPTY})
def empty_body(_where: Where) -> Site:
    """Status 200 and no byte."""
    return feed_of(b"")


@case("no-items", "feed", frozenset({FeedState.EMPTY}))
def no_items(_where: Where) -> Site:
    """A right feed without items."""
    return feed_of(rss(""))


@case("binary-for-feed", "feed", NOT_TAKEN)
def binary(_where: Where) -> Site:
    """A megabyte of all bytes in turn."""
    return feed_of(bytes(range(256)) * 4096)


# --- character sets ----------------------------------------------------------------------------


@case("charset-cyrillic-as-utf8", "feed", ANY_FEED)
def cyrillic_as_utf8(where: Where) -> Site:
    """windows-1251 bytes that are declared as UTF-8."""
    return feed_of(rss(item(f"{where.root}/a", "Переговоры в Тбилиси")).encode("windows-1251"))


@case("charset-utf16-as-utf8", "feed", ANY_FEED)
def utf16_as_utf8(where: Where) -> Site:
    """UTF-16 bytes that are declared as UTF-8."""
    return feed_of(rss(item(f"{where.root}/a")).encode("utf-16"))


@case("charset-nobody-knows", "feed", ANY_FEED)
def unknown_charset(where: Where) -> Site:
    """A character set that does not exist, in the header and in the document."""
    text = rss(item(f"{where.root}/a")).replace("utf-8", "x-hostile-8", 1)
    return feed_of(text, "application/rss+xml; charset=x-hostile-8")


@case("charset-that-is-a-codec", "feed", ANY_FEED)
def codec_charset(where: Where) -> Site:
    """Names of Python's codecs that are no character sets: a decoder that takes them would unpack or run something."""
    text = rss(item(f"{where.root}/a")).replace("utf-8", "zlib_codec", 1)
    return feed_of(text, "application/rss+xml; charset=idna")


@case("charset-utf7-script", "feed", ANY_FEED)
def utf7(where: Where) -> Site:
    """Script that shows only when the feed is read as UTF-7."""
    text = rss(item(f"{where.root}/a", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-")).replace("utf-8", "utf-7", 1)
    return feed_of(text, "application/rss+xml; charset=utf-7")


@case("control-characters", "feed", ANY_FEED)
def control_characters(where: Where) -> Site:
    """NUL, escape sequences and other control characters in title and summary."""
    title = "Talks \x00\x07\x1b[2J\x1b]0;owned\x07 in \x9b31mTbilisi"
    return feed_of(rss(item(f"{where.root}/a", title, extra=f"<description>{title}</description>")))


@case("bidi-controls", "feed")
def bidi_controls(where: Where) -> Site:
    """Direction overrides that show a title backwards and swallow what follows."""
    return feed_of(rss(item(f"{where.root}/a", "Talks \u202eisilibT ni\u2066\u2067 \u200f\u061c")))


@case("lone-surrogates", "feed", ANY_FEED)
def surrogates(where: Where) -> Site:
    """Half a pair of UTF-16, as bytes and as a character reference."""
    return feed_of(rss(item(f"{where.root}/a", "Talks \ud800 &#xD800; in Tbilisi")))


# --- what the text says ------------------------------------------------------------------------


@case("script-in-title", "feed", never_markup=("<script", "onerror="))
def script_title(where: Where) -> Site:
    """Script in title, author and summary, once and twice escaped."""
    once = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
    twice = once.replace("&", "&amp;")
    extra = f"<dc:creator>{once}</dc:creator><description>{once}{twice}</description>"
    return feed_of(rss(item(f"{where.root}/a", f"Armenia and Azerbaijan {once} talks {twice}", extra)))


@case("header-line-breaks", "feed", never=("\nBcc:", "\r\nBcc:"))
def header_breaks(where: Where) -> Site:
    """Line breaks in title and author that would become headers of a mail."""
    title = "Armenia and Azerbaijan talk&#13;&#10;Bcc: all@hostile.example&#13;&#10;&#13;&#10;body"
    return feed_of(rss(item(f"{where.root}/a", title, f"<dc:creator>{title}</dc:creator>")))


@case("template-marks", "feed")
def template_marks(where: Where) -> Site:
    """Marks of template and format languages, which must come out as they went in."""
    return feed_of(rss(item(f"{where.root}/a", "Armenia {{ 7*7 }} {% raw %} ${7*7} %s {0} Azerbaijan talks")))


@case("formula-title", "feed")
def formula_title(where: Where) -> Site:
    """A title that a spreadsheet would run from a CSV export."""
    return feed_of(
        rss(item(f"{where.root}/a", "=HYPERLINK(&quot;http://hostile.example&quot;;&quot;Armenia talks&quot;)"))
    )


@case("dates-far-away", "feed")
def far_dates(where: Where) -> Site:
    """Items of the years 1, 1601, 1970, 2099, 9999 and 99999."""
    stamps = ["Mon, 01 Jan 0001 00:00:00 GMT", "1601-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"]
    stamps += ["Thu, 01 Jan 2099 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -1200", "99999-12-31T23:59:59Z"]
    items = (item(f"{where.root}/{n}", extra=f"<pubDate>{stamp}</pubDate>") for n, stamp in enumerate(stamps))
    return feed_of(rss("".join(items)))


@case("dates-that-are-none", "feed")
def no_dates(where: Where) -> Site:
    """Dates that are words, impossible days, or offsets of a week."""
    stamps = ["yesterday", "Mon, 32 Foo 2026 25:61:61 +9999", "2026-02-30", "", "٢٠٢٦-٠١-٠١", "-1", "NaN", "1e999"]
    items = (item(f"{where.root}/{n}", extra=f"<pubDate>{stamp}</pubDate>") for n, stamp in enumerate(stamps))
    return feed_of(rss("".join(items)))


def _many_items(where: Where, count: int) -> Iterator[bytes]:
    start, end = rss("\0").split("\0")
    yield start.encode()
    for first in range(0, count, 1000):
        numbers = range(first, min(first + 1000, count))
        yield "".join(item(f"{where.root}/{number}", f"Talks, part {number}") for number in numbers).encode()
    yield end.encode()
