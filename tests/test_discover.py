"""Finding feeds: what a page names, links to, what robots.txt names, and guesses last."""

from __future__ import annotations

from crawler.reading.discover import discover_feeds, find_sitemaps, guess_feeds

URL = "https://example.az/en/news"
PAGE = """<html><head>
<link rel="alternate" type="application/rss+xml" title="All news" href="/en/rss">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="https://example.az/atom.xml">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" hreflang="ru" href="/ru/news">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
<link rel="alternate" type="application/feed+json" href="/feed.json">
<link rel="alternate" type="text/xml" href="/xml/rss2">
<link rel="stylesheet" href="/feed.css">
</head><body><a href="/rss/politics">RSS: politics</a> <a href="/feedback">Feedback</a> <a href="/embassy">Press</a>
<a href="https://feeds.feedburner.com/example">Feed</a><a href="/en/rss/">again</a></body></html>"""


def test_feeds_named_by_the_page_come_first_then_links_then_guesses() -> None:
    found = discover_feeds(PAGE.encode(), URL)
    assert [(feed.url, feed.how) for feed in found[:6]] == [
        ("https://example.az/en/rss", "named"),
        ("https://example.az/atom.xml", "named"),
        ("https://example.az/feed.json", "named"),
        ("https://example.az/xml/rss2", "named"),
        ("https://example.az/rss/politics", "linked"),
        ("https://feeds.feedburner.com/example", "linked"),
    ]
    assert {feed.how for feed in found[6:]} == {"guess"}
    assert (found[0].title, found[0].kind) == ("All news", "rss")
    assert found[4].title == "RSS: politics"


def test_what_is_no_feed_is_not_offered() -> None:
    urls = {feed.url for feed in discover_feeds(PAGE.encode(), URL)}
    assert not {url for url in urls if "comments" in url or "wp-json" in url or "feedback" in url or "css" in url}


def test_each_address_is_offered_once() -> None:
    urls = [feed.url.rstrip("/") for feed in discover_feeds(PAGE.encode(), URL)]
    assert len(urls) == len(set(urls))


def test_guesses_begin_in_the_language_of_the_page() -> None:
    assert guess_feeds(URL)[0].url == "https://example.az/en/rss"
    assert guess_feeds("https://example.az")[0].url == "https://example.az/rss"
    assert all(feed.url.startswith("https://example.az/") for feed in guess_feeds(URL))


def test_sitemaps_of_robots_txt_are_found_news_first() -> None:
    robots = "User-agent: *\nDisallow: /x\nSitemap: https://example.az/sitemap.xml\nsitemap: /news-sitemap.xml\n"
    robots += "Sitemap: ftp://x/y\n"
    assert [feed.url for feed in find_sitemaps(robots, URL)] == [
        "https://example.az/news-sitemap.xml",
        "https://example.az/sitemap.xml",
    ]


def test_an_empty_page_leaves_the_guesses() -> None:
    assert {feed.how for feed in discover_feeds(b"", URL)} == {"guess"}
