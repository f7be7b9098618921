"""Articles that a page holds in its scripts alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.reading.page import read_page
from wirewatch.errors import UnreadableError

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TITLE = "Three crossings on the border to open"
TEXTS = [
    f"The {word} crossing on the border will open to trucks in the spring, the two ministers said after talks, and "
    "customs officers of both sides will work there around the clock from the first day on."
    for word in ("first", "second", "third")
]
MARKUP = "".join(f'<p class="x">{text}</p>' for text in TEXTS) + "<p>##SLOT_1##</p>"


def push(text: str) -> str:
    return f"<script>self.__next_f.push([1,{json.dumps(text)}])</script>"


FLIGHT = "5:" + json.dumps(["$", "div", None, {"article": {"body": MARKUP}}])
SCRIPTS = {
    "json": f'<script type="application/json">{json.dumps({"a": [{"text": MARKUP}]})}</script>',
    "code": f"<script>window.STATE = {{story: {json.dumps(MARKUP)}}};</script>",
    "json in a string": f"<script>load({json.dumps(json.dumps({'text': MARKUP}))})</script>",
    "flight data, cut": push(FLIGHT[:400]) + push(FLIGHT[400:]),
}


def page(script: str, title: str = TITLE) -> bytes:
    return f"<html><head><title>{title}</title></head><body><div id='app'></div>{script}</body></html>".encode()


@pytest.mark.parametrize("kind", SCRIPTS)
def test_text_is_read_from_the_data_of_scripts(kind):
    article = read_page(page(SCRIPTS[kind]), "https://paper.example/a/1", fetched=FETCHED)
    assert article.text == "\n\n".join(TEXTS)


HOPELESS = {
    "another subject": SCRIPTS["json"].replace("crossing", "cookie").replace("border", "device"),
    "a string without end": f'<script>{{"a": "{"x" * 100_000}</script>',
    "backslashes": "<script>" + '"\\' * 100_000 + "</script>",
    "strings in strings": "<script>" + '\\\\"' * 100_000 + "</script>",
}


@pytest.mark.parametrize("kind", HOPELESS)
def test_data_about_something_else_is_not_read(kind):
    script = HOPELESS[kind]
    with pytest.raises(UnreadableError, match="no-text"):
        read_page(page(script), "https://paper.example/a/1", fetched=FETCHED)
