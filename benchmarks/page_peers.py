"""Other readers of pages, each as ``f(html, url) -> {"title", "text", "published", "authors"}``, at their defaults.

A library that is not installed is left out of the table, and named. Those of node.js are read through node_reader.js,
in the folder that ``NODE_PEERS`` names:

    uv venv peers && uv pip install -p peers -r requirements.lock -r benchmarks/requirements-page-peers.txt
    npm install --prefix peers/node @mozilla/readability@0.6.0 jsdom@24.1.3 linkedom@0.18.15 defuddle@0.19.4
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

Found = dict[str, Any]
Reader = Callable[[bytes, str], Found]

NODE_READER = Path(__file__).with_name("node_reader.js")
_NO_ADDRESS = "http://example.org/a"


def decode(html: bytes) -> str:
    """As Scrapy decodes a page."""
    from w3lib.encoding import html_to_unicode

    return html_to_unicode(None, html, default_encoding="utf8")[1]


def trafilatura(html: bytes, url: str, **options: Any) -> Found:
    from trafilatura import bare_extraction

    found = bare_extraction(html, url=url or None, include_comments=False, with_metadata=True, **options)
    if found is None:
        return {}
    authors = [name for name in (found.author or "").split("; ") if name]
    return {"title": found.title, "text": found.text, "published": found.date, "authors": authors}


def trafilatura_baseline(html: bytes, _: str) -> Found:
    from trafilatura import baseline

    return {"text": baseline(html)[1]}


def newspaper4k(html: bytes, url: str) -> Found:
    from newspaper import Article

    article = Article(url or _NO_ADDRESS, fetch_images=False)
    article.download(input_html=decode(html))
    article.parse()
    day = str(article.publish_date) if article.publish_date else None
    return {"title": article.title, "text": article.text, "published": day, "authors": article.authors}


def news_please(html: bytes, url: str) -> Found:
    from newsplease import NewsPlease

    found = NewsPlease.from_html(decode(html), url=url or None, fetch_images=False)
    day = str(found.date_publish) if found.date_publish else None
    return {"title": found.title, "text": found.maintext, "published": day, "authors": found.authors}


@cache
def _goose() -> Any:
    from goose3 import Goose

    return Goose({"enable_image_fetching": False})


def goose3(html: bytes, _: str) -> Found:
    found = _goose().extract(raw_html=decode(html))
    day = str(found.publish_date) if found.publish_date else None
    return {"title": found.title, "text": found.cleaned_text, "published": day, "authors": found.authors}


def readability_lxml(html: bytes, url: str) -> Found:
    import html_text
    from readability import Document

    document = Document(decode(html), url=url or None)
    return {"title": document.short_title(), "text": html_text.extract_text(document.summary(html_partial=True))}


def resiliparse(html: bytes, _: str) -> Found:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(bytes_to_str(html, detect_encoding(html)))
    return {"title": tree.title, "text": extract_plain_text(tree, main_content=True, alt_texts=False)}


def boilerpy3(html: bytes, _: str) -> Found:
    from boilerpy3.extractors import ArticleExtractor

    found = ArticleExtractor().get_doc(decode(html))
    return {"title": found.title, "text": found.content}


@cache
def _stop_words(english: bool) -> frozenset[str]:
    import justext

    names = ["English"] if english else justext.get_stoplists()
    return frozenset[str]().union(*(justext.get_stoplist(name) for name in names))


def justext(html: bytes, _: str, english: bool = False) -> Found:
    import justext as library

    paragraphs = library.justext(decode(html), _stop_words(english), 50, 200, 0.1, 0.2, 0.2, 200, True)
    return {"text": "\n".join(part.text for part in paragraphs if not part.is_boilerplate)}


def inscriptis(html: bytes, _: str) -> Found:
    from inscriptis import get_text

    return {"text": get_text(decode(html))}


def htmldate(html: bytes, url: str) -> Found:
    from htmldate import find_date

    return {"published": find_date(decode(html), url=url or None, original_date=True)}


@cache
def _node(library: str) -> subprocess.Popen[bytes]:
    folder = os.environ.get("NODE_PEERS")
    if not folder or not shutil.which("node"):
        raise ImportError("node.js is missing, or NODE_PEERS names no folder")
    command = ["node", str(NODE_READER), str(Path(folder).resolve()), library]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def node(html: bytes, url: str, library: str) -> Found:
    """Read by a library of node.js; one process a library, a line of JSON a page."""
    process = _node(library)
    try:
        found = _ask(process, {"html": decode(html), "url": url or _NO_ADDRESS})
    except BaseException:  # stopped in the middle: the answer would be taken for the next page's
        process.kill()
        _node.cache_clear()
        raise
    if "Cannot find module" in found.get("error", ""):
        raise ImportError(found["error"].splitlines()[0])
    if "error" in found:
        raise ValueError(found["error"])
    return found


def _ask(process: subprocess.Popen[bytes], question: dict[str, str]) -> Found:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question).encode() + b"\n")
    process.stdin.flush()
    found: Found = json.loads(process.stdout.readline() or b'{"error": "node.js ended"}')
    return found


def every_paragraph(html: bytes, _: str) -> Found:
    """All p elements of the longest article element, else of the page; the first h1: what needs no library."""
    from lxml.html import HTMLParser, fromstring

    root = fromstring(decode(html).encode(), parser=HTMLParser(encoding="utf-8"))
    articles = root.xpath("//article")
    box = max(articles, key=lambda found: sum(len(p.text_content()) for p in found.iter("p"))) if articles else root
    heading = next(root.iter("h1"), None)
    return {
        "text": "\n".join(p.text_content() for p in box.iter("p")),
        "title": heading.text_content().strip() if heading is not None else None,
    }


PEERS: dict[str, Reader] = {
    "trafilatura precision": partial(trafilatura, favor_precision=True),
    "trafilatura default": trafilatura,
    "trafilatura fast": partial(trafilatura, fast=True),
    "trafilatura recall": partial(trafilatura, favor_recall=True),
    "trafilatura without tables": partial(trafilatura, include_tables=False),
    "trafilatura baseline": trafilatura_baseline,
    "newspaper4k": newspaper4k,
    "news-please": news_please,
    "goose3": goose3,
    "readability-lxml": readability_lxml,
    "readability.js (jsdom)": partial(node, library="readability-jsdom"),
    "readability.js (linkedom)": partial(node, library="readability-linkedom"),
    "defuddle (jsdom)": partial(node, library="defuddle"),
    "resiliparse": resiliparse,
    "boilerpy3": boilerpy3,
    "justext, all stop words": justext,
    "justext, English": partial(justext, english=True),
    "inscriptis": inscriptis,
    "every paragraph": every_paragraph,
    "htmldate": htmldate,
}
