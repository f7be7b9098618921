"""The templates: what a mail looks like, as text and as HTML with its style sheet inlined."""

from __future__ import annotations

import re
from functools import cache
from textwrap import wrap

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

TEXT_WIDTH = 76
_BREAK = re.compile(r"[^\S ]")


def render_text(template: str, view: object) -> str:
    """``templates/<template>.txt`` with ``view``; lines of at most 76 characters, longer links stay whole."""
    return _environment().get_template(f"{template}.txt").render(view=view)


def render_html(template: str, view: object) -> str:
    """``templates/<template>.html`` with ``view``; dark mode and narrow screens stay in a style element."""
    return _inliner().inline(_environment().get_template(f"{template}.html").render(view=view))


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
