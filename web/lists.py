"""A list in all its forms: the page, CSV, JSON and Atom, at addresses that differ in their suffix alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response
from lxml import etree

from wirewatch.article import format_time
from wirewatch.cleaning import clean_paragraphs

if TYPE_CHECKING:
    from web.app import ReadingRoom

_ATOM = "http://www.w3.org/2005/Atom"
FRESH = 30
"""Seconds for which caches may keep a list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the Atom form; ``path`` is its page here, ``link`` the publisher's ('' where there is none)."""

    key: str
    title: str
    updated: datetime
    path: str
    text: str = ""
    author: str = ""
    link: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to be shown. ``rows`` are its items as JSON, ``columns`` take the CSV's cells out of one of them.

    ``path`` is the list's address without suffix, ``question`` its query part; ``next`` the parameters of the
    part that follows (None at the end). ``facts`` stand beside the items in the JSON.
    """

    title: str
    path: str
    rows: Sequence[dict[str, Any]]
    columns: Mapping[str, Callable[[dict[str, Any]], Any]]
    entries: Sequence[Entry] = ()
    question: tuple[tuple[str, str], ...] = ()
    next: Mapping[str, str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def address(self, form: str, **changes: str) -> str:
        """The path of this list in another form or part; ``form`` is '' for the page."""
        question = dict(self.question) | changes
        suffix = f".{form}" if form else ""
        return f"{self.path}{suffix}" + (f"?{urlencode(question)}" if question else "")

    @property
    def next_path(self) -> str | None:
        """The page that follows."""
        return self.address("", **self.next) if self.next else None


def respond(room: ReadingRoom, listing: Listing, form: str) -> Response:
    """The list as JSON, CSV or Atom."""
    if form == "json":
        body, kind = _as_json(room, listing), "application/json"
    elif form == "csv":
        body, kind = _as_csv(listing), "text/csv"
    else:
        body, kind = _as_atom(room, listing), "application/atom+xml"
    headers = {"Cache-Control": f"public, max-age={FRESH}"}
    if form == "json":
        headers["Access-Control-Allow-Origin"] = "*"
    return Response(body, headers=headers, content_type=f"{kind}; charset=utf-8")


def _as_json(room: ReadingRoom, listing: Listing) -> str:
    following = room.address(listing.address("json", **listing.next)) if listing.next else None
    return json.dumps(
        {"title": listing.title, **listing.facts, "items": list(listing.rows), "next": following}, ensure_ascii=False
    )


def _as_csv(listing: Listing) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(listing.columns)
    for row in listing.rows:
        writer.writerow([_safe_cell(take(row)) for take in listing.columns.values()])
    return sheet.getvalue()


def _safe_cell(value: Any) -> Any:
    """No cell that a spreadsheet would take for a formula: such a text gets an apostrophe."""
    text = "" if value is None else value
    return f"'{text}" if isinstance(text, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _as_atom(room: ReadingRoom, listing: Listing) -> str:
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]
    address = room.public_address(listing.address("atom"))
    newest = max((entry.updated for entry in listing.entries), default=None)
    _add(feed, "id", address)
    _add(feed, "title", listing.title)
    _add(feed, "updated", format_time(newest) or "1970-01-01T00:00:00+00:00")
    _add(_add(feed, "author"), "name", "Wirewatch")
    _add(feed, "link", rel="self", href=address, type="application/atom+xml")
    _add(feed, "link", rel="alternate", href=room.public_address(listing.address("")), type="text/html")
    if listing.next:
        _add(feed, "link", rel="next", href=room.public_address(listing.address("atom", **listing.next)))
    for entry in listing.entries:
        _add_entry(room, feed, entry)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(feed, encoding="unicode")


def _add_entry(room: ReadingRoom, feed: etree._Element, entry: Entry) -> None:
    node = _add(feed, "entry")
    if entry.language:
        node.set("{http://www.w3.org/XML/1998/namespace}lang", entry.language)
    page = room.public_address(entry.path)
    _add(node, "id", page)
    _add(node, "title", entry.title)
    _add(node, "updated", format_time(entry.updated))
    _add(node, "link", rel="alternate", href=page, type="text/html")
    if entry.link:
        _add(node, "link", rel="via", href=entry.link)
    if entry.author:
        _add(_add(node, "author"), "name", entry.author)
    if entry.text:
        _add(node, "summary", "\n".join(clean_paragraphs(entry.text, 600)))


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    node.text = _valid(text) if text else None
    return node


def _valid(text: str) -> str:
    """Without the characters that XML has no place for."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r" or "\x20" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
    )
