"""Feeds of all formats, languages, charsets and states of damage."""

from __future__ import annotations

import gzip
import json

import pytest

from crawler.reading.feed_model import MAX_ENTRIES
from tests.feeds import ITEM, read, rss
from wirewatch.errors import UnreadableError


def test_rss_item_is_read_whole() -> None:
    feed = read(
        rss(
            "<item><title>Talks &amp; trade: &quot;a step&quot;</title><link> https://wire.example.az/a/1 </link>"
            "<guid isPermaLink='false'>n1</guid><dc:creator>Leyla Mammadova</dc:creator>"
            "<description>&lt;p&gt;Two sides met.&lt;/p&gt;&lt;p&gt;They agreed.&lt;/p&gt;</description>"
            "<pubDate>Mon, 21 Jul 2025 08:32:00 AZT</pubDate></item>",
            attributes=' xmlns:dc="http://purl.org/dc/elements/1.1/"',
        )
    )
    assert (feed.kind, feed.title, feed.home, feed.language) == (
        "rss",
        "Example wire",
        "https://wire.example.az/",
        "en",
    )
    assert (feed.partial, feed.problem) == (False, "")
    (entry,) = feed.entries
    assert entry.title == 'Talks & trade: "a step"'
    assert entry.link == "https://wire.example.az/a/1"
    assert entry.summary == "Two sides met. They agreed."
    assert entry.authors == ("Leyla Mammadova",)
    assert entry.id == "n1"
    assert entry.published is not None
    assert entry.published.isoformat() == "2025-07-21T08:32:00+04:00"
    assert entry.published_precision == "second"
    assert entry.language == "en"
    assert entry.content is None


def test_atom_entry_is_read_whole() -> None:
    feed = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ka"><title>Wire</title>
        <link rel="next" href="?page=2"/><entry><title type="html">A &lt;b&gt;bold&lt;/b&gt; step</title>
        <link rel="enclosure" href="/a.mp3"/><link rel="alternate" href="../a/7?x=1&amp;y=2"/><id>tag:7</id>
        <author><name>Nino K</name><email>n@example.ge</email></author><summary>Short</summary>
        <published>2025-07-20T08:32:00+04:00</published><updated>2025-07-20T09:00:00+04:00</updated></entry></feed>"""
    )
    (entry,) = feed.entries
    assert feed.kind == "atom"
    assert feed.links == ("https://wire.example.az/en/rss?page=2",)
    assert entry.link == "https://wire.example.az/a/7?x=1&y=2"
    assert entry.title == "A bold step"
    assert entry.authors == ("Nino K",)
    assert entry.language == "ka"
    assert entry.published is not None
    assert entry.modified is not None
    assert (entry.modified - entry.published).seconds == 28 * 60


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>W</title></channel><item><title>T</title>'
            "<link>https://e.am/1</link><dc:date>2025-07-21T08:32:00Z</dc:date></item></rdf:RDF>",
            "rdf",
        ),
        (
            '<rss version="0.91"><channel><item><title>T</title><link>https://e.am/1</link></item></channel></rss>',
            "rss",
        ),
        (
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title>'
            '<link rel="alternate" href="https://e.am/1"/><issued>2025-07-21T08:32:00Z</issued></entry></feed>',
            "atom",
        ),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"title": "T", "url": "https://e.am/1"}]}', "json"),
        ("<urlset><url><loc>https://e.am/1</loc><news><title>T</title></news></url></urlset>", "sitemap"),
    ],
)
def test_every_format_gives_the_entry(document: str, kind: str) -> None:
    feed = read(document)
    assert feed.kind == kind
    assert [(entry.link, entry.title) for entry in feed.entries] == [("https://e.am/1", "T")]


def test_json_feed_is_read_whole() -> None:
    text = "First paragraph of a report. " * 20 + "\n\nSecond <one>."
    item = {
        "id": 12,
        "url": "/a/1",
        "title": "Heading",
        "content_text": text,
        "date_published": "2025-07-21T08:32:00+04:00",
        "authors": [{"name": "A. Petrosyan"}, {"name": ""}, "x"],
        "language": "hy-AM",
    }
    feed = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [item, 5, None]}))
    (entry,) = feed.entries
    assert entry.link == "https://wire.example.az/a/1"
    assert entry.id == "12"
    assert entry.authors == ("A. Petrosyan",)
    assert entry.language == "hy"
    assert entry.content is not None
    assert entry.content.endswith("<p>Second &lt;one&gt;.</p>")


def test_news_sitemap_gives_titles_dates_and_languages() -> None:
    feed = read(
        """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><loc>https://e.ge/1</loc><lastmod>2025-07-22</lastmod>
        <image:image><image:loc>https://e.ge/1.jpg</image:loc><image:title>Photo</image:title></image:image>
        <news:news><news:publication><news:name>E</news:name><news:language>ka</news:language></news:publication>
        <news:publication_date>2025-07-21T10:00:00+04:00</news:publication_date><news:title>სათაური</news:title>
        </news:news></url></urlset>"""
    )
    (entry,) = feed.entries
    assert (entry.link, entry.title, entry.language) == ("https://e.ge/1", "სათაური", "ka")
    assert entry.published is not None
    assert entry.published.isoformat() == "2025-07-21T10:00:00+04:00"


def test_plain_sitemap_states_changes_but_no_publication() -> None:
    (entry,) = read("<urlset><url><loc>https://e.ge/1</loc><lastmod>2025-07-22</lastmod></url></urlset>").entries
    assert entry.published is None
    assert entry.modified is not None


def test_of_a_long_sitemap_the_newest_are_taken() -> None:
    old = "<url><loc>https://e.ge/old</loc><lastmod>2001-01-01</lastmod></url>"
    new = "<url><loc>https://e.ge/new</loc><lastmod>2025-07-22</lastmod></url>"
    feed = read("<urlset>" + old * MAX_ENTRIES + new + "</urlset>")
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.entries[0].link == "https://e.ge/new"
    assert feed.problem == "only 5,000 of 5,001 entries were read"


def test_sitemap_index_gives_its_sitemaps_newest_first() -> None:
    feed = read(
        "<sitemapindex><sitemap><loc>https://e.ge/1.xml</loc><lastmod>2020-01-01</lastmod></sitemap>"
        "<sitemap><loc>/2.xml</loc><lastmod>2025-01-01</lastmod></sitemap></sitemapindex>"
    )
    assert feed.kind == "sitemap-index"
    assert feed.links == ("https://wire.example.az/2.xml", "https://e.ge/1.xml")
    assert feed.entries == ()


def test_local_time_is_read_in_the_sources_zone() -> None:
    (entry,) = read(rss(ITEM.replace("Mon, 21 Jul 2025 08:32:00 +0400", "21.07.2025 08:32"))).entries
    assert entry.published is not None
    assert entry.published.isoformat() == "2025-07-21T08:32:00+04:00"


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "Nov. 2020", "2003"])
def test_a_date_that_is_none_of_publication_is_kept_as_stated_only(date: str) -> None:
    (entry,) = read(rss(ITEM.replace("Mon, 21 Jul 2025 08:32:00 +0400", date))).entries
    assert entry.published is None
    assert entry.published_precision is None
    assert entry.stated is not None
    assert entry.to_json()["published"] is not None


def test_gzipped_sitemap_is_unpacked_and_a_bomb_is_cut() -> None:
    document = b"<urlset><url><loc>https://e.ge/1</loc></url></urlset>"
    assert [entry.link for entry in read(gzip.compress(document)).entries] == ["https://e.ge/1"]
    bomb = gzip.compress(b"<urlset><url><loc>https://e.ge/1</loc></url>" + b" " * 2**26)
    assert len(read(bomb).entries) == 1
    with pytest.raises(UnreadableError, match="not-a-feed"):
        read(b"\x1f\x8b\x08broken")


def test_source_that_an_aggregator_names_is_kept() -> None:
    item = ITEM.replace("</item>", '<source url="https://paper.example.ge">The Paper</source></item>')
    assert read(rss(item)).entries[0].origin == "The Paper"


def test_future_date_is_none() -> None:
    (entry,) = read(rss(ITEM.replace("2025", "2031"))).entries
    assert entry.published is None
    assert entry.stated is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss(ITEM.replace("Ministers", "Переговоры")).replace("utf-8", "windows-1251").encode("cp1251"), None),
        (rss(ITEM.replace("Ministers", "Переговоры")).encode("cp1251"), "text/xml; charset=windows-1251"),
        (rss(ITEM.replace("Ministers", "Переговоры")).encode("cp1251"), None),  # says UTF-8, is not
        (rss(ITEM.replace("Ministers", "Переговоры")).replace("utf-8", "windows-1251").encode(), None),  # is UTF-8
        (rss(ITEM.replace("Ministers", "Переговоры")).encode(), "text/xml; charset=iso-8859-1"),
        (rss(ITEM.replace("Ministers", "Переговоры")).encode("utf-16"), None),
        (rss(ITEM.replace("Ministers", "Переговоры")).encode("utf-16-le"), "application/rss+xml"),
        (rss(ITEM.replace("Ministers", "Переговоры")).encode("utf-8-sig"), "text/html"),
        (
            rss(ITEM.replace("Ministers", "Переговоры")).replace("utf-8", "x-none").encode(),
            "text/xml; charset=nonsense",
        ),
        (rss(ITEM.replace("Ministers", "Переговоры")).replace("utf-8", "koi8-r").encode("koi8-r"), None),
        (rss(ITEM.replace("Ministers", "Переговоры")).replace("utf-8", "punycode").encode(), None),
    ],
)
def test_the_title_survives_every_charset(body: bytes, content_type: str | None) -> None:
    assert read(body, content_type=content_type).entries[0].title == "Переговоры meet in Tbilisi"


@pytest.mark.parametrize(
    "title",
    [
        "Görüş keçirildi — şərh, ‘sülh’",
        "Հանդիպում Երևանում",
        "შეხვედრა თბილისში",
        "گفت‌وگو در تهران",
        "Çığır açan görüşme İğdır’da",
    ],
)
def test_titles_of_the_region_are_kept_letter_for_letter(title: str) -> None:
    assert read(rss(ITEM.replace("Ministers meet in Tbilisi", title))).entries[0].title == title


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    body = rss(ITEM.replace("Ministers", "Переговоры делегаций")).encode().replace(b"Tbilisi", b"Tb\xffisi")
    assert "Переговоры" in read(body).entries[0].title


def test_damaged_feed_gives_what_could_be_read_and_says_so() -> None:
    whole = rss(ITEM * 30)
    feed = read(whole[: len(whole) * 2 // 3])
    assert 15 <= len(feed.entries) <= 21
    assert feed.partial
    assert feed.problem.startswith("damaged: ")


def test_undefined_entities_and_bare_ampersands_do_no_harm() -> None:
    (entry,) = read(rss(ITEM.replace("Ministers", "R&D &nbsp; caf&eacute; & talks &bogus;"))).entries
    assert entry.title == "R&D café & talks &bogus; meet in Tbilisi"


def test_entries_without_a_link_are_kept_and_counted() -> None:
    feed = read(rss("<item><title>No link</title></item>" + ITEM))
    assert [entry.link for entry in feed.entries] == ["", "https://wire.example.az/a/1"]
    assert feed.problem == "1 of 2 entries have no link"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a/2", "https://wire.example.az/a/2"),
        ("//cdn.example.az/a", "https://cdn.example.az/a"),
        ("https://e.az/a\n\t/b", "https://e.az/a/b"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://user:pw@e.az/", ""),
        ("http://[bad/", ""),
        ("https://e.az/ümid/süz", "https://e.az/ümid/süz"),
    ],
)
def test_links_are_absolute_http_addresses_or_nothing(link: str, expected: str) -> None:
    (entry,) = read(rss(ITEM.replace("https://wire.example.az/a/1", link))).entries
    assert entry.link == expected


def test_a_permalink_guid_serves_as_link() -> None:
    (entry,) = read(rss("<item><title>T</title><guid>https://e.az/a/9</guid></item>")).entries
    assert entry.link == "https://e.az/a/9"


def test_a_guid_that_is_no_address_is_no_link() -> None:
    (entry,) = read(rss("<item><title>T</title><guid>12345</guid></item>")).entries
    assert (entry.link, entry.id) == ("", "12345")


def test_items_that_share_one_guid_stay_apart() -> None:
    item = ITEM.replace("</item>", "<guid>same</guid></item>")
    feed = read(rss(item + item.replace("/a/1", "/a/2")))
    assert [(entry.link[-3:], entry.id) for entry in feed.entries] == [("a/1", "same"), ("a/2", "same")]


def test_cdata_that_was_escaped_as_text_is_read_over() -> None:
    item = ITEM.replace(
        "</item>", "<description>&lt;![CDATA[&lt;p&gt;Görüş keçirildi.&lt;/p&gt;]]&gt;</description></item>"
    )
    assert read(rss(item)).entries[0].summary == "Görüş keçirildi."


def test_right_feed_without_entries_is_empty_not_wrong() -> None:
    feed = read(rss(""))
    assert feed.entries == ()
    assert feed.problem == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n ",
        b"<!doctype html><html><head><title>Just a moment...</title></head><body></body></html>",
        b"Not found",
        b"{}",
        b'{"items": "x"}',
        b'{"items": [{"name": "x"}]}',
        b"[" * 100_000,
        b"\x00\x01\x02\xff" * 100,
        b"<?xml version='1.0'?><opml version='2.0'><body/></opml>",
        b"<note><to>x</to></note>",
        b"<!DOCTYPE rss [" + b"<!ENTITY " * 1000,
    ],
)
def test_anything_else_is_named_not_a_feed(body: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(body)
    assert caught.value.reason == "not-a-feed"
    assert caught.value.detail


@pytest.mark.parametrize(
    "document",
    [
        "\n\n  " + rss(),
        "<b>Warning</b>: something in /var/www on line 3\n" + rss(),
        rss() + "<script>track()</script>",
        "<!-- built by x -->" + rss().replace("<?xml", "<?xml?xml"),
        "<!DOCTYPE html><html><body>" + rss().partition("?>")[2] + "</body></html>",
        '<rss rss:version="2.0"><rss:channel>'
        + ITEM.replace("</", "</rss:").replace("<", "<rss:").replace("<rss:/rss:", "</rss:")
        + "</rss:channel></rss>",
    ],
    ids=["spaces", "warning", "script", "comment", "page", "prefix"],
)
def test_junk_around_a_feed_is_passed_over(document: str) -> None:
    assert [entry.link for entry in read(document).entries] == ["https://wire.example.az/a/1"]


def test_prefixes_that_were_never_declared_keep_their_usual_meaning() -> None:
    extra = "<dc:creator>A. Petrosyan</dc:creator><media:content url='x'/><own:thing>1</own:thing>"
    feed = read(rss(ITEM.replace("</item>", extra + "</item>")))
    assert feed.entries[0].authors == ("A. Petrosyan",)
    assert not feed.partial
