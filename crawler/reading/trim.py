"""What stands in an article's box without being its text: links elsewhere, calls to subscribe, lone dates."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib import resources

from crawler.reading.blocks import Block
from crawler.reading.stamps import ends_sentence, is_stamp
from crawler.reading.wire_forms.credit import is_source_line
from crawler.reading.wire_forms.dateline import DISTRIBUTED, STORED_DATE, read_dateline
from crawler.reading.wire_forms.foot import read_byline

HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "th"})


_LETTER = re.compile(r"(?<!\\)[^\W\d_]")
_SCRIPTS = (("\u0370", "latin"), ("\u0530", "cyrillic"), ("\u0590", "armenian"), ("\u0700", "arabic"))
"""The first letter after each script's own; what follows Arabic is one group, with Georgian."""


def _script_of(letter: str) -> str:
    return next((name for end, name in _SCRIPTS if letter < end), "other")


@cache
def _calls() -> dict[str, re.Pattern[str]]:
    """The openings of calls.txt as one expression for each script."""
    lines = resources.files("crawler.reading").joinpath("calls.txt").read_text("utf-8").splitlines()
    groups: dict[str, list[str]] = {name: [] for name in (*(name for _, name in _SCRIPTS), "other")}
    for line in lines:
        if line and not line.startswith("#"):
            first = _LETTER.search(line)
            for name in [_script_of(first[0])] if first else groups:
                groups[name].append(line)
    return {name: re.compile(rf"\W*(?:{'|'.join(found)})", re.IGNORECASE) for name, found in groups.items()}


def is_call(text: str) -> bool:
    """Whether a line opens as those of calls.txt do."""
    first = _LETTER.search(text)
    return _calls()[_script_of(first[0]) if first else "latin"].match(text) is not None


_ANYWHERE = re.compile(
    r"all rights reserved|newsletter|whatsapp[- ](?:channel|kanal|group)|google news|telegram[- ](?:channel|kanal)|"
    r"telegram-кана|whatsapp-кана|unauthorized reproduction|privacy[- ](?:policy|settings)|"
    r"(?:follow|find|like) us on|(?:sign|signing) up (?:for|to)|cookie|javascript|html5|무단 ?전재",
    re.IGNORECASE,
)
_ANYWHERE_HINTS = (
    "reserved", "letter", "whatsapp", "google", "telegram", "reproduction", "privacy", " us on", " up for", " up to",
    "cookie", "script", "html5", "전재",
)  # fmt: skip
"""Each line that _ANYWHERE finds something in holds one of these, small and with Latin letters folded."""
_SLOT = re.compile(r"(?:\$\$|%%|##|\{\{|\[\[)\S+(?:\$\$|%%|##|\}\}|\]\])")
"""What a program was to replace by an advertisement or a box."""
_WORDS = re.compile(r"\w+")
_SHORT = 80
_OPENING = 24
"""Characters that are compared before whole lines are."""
_HEAD_BLOCKS = 12
_CALL_CHARS = 240


def trim_blocks(blocks: list[Block], title: str = "") -> list[Block]:
    """The blocks that are text: scraps before the first paragraph, calls, dates and loose headings go."""
    own = squeeze(title)
    times = Counter(block.text for block in blocks)
    main = Counter(block.outer for block in blocks).most_common(1)[0][0] if blocks else 0
    blocks = [block for block in blocks if times[block.text] < 3 or block.outer == main or block.tag in ("tr", "li")]
    kept = [
        block
        for at, block in enumerate(blocks)
        if is_text(block, is_level(blocks, at)) and not (own and repeats(block, own))
    ]
    return drop_loose_headings(drop_scraps(kept))


def squeeze(text: str) -> str:
    """Letters and digits only, case folded."""
    return "".join(_WORDS.findall(text.casefold()))


def repeats(block: Block, title: str) -> bool:
    """True for a heading or short line that only repeats the headline."""
    if len(block.text) > 300 or squeeze(block.text[:_OPENING]) not in title:
        return False
    text = squeeze(block.text)
    return text == title or (len(text) > 12 and len(text) > 0.7 * len(title) and text in title)


def is_level(blocks: list[Block], at: int) -> bool:
    """True for a heading that stands among paragraphs of the same box."""
    block = blocks[at]
    return block.tag in HEADING_TAGS and at + 1 < len(blocks) and block.outer == blocks[at + 1].outer


def is_text(block: Block, level: bool = False) -> bool:
    """False for links, calls to read elsewhere or subscribe, lone dates and the like."""
    text, size = block.text, len(block.text)
    if (
        block.tag == "h1"
        or (not level and block.links > allowed_links(block) * size and not is_source_line(text))
        or not any(map(str.isalnum, text))
        or (size < _SHORT and _SLOT.fullmatch(text))
    ):
        return False
    if size <= _CALL_CHARS and is_call(text) and not is_plain_sentence(block):
        return is_source_line(text)  # it is read as a credit, then cut
    if size <= _CALL_CHARS and (block.links or size < 120) and is_of_the_house(text):
        return False
    return block.tag in HEADING_TAGS or block.tag == "tr" or text[0] in "—–-" or not is_stamp(text) or is_filing(block)


def is_of_the_house(text: str) -> bool:
    """Whether a line holds words about the house and its channels, as _ANYWHERE has them."""
    small = text.lower()
    if not small.isascii():
        small = small.replace("\u0307", "").replace("ı", "i").replace("ſ", "s")
    for hint in _ANYWHERE_HINTS:
        if hint in small:
            return _ANYWHERE.search(text) is not None
    return False


def is_plain_sentence(block: Block) -> bool:
    """A long sentence in a paragraph without links may begin like a call and still be text."""
    return block.tag == "p" and not block.links and len(block.text) > 120 and block.text.rstrip()[-1:] in '.!?”"»'


def allowed_links(block: Block) -> float:
    """The share of a block's characters that may lie in links."""
    if block.tag == "p":
        return 0.95 if len(block.text) > 60 and ends_sentence(block.text) else 0.6
    if block.tag == "tr":
        return 0.85
    if block.tag == "li" and len(block.text) > 100 and ends_sentence(block.text):
        return 0.8
    if block.tag in ("li", "td", "dd", "blockquote"):
        return 0.45
    return 0.5 if len(block.text) > _SHORT else 0.3


def drop_scraps(blocks: list[Block]) -> list[Block]:
    """Without what stands before the first paragraph: kickers, names, headings but the last; datelines stay."""
    for index, block in enumerate(blocks[:_HEAD_BLOCKS]):
        if is_prose(block):
            last = index - 1
            kept = [
                at for at in range(index) if (at == last and blocks[at].tag in HEADING_TAGS) or is_filing(blocks[at])
            ]
            return [blocks[at] for at in kept] + blocks[index:]
    return blocks


def is_filing(block: Block) -> bool:
    """True for a line that says where a report was filed, by whom or from whom."""
    text = block.text
    stored = STORED_DATE.match(text)
    text = text[stored.end() :] if stored else text
    return bool(DISTRIBUTED.match(text) or read_byline(text) or read_dateline(text))


def is_prose(block: Block) -> bool:
    """True for a block that may open a text: a sentence, a long line, a list's point."""
    if block.tag in HEADING_TAGS:
        return len(block.text) > 200
    size = len(block.text)
    return (
        size >= _SHORT
        or block.tag in ("li", "tr")
        or (block.tag == "p" and size > 30)
        or (size > 25 and ends_sentence(block.text))
    )


def drop_loose_headings(blocks: list[Block]) -> list[Block]:
    """Without headings at the end, which head nothing."""
    while blocks and blocks[-1].tag in HEADING_TAGS and len(blocks[-1].text) < 200:
        blocks = blocks[:-1]
    return blocks
