"""The sample stories: pages, feeds and listings are what real outlets would serve."""

import json
import random
import socket
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from demo.dates import date_fields, parse_age, to_hijri
from demo.newsroom import Newsroom
from demo.sites import read_sites, read_story
from matching.stories import Grouper
from tests.plain_client import announced, get, page_of, read_feed, sources
from wirewatch.article import Article

NOW = datetime(2026, 11, 23, 13, 0, 40, tzinfo=UTC)


@pytest.fixture(scope="module")
def newsroom():
    with Newsroom(now=NOW) as room:
        yield room


# --- what it holds ----------------------------------------------------------------------------


def test_the_seven_languages_and_every_kind_of_source_are_there(newsroom):
    sites = newsroom.sites.values()
    assert {"en", "ru", "az", "hy", "ka", "tr", "fa"} <= {fact.language for fact in newsroom.expected()}
    assert {feed.kind for site in sites for feed in site.feeds} == {"rss", "atom", "rdf", "json", "sitemap"}
    assert any(source.listings for source in newsroom.sources())
    assert {fact.fate for fact in newsroom.expected()} == {"article", "short", "missing", "gone", "forbidden", "dead"}


def test_one_event_is_told_in_seven_languages(newsroom):
    assert {fact.language for fact in newsroom.expected() if fact.event == "gudauri"} == {
        "en", "ru", "az", "hy", "ka", "tr", "fa",
    }  # fmt: skip


def test_the_chain_of_copies_has_wire_paper_and_aggregator(newsroom):
    chain = sorted((f for f in newsroom.expected() if f.event == "corridor"), key=lambda fact: fact.published)
    assert [fact.site for fact in chain] == ["azertac-sample", "azernews-sample", "menafn-sample"]
    assert "AZERTAC" in chain[0].paragraphs[0]
    assert "interview with AZERTAC" in chain[1].text
    assert chain[2].paragraphs[0] == "(MENAFN- AzerNews)"
    shown = page_of(chain[2]).text_content()
    assert "date 2026-11-23 (MENAFN- AzerNews)" in " ".join(shown.split())


def test_every_page_is_marked_as_a_sample(newsroom):
    for fact in newsroom.expected():
        if fact.fate in ("article", "short"):
            assert "Wirewatch demo" in page_of(fact).text_content(), fact.url


def test_an_article_page_shows_title_date_and_every_paragraph(newsroom):
    for fact in newsroom.expected():
        if fact.fate != "article":
            continue
        page = page_of(fact)
        shown = " ".join(page.text_content().split())
        assert page.findtext(".//h1") == fact.title
        assert fact.page_date in shown
        assert [paragraph for paragraph in fact.paragraphs if paragraph not in shown] == []


def test_addresses_are_unique(newsroom):
    counted = Counter(fact.url for fact in newsroom.expected())
    assert counted.most_common(1)[0][1] == 1


def test_structured_data_says_the_exact_instant(newsroom):
    fact = newsroom.fact("azernews-sample", "corridor-report")
    data = json.loads(page_of(fact).findtext(".//script[@type='application/ld+json']"))
    assert datetime.fromisoformat(data["datePublished"]) == fact.published
    assert data["author"][0]["name"] == "Leyla Tarverdi"


def test_a_site_without_structured_data_has_its_title_and_a_local_date_only(newsroom):
    fact = newsroom.fact("azertac-sample", "gudauri-az")
    page = page_of(fact)
    assert not page.xpath("//time | //script | //meta[starts-with(@property, 'og:')]")
    assert fact.page_date == "23.11.2026 [12:50]"


def test_a_persian_page_has_the_solar_date(newsroom):
    assert newsroom.fact("aftab", "gudauri-fa").page_date == "۲ آذر ۱۴۰۵ - ۱۴:۰۰"


def place_all(facts, now):
    """Story → events it is said to report, of facts placed in this order."""
    grouper, found = Grouper(), defaultdict(set)
    for fact in facts:
        article = Article(
            url=fact.url, title=fact.title, text=fact.text, language=fact.language, source=fact.site,
            published=fact.published, fetched=now,
        )  # fmt: skip
        found[grouper.place(article).story].add(fact.event or fact.url)
    return found


def test_no_story_mixes_two_events_in_whatever_order_the_outlets_answer(newsroom):
    facts = [fact for fact in newsroom.expected() if fact.fate == "article"]
    orders = [sorted(facts, key=lambda fact: fact.published), sorted(facts, key=lambda fact: fact.site)]
    for seed in range(8):
        orders.append(random.Random(seed).sample(facts, len(facts)))
    told = ("gudauri", "eu-envoy", "platform", "margara")
    for order in orders:
        stories = [events for events in place_all(order, NOW).values() if events & set(told)]
        assert [events for events in stories if len(events) > 1] == []
        assert len(stories) <= len(told) + 1


@pytest.mark.parametrize("event", ["gudauri", "platform", "margara", "eu-envoy"])
def test_an_event_told_in_several_languages_is_one_story_among_all_that_came(newsroom, event):
    facts = sorted((f for f in newsroom.expected() if f.fate == "article"), key=lambda fact: fact.published)
    assert [events for events in place_all(facts, NOW).values() if event in events] == [{event}]


# --- feeds and listings -----------------------------------------------------------------------


def test_feedparser_reads_every_feed_without_complaint(newsroom):
    for source in newsroom.sources():
        for url in source.feeds:
            if not url.endswith((".json", "sitemap-news.xml")):
                feed = read_feed(url)
                assert not feed.bozo, (url, feed.get("bozo_exception"))
                assert feed.version in ("rss20", "atom10", "rss10")
                assert feed.entries


def test_feeds_announce_exactly_the_listed_stories(newsroom):
    for source in newsroom.sources():
        if not source.feeds:
            continue
        wanted = {
            url for fact in newsroom.expected() if fact.site == source.id for url in (fact.url, *fact.announced_as)
        }
        assert announced(source) == wanted


def test_feed_dates_are_the_facts_dates(newsroom):
    feed = read_feed(sources(newsroom)["peachtree"].feeds[0])
    facts = {fact.url: fact for fact in newsroom.expected()}
    for entry in feed.entries:
        assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == facts[entry.link].published


def test_one_feed_repeats_a_single_guid(newsroom):
    feed = read_feed(sources(newsroom)["azertac-sample"].feeds[0])
    assert len(feed.entries) > 1
    assert len({entry.id for entry in feed.entries}) == 1


def test_a_feed_with_full_text_holds_paragraphs_as_markup(newsroom):
    fact = newsroom.fact("azernews-sample", "corridor-report")
    entry = next(e for e in read_feed(sources(newsroom)["azernews-sample"].feeds[0]).entries if e.link == fact.url)
    found = html.fromstring(entry.content[0].value).xpath("//p")
    assert tuple(paragraph.text_content() for paragraph in found) == fact.paragraphs


def test_the_windows_1251_site_decodes_from_its_own_declarations(newsroom):
    fact = newsroom.fact("daryal", "gudauri-ru")
    _, headers, body = get(fact.url)
    assert headers["Content-Type"] == "text/html; charset=windows-1251"
    assert fact.title in body.decode("windows-1251")
    feed = read_feed(sources(newsroom)["daryal"].feeds[0])
    assert feed.encoding == "windows-1251"
    assert fact.title in [entry.title for entry in feed.entries]
    assert feed.entries[0].published.endswith(" MSK")


def test_listing_pages_lead_to_every_story_by_their_selectors(newsroom):
    [listing] = sources(newsroom)["kurportal"].listings
    url, found, pages = listing.url, [], 0
    while url:
        page = html.fromstring(get(url)[2].decode())
        found += [urljoin(url, link.get("href")) for link in page.cssselect(listing.link)]
        following = page.cssselect(listing.follow)
        url, pages = (urljoin(url, following[0].get("href")) if following else None), pages + 1
    assert pages == listing.pages
    assert set(found) == {fact.url for fact in newsroom.expected() if fact.site == "kurportal"}


def test_robots_txt_names_the_sitemap_a_forbidden_folder_and_a_delay(newsroom):
    robots = {site: get(newsroom.root(site) + "/robots.txt")[2].decode() for site in newsroom.sites}
    assert f"Sitemap: {newsroom.root('aftab')}/sitemap-news.xml" in robots["aftab"]
    assert "Disallow: /subscribers/" in robots["azernews-sample"]
    assert "Crawl-delay: 0.5" in robots["bogaz"]


# --- pages that are no articles ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "story", "status"), [("azernews-sample", "withdrawn", 404), ("peachtree", "gone", 410)]
)
def test_a_withdrawn_story_answers_with_its_status(newsroom, site, story, status):
    assert get(newsroom.fact(site, story).url)[0] == status


def test_the_dead_link_is_refused(newsroom):
    with pytest.raises(urllib.error.URLError, match="refused"):
        get(newsroom.fact("bogaz", "dead-link").url)


def test_an_amp_page_and_a_tracked_address_name_their_canonical_page(newsroom):
    for site, story in (("mtkvari", "gudauri-ka"), ("azernews-sample", "corridor-report")):
        fact = newsroom.fact(site, story)
        [other] = fact.announced_as
        page = html.fromstring(get(other)[2].decode())
        assert page.xpath("//link[@rel='canonical']/@href") == [fact.url]


def test_an_old_address_redirects_to_the_present_one(newsroom):
    fact = newsroom.fact("araks", "margara-hy")
    status, headers, _ = get(fact.moved_from[0])
    assert (status, headers["Location"]) == (301, fact.url)


def test_an_address_with_other_letters_is_quoted(newsroom):
    fact = newsroom.fact("aftab", "gudauri-fa")
    assert fact.url.isascii()
    assert "دیدار" in fact.path
    assert get(fact.url)[0] == 200


def test_a_port_that_is_taken_is_said_and_leaves_nothing_bound():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Newsroom(ports={"peachtree": taken.getsockname()[1]}).start()


def test_an_unknown_address_is_404(newsroom):
    assert get(newsroom.root("araks") + "/no/such/page")[0] == 404


# --- data files -------------------------------------------------------------------------------


def test_a_site_file_with_a_mistake_is_named(tmp_path):
    (tmp_path / "bad.yaml").write_text("name: x\nlanguages: [en]\nstories: [{id: a, titel: b}]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.yaml: story a: .*titel"):
        read_sites(tmp_path)


def test_an_age_is_days_hours_and_minutes():
    assert parse_age("2d3h20m") == timedelta(days=2, hours=3, minutes=20)
    assert read_story({"id": "a", "path": "/", "title": "t", "text": "x", "age": "90m"}).age == timedelta(minutes=90)
    with pytest.raises(ValueError, match="2d3h20m"):
        parse_age("yesterday")


@pytest.mark.parametrize(
    ("day", "hijri"),
    [
        (datetime(2025, 3, 20), (1403, 12, 30)),
        (datetime(2025, 3, 21), (1404, 1, 1)),
        (datetime(2026, 11, 23), (1405, 9, 2)),
        (datetime(2020, 10, 16), (1399, 7, 25)),
    ],
)
def test_the_solar_hijri_date_is_right(day, hijri):
    assert to_hijri(day.date()) == hijri


def test_turkic_capitals_keep_their_dot():
    when = datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Baku"))
    assert date_fields(when, "az")["MONTH"] == "İYUN"
    assert date_fields(when, "ru")["Month"] == "Июня"
