"""The output feed of a reader's search, as Atom (RFC 4287) and JSON Feed 1.1, behind a signed address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from datasette.utils.asgi import Request, Response

from storage.search_feed import FeedStory, SearchFeed, read_search_feed
from web.problem import ProblemError
from web.route import Route, variable
from wirewatch.cleaning import clean_line, clean_link, clean_paragraphs
from wirewatch.context import find_context

if TYPE_CHECKING:
    from web.app import ReadingRoom

ATOM = "http://www.w3.org/2005/Atom"
OPENING = 700
"""Characters of a report's own that an entry quotes."""


async def show_atom(request: Request, room: ReadingRoom) -> Response:
    """The feed as Atom."""
    feed, address = await _read(request, room, "atom")
    return _answer(make_atom(feed, address, room), "application/atom+xml; charset=utf-8")


async def show_json(request: Request, room: ReadingRoom) -> Response:
    """The feed as JSON Feed."""
    feed, address = await _read(request, room, "json")
    return _answer(
        json.dumps(make_json(feed, address, room), ensure_ascii=False), "application/feed+json; charset=utf-8"
    )


async def _read(request: Request, room: ReadingRoom, form: str) -> tuple[SearchFeed, str]:
    token = variable(request, "token")
    feed = await room.connections.read(lambda db: read_search_feed(db, token))
    if feed is None:
        raise ProblemError(
            404, "There is no such feed", "Its search may have ended; your page of searches has the links."
        )
    return feed, room.public_address(f"/feeds/{token}/{form}")


def _answer(body: str, content_type: str) -> Response:
    headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    return Response(body, headers=headers, content_type=content_type)


def make_atom(feed: SearchFeed, address: str, room: ReadingRoom) -> str:
    """The feed as an Atom document; ``address`` is its own."""
    root = ElementTree.Element("feed", {"xmlns": ATOM})
    _add(root, "id", address)
    _add(root, "title", _title(feed))
    _add(root, "updated", feed.stories[0].found.isoformat() if feed.stories else feed.reader.created)
    ElementTree.SubElement(root, "link", {"rel": "self", "href": address})
    for story in feed.stories:
        entry = ElementTree.SubElement(root, "entry")
        _add(entry, "id", _entry_id(story, room))
        _add(entry, "title", clean_line(story.article.title) or "(no headline)")
        _add(entry, "updated", story.found.isoformat())
        if story.article.published:
            _add(entry, "published", story.article.published.isoformat())
        if link := _link(story):
            ElementTree.SubElement(entry, "link", {"href": link})
        author = ElementTree.SubElement(entry, "author")
        _add(author, "name", _outlet(story, room))
        _add(entry, "summary", _why(story))
        content = _add(entry, "content", "\n\n".join(_opening(story)))
        content.set("type", "text")
        if story.article.language:
            entry.set("xml:lang", story.article.language)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def make_json(feed: SearchFeed, address: str, room: ReadingRoom) -> dict[str, Any]:
    """The feed as JSON Feed 1.1; ``address`` is its own."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(feed),
        "feed_url": address,
        "items": [_make_item(story, room) for story in feed.stories],
    }


def _make_item(story: FeedStory, room: ReadingRoom) -> dict[str, Any]:
    item = {
        "id": _entry_id(story, room),
        "url": _link(story) or None,
        "title": clean_line(story.article.title) or "(no headline)",
        "content_text": "\n\n".join(_opening(story)),
        "summary": _why(story),
        "date_published": story.article.published.isoformat() if story.article.published else None,
        "date_modified": story.found.isoformat(),
        "language": story.article.language,
        "authors": [{"name": _outlet(story, room)}],
    }
    return {key: value for key, value in item.items() if value is not None}


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = text
    return child


def _title(feed: SearchFeed) -> str:
    return f"Wirewatch: {clean_line(feed.search.name, 120)}"


def _entry_id(story: FeedStory, room: ReadingRoom) -> str:
    host = urlsplit(room.config.settings.mail.base_url).hostname or "localhost"
    return f"tag:{host},2026:story:{story.story_id}"


def _link(story: FeedStory) -> str:
    return clean_link(story.article.canonical_url) or clean_link(story.article.url)


def _outlet(story: FeedStory, room: ReadingRoom) -> str:
    source = room.config.sources.get(story.article.source or "")
    return clean_line(source.name if source else story.article.source, 100) or "unknown source"


def _opening(story: FeedStory) -> tuple[str, ...]:
    article = story.article
    return clean_paragraphs(article.text, OPENING) or clean_paragraphs(article.summary, OPENING)


def _why(story: FeedStory) -> str:
    """The lines in which the search found something."""
    return "\n".join("".join(piece.text for piece in line) for line in find_context(story.article, story.terms))


ROUTES = (
    Route("/feeds/{token}/atom", show_atom, "A reader's search as Atom", listed=False),
    Route("/feeds/{token}/json", show_json, "A reader's search as JSON Feed", listed=False),
)
