"""The templates: what a mail looks like, as text and as HTML with its style sheet inlined."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from secrets import token_hex
from textwrap import wrap
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import escape

TEXT_WIDTH = 76
_BREAK = re.compile(r"[^\S ]")


def render_text(template: str, view: object) -> str:
    """``templates/<template>.txt`` with ``view``; lines of at most 76 characters, longer links stay whole."""
    return _environment().get_template(f"{template}.txt").render(view=view)


def render_html(template: str, view: object) -> str:
    """``templates/<template>.html`` with ``view``; dark mode and narrow screens stay in a style element."""
    return _inliner().inline(_environment().get_template(f"{template}.html").render(view=view))


def render_shared(template: str, view: Any, *, html: bool) -> str:
    """As the two above, for a view of which only ``email``, ``leave`` and ``manage`` differ from reader to reader.

    What is the same for all readers of a story is rendered once; a reader's own are put in afterwards.
    """
    page = _render_marked(template, replace(view, **_MARKS), html)
    for name, mark in _MARKS.items():
        value = getattr(view, name)
        page = page.replace(mark, escape(value) if html else value)
    return page


_MARKS = {name: f"{name}-{token_hex(16)}" for name in ("email", "leave", "manage")}
"""Words that no text holds, since no one knows them before the process starts."""


@lru_cache(100)
def _render_marked(template: str, view: object, html: bool) -> str:
    return render_html(template, view) if html else render_text(template, view)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["wrapped"] = _wrap_text
    return environment


def _wrap_text(text: str, indent: str = "") -> str:
    if len(indent) + len(text) <= TEXT_WIDTH and not _BREAK.search(text):
        return indent + text.strip()
    return "\n".join(
        wrap(
            text,
            TEXT_WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
