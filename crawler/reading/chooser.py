"""Which boxes of a page hold its article: by running text, names, depth and nearness to the headline.

Every box gets a score from the blocks of running text in it; a block counts less the deeper it lies below the
box, and little across the border of an article element, so that the box right around the paragraphs wins over
the page, and a list of teasers over nothing. The best box is then widened by boxes of its own kind and by
neighbours that are nearly all text, since many publishers part one text into several boxes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise

from crawler.reading.blocks import Block, BlockReader, Box
from crawler.reading.names import class_words, is_alike
from crawler.reading.trim import HEADING_TAGS, squeeze

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONG = 600
"""Characters beyond which a block is worth no more."""
_TEASERS = 3
_TEASER_BLOCKS = range(2, 5)
_TEASER_TITLE = 20
_TEASER_TEXT = 250
"""A teaser: its blocks, and the fewest and most characters of its headline and of the text besides."""
_OWN_TEXT = 50
"""The value of a paragraph that makes a page more than a list of teasers."""
_DECAY = (1.0, 0.8, 0.5, 0.3, 0.15)
"""What a block counts for its own box, the box around that, and so on."""
_BORDER = 0.15
"""What remains of a block's weight outside the article element it stands in."""
_FAR = 0.6
"""What a block before the headline or after the next one's counts."""
_JUNK_SHARE = (0.0, 0.35, 0.8)
"""By grade: a box named junk that holds more than this share of the page's prose is no junk."""
_MAX_CLIMB = 7
_MIN_KIN = 40.0
_SCRAP = 40.0

Span = tuple[int, int]


def value_of(block: Block) -> float:
    """How much a block looks like running text: positive for prose, negative for links and scraps."""
    text = block.text
    size = len(text)
    share = min(block.links / size, 1) if block.links else 0.0
    if size < _LONG and not text.isascii() and _CJK.search(text):
        size *= 2
    return min(size, _LONG) * (1 - 2 * share) - 30


def find_article_span(page: BlockReader, title: str) -> Span:
    """The block after the headline (0 where it is not found) and that of the next article's headline (or the end)."""
    own = squeeze(title)
    anchor = _find_headline(page, own) if len(own) > 10 else 0
    heads = [index for index, block in enumerate(page.blocks) if block.tag == "h1"]
    if not anchor:
        return (heads[0] + 1 if heads else 0), len(page.blocks)
    later = (index for index in heads if index >= anchor and squeeze(page.blocks[index].text) != own)
    return anchor, next(later, len(page.blocks))


def _find_headline(page: BlockReader, own: str) -> int:
    """The block after the last heading that equals the headline, an h1 before others; 0 where there is none."""
    anchor = 0
    for index, block in enumerate(page.blocks):
        if block.tag in HEADING_TAGS and len(block.text) < 400 and squeeze(block.text) == own:
            anchor = index + 1
            if block.tag == "h1":
                break
    return anchor


@dataclass(slots=True, init=False)
class Chooser:
    """One page's choice: ``values`` and ``flagged`` (in a junk box) a block, ``anchor`` and ``end`` of the article.

    ``teasers`` are the blocks of teasers of other stories.
    """

    page: BlockReader
    values: list[float]
    flagged: list[bool]
    anchor: int
    end: int
    teasers: frozenset[int]

    def __init__(self, page: BlockReader, title: str = "") -> None:
        self.page = page
        self.values = [value_of(block) for block in page.blocks]
        self.flagged = [False] * len(page.blocks)
        self.anchor, self.end = find_article_span(page, title)
        self._flag_junk()

    def choose(self) -> list[Span]:
        """Spans of blocks that hold the article's text, in page order."""
        return self._widen(self._choose_box())

    def _flag_junk(self) -> None:
        """Flag the blocks of junk boxes and of the headline's header, unless they hold much of the page's prose."""
        prose = [0.0, *accumulate(max(value, 0.0) for value in self.values)]
        inside: dict[tuple[str, frozenset[str]], float] = {}
        for box in self.page.boxes:
            if box.tag in ("header", "hgroup") and box.start < self.anchor <= box.end:
                box.junk = max(box.junk, 1)
        named = [box for box in self.page.boxes if box.junk]
        telling = [(box, (box.tag, class_words(box.names))) for box in named if prose[box.end] > prose[box.start]]
        for box, kind in telling:
            inside[kind] = inside.get(kind, 0.0) + prose[box.end] - prose[box.start]
        for box, kind in telling:
            if inside[kind] > _JUNK_SHARE[box.junk] * (prose[-1] or 1):
                box.junk = 0
        for box in named:
            if box.junk:
                self.flagged[box.start : box.end] = [True] * (box.end - box.start)
        self.teasers = self._flag_teasers()

    def _flag_teasers(self) -> frozenset[int]:
        """Flag boxes of one kind that each hold a linked headline and a few words: other stories, not this one.

        They often hold more text than a short report. Where there is no other text the page is of teasers alone.
        """
        kinds: dict[tuple[str, str], list[Box]] = {}
        for box in self.page.boxes:
            if box.end - box.start in _TEASER_BLOCKS and not self.flagged[box.start] and self._is_teaser(box):
                kinds.setdefault((box.tag, box.names), []).append(box)
        spans = [(box.start, box.end) for boxes in kinds.values() if len(boxes) >= _TEASERS for box in boxes]
        inside = {index for start, end in spans for index in range(start, end)}
        others = (index for index in range(self.anchor, len(self.values)) if index not in inside)
        if not inside or not any(self.values[index] >= _OWN_TEXT and not self.flagged[index] for index in others):
            return frozenset()
        for index in inside:
            self.flagged[index] = True
        return frozenset(inside)

    def _is_teaser(self, box: Box) -> bool:
        blocks = self.page.blocks[box.start : box.end]
        linked = [
            block for block in blocks[:2] if block.links > 0.9 * len(block.text) and len(block.text) > _TEASER_TITLE
        ]
        return bool(linked) and sum(len(block.text) for block in blocks if block not in linked) < _TEASER_TEXT

    def _choose_box(self) -> int:
        scores = self._score_boxes()
        for at, box in enumerate(self.page.boxes):
            if scores[at]:
                scores[at] *= self._weight_of(box)
        best = max(range(len(scores)), key=lambda index: scores[index])
        return self._first_of_kind(scores, best)

    def _score_boxes(self) -> list[float]:
        boxes = self.page.boxes
        scores = [0.0] * len(boxes)
        for index, block in enumerate(self.page.blocks):
            value = self.values[index]
            if self.flagged[index] or value <= 0:
                continue
            if not self.anchor <= index < self.end:
                value *= _FAR
            at = boxes[block.box].parent if boxes[block.box].tag in ("p", "blockquote", "pre") else block.box
            for weight in _DECAY:
                if at <= 0:
                    break
                scores[at] += weight * value
                value *= _BORDER if boxes[at].tag == "article" else 1.0
                at = boxes[at].parent
        return scores

    def _weight_of(self, box: Box) -> float:
        weight = 1.5 if box.body else 1.2 if box.tag == "article" else 1.0
        near = self.anchor and self.anchor - 1 <= box.start < self.anchor + 30
        return weight * 1.25 if near else weight

    def _first_of_kind(self, scores: list[float], best: int) -> int:
        """On pages that go on with further articles, the first box of the best one's kind."""
        kind = self.page.boxes[best]
        if not kind.names.strip():
            return best
        for index, box in enumerate(self.page.boxes[:best]):
            alike = box.names == kind.names and box.tag == kind.tag and scores[index] > 0.3 * scores[best]
            before = self.anchor - 1 <= box.start and box.end <= kind.start
            if alike and before and self._article_of(index) != self._article_of(best):
                return index
        return best

    def _article_of(self, index: int) -> int:
        """The nearest box around this one that is an article element (0 or less where there is none)."""
        while index > 0 and self.page.boxes[index].tag != "article":
            index = self.page.boxes[index].parent
        return index

    def _widen(self, best: int) -> list[Span]:
        """The chosen box with boxes of its kind in the same article, and paragraphs beside it."""
        boxes = self.page.boxes
        spans = [(boxes[best].start, boxes[best].end)]
        at = best
        for _ in range(_MAX_CLIMB):
            parent = boxes[at].parent
            if parent <= 0 or boxes[at].tag in ("article", "main", "body"):
                break
            spans += self._find_kin(parent, boxes[best], spans)
            if self._is_pure(boxes[parent], spans):
                spans = [(boxes[parent].start, boxes[parent].end)]
            at = parent
        return merge(spans)

    def _find_kin(self, parent: int, kind: Box, spans: list[Span]) -> list[Span]:
        """Boxes under ``parent`` that belong to the text of the chosen one."""
        boxes, found = self.page.boxes, list(spans)
        tag, last = kind.tag, boxes[parent].end
        for box in islice(boxes, parent + 1, None):
            if box.start >= last:
                break
            if box.junk or (box.tag != tag and box.tag != "p"):
                continue
            beside = box.tag == "p" and box.parent == parent and box.start >= self.anchor
            if not (beside or is_kin(box, kind)) or is_within(box.start, found):
                continue
            if self._prose_in(box) >= _MIN_KIN:
                found.append((box.start, box.end))
        return found[len(spans) :]

    def _prose_in(self, box: Box) -> float:
        return sum(self.values[i] for i in range(box.start, box.end) if not self.flagged[i])

    def _is_pure(self, box: Box, spans: list[Span]) -> bool:
        """True where nearly all that a box adds to the spans chosen is running text, and that is not little."""
        blocks, values = self.page.blocks, self.values
        taken = {index for start, end in spans for index in range(start, end)}
        extra = [index for index in range(box.start, box.end) if index not in taken and not self.flagged[index]]
        prose = sum(len(blocks[index].text) for index in extra if values[index] > _SCRAP)
        if not prose:
            return False
        other = sum(len(blocks[index].text) for index in extra if values[index] <= _SCRAP)
        other += sum(len(blocks[index].text) for index in self.teasers if box.start <= index < box.end)
        chosen = sum(len(blocks[index].text) for index in taken if values[index] > 0)
        return prose > 0.2 * chosen and prose > 4 * other


def is_kin(box: Box, kind: Box) -> bool:
    """True for two boxes of one tag and like names; another article element is another article."""
    return box.tag == kind.tag != "article" and is_alike(box.names, kind.names)


def is_within(index: int, spans: list[Span]) -> bool:
    """True where one of the spans holds the block."""
    return any(start <= index < end for start, end in spans)


def merge(spans: list[Span]) -> list[Span]:
    """The spans in order, without overlap."""
    ordered = sorted(spans)
    kept = ordered[:1]
    for _, (start, end) in pairwise(ordered):
        if start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept
