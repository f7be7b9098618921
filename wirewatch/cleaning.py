"""Text from publishers made harmless for a mail or a page: no control, no direction override, no header break."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# C0 and C1 controls, directional embeddings, overrides and isolates, tag characters, byte-order marks,
# interlinear marks and lone surrogates. ZWNJ, ZWJ, LRM and RLM stay: Persian and Arabic need them.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[\s\x85\u2028\u2029]+")
_PARAGRAPH = re.compile(r"\n\s*\n|\u2029")
# After a closing mark of Latin, Cyrillic, Georgian, Armenian, Arabic or Persian writing, not after "No." or "Mr.".
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{3}[.!?։؟…])[»”\"]?\s|(?<=[։؟])\s")
RTL_LANGUAGES = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "sd", "ug", "yi", "dv", "azb"})


def clean_line(text: str | None, limit: int = 300) -> str:
    """``text`` as one line of at most ``limit`` characters, cut at a word with an ellipsis."""
    line = _SPACE.sub(" ", _SURROGATE.sub("\ufffd", _HARMFUL.sub("", text or ""))).strip()
    return shorten(line, limit)


def shorten(line: str, limit: int) -> str:
    """``line`` cut to ``limit`` characters at a word's end, with an ellipsis where something was cut."""
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:–—-") + "…"


def clean_paragraphs(text: str | None, limit: int) -> tuple[str, ...]:
    """The first paragraphs of ``text``, each one line, together at most about ``limit`` characters.

    Where a paragraph has to be cut, it is cut at the end of a sentence if one ends in its second half.
    """
    left, kept = limit, []
    for paragraph in _PARAGRAPH.split((text or "")[: limit * 8]):
        line = clean_line(paragraph, limit * 8)
        if line:
            kept.append(_cut_at_sentence(line, left))
            left -= len(line)
        if left < 80:
            break
    return tuple(kept)


def _cut_at_sentence(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    ends = [found.end() for found in _SENTENCE_END.finditer(line, limit // 2, limit - 2)]
    return f"{line[: ends[-1]].rstrip()} …" if ends else shorten(line, limit)


def clean_link(url: str | None) -> str:
    """``url`` if it is a web address that may stand in a mail or page (at most 1,800 characters), else ''."""
    link = (url or "").strip()
    if len(link) > 1800 or not re.fullmatch(r"[!-~]+", link) or re.search(r"""[<>"'`{}|\\^]""", link):
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return link if parts.scheme in ("http", "https") and parts.hostname else ""


def is_rtl(language: str | None) -> bool:
    """True for languages written from right to left."""
    return (language or "").split("-")[0].lower() in RTL_LANGUAGES
