"""What each key of a source entry means: for the schema that editors use, and for the documentation."""

from __future__ import annotations

from typing import Any, Final

from wirewatch.source import REGION

SOURCE_HELP: Final[dict[str, str]] = {
    "id": "short name of a-z, 0-9, - and _; unique and never changed, because it is stored with each article",
    "name": "the publisher's name as readers know it (default: the id)",
    "country": "ISO 3166-1 code of its seat, such as AZ",
    "languages": "ISO 639-1 codes it publishes in, the usual one first",
    "kind": "state wire, private wire, paper, broadcaster, portal, aggregator, think tank or official",
    "ownership": "one phrase on who owns it, shown to readers",
    "home": "its front page",
    "zone": "IANA time zone in which times without one are read (default: UTC)",
    "feeds": "addresses of RSS, Atom, RDF or JSON feeds and of news sitemaps; all are asked in each run",
    "listing": "pages that list articles, asked where no feed answered: an address, a mapping, or a list of these",
    "hosts": "further hosts of the same publisher: mirrors, AMP, former names",
    "family": "publishers under one owner share it (default: the id)",
    "spider": "name of a spider of its own in crawler/spiders",
    "user_agent": "sent instead of ours, only for a publisher that refuses it",
    "enabled": "false keeps the entry without asking the publisher (default: true)",
    "region": "label of the workers that may ask it, such as AZ (default: any worker; docs/workers.md)",
}

LISTING_HELP: Final[dict[str, str]] = {
    "url": "the page",
    "link": "CSS selector of the article links, or of what holds them (default: a)",
    "match": "regular expression found in every article's address and in no other's (default: every link on the site)",
    "follow": "CSS selector of the link to the next page",
    "pages": "how many pages are read in all, 1 to 50 (default: 1)",
}

_ADDRESS: Final = {"type": "string", "pattern": "^https?://"}
_SOURCE_TYPES: Final[dict[str, Any]] = {
    "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,39}$"},
    "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "languages": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]{2,3}$"}},
    "home": _ADDRESS,
    "feeds": {"oneOf": [_ADDRESS, {"type": "array", "items": _ADDRESS}]},
    "hosts": {"type": "array", "items": {"type": "string"}},
    "enabled": {"type": "boolean"},
    "region": {"type": "string", "pattern": f"^{REGION.pattern}$"},
}
_LISTING_TYPES: Final[dict[str, Any]] = {"url": _ADDRESS, "pages": {"type": "integer", "minimum": 1, "maximum": 50}}


def source_schema() -> dict[str, Any]:
    """JSON Schema of one source entry, for the configuration's schema."""
    listing = {**_object(LISTING_HELP, _LISTING_TYPES), "required": ["url"]}
    one = {"oneOf": [_ADDRESS, listing]}
    types = {**_SOURCE_TYPES, "listing": {"oneOf": [*one["oneOf"], {"type": "array", "items": one}]}}
    asked = [{"required": [key]} for key in ("feeds", "listing", "spider")]
    return {**_object(SOURCE_HELP, types), "required": ["id"], "anyOf": asked}


def _object(help_texts: dict[str, str], types: dict[str, Any]) -> dict[str, Any]:
    properties = {key: {**types.get(key, {"type": "string"}), "description": text} for key, text in help_texts.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}
