"""What a page declares about itself: meta elements, JSON-LD and links, as plain Python values."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crawler.reading.document import Document, Element, own_text

_MAX_JSON = 2_000_000
_MAX_CONTENT = 20_000
_MAX_NODES = 3000
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review|Story)$")
_JSON_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")
"""Comment and CDATA marks around JSON."""
_LISTING_KEYS = frozenset({"itemListElement", "hasPart", "mentions", "isPartOf", "about", "citation", "relatedLink"})


@dataclass(slots=True)
class Declared:
    """Declarations of one page.

    ``meta`` maps a lower-case name, property or itemprop to its contents in page order; ``article`` is the
    JSON-LD object that describes the page's article (empty where there is none).
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    article: dict[str, Any] = field(default_factory=dict)
    canonical: str = ""
    language: str = ""

    def first(self, *names: str) -> str:
        """The first non-empty content of the meta names given, in that order ('' where none)."""
        for name in names:
            for content in self.meta.get(name, ()):
                if content:
                    return content
        return ""

    def text_of(self, key: str) -> str:
        """A text field of the JSON-LD article as one line without markup ('' where missing)."""
        return clean_line(pick_text(self.article.get(key)))


def stated_body(declared: Declared) -> str:
    """The article's text as structured data gives it, paragraphs split by one blank line ('' where it does not)."""
    text = declared.article.get("articleBody")
    if not isinstance(text, str) or len(text) < 200:
        return ""
    text = html.unescape(text) if "&" in text else text
    text = re.sub(r"<br\s*/?>|</(?:p|div|li|h\d)>", "\n", text)
    text = re.sub(r"<[^<>]{0,2000}>", "", text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n\n".join(line for line in lines if line)


def read_declared(document: Document) -> Declared:
    """All declarations of the page."""
    attributes = document.root.attributes
    declared = Declared(language=(attributes.get("lang") or attributes.get("xml:lang") or "").strip())
    for meta in document.all("meta"):
        _read_meta(meta.attributes, declared.meta)
    for link in document.all("link"):
        rel = link.attrs.get("rel")
        if rel and rel.lower().strip() == "canonical" and (address := link.attrs.get("href")):
            declared.canonical = declared.canonical or address.strip()
    nodes = [node for script in document.all("script") for node in read_json_ld(script)]
    declared.article = choose_article(nodes, declared)
    return declared


def _read_meta(attributes: dict[str, str | None], meta: dict[str, list[str]]) -> None:
    content = attributes.get("content")
    if not content or len(content) >= _MAX_CONTENT:
        return
    name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
    if name:
        meta.setdefault(name.strip().lower(), []).append(content.strip())


def read_json_ld(script: Element) -> Iterator[dict[str, Any]]:
    """Every top-level JSON-LD object of a script (members of lists and ``@graph`` one by one)."""
    if "ld+json" in (script.attrs.get("type") or "").lower():
        text = own_text(script)
        if text and len(text) <= _MAX_JSON:
            yield from _spread(load_json(text))


def load_json(text: str) -> Any:
    """Parse JSON as publishers write it (comments, raw line breaks, trailing commas); None where hopeless."""
    if "<!" in text or "->" in text or "]>" in text:
        text = _JSON_WRAPPING.sub("", text)
    text = text.strip().rstrip(";")
    for mended in (str, _drop_last_commas, html.unescape):
        try:
            return json.loads(mended(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _drop_last_commas(text: str) -> str:
    return re.sub(r",\s*([}\]])", r"\1", text)


def _spread(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value[:_MAX_NODES]:
            yield from _spread(item) if not isinstance(item, list) else ()
    elif isinstance(value, dict):
        graph = value.get("@graph")
        if isinstance(graph, list | dict):
            yield from _spread(graph)
        yield value


def choose_article(nodes: list[dict[str, Any]], declared: Declared) -> dict[str, Any]:
    """The node about this page's article: by type, then by agreement with the page's own title."""
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    found = [node for top in nodes for node in _find_articles(top, 0)]
    if not found:
        return {}
    title = _squeeze(declared.first("og:title", "twitter:title"))

    def rank(node: dict[str, Any]) -> tuple[bool, bool, int]:
        headline = _squeeze(pick_text(node.get("headline") or node.get("name")))
        agrees = bool(headline and title and (headline[:40] in title or title[:40] in headline))
        return agrees, "datePublished" in node, len(node)

    best = max(found, key=rank)
    return {key: _resolve(value, known) for key, value in best.items()}


def _resolve(value: Any, known: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_resolve(item, known) for item in value[:50]]
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value:
        return known.get(value["@id"], value)
    return value


def _find_articles(node: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Article nodes in ``node``, not those of lists of other articles."""
    if is_article(node):
        yield node
        return
    if depth > 3:
        return
    for key, value in node.items():
        if key in _LISTING_KEYS or key == "@graph":
            continue
        for item in value[:20] if isinstance(value, list) else (value,):
            if isinstance(item, dict):
                yield from _find_articles(item, depth + 1)


def is_article(node: dict[str, Any]) -> bool:
    """True for schema.org's articles and their kin."""
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE_TYPE.search(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def pick_text(value: Any) -> str:
    """The text in a JSON-LD value: a string, ``{"@value": …}``, ``{"name": …}`` or the first of a list."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return next((text for text in map(pick_text, value[:5]) if text), "")
    if isinstance(value, dict):
        for key in ("@value", "name", "headline"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return ""


def clean_line(text: str) -> str:
    """One line of text: entities and tags resolved, white space joined; zero-width joiners stay."""
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = re.sub(r"</?[a-zA-Z][^<>]{0,300}>", " ", text)
    return " ".join(text.split())


def _squeeze(text: str) -> str:
    return "".join(re.findall(r"\w+", clean_line(text).casefold()))
