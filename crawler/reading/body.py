"""The article's own text in a page."""

from __future__ import annotations

from typing import Any


def read_body(root: Any) -> str:
    """Paragraphs split by one blank line ('' where the page has no article text)."""
    import trafilatura  # slow to import: only when needed

    text = trafilatura.extract(root, include_comments=False, favor_precision=True) or ""
    return "\n\n".join(line.strip() for line in text.split("\n") if line.strip())
