"""Putting right what publishers send as XML, so that a strict parser reads it, and keeping out what is an attack."""

from __future__ import annotations

import re
from html import escape
from html.entities import html5

from wirewatch.errors import UnreadableError

_ROOT = re.compile(
    r"<(?:[\w.-]{1,30}:)?(rss|rdf|feed|channel|urlset|sitemapindex|html|body|svg|opml)[\s>/]", re.IGNORECASE
)
_FEED_START = re.compile(r"<((?:[\w.-]{1,30}:)?(?:rss|feed|RDF))\s[^<>]{0,2000}(?:version|xmlns)", re.IGNORECASE)
_HEAD = 20_000
"""Characters in which the document must show what it is."""
ITEM = re.compile(r"<(?:[\w.-]{1,30}:)?(?:item|entry)[\s>/]", re.IGNORECASE)

# Attributes this long occur in attacks only; feedparser and libxml2 take quadratic time over them.
_LONG_TAG = re.compile(r"<[^!<>][^<>]{65535}")
_PERSON = re.compile(
    r"<(?:[\w.-]{1,30}:)?(?:author|creator|name|contributor|managingEditor|webMaster|publisher|owner)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_MAX_PERSON = 1_000
_SPACE = re.compile(r"\s*")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:(\w{1,32});)?")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,30}):[A-Za-z_]")
_BOUND = re.compile(r"\bxmlns:([A-Za-z_][\w.-]{0,30})\s*=")
_ROOT_TAG = re.compile(r"<(?:[\w.-]{1,30}:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
_MAX_PREFIXES = 20
_USUAL_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}


def find_root(text: str) -> str:
    """The name of the document's first telling element, lower case without prefix; '' where there is none."""
    match = _ROOT.search(text[:_HEAD])
    return match[1].lower() if match else ""


def trim_junk(text: str) -> str:
    """The feed alone, where a server put a warning, a page's head or a script before or behind it."""
    inner = _FEED_START.search(text[:_HEAD])
    if inner is None:
        return text
    if not text.startswith("<") or find_root(text) in ("html", "body"):
        text = text[inner.start() :]
    end = text.rfind(f"</{inner[1]}>")
    return text[: end + len(inner[1]) + 3] if end > 0 else text


def drop_prolog(text: str) -> str:
    """``text`` from its first element on: without declaration, comments and DOCTYPE, so without own entities.

    Entity bombs and addresses in DTDs go with it. A document that ends before an element gives ''.
    """
    position = 0
    while True:
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
        if text.startswith("<!--", position):
            end = text.find("-->", position) + 3
        elif text.startswith("<?", position):
            end = text.find(">", position) + 1
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            end = _end_of_doctype(text, position)
        else:
            return text[position:]
        if end <= position:
            return ""
        position = end


def _end_of_doctype(text: str, start: int) -> int:
    """Behind ``<!DOCTYPE … [ … ]>``; 0 where it is not closed."""
    close = text.find(">", start)
    subset = text.find("[", start, max(close, 0))
    if subset >= 0:
        close = text.find(">", text.find("]>", subset))
        return close + 1 if "]>" in text[subset : close + 1] else 0
    return close + 1


def clean_xml(text: str) -> str:
    """``text`` without characters that no XML document may hold and without a person's name of a novel's length.

    Raises:
        UnreadableError: a tag is so long that parsers would take minutes (``too-complex``).
    """
    if _LONG_TAG.search(text):
        raise UnreadableError("too-complex", "a tag of more than 65,536 characters")
    return _cut_persons(_escape_ampersands(_NOT_XML.sub("", text)))


def _escape_ampersands(text: str) -> str:
    """Bare ampersands escaped and HTML's named characters written out, everywhere but in CDATA.

    Without this one ``R&D`` turns a whole feed over to a parser that guesses (and reads ``R&D;``).
    """
    parts, position = [], 0
    while (begin := text.find("<![CDATA[", position)) >= 0:
        end = text.find("]]>", begin)
        end = len(text) if end < 0 else end
        parts += [_AMPERSAND.sub(_escape_one, text[position:begin]), text[begin:end]]
        position = end
    parts.append(_AMPERSAND.sub(_escape_one, text[position:]))
    return "".join(parts)


def _escape_one(match: re.Match[str]) -> str:
    char = html5.get(f"{match[1]};") if match[1] else None
    return escape(char) if char else f"&amp;{match[0][1:]}"


def _cut_persons(text: str) -> str:
    """Feedparser looks for mail addresses in names in quadratic time: no name is longer than a line."""
    kept, begin = [], 0
    for match in _PERSON.finditer(text):
        if match.end() < begin or text.find("</", match.end(), match.end() + _MAX_PERSON) >= 0:
            continue
        close = text.find("</", match.end())
        kept.append(text[begin : match.end()])
        begin = len(text) if close < 0 else close
    return "".join(kept) + text[begin:] if kept else text


def bind_prefixes(text: str) -> str:
    """The text with every prefix bound to a namespace: the usual one, or one of its own.

    The prefix of the items themselves is no name but a mistake, and is taken away.
    """
    bound = {"xml", "xmlns", *_BOUND.findall(text)}
    item = ITEM.search(text)
    prefix = item[0][1:].partition(":")[0] if item and ":" in item[0] else ""
    if prefix and prefix not in bound:
        text = re.sub(rf"(</?|\s){re.escape(prefix)}:", r"\1", text)
    unbound = sorted(set(_PREFIX.findall(text)) - bound)
    root = _ROOT_TAG.search(text)
    if not unbound or not root or len(unbound) > _MAX_PREFIXES:
        return text
    names = "".join(f' xmlns:{name}="{_USUAL_PREFIXES.get(name, "urn:unbound:" + name)}"' for name in unbound)
    return text[: root.end()] + names + text[root.end() :]
