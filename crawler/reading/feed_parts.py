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

_SENTENCE_END = re.compile(r"[.!?։។؟:][\W\d]*$|\W[-–—/].{1,60}$")
"""A full stop, or a signature behind a dash or slash."""

_DOTS = re.compile(r"(?:…|\.\s?\.\s?\.)\W*$")
_MORE = (
    r"(?:read|see|view) (?:the )?(?:more|full|rest|whole)|(?:continue|keep) reading|full (?:story|article|text)|"
    r"подробн(?:ее|ости)|читать (?:далее|дальше|полностью|всё|все)|полн(?:ый текст|ая версия)|далее|"
    r"(?:daha )?ətraflı|davamı(?:nı)?|ardı(?:nı)?|tam mətn|(?:haberin )?devamı(?:nı)?(?: oku)?|tamamını oku|"
    r"ավելին|կարդալ (?:ավելին|ամբողջ\w*)|շարունակությունը|ամբողջությամբ|"
    r"ვრცლად|სრულად|გაგრძელება|წაიკითხეთ (?:მეტი|სრულად)|ادامه(?: مطلب| خبر)?|بیشتر بخوانید|متن کامل|اقر[أا] المزيد|"
    r"lire la suite|weiterlesen|mehr lesen|leer más|seguir leyendo|leggi tutto|continua a leggere"
)
_ENDS_IN_CALL = re.compile(rf"(?:^|\W)(?:{_MORE})\W*$", re.IGNORECASE)
_IS_CALL = re.compile(rf"\W*(?:{_MORE})\b", re.IGNORECASE)
_CALL_WORDS = 12
"""A block of no more words that begins with «read more» leads to the rest of the text."""

_PROSE_WORDS = 12
"""From so many words on a block is prose, whose end a sign marks."""

_BLOCK = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|tr|td|table|blockquote|figure|figcaption)\b[^<>]{0,500}|br\s?/?)>", re.I
)
_REPOSTED = re.compile(
    r"(?:the post .+ (?:first )?appeared (?:first )?on|(?:сообщение|запись) .+ (?:впервые )?появил\w+|"
    r"(?:der )?beitrag .+ erschien zuerst auf|(?:la )?entrada .+ (?:se publicó|aparece) primero en|"
    r"l[’']article .+ est apparu en premier sur|l[’']articolo .+ proviene da|نوشته .+ اولین بار در|"
    r".+ (?:yazısı|içeriği|gönderisi) ilk önce) .{1,120}",
    re.IGNORECASE,
)
"""What WordPress writes under an entry, in the words of its translations."""
_TAIL = 2_000
"""Characters of markup in which the last blocks are looked for."""


def short_language(code: object) -> str | None:
    """The ISO 639-1 code of a language tag such as ``en-GB``; None where it is none."""
    if not isinstance(code, str):
        return None
    first = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", code.strip())
    return first[0].lower() if first else None


def is_whole_text(markup: str) -> bool:
    """Whether this much text, not cut and not ending in «read more», may be a report's whole text."""
    return _has_text(markup, MIN_CONTENT) and not _is_cut(markup)


def is_whole_description(markup: str) -> bool:
    """Whether a description is the whole text: long, and ending as a sentence or a signature does."""
    if not _has_text(markup, MIN_DESCRIPTION) or _is_cut(markup):
        return False
    return _SENTENCE_END.search(strip_markup(markup[-MIN_CONTENT:])[-80:]) is not None


def drop_reposted(markup: str) -> str:
    """Without the last line «The post … appeared first on …»."""
    start = markup.rfind("<p", max(0, len(markup) - _TAIL))
    return markup[:start].rstrip() if start > 0 and _REPOSTED.fullmatch(strip_markup(markup[start:])) else markup


def _has_text(markup: str, characters: int) -> bool:
    """Whether there are so many characters of text among the markup."""
    if len(markup) < characters:
        return False
    return any(len(strip_markup(_whole_tags(markup[: times * characters]))) >= characters for times in (2, 20))


def _whole_tags(markup: str) -> str:
    """Without a tag that the end cuts."""
    start = markup.rfind("<")
    return markup[:start] if start > markup.rfind(">") else markup


def _is_cut(markup: str) -> bool:
    """Whether the last block ends in dots or in the middle of a sentence, or leads to the rest of the text."""
    blocks = [block for block in map(strip_markup, _BLOCK.split(markup[-_TAIL:])) if block]
    last = blocks[-1] if blocks else ""
    if _DOTS.search(last) or _ENDS_IN_CALL.search(last[-60:]):
        return True
    words = last.split()
    if len(words) <= _CALL_WORDS and _IS_CALL.match(last):
        return True
    return len(words) >= _PROSE_WORDS and "/" not in words[-1] and (last[-1].isalpha() or last[-1] in ",;-–—(")


def read_title(markup: str | None) -> str:
    """A title as plain text; one of a novel's length is cut."""
    return strip_markup((markup or "")[: 4 * MAX_TITLE])[:MAX_TITLE]


def read_summary(markup: str | None) -> str:
    """A summary as plain text, cut at ``MAX_SUMMARY`` characters."""
    return strip_markup(drop_reposted(markup or "")[: 4 * MAX_SUMMARY])[:MAX_SUMMARY]


def describe_problem(entries: Iterable[FeedEntry], all_items: int, damage: str) -> str:
    """What is wrong with a feed, in words for a person; '' where nothing is."""
    entries = tuple(entries)
    parts = [f"damaged: {damage}"[:200]] if damage else []
    if unlinked := sum(not entry.link for entry in entries):
        parts.append(f"{unlinked} of {len(entries)} entries have no link")
    if all_items > MAX_ENTRIES:
        parts.append(f"only {MAX_ENTRIES:,} of {all_items:,} entries were read")
    return "; ".join(parts)


def wrap_paragraphs(text: str) -> str:
    """Plain text with its lines or blocks as paragraphs of HTML."""
    blocks = text.split("\n\n") if "\n\n" in text else text.split("\n")
    return "".join(f"<p>{html.escape(block.strip(), quote=False)}</p>" for block in blocks if block.strip())
