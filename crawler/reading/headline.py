"""The headline of a page."""

from __future__ import annotations

import re
from typing import Any

from crawler.reading.structured import Declared, clean_line


def read_headline(root: Any, declared: Declared) -> str:
    """The page's headline as one line ('' where the page has none): its h1, checked against declarations."""
    stated = [declared.text_of("headline"), clean_line(declared.first("og:title", "twitter:title", "title"))]
    title = clean_line("".join(root.xpath("string((//head/title)[1])")))
    headings = [clean_line(h1.text_content()) for h1 in root.iter("h1")]
    headings = [heading for heading in headings if 2 < len(heading) < 400]
    for heading in headings:
        if any(_agree(heading, other) for other in (*stated, title) if other):
            return heading
    return next((text for text in (stated[0], stated[1], *headings[:1], title) if text), "")


def _agree(left: str, right: str) -> bool:
    a, b = set(re.findall(r"\w+", left.casefold())), set(re.findall(r"\w+", right.casefold()))
    return bool(a and b) and len(a & b) / min(len(a), len(b)) >= 0.6
