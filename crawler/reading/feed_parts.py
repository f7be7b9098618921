"""Small decisions that all feed formats share."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from crawler.reading.feed_model import MAX_ENTRIES, FeedEntry
from crawler.reading.plain_text import strip_markup

MAX_TITLE = 1_000
"""Characters kept of a title."""

MAX_SUMMARY = 5_000
"""Characters kept of a summary."""

MIN_CONTENT = 500
"""Characters from which an entry's content may be the whole text of a report."""

MIN_DESCRIPTION = 1_000
"""The same for a description, which is a teaser more often."""

_SENTENCE_END = re.compile(r"[.!?։。؟:][\W\d]*$|\W[-–—/].{1,60}$")
"""A full stop, or a signature behind a dash or slash."""

_CUT_SHORT = re.compile(
    r"(?:\[?(?:…|\.\.\.|&hellip;|&#8230;)\]?|read more|continue reading|подробнее|ətraflı|devamı)\W*$",
    re.IGNORECASE,
)


def short_language(code: object) -> str | None:
    """The ISO 639-1 code of a language tag such as ``en-GB``; None where it is none."""
    if not isinstance(code, str):
        return None
    first = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", code.strip())
    return first[0].lower() if first else None


def is_whole_text(markup: str) -> bool:
    """Whether this much text, not ending in «read more», may be a report's whole text."""
    if len(markup) < MIN_CONTENT:
        return False
    if not any(len(strip_markup(markup[: times * MIN_CONTENT])) >= MIN_CONTENT for times in (3, 20)):
        return False  # little text among much markup
    return not _CUT_SHORT.search(strip_markup(markup[-MIN_CONTENT:])[-40:])


def read_title(markup: str | None) -> str:
    """A title as plain text; one of a novel's length is cut."""
    return strip_markup((markup or "")[: 4 * MAX_TITLE])[:MAX_TITLE]


def read_summary(markup: str | None) -> str:
    """A summary as plain text, cut at ``MAX_SUMMARY`` characters."""
    return strip_markup((markup or "")[: 4 * MAX_SUMMARY])[:MAX_SUMMARY]


def describe_problem(entries: Iterable[FeedEntry], all_items: int, damage: str) -> str:
    """What is wrong with a feed, in words for a person; '' where nothing is."""
    entries = tuple(entries)
    parts = [f"damaged: {damage}"[:200]] if damage else []
    if unlinked := sum(not entry.link for entry in entries):
        parts.append(f"{unlinked} of {len(entries)} entries have no link")
    if all_items > MAX_ENTRIES:
        parts.append(f"only {MAX_ENTRIES:,} of {all_items:,} entries were read")
    return "; ".join(parts)


def is_whole_description(markup: str) -> bool:
    """Whether a description is the whole text: long, and not cut in the middle of a sentence."""
    if len(markup) < MIN_DESCRIPTION or not is_whole_text(markup):
        return False
    return _SENTENCE_END.search(strip_markup(markup[-MIN_CONTENT:])[-80:]) is not None


def wrap_paragraphs(text: str) -> str:
    """Plain text with its lines or blocks as paragraphs of HTML."""
    blocks = text.split("\n\n") if "\n\n" in text else text.split("\n")
    return "".join(f"<p>{html.escape(block.strip(), quote=False)}</p>" for block in blocks if block.strip())
