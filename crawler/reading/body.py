"""The article's own text in a page: the box with the most running text, without what stands in it by the way."""

from __future__ import annotations

import re
from collections.abc import Callable

from crawler.reading.blocks import Block, BlockReader
from crawler.reading.chooser import Chooser
from crawler.reading.document import Document
from crawler.reading.stamps import ends_sentence
from crawler.reading.trim import HEADING_TAGS, squeeze, trim_blocks

_STANDFIRST = re.compile(
    r"head|title|excerpt|sub|dek\b|summary|standfirst|descr|disclaimer|caption|image|photo", re.IGNORECASE
)
_LEAD = re.compile(r"\blead|lede\b|intro|anons|\bspot\b|einleitung|ingress|vorspann|-lead\b", re.IGNORECASE)
_LEAD_SIZE = range(60, 900)
_LEAD_BLOCKS = 12


Keep = Callable[[list[str]], list[int]]
"""Chooses among the lines of a text those that are the article's (their indexes)."""


def read_body(document: Document, title: str = "", stated: str = "", keep: Keep | None = None) -> str:
    """Paragraphs split by one blank line ('' where the page has no article text).

    ``title`` is the headline, by which the article is found among others; ``stated`` the text that the page's
    structured data gives, if any: it is a check on the text found, and stands in where hardly any is found;
    ``keep`` is what the publisher's entry says of its lines.
    """
    page = BlockReader()
    page.read(document.body)
    chosen = agree(choose_blocks(page, title, keep), stated)
    text = "\n\n".join(block.text for block in chosen)
    return text if len(text) >= 0.5 * len(stated) else stated


def choose_blocks(page: BlockReader, title: str = "", keep: Keep | None = None) -> list[Block]:
    """The blocks of the article's text in page order."""
    if not page.blocks:
        return []
    chooser = Chooser(page, title)
    chosen = [index for start, end in chooser.choose() for index in range(start, end) if not chooser.flagged[index]]
    after = [index for index in chosen if index >= chooser.anchor]
    if sum(chooser.values[i] > 0 for i in after) < 0.5 * sum(chooser.values[i] > 0 for i in chosen):
        after = chosen
    elif chooser.anchor and after and after[0] > chooser.anchor:
        after = find_lead(chooser, after[0]) + after
    blocks = [page.blocks[index] for index in after]
    if keep:
        blocks = [blocks[index] for index in keep([block.text for block in blocks])]
    return trim_blocks(blocks, title)


def find_lead(chooser: Chooser, first: int) -> list[int]:
    """The paragraph between headline and text that opens the report (an index, or nothing).

    A standfirst (in the headline's own box, or named so) is a summary by the editors, not the lead.
    """
    for index in range(chooser.anchor, min(first, chooser.anchor + _LEAD_BLOCKS)):
        block = chooser.page.blocks[index]
        if chooser.flagged[index] or len(block.text) not in _LEAD_SIZE or block.links > 0.2 * len(block.text):
            continue
        if ends_sentence(block.text) and block.tag not in ("li", "tr"):
            return [index] if is_lead(chooser, block) else []
    return []


def is_lead(chooser: Chooser, block: Block) -> bool:
    """True for a paragraph above the text's box that is no standfirst."""
    boxes = chooser.page.boxes
    own, outer = boxes[block.box], boxes[block.outer]
    around = boxes[outer.parent] if outer.parent > 0 else outer
    if own.tag not in ("p", "div"):
        return False
    if any(box.tag in ("header", "hgroup") or _STANDFIRST.search(box.names) for box in (own, outer, around)):
        return False
    return outer.start >= chooser.anchor or not own.names or bool(_LEAD.search(own.names))


def agree(blocks: list[Block], stated: str) -> list[Block]:
    """Without the blocks that the text stated in structured data lacks, where both otherwise agree."""
    if not stated or all(block.text in stated for block in blocks):
        return blocks
    whole = squeeze(stated)
    keys = [squeeze(block.text) for block in blocks]
    inside = [key[:80] in whole for key in keys]
    common = sum(len(key) for key, there in zip(keys, inside, strict=True) if there)
    if common < 0.75 * sum(map(len, keys)) or common < 0.85 * len(whole):
        return blocks
    spared = HEADING_TAGS | {"tr", "blockquote"}
    return [block for at, block in enumerate(blocks) if inside[at] or at == 0 or block.tag in spared]
