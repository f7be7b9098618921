"""Loading this module reads one small page, so that what reading makes when it is first needed is there.

The expressions, tables of names and zones take as long to make as four pages to read. A server that forks reading
processes loads it once; they inherit what it made.
"""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.reading.page import read_page

_SENTENCE = "The two sides met on Monday, agreed to open three crossings and told reporters that talks go on in May. "
PAGE = f"""<!doctype html><html lang="en"><head><title>Three crossings to open – Sample</title>
<meta property="article:published_time" content="2026-03-01T09:30"><script type="application/ld+json">
{{"@type": "NewsArticle", "headline": "Three crossings to open", "datePublished": "1 March 2026, 09:30"}}</script>
</head><body><div class="page"><article class="article-body">
<h1>Three crossings to open</h1><span class="date">1 March</span>
<p>TBILISI, March 1 (Sample) — {_SENTENCE}</p><p>{_SENTENCE}</p><p>“{_SENTENCE}”, Sample reports, citing Reuters.</p>
<p>Follow us</p></article><div class="related"><a href="/2">Another one</a></div></div></body></html>"""

read_page(PAGE.encode(), "https://sample.example/1", fetched=datetime(2026, 3, 2, tzinfo=UTC))
