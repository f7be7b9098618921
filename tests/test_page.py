"""Reading article pages."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from crawler.reading.decode import decode_page
from crawler.reading.page import read_page
from wirewatch.errors import UnreadableError
from wirewatch.source import Source

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PARAGRAPHS = [
    "The two ministers met in the capital on Monday and agreed to open three new crossings before the autumn.",
    "Their deputies will draw up the list of goods by the end of the month, the joint statement said.",
    "A second round is planned for April, when experts on transport and customs will take part as well.",
]


def make_page(head: str = "", body: str = "", lang: str = "en") -> bytes:
    text = body or "<h1>Three crossings to open</h1>" + "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Three crossings to open | Paper</title>'
        f"{head}</head><body><nav><a href='/'>Home</a></nav><article>{text}</article>"
        "<footer>All rights reserved</footer></body></html>"
    ).encode()


def test_reads_title_text_and_language_of_a_plain_page():
    article = read_page(make_page(), "https://paper.example/a/1", fetched=FETCHED)
    assert article.title == "Three crossings to open"
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert article.language == "en"
    assert article.published is None
    assert article.published_precision is None


def test_reads_json_ld_times_and_authors():
    head = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
      "headline": "Three crossings to open", "datePublished": "2026-03-01T09:30:00+04:00",
      "dateModified": "2026-03-01T10:00:00+04:00", "author": [{"@type": "Person", "name": "By Aysel Test"}]}</script>"""
    article = read_page(make_page(head), "https://paper.example/a/1", fetched=FETCHED)
    assert article.published is not None
    assert article.published.isoformat() == "2026-03-01T09:30:00+04:00"
    assert article.published_precision == "second"
    assert article.modified is not None
    assert article.authors == ("Aysel Test",)


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}", " <!-- {} --> ", "//<![CDATA[\n{}\n//]]>", "<![CDATA[{}]]>", "{};",
        "{{", "[{}, ]",
    ],
)  # fmt: skip
def test_json_ld_is_read_in_the_wrappings_that_publishers_put_it_in(wrapped):
    data = '{"@type": "NewsArticle", "author": {"name": "Aysel &amp; Test"}, "dateModified": "2026-03-01T10:00:00Z"}'
    script = f'<script type="application/ld+json">{wrapped.format(data)}</script>'
    article = read_page(make_page(script), "https://paper.example/a/1", fetched=FETCHED)
    assert (article.modified is not None) == ("{}" in wrapped)


@pytest.mark.parametrize("charset", ["base64_codec", "rot13", "punycode", "unicode_escape", "x-no-such"])
def test_what_is_declared_but_no_charset_is_passed_over(charset):
    page = f"<meta charset={charset}><p>Переговоры о границе прошли в Тбилиси, сообщили стороны</p>"
    for stated in (f"text/html; charset={charset}", None):
        assert "Переговоры о границе" in decode_page(page.encode("cp1251"), stated)
        assert "Переговоры о границе" in decode_page(page.encode(), stated)


def test_local_time_is_read_in_the_sources_zone():
    head = '<meta property="article:published_time" content="2026-03-01T09:30">'
    source = Source(id="paper", name="Paper", zone="Asia/Baku")
    article = read_page(make_page(head), "https://paper.example/a/1", fetched=FETCHED, source=source)
    assert article.published is not None
    assert article.published.isoformat() == "2026-03-01T09:30:00+04:00"
    assert article.published_precision == "minute"
    assert article.source == "paper"


def test_a_time_after_the_fetch_is_not_believed():
    head = '<meta property="article:published_time" content="2031-03-01T09:30:00Z">'
    article = read_page(make_page(head), "https://paper.example/a/1", fetched=FETCHED)
    assert article.published is None


def test_canonical_address_on_another_site_is_not_trusted():
    head = '<link rel="canonical" href="https://other.example/stolen">'
    article = read_page(make_page(head), "https://paper.example/a/1", fetched=FETCHED)
    assert article.canonical_url is None
    source = Source(id="paper", name="Paper", hosts=("other.example",))
    article = read_page(make_page(head), "https://paper.example/a/1", fetched=FETCHED, source=source)
    assert article.canonical_url == "https://other.example/stolen"


def test_stored_page_of_an_aggregator_gives_day_and_chain():
    body = (
        "<html><body><div class='story'><p>date 2025-02-03 (MENAFN- AzerNews)</p>"
        f"<p>{PARAGRAPHS[0]}</p><p>Azernews reports that he said so in his statement to AZERTAC.</p>"
        f"<p>{PARAGRAPHS[2]}</p></div></body></html>"
    ).encode()
    article = read_page(body, "https://menafn.com/1100000001/x", fetched=FETCHED)
    assert article.published is not None
    assert article.published.isoformat() == "2025-02-03T00:00:00+03:00"
    assert article.published_precision == "day"
    assert [(credit.name, credit.role) for credit in article.credits] == [
        ("MENAFN", "distributor"),
        ("AzerNews", "via"),
        ("AZERTAC", "origin"),
    ]
    assert article.credits[2].evidence == "in his statement to AZERTAC"
    assert article.text.startswith(PARAGRAPHS[0])


@pytest.mark.parametrize("url", ["", "http://[bad", "not an address", "file:///etc/x"])
def test_any_address_is_borne(url):
    assert read_page(make_page(), url, fetched=FETCHED).title == "Three crossings to open"


def test_day_in_the_address_is_taken_where_nothing_else_is_stated():
    article = read_page(make_page(), "https://paper.example/2025/08/19/crossings", fetched=FETCHED)
    assert article.published is not None
    assert article.published.date().isoformat() == "2025-08-19"
    assert article.published_precision == "day"


def test_present_day_at_the_head_of_a_page_is_not_the_articles():
    body = "<div class='today-date'>Monday, 2 March 2026</div><h1>Three crossings to open</h1>"
    body += "<span class='date'>16 February 2026</span>"
    body += "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    article = read_page(make_page(body=body), "https://paper.example/a/1", fetched=FETCHED)
    assert article.published is not None
    assert article.published.date().isoformat() == "2026-02-16"


def test_local_time_without_a_known_zone_keeps_its_day_only():
    head = '<meta property="article:published_time" content="2026-03-01T09:30">'
    article = read_page(make_page(head), "https://paper.example/a/1", fetched=FETCHED)
    assert article.published is not None
    assert (article.published.isoformat(), article.published_precision) == ("2026-03-01T00:00:00+00:00", "day")


def test_house_names_give_way_to_people_and_bylines_are_parted():
    head = """<meta property="og:site_name" content="The Paper">
      <script type="application/ld+json">{"@type": "NewsArticle",
      "headline": "Three crossings to open", "author": {"@type": "Organization", "name": "The Paper"}}</script>"""
    body = "<h1>Three crossings to open</h1><div class='byline'>By Aysel Probe and Ilia Test, correspondent</div>"
    body += "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    article = read_page(make_page(head, body), "https://paper.example/a/1", fetched=FETCHED)
    assert article.authors == ("Aysel Probe", "Ilia Test")


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("UPDATE - Three crossings to open", "Three crossings to open"),
        ("Three crossings to open [PHOTOS]", "Three crossings to open"),
        ("Three crossings to open [ANALYSIS]", "Three crossings to open"),
        ("Three crossings to open | News", "Three crossings to open"),
        ("Üç keçid açılır - FOTO", "Üç keçid açılır"),
        ("Üç keçid açılır – FOTO - VİDEO", "Üç keçid açılır"),
        ("Üç keçid açılır FOTO", "Üç keçid açılır"),
        ("Üç keçid açılır - Video", "Üç keçid açılır"),
        ("Üç keçid açılır - Yenilənib", "Üç keçid açılır"),
        ("Üç keçid nə vaxt açılır? - MƏLUM OLDU", "Üç keçid nə vaxt açılır?"),
        ("Üç keçid açılır: nazir AÇIQLADI", "Üç keçid açılır: nazir AÇIQLADI"),  # the verb of its sentence
        ("ÜÇ KEÇİD AÇILIR FOTO", "ÜÇ KEÇİD AÇILIR FOTO"),
        ("Three crossings to open | The Paper", "Three crossings to open"),
        ("The Paper | Three crossings to open", "Three crossings to open"),
        ("Photo of the year", "Photo of the year"),
    ],
)
def test_headline_loses_desk_marks_and_the_sites_name(stated, title):
    head = f'<meta property="og:title" content="{stated}"><meta property="og:site_name" content="The Paper">'
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    assert read_page(make_page(head, body), "https://paper.example/a/1", fetched=FETCHED).title == title


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not-html"),
        (b"{}", "not-html"),
        (b"<html><body><p>Hi</p></body></html>", "no-text"),
        (b"<html><body>" + b"<a href='/x'>Bridge</a> " * 80 + b"</body></html>", "listing"),
        (b"<p>" + b"x" * (9 * 1024 * 1024), "too-large"),
    ],
)
def test_unreadable_pages_are_named(body, reason):
    with pytest.raises(UnreadableError) as caught:
        read_page(body, "https://paper.example/a/1", fetched=FETCHED)
    assert caught.value.reason == reason


@pytest.mark.parametrize("place", ["<title>{}</title>", '<meta property="og:title" content="{}">'])
def test_a_title_of_megabytes_ends_soon(place):
    started = time.process_time()
    read_page(make_page(place.format("Crossings - open | " * 100_000)), "https://paper.example/a/1", fetched=FETCHED)
    assert time.process_time() - started < 5


def test_importing_the_reader_does_not_load_trafilatura():
    code = "import sys, crawler.reading.page; sys.exit('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def read_shown(line: str, url: str, head: str = "", lang: str = "en") -> str | None:
    """Published, as JSON has it, of a page that shows ``line`` under its headline."""
    body = f"<h1>Three crossings to open</h1><div class='meta'>{line}</div>" + "".join(
        f"<p>{t}</p>" for t in PARAGRAPHS
    )
    row = read_page(make_page(head, body, lang=lang), url, fetched=FETCHED).to_json()
    return row["published"][:10] if row["published_precision"] == "day" else row["published"]


@pytest.mark.parametrize(
    ("url", "line", "published"),
    [
        ("https://paper.az/a/1", "1 March 2026, 10:05", "2026-03-01T10:05:00+04:00"),  # one zone in the country
        ("https://paper.tr/a/1", "Ekleme: 01.03.2026 10:05 / Güncelleme: 02.03.2026", "2026-03-01T10:05:00+03:00"),
        ("https://paper.example/a/1", "1 March 2026, 10:05", "2026-03-01"),
        ("https://paper.us/a/1", "1 March 2026, 10:05", "2026-03-01"),  # several zones
        ("https://paper.am/a/1", "1 March 2026, 10:05 (UTC+3)", "2026-03-01T10:05:00+03:00"),
        ("https://paper.az/a/1", "Bu gün, 10:05:33", None),  # the page may have been saved long ago
        ("https://paper.am/a/1", "<time>Այսօր, 10:05</time>", None),
        ("https://paper.ge/a/1", "<span class='date'>გუშინ, 10:05:33 (UTC+4)</span>", None),
        ("https://paper.example/a/1", "A view of the three crossings that were to open here on 28 February 2026", None),
        ("https://paper.example/a/1", "<figcaption>Crossing, 28.02.2026</figcaption>", None),
    ],
)  # fmt: skip
def test_shown_times_are_read_in_the_zone_of_the_country(url, line, published):
    assert read_shown(line, url) == published


def test_local_time_is_read_in_the_offset_that_the_page_states_nearby():
    near = '<meta property="article:modified_time" content="2026-03-01T10:20:00+04:00">'
    far = '<meta property="article:modified_time" content="2026-02-01T10:20:00+04:00">'
    utc = '<meta property="article:modified_time" content="2026-03-01T10:20:00+00:00">'
    stated = '<meta name="article:published:time" content="2026-03-01 10:05">'
    assert read_shown("", "https://paper.example/a/1", near + stated) == "2026-03-01T10:05:00+04:00"
    assert read_shown("", "https://paper.example/a/1", far + stated) == "2026-03-01"
    assert read_shown("", "https://paper.example/a/1", utc + stated) == "2026-03-01"


def test_day_at_the_end_of_the_title_is_read_and_a_lower_heading_can_be_the_headline():
    page = (
        "<html><head><title>Three crossings to open soon | Paper | 28.02.2026</title></head><body>"
        "<h2>Weather</h2><p>01.01.2026 10:00</p><div class='main'><h2>Three crossings to open soon</h2>"
        "<p class='by'>By Aysel Probe</p>"
        + "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "</div></body></html>"
    )  # fmt: skip
    article = read_page(page.encode(), "https://paper.example/a/1", fetched=FETCHED)
    assert article.published is not None
    assert article.published.date().isoformat() == "2026-02-28"
    assert article.authors == ("Aysel Probe",)


def test_a_page_without_headings_is_read_by_the_line_that_its_title_repeats():
    """Older sites lay their pages out in tables and set the headline in bold alone."""
    page = (
        "<html><head><title>Three crossings to open - Paper</title></head><body><table>"
        "<tr><td>02.03.2026 11:00</td></tr><tr><td><font size=5><b>Three crossings to open</b></font></td></tr>"
        "<tr><td><font>28.02.2026 09:15</font></td></tr>"
        f"<tr><td>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}</td></tr></table></body></html>"
    )
    article = read_page(page.encode(), "https://paper.ge/a/1", fetched=FETCHED)
    assert article.published is not None
    assert article.published.isoformat() == "2026-02-28T09:15:00+04:00"
    assert article.text == "\n\n".join(PARAGRAPHS)


def make_meta(**names: str) -> str:
    """Meta elements; the first _ of a name stands for the sign that parts it."""
    signs = {"twitter": ":", "sailthru": ".", "dc": "."}
    parts = [(name.partition("_"), content) for name, content in names.items()]
    return "".join(f'<meta name="{a}{signs.get(a, "")}{b}" content="{content}">' for (a, _, b), content in parts)


@pytest.mark.parametrize(
    ("head", "byline", "authors"),
    [
        (make_meta(sailthru_author="Aysel Probe"), "", ("Aysel Probe",)),
        (make_meta(author="https://paper.example/x", dc_creator="Ilia Test"), "", ("Ilia Test",)),
        (make_meta(twitter_label1="Written by", twitter_data1="Ilia Test"), "", ("Ilia Test",)),
        (make_meta(twitter_label1="Reading time", twitter_data1="Two minutes"), "", ()),
        ("", '<ul class="authors"><li><a href="/authors/aysel-probe">Aysel Probe</a></li></ul>', ("Aysel Probe",)),
        ("", '<div class="byline">By Aysel Probe, Tbilisi</div>', ("Aysel Probe",)),
        ("", '<div class="byline"><span>By</span> <a href="/author/1">View author page</a></div>', ()),
        ("", '<div class="byline">By Aysel Probe Tuesday</div>', ("Aysel Probe",)),
        (make_meta(author="김시험 기자"), "", ("김시험",)),
        (make_meta(author="Executive Editor"), "", ()),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Three crossings to open", '
         '"author": {"givenName": "Aysel", "familyName": "Probe"}}</script>', "", ("Aysel Probe",)),
        ('<link rel="canonical" href="https://www.paper.example/a/1"><meta name="author" content="Paper">',
         '<div class="byline">Aysel Probe</div>', ("Aysel Probe",)),
    ],
)  # fmt: skip
def test_authors_of_the_usual_places(head, byline, authors):
    body = f"<h1>Three crossings to open</h1>{byline}" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    assert read_page(make_page(head, body), "https://www.paper.example/a/1", fetched=FETCHED).authors == authors


def test_times_are_taken_by_what_they_say_not_by_their_order():
    def published(*times: str) -> str:
        head = "".join(f'<meta name="{name}" content="{time}">' for name, time in zip(names, times, strict=False))
        found = read_page(make_page(head), "https://paper.example/a/1", fetched=FETCHED, source=source).published
        return found.isoformat() if found else ""

    names = ("article:published_time", "pubdate", "date")
    source = Source(id="paper", name="Paper", zone="Asia/Baku")
    day, local, zoned = "2026-03-01", "2026-02-28T09:30", "2026-02-27T09:30:00+01:00"
    assert published(day, local, zoned) == "2026-02-27T09:30:00+01:00"
    assert published(day, local) == "2026-02-28T09:30:00+04:00"
    assert published(local, day, "2026-02-26T08:00") == "2026-02-28T09:30:00+04:00"
    assert published(day, "2026-02-20") == "2026-03-01T00:00:00+04:00"


def test_the_byline_is_found_outside_the_headlines_own_box():
    inner = "<div><div><h1>Three crossings to open</h1><span class='kicker'>Politics</span></div><em>News</em></div>"
    text = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    page = make_page(body=f"<section>{inner}<div class='byline'>By Aysel Test</div></section>{text}")
    assert read_page(page, "https://paper.example/a/1", fetched=FETCHED).authors == ("Aysel Test",)
