"""Reading feeds: RSS 0.9x to 2.0, RDF, Atom (by feedparser), JSON Feed and news sitemaps.

feedparser gets bytes of a known charset and never an address, so it opens nothing. Its dates are not used:
it reads AMT, AZT, GET and MSK as UTC. Some feeds take any parser minutes; callers run this in a process
that they end at a time limit.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException

import feedparser

from crawler.reading import buffered_expat
from crawler.reading.addresses import clean_address
from crawler.reading.feed_bytes import decode
from crawler.reading.feed_model import MAX_ENTRIES, DateReader, Feed, FeedEntry, FeedKind
from crawler.reading.feed_parts import (
    describe_problem,
    drop_reposted,
    is_whole_description,
    is_whole_text,
    read_summary,
    read_title,
    short_language,
    wrap_paragraphs,
)
from crawler.reading.feed_repair import ITEM, bind_prefixes, clean_xml, drop_prolog, find_root, trim_junk
from crawler.reading.json_feed import read_json_feed
from crawler.reading.plain_text import strip_markup
from crawler.reading.sitemap import read_sitemap
from wirewatch.errors import UnreadableError

buffered_expat.install()

__all__ = ["Feed", "FeedEntry", "read_feed"]


_FULL_TEXT = re.compile(r"(?:^|_)full-?text$|^turbo_content$")
"""What Russian-language feeds give the aggregators Yandex, Rambler and Mail.ru in namespaces of theirs."""
_KINDS: dict[str, FeedKind] = {"rdf": "rdf", "feed": "atom", "rss": "rss", "channel": "rss"}


def read_feed(body: bytes, url: str, *, content_type: str | None, zone: tzinfo, now: datetime) -> Feed:
    """The entries of a feed or sitemap.

    Args:
        body: the answer's bytes, decompressed; callers cap them (about 5 MiB).
        url: the address it came from after redirects; relative links are resolved against it.
        content_type: the answer's Content-Type header; only its charset is used.
        zone: the source's zone, for dates without one.
        now: aware; dates after it are not taken.

    Raises:
        UnreadableError: ``not-a-feed`` (HTML, empty, anything else) or ``too-complex``.
    """
    text = decode(body, content_type).lstrip("\ufeff \t\r\n\x00")
    if not text:
        raise UnreadableError("not-a-feed", "the answer is empty")
    if text[0] in "{[":
        return read_json_feed(text, url, DateReader(zone, now))
    text = trim_junk(drop_prolog(text))
    root = find_root(text)
    if root in ("html", "body", "svg", "opml", ""):
        raise UnreadableError("not-a-feed", f"the document is {root.upper() or 'of no known kind'}")
    text = clean_xml(text)
    if root in ("urlset", "sitemapindex"):
        return read_sitemap(text, url, DateReader(zone, now))
    return _read_with_feedparser(text, root, url, DateReader(zone, now))


def _read_with_feedparser(text: str, root: str, url: str, dates: DateReader) -> Feed:
    text, all_items = _cut_to_cap(text, root)
    parsed = _parse(text)
    if "unbound prefix" in str(parsed.get("bozo_exception")) or (all_items and not parsed.entries):
        parsed = _parse(bind_prefixes(text))
    kind: FeedKind = "rdf" if parsed.get("version") in ("rss10", "rss090") else _KINDS[root]
    language = short_language(parsed.feed.get("language"))
    entries = tuple(_read_entry(entry, url, dates, language) for entry in parsed.entries[:MAX_ENTRIES])
    damage = parsed.get("bozo_exception") if isinstance(parsed.get("bozo_exception"), SAXException) else None
    return Feed(
        kind=kind,
        title=read_title(parsed.feed.get("title")),
        entries=entries,
        partial=damage is not None,
        problem=describe_problem(entries, all_items, str(damage or "")),
        links=tuple(_next_pages(parsed.feed, url)),
        home=clean_address(parsed.feed.get("link"), url),
        language=language,
    )


def _cut_to_cap(text: str, root: str) -> tuple[str, int]:
    """The text up to the last entry taken, closed again, and how many entries it had in all.

    feedparser would otherwise build a dict for each of a million entries.
    """
    starts = [match.start() for match in ITEM.finditer(text)]
    if len(starts) <= MAX_ENTRIES:
        return text, len(starts)
    head = text[: starts[MAX_ENTRIES]]
    prefix = re.search(rf"<((?:[\w.-]{{1,30}}:)?{root})[\s>]", head, re.IGNORECASE)
    channel = "</channel>" if root == "rss" else ""
    return f"{head}{channel}</{prefix[1] if prefix else root}>", len(starts)


def _parse(text: str) -> Any:
    data = b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode("utf-8", "replace")
    headers = {"content-type": "application/xml; charset=utf-8"}  # without an address: links and ids stay as written
    try:
        return feedparser.parse(
            io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, LookupError, AssertionError, AttributeError, TypeError, RecursionError) as error:
        # feedparser has no error type of its own: addresses, entities and nesting it does not expect end in these.
        raise UnreadableError(
            "not-a-feed", f"the feed parser gave up: {type(error).__name__}: {error}"[:200]
        ) from error


def _read_entry(entry: Any, url: str, dates: DateReader, feed_language: str | None) -> FeedEntry:
    published = dict.get(entry, "published")
    updated = dict.get(entry, "updated")
    language = _entry_language(entry) or feed_language
    summary = entry.get("summary") or ""
    return FeedEntry(
        link=_read_link(entry, url),
        title=read_title(entry.get("title")),
        summary=read_summary(summary),
        authors=_read_authors(entry),
        id=(entry.get("id") or "")[:2_000],
        content=_find_content(entry, summary),
        language=language,
        origin=read_title((entry.get("source") or {}).get("title")),
        modified=dates.read(updated, language) if published else None,
        **dates.read_published(published or updated, language),
    )


def _read_link(entry: Any, url: str) -> str:
    """The entry's link; feedparser puts the guid in its place, which counts only where it looks like an address."""
    link = entry.get("link") or ""
    if link == entry.get("id") and not link.startswith(("http://", "https://", "/")):
        return ""
    return clean_address(link, url)


def _entry_language(entry: Any) -> str | None:
    for detail in ("title_detail", "summary_detail"):
        if code := (entry.get(detail) or {}).get("language"):
            return short_language(code)
    return None


def _read_authors(entry: Any) -> tuple[str, ...]:
    names = [author.get("name") or "" for author in entry.get("authors") or ()][:20]
    clean = (strip_markup(name)[:200] for name in names)
    return tuple(dict.fromkeys(name for name in clean if name and "@" not in name and not name.startswith("http")))


def _find_content(entry: Any, summary: str) -> str | None:
    """The longest body that is not a teaser: the content element, an aggregator's full text, a long description.

    Content that says no more than the description beside it may be a teaser as well as that.
    """
    bodies = [part.get("value") or "" for part in entry.get("content") or ()]
    bodies += [_as_markup(value) for key, value in entry.items() if _FULL_TEXT.search(key) and isinstance(value, str)]
    described = drop_reposted(summary) if "summary_detail" in entry else ""
    body = drop_reposted(max(bodies, key=len, default=""))
    if not body or (described and _says_no_more(body, described)):
        longest = max(body, described or drop_reposted(summary), key=len)
        return longest if is_whole_description(longest) else None
    return body if is_whole_text(body) else None


def _says_no_more(body: str, description: str) -> bool:
    return len(body) <= 2 * len(description) + 200 and strip_markup(body) == strip_markup(description)


def _as_markup(text: str) -> str:
    return text if "</p>" in text or "<br" in text else wrap_paragraphs(text)


def _next_pages(feed: Any, url: str) -> Iterable[str]:
    for link in feed.get("links") or ():
        if link.get("rel") == "next" and (address := clean_address(urljoin(url, link.get("href") or ""), url)):
            yield address
