"""The article's own text in a page: the box with the most running text, without what stands in it by the way."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from crawler.reading.blocks import Block, BlockReader
from crawler.reading.trim import HEADING_TAGS, SENTENCE_END, squeeze, trim_blocks

_PROSE_TAGS = frozenset({"p", "div", "section", "article", "blockquote", "td", "li", "span", "dd", "main"})
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def read_body(root: Any, title: str = "", stated: str = "") -> str:
    """Paragraphs split by one blank line ('' where the page has no article text).

    ``stated`` is the text that the page's structured data gives, if any.
    """
    body = root.find("body")
    page = BlockReader()
    page.read(root if body is None else body)
    chosen = agree(choose_blocks(page, title), stated)
    text = "\n\n".join(block.text for block in chosen)
    return text if len(text) >= 0.5 * len(stated) else stated


def agree(blocks: list[Block], stated: str) -> list[Block]:
    """Without the blocks that the text stated in structured data lacks, where both otherwise agree."""
    if not stated:
        return blocks
    whole = squeeze(stated)
    sizes = [len(squeeze(block.text)) for block in blocks]
    inside = [squeeze(block.text)[:80] in whole for block in blocks]
    common = sum(size for size, there in zip(sizes, inside, strict=True) if there)
    if common < 0.75 * sum(sizes) or common < 0.85 * len(whole):
        return blocks
    return [
        block
        for at, (block, there) in enumerate(zip(blocks, inside, strict=True))
        if there or at == 0 or block.tag in HEADING_TAGS or block.tag in ("tr", "blockquote")
    ]


def choose_blocks(page: BlockReader, title: str = "") -> list[Block]:
    """The blocks of the article's text in page order."""
    if not page.blocks:
        return []
    values = [value_of(block) for block in page.blocks]
    flagged = mark_junk(page, values)
    anchor, end = find_article_span(page, title)
    best = choose_box(page, values, flagged, anchor, end)
    spans = widen(page, values, flagged, best, anchor)
    chosen = [index for start, end in spans for index in range(start, end) if not flagged[index]]
    after = [index for index in chosen if index >= anchor]
    if sum(values[i] > 0 for i in after) < 0.5 * sum(values[i] > 0 for i in chosen):
        after = chosen
    if anchor and after and after[0] > anchor:
        lead = find_lead(page, flagged, anchor, min(after[0], anchor + 12))
        after = lead + after
    return trim_blocks([page.blocks[index] for index in after], title)


_STANDFIRST = re.compile(r"head|title|excerpt|sub|dek\b|summary|standfirst|descr|disclaimer|caption|image|photo", re.IGNORECASE)
_LEAD = re.compile(r"\blead|lede\b|intro|anons|\bspot\b|einleitung|ingress|vorspann|-lead\b", re.IGNORECASE)


def find_lead(page: BlockReader, flagged: list[bool], start: int, end: int) -> list[int]:
    """The paragraph between headline and text that opens the report.

    A standfirst (in the headline's own box, or named so) is a summary by the editors, not the lead.
    """
    for index in range(start, end):
        block = page.blocks[index]
        if flagged[index] or not 60 <= len(block.text) <= 900 or block.links > 0.2 * len(block.text):
            continue
        if SENTENCE_END.search(block.text) and block.tag not in ("li", "tr"):
            return [index] if is_lead(page, block, start) else []
    return []


def is_lead(page: BlockReader, block: Block, start: int) -> bool:
    """True for a paragraph above the text's box that is no standfirst."""
    own, outer = page.boxes[block.box], page.boxes[block.outer]
    around = page.boxes[outer.parent] if outer.parent > 0 else outer
    if own.tag != "p" and own.tag != "div":
        return False
    if any(box.tag in ("header", "hgroup") or _STANDFIRST.search(box.names) for box in (own, outer, around)):
        return False
    return outer.start >= start or bool(_LEAD.search(own.names))


def find_article_span(page: BlockReader, title: str) -> tuple[int, int]:
    """The block after the headline (0 where it is not found) and that of the next article's headline (the end)."""
    own = squeeze(title)
    anchor = 0
    if len(own) > 10:
        for index, block in enumerate(page.blocks):
            if block.tag in HEADING_TAGS and len(block.text) < 400 and squeeze(block.text) == own:
                anchor = index + 1
                if block.tag == "h1":
                    break
    if not anchor:
        anchor = next((index + 1 for index, block in enumerate(page.blocks) if block.tag == "h1"), 0)
        return anchor, len(page.blocks)
    for index in range(anchor, len(page.blocks)):
        if page.blocks[index].tag == "h1" and squeeze(page.blocks[index].text) != own:
            return anchor, index
    return anchor, len(page.blocks)


def value_of(block: Block) -> float:
    """How much a block looks like running text: positive for prose, negative for links and scraps."""
    size = len(block.text)
    if _CJK.search(block.text):
        size *= 2
    density = block.links / max(1, len(block.text))
    return min(size, 600) * (1 - 2 * min(density, 1)) - 30


def mark_junk(page: BlockReader, values: list[float]) -> list[bool]:
    """For each block: does it lie in a box whose name says junk (unless boxes of that name hold most prose)?"""
    total = sum(value for value in values if value > 0) or 1
    flagged = [False] * len(values)
    inside: dict[tuple[str, frozenset[str]], float] = {}
    for box in page.boxes:
        if box.junk:
            kind = box.tag, class_words(box.names)
            inside[kind] = inside.get(kind, 0) + sum(value for value in values[box.start : box.end] if value > 0)
    for box in page.boxes:
        if box.junk and inside[box.tag, class_words(box.names)] > (0.35 if box.junk == 1 else 0.8) * total:
            box.junk = 0
        elif box.junk:
            flagged[box.start : box.end] = [True] * (box.end - box.start)
    return flagged


_DECAY = (1.0, 0.8, 0.5, 0.3, 0.15)


def choose_box(page: BlockReader, values: list[float], flagged: list[bool], anchor: int, end: int) -> int:
    """The box that holds the most running text at little depth; names, tags and the headline's place add weight."""
    scores = [0.0] * len(page.boxes)
    for index, block in enumerate(page.blocks):
        value = values[index]
        if flagged[index] or value <= 0:
            continue
        if index < anchor or index >= end:
            value *= 0.6
        at = block.box
        if page.boxes[at].tag in ("p", "blockquote", "pre") and at:
            at = page.boxes[at].parent
        for weight in _DECAY:
            if at <= 0:
                break
            scores[at] += weight * value
            if page.boxes[at].tag == "article":
                value *= 0.15
            at = page.boxes[at].parent
    for at, box in enumerate(page.boxes):
        if not scores[at]:
            continue
        if box.body:
            scores[at] *= 1.5
        elif box.tag == "article":
            scores[at] *= 1.2
        if anchor and anchor <= box.start + 1 and box.start < anchor + 30:
            scores[at] *= 1.25
    best = max(range(len(scores)), key=lambda i: scores[i])
    return first_of_kind(page, scores, best, anchor)


def first_of_kind(page: BlockReader, scores: list[float], best: int, anchor: int) -> int:
    """On pages that go on with further articles, the first box of the best one's kind."""
    kind = page.boxes[best]
    if kind.names.strip():
        for index in range(best):
            box = page.boxes[index]
            if (
                box.names == kind.names
                and box.tag == kind.tag
                and scores[index] > 0.3 * scores[best]
                and box.start >= anchor - 1
                and box.end <= kind.start
                and find_article(page, index) != find_article(page, best)
            ):
                return index
    return best


def find_article(page: BlockReader, index: int) -> int:
    """The nearest box around this one that is an article element (-1 where there is none)."""
    while index > 0 and page.boxes[index].tag != "article":
        index = page.boxes[index].parent
    return index


_MAX_CLIMB = 7


def widen(page: BlockReader, values: list[float], flagged: list[bool], best: int, anchor: int) -> list[tuple[int, int]]:
    """Spans of blocks: the chosen box, boxes of its kind in the same article, and paragraphs beside it."""
    spans = [(page.boxes[best].start, page.boxes[best].end)]
    at = best
    for _ in range(_MAX_CLIMB):
        if page.boxes[at].tag in ("article", "main", "body"):
            break
        parent = page.boxes[at].parent
        if parent <= 0:
            break
        add_kin(page, values, flagged, parent, best, anchor, spans)
        if is_pure(page, values, flagged, parent, spans):
            spans = [(page.boxes[parent].start, page.boxes[parent].end)]
        at = parent
    return merge(spans)


def merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, without overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def add_kin(
    page: BlockReader, values: list[float], flagged: list[bool], parent: int, best: int, anchor: int, spans: list[tuple[int, int]]
) -> None:
    """Add the boxes under ``parent`` that belong to the text of the chosen one."""
    outer, kind = page.boxes[parent], page.boxes[best]
    for index in range(parent + 1, len(page.boxes)):
        box = page.boxes[index]
        if box.start >= outer.end:
            break
        if box.junk or box.end == box.start or any(s <= box.start < e for s, e in spans):
            continue
        beside = box.tag == "p" and box.parent == parent and box.start >= anchor
        if not beside and not (box.tag == kind.tag != "article" and is_alike(box.names, kind.names)):
            continue
        if sum(values[i] for i in range(box.start, box.end) if not flagged[i]) >= 40:
            spans.append((box.start, box.end))


@lru_cache(maxsize=2048)
def class_words(names: str) -> frozenset[str]:
    """Words of a class and id without the numbers that tell boxes of one kind apart."""
    return frozenset(re.findall(r"[a-z]+(?:-[a-z]+)*", names.lower()))


def is_alike(left: str, right: str) -> bool:
    """True where two boxes share at least 60 % of their names."""
    a, b = class_words(left), class_words(right)
    return bool(a and b) and len(a & b) >= 0.6 * len(a | b)


def is_pure(
    page: BlockReader, values: list[float], flagged: list[bool], index: int, spans: list[tuple[int, int]]
) -> bool:
    """True where nearly all that a box adds to the spans chosen is running text, and that is not little."""
    box = page.boxes[index]
    taken = {i for start, end in spans for i in range(start, end)}
    extra = [i for i in range(box.start, box.end) if i not in taken and not flagged[i]]
    prose = sum(len(page.blocks[i].text) for i in extra if values[i] > 40)
    chosen = sum(len(page.blocks[i].text) for i in taken if values[i] > 0)
    other = sum(len(page.blocks[i].text) for i in extra if values[i] <= 40)
    return prose > 0.2 * chosen and prose > 4 * other
