"""What one outlet answers to a path: article pages, front and listing pages, feeds, robots.txt. No sockets here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo.dates import format_mail_date
from demo.sites import Fact, Feed, Site, show_story

TEMPLATES = Path(__file__).parent / "templates"
FEED_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
    "sitemap": "application/xml",
}
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="420"><defs><linearGradient id="g" x2="0" y2="1">'
    '<stop stop-color="#9fc3dd"/><stop offset="1" stop-color="#e9eef2"/></linearGradient></defs>'
    '<rect width="800" height="420" fill="url(#g)"/><path d="M0 420 180 170 290 290 430 90 610 310 690 230 800 420z" '
    'fill="#6c8296"/><path d="M375 170 430 90 492 168 445 150 424 168z" fill="#fff"/></svg>'
)


DEFAULT_WORDS = {
    "font": "Georgia, 'Noto Serif', serif",
    "colour": "#333",
    "cookies": "",
    "next": "»",
    "missing": "Page not found.",
    "read_also": "",
    "no_media": "",
    "views": "",
    "follow": "",
    "legal": "",
    "print": "",
    "newsletter": "",
}
"""What a site's own ``words`` may leave out."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: status, body, type and further headers; ``changed`` is its Last-Modified time."""

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    changed: datetime | None = None


@cache
def environment() -> Environment:
    """The templates; all autoescaped, XML and HTML alike."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["mail_date"] = format_mail_date
    return env


def answer_path(site: Site, root: str, dead_root: str, now: datetime, path: str, query: str = "") -> Page:
    """What the site answers to ``path?query``, stories counted back from ``now``; 404 for what it has not."""
    facts = show_facts(site, root, dead_root, now)
    if path == "/robots.txt":
        return Page(200, site.robots.replace("{root}", root).encode(), "text/plain; charset=utf-8")
    if path.startswith("/img/"):
        return Page(200, PICTURE.encode(), "image/svg+xml")
    for feed in site.feeds:
        if path == feed.path:
            return render_feed(site, feed, root, facts)
    if path == "/" or (site.listing and path == site.listing["path"]):
        return render_listing(site, root, facts, query)
    return answer_story(site, root, facts, path)


def show_facts(site: Site, root: str, dead_root: str, now: datetime) -> list[Fact]:
    """The site's stories as shown, newest first."""
    facts = [show_story(site, story, root, now, dead_root) for story in site.stories]
    return sorted(facts, key=lambda fact: fact.published, reverse=True)


def answer_story(site: Site, root: str, facts: list[Fact], path: str) -> Page:
    """The page of the story at ``path`` (or at its alias or AMP address), else 404."""
    for fact in facts:
        if path in _paths(fact.moved_from):
            return Page(301, b"", "text/plain", {"Location": fact.url})
        if fact.amp_url and path in _paths([fact.amp_url]):
            return render_story(site, root, facts, fact, "amp.html")
        if path in _paths([fact.url, *fact.aliases]):
            return render_story(site, root, facts, fact, site.layout)
    return render_missing(site, root, facts, 404)


def render_story(site: Site, root: str, facts: list[Fact], fact: Fact, layout: str) -> Page:
    """The article page of one story."""
    if fact.fate in ("missing", "gone"):
        return render_missing(site, root, facts, 410 if fact.fate == "gone" else 404)
    others = [f for f in facts if f.id != fact.id and f.listed and f.language == fact.language]
    related = [f for f in others if f.section == fact.section][:3] or others[:3]
    values: dict[str, Any] = {
        "fact": fact,
        "related": related,
        "latest": others[:6],
        "json_ld": describe_story(site, root, fact),
    }
    return _render_html(site, layout, root, facts, changed=fact.changed, **values)


def render_missing(site: Site, root: str, facts: list[Fact], status: int) -> Page:
    """The outlet's own "not found" page."""
    return _render_html(site, "missing.html", root, facts, status=status)


def render_listing(site: Site, root: str, facts: list[Fact], query: str) -> Page:
    """Front page or listing page; ``?page=2`` is the second page of the listing."""
    size = int((site.listing or {}).get("size", 20))
    asked = parse_qs(query).get("page", ["1"])[0]
    number = int(asked) if asked.isdecimal() else 1
    listed = [fact for fact in facts if fact.listed]
    values: dict[str, Any] = {
        "shown": listed[(number - 1) * size : number * size],
        "next_page": number + 1 if len(listed) > number * size else None,
        "listing_path": (site.listing or {}).get("path", "/"),
    }
    return _render_html(site, "listing.html", root, facts, changed=_latest(listed), **values)


def render_feed(site: Site, feed: Feed, root: str, facts: list[Fact]) -> Page:
    """One feed; entries newest first, further addresses of a story as entries of their own."""
    chosen = [f for f in facts if f.listed and (not feed.languages or f.language in feed.languages)]
    entries = [(address, fact) for fact in chosen for address in (fact.url, *fact.announced_as)]
    if feed.kind == "json":
        text = json.dumps(describe_feed(site, feed, root, entries), ensure_ascii=False, indent=1)
    else:
        template = environment().get_template(f"{feed.kind}.xml")
        text = template.render(site=site, feed=feed, root=root, entries=entries, changed=_latest(chosen))
    charset = "utf-8" if feed.kind == "json" else site.charset
    body = text.encode(charset, "xmlcharrefreplace")
    return Page(200, body, f"{FEED_TYPES[feed.kind]}; charset={charset}", changed=_latest(chosen))


def describe_feed(site: Site, feed: Feed, root: str, entries: Iterable[tuple[str, Fact]]) -> dict[str, Any]:
    """The JSON Feed (version 1.1) of the entries."""
    items = [
        {
            "id": address,
            "url": address,
            "title": fact.title,
            "summary": fact.summary or fact.paragraphs[0],
            "content_text": fact.text if feed.full else fact.summary or fact.paragraphs[0],
            "date_published": fact.published.isoformat(),
            "authors": [{"name": name} for name in fact.authors],
            "language": fact.language,
        }
        for address, fact in entries
    ]
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": f"{root}/",
        "feed_url": root + feed.path,
        "language": site.languages[0],
        "items": items,
    }


def describe_story(site: Site, root: str, fact: Fact) -> dict[str, Any] | None:
    """The schema.org NewsArticle of a story, where the outlet publishes such data."""
    if "json-ld" not in site.metadata:
        return None
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": fact.title,
        "url": fact.url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": fact.url},
        "datePublished": fact.published.isoformat(),
        "dateModified": fact.changed.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in fact.authors]
        or {"@type": "Organization", "name": site.name},
        "publisher": {"@type": "NewsMediaOrganization", "name": site.name},
        "image": [f"{root}/img/{fact.id}.svg"],
        "inLanguage": fact.language,
    }


def _render_html(
    site: Site,
    layout: str,
    root: str,
    facts: list[Fact],
    status: int = 200,
    changed: datetime | None = None,
    **values: Any,
) -> Page:
    language = values["fact"].language if "fact" in values else site.languages[0]
    template = environment().get_template(layout)
    text = template.render(
        site=site, root=root, facts=facts, language=language, words=DEFAULT_WORDS | site.words, **values
    )
    return Page(
        status, text.encode(site.charset, "xmlcharrefreplace"), f"text/html; charset={site.charset}", {}, changed
    )


def _latest(facts: list[Fact]) -> datetime | None:
    return max((fact.changed for fact in facts), default=None)


def _paths(addresses: Iterable[str]) -> set[str]:
    return {unquote(urlsplit(address).path) for address in addresses}
