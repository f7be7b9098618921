"""A page's tree to text blocks (paragraph-like runs of text) and the boxes that hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.reading.document import (
    COMMENT,
    COMMENT_NUMBER,
    MAX_DEPTH,
    TEXT,
    TEXT_NUMBER,
    Element,
    children_of,
    number_of,
    own_text,
)
from crawler.reading.names import MAX_NAMES, REMEMBERED, judge_names

SKIPPED_TAGS = frozenset(
    """script style noscript template svg math iframe button select option textarea input nav footer object embed
    audio video canvas map dialog menu head title link meta source track frame frameset applet datalist""".split()  # noqa: SIM905
)
_INLINE_TAGS = frozenset(
    """a abbr acronym b bdi bdo big center cite code data del dfn em font i img ins kbd label mark nobr q rb rt ruby s
    samp small span strike strong sub sup time tt u var wbr""".split()  # noqa: SIM905
)
_PICTURE_TAGS = frozenset({"div", "figure", "section", "picture", "dl", "center", "table"})
_PLAIN_TAGS = frozenset({"p", "div", "li", "ul", "h2", "h3", "tr", "td", "tbody", "table", "section"})
_PARAGRAPH_TAGS = frozenset({"p", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…։۔:»”\"')。！？]\s*$")
_SKIP, _INLINE, _LINK, _IMAGE, _BREAK, _CELL, _PARAGRAPH, _BLOCK, _TEXT = range(9)
_KINDS: dict[str, int] = (
    dict.fromkeys(_INLINE_TAGS, _INLINE)
    | {"a": _LINK, "img": _IMAGE, "br": _BREAK, "td": _CELL, "th": _CELL, "p": _PARAGRAPH}
    | dict.fromkeys(SKIPPED_TAGS, _SKIP)
)
"""How the walk goes on at a tag; one that is not named here is a block."""
_kind_of = ({number_of(tag): kind for tag, kind in _KINDS.items()} | {TEXT_NUMBER: _TEXT, COMMENT_NUMBER: _SKIP}).get
_name_of = {
    number_of(tag): tag
    for tag in """article aside blockquote dd details div dl dt fieldset figcaption figure form h1 h2 h3 h4 h5 h6 header
    hr li main ol p picture pre section summary table tbody td th thead tr ul""".split()  # noqa: SIM905
}.get
"""The usual blocks by their numbers: looked up in a quarter of the time that lexbor takes to say a name."""
_BOLD_NUMBERS = frozenset({number_of("b"), number_of("strong")})
_BLOCK_STYLE = re.compile(r"display\s*:\s*block")
_ON_DEMAND = re.compile(
    r"tool-?tip|pop-?up|modal|share|social|hid(?:e|den)|sr-?only|reader|d-none|comment|\bads?\b|adv|foot-?note"
)
_FEW = 60
_CAPTION_CHARS = 400
_FORM_CHARS = 200
"""The most text beside an image, or a form, that belongs to it."""
_CELL_CHARS = 200
"""The most text of a table's cell that is no column of the page."""


class Box:
    """A block-level element: the blocks ``start`` to ``end`` (exclusive) lie in it."""

    names = ""
    end = -1
    junk = 0
    """0 no, 1 a name that often means junk, 2 one that nearly always does, or hidden."""
    body = False
    image = False
    """An image stands in it, or in a box right inside it."""
    form = False
    """A form stands right in it."""

    def __init__(self, tag: str, parent: int, start: int) -> None:
        self.tag, self.parent, self.start = tag, parent, start


@dataclass(slots=True)
class Block:
    """One run of text; ``links`` is the number of its characters that lie in links."""

    text: str
    tag: str
    box: int
    links: int
    bold: bool = False
    outer: int = 0
    """The box around the block's own paragraph."""


class BlockReader:
    """Walks a tree once and collects its boxes and blocks in document order."""

    def __init__(self) -> None:
        self.boxes: list[Box] = [Box("root", -1, 0)]
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._link_chars = 0
        self._bold_chars = 0
        self._in_link = 0
        self._in_bold = 0

    def read(self, body: Element) -> None:
        """Collect everything under ``body``."""
        self._enter(body, 0, "root", 0)
        self._flush(0, "div")
        for box in self.boxes:
            box.end = len(self.blocks) if box.end < 0 else box.end

    def _enter(self, element: Element, box: int, tag: str, depth: int) -> None:
        """Read an element's text and children into ``box``, whose tag is ``tag``."""
        parts = self._parts
        child = element.first_child
        while child is not None:
            number = child.tag_id
            kind = _kind_of(number, _BLOCK)
            if kind == _TEXT:
                if parts or not child.is_empty_text_node:
                    self._add(child.text_content or "")
            elif kind == _BLOCK or (kind == _PARAGRAPH and tag != "tr"):
                if parts:
                    self._flush(box, tag)
                self._enter_block(child, _name_of(number) or child.tag or "", box, depth)
            elif kind == _LINK:
                if depth < MAX_DEPTH:
                    self._in_link += 1
                    self._enter(child, box, tag, depth + 1)
                    self._in_link -= 1
            elif kind == _INLINE:
                self._enter_inline(child, box, depth, tag, bold=number in _BOLD_NUMBERS)
            elif kind:
                self._enter_other(child, child.tag or "", kind, box, depth, tag)
            child = child.next

    def _enter_other(self, child: Element, name: str, kind: int, box: int, depth: int, tag: str) -> None:
        if kind == _PARAGRAPH:  # in a table's row
            self._enter_inline(child, box, depth, tag)
        elif kind == _IMAGE:
            self.boxes[box].image = True
        elif kind == _BREAK:
            self._parts.append("\x00")
        elif kind == _CELL and tag == "tr" and is_plain_cell(child):
            self._parts.append(" \x01 " if self._parts else "")
            self._enter(child, box, tag, depth + 1)
        else:
            if self._parts:
                self._flush(box, tag)
            self._enter_block(child, name, box, depth)

    def _enter_inline(self, element: Element, box: int, depth: int, tag: str, *, bold: bool = False) -> None:
        attributes = element.attributes
        names, style = (attributes.get("class") or "")[:MAX_NAMES], attributes.get("style")
        if self._is_junk(names, style) and not self._is_in_sentence(element):
            return
        apart = style and _BLOCK_STYLE.search(style)
        if apart:
            self._parts.append("\x00\x00")
        self._in_bold += bold
        if depth < MAX_DEPTH:
            self._enter(element, box, tag, depth + 1)
        self._in_bold -= bold
        if apart:
            self._parts.append("\x00\x00")

    def _enter_block(self, element: Element, name: str, box: int, depth: int) -> None:
        boxes, blocks = self.boxes, self.blocks
        mine, start = len(boxes), len(blocks)
        here = Box(name, box, start)
        boxes.append(here)
        if depth < MAX_DEPTH:
            self._enter(element, mine, name, depth + 1)
        if self._parts:
            self._flush(mine, name)
        if name == "form":
            boxes[box].form = True
        end = here.end = len(blocks)
        if end > start:
            attributes = element.attributes
            if attributes or name not in _PLAIN_TAGS:
                here.names, here.junk, here.body = judge_box(element, name, attributes)
        if here.image or here.form:
            self._close(here)
        if end == start:
            boxes.pop()  # it holds no text, nor does what stood in it

    def _close(self, box: Box) -> None:
        """A box that holds an image or a form and little text besides is the image's or form's own."""
        if box.tag not in _PICTURE_TAGS:
            return
        inside = self.blocks[box.start : box.end]
        most = _CAPTION_CHARS if box.image else _FORM_CHARS
        if len(inside) > 3 or sum(len(block.text) for block in inside) > most or any(b.tag == "h1" for b in inside):
            return
        box.junk = max(box.junk, 1)
        if box.image:
            outer = self.boxes[box.parent]
            outer.image = outer.image or outer.start == box.start

    @staticmethod
    def _is_junk(names: str, style: str | None) -> bool:
        return bool((names and judge_names(names)[0]) or (style and _HIDDEN_STYLE.search(style)))

    def _is_in_sentence(self, element: Element) -> bool:
        """Whether a few words are their sentence's own, whatever their name ("At <span class=ticker>X</span>, we").

        What shows on demand is no part of the sentence.
        """
        before = self._parts[-1] if self._parts else ""
        following = element.next
        after = (following.text_content or "") if following is not None else ""
        if not (before.strip() and after.strip()) or _SENTENCE_END.search(before) or children_of(element):
            return False
        words, attributes = own_text(element), element.attributes
        names = (attributes.get("class") or "").lower()
        return 0 < len(words) <= _FEW and not attributes.get("style") and not _ON_DEMAND.search(names)

    def _add(self, text: str) -> None:
        parts = self._parts
        if not parts and text.isspace():
            return
        parts.append(text)
        if self._in_link:
            self._link_chars += len(text)
        elif self._in_bold:
            self._bold_chars += len(text)

    def _flush(self, box: int, tag: str) -> None:
        """Close the current run of text as one block, or several where line breaks part paragraphs."""
        parts = self._parts
        raw = parts[0] if len(parts) == 1 else "".join(parts)
        parts.clear()
        outer = self.boxes[box].parent if tag in _PARAGRAPH_TAGS else box
        links, bold = self._link_chars, self._bold_chars
        if not links and not bold:
            for text in split_lines(raw):
                self.blocks.append(Block(text, tag, box, 0, False, outer))
            return
        self._link_chars = self._bold_chars = 0
        for text in split_lines(raw):
            share = len(text) / len(raw)
            self.blocks.append(Block(text, tag, box, int(links * share), bold * share > 0.8 * len(text), outer))


def judge_box(element: Element, name: str, attributes: dict[str, str | None]) -> tuple[str, int, bool]:
    """Class names of a box, how surely it is junk, and whether its names say that it holds the text."""
    of = attributes.get
    names, own, style = (of("class") or "")[:MAX_NAMES], of("id"), of("style")
    if own or name == "figure" or "itemprop" in attributes:
        grade, sign = judge_names(names)
        its_grade, its_sign = judge_names(own[:MAX_NAMES]) if own else (0, False)
        sign = sign or its_sign or of("itemprop") == "articleBody"
        bare = name == "figure" and is_bare_figure(element)
        grade = grade_box(name, max(grade, its_grade), sign, bare=bare)
    else:
        grade, sign = _judge_classes(name, names)
    if "hidden" in attributes or (style and _HIDDEN_STYLE.search(style)):
        grade = 2
    return names, grade, sign


@lru_cache(maxsize=REMEMBERED)
def _judge_classes(name: str, names: str) -> tuple[int, bool]:
    """How surely a box, no figure, that has these class names and no id is junk, and whether it holds the text."""
    grade, sign = judge_names(names)
    return grade_box(name, grade, sign), sign


def grade_box(name: str, grade: int, sign: bool, *, bare: bool = False) -> int:
    """How surely a box is no part of the text, by its tag, the grade of its names and whether it is the text's own.

    ``bare``: it is a figure without a table.
    """
    if name == "aside":
        grade = 2
    elif grade == 0 and (bare or name in ("figcaption", "form")):
        grade = 1
    if grade == 1 and (sign or name in ("tr", "td", "tbody")):
        return 0
    if grade == 2 and (sign or name in ("article", "main")):
        return 1
    return grade


def is_bare_figure(figure: Element) -> bool:
    """True for a figure without a table."""
    return all(inner.tag != "table" for inner in figure.traverse())


def is_plain_cell(cell: Element) -> bool:
    """True for a table cell that holds a figure or a name rather than a page's column."""
    size = 0
    for node in cell.traverse(include_text=True):
        tag = node.tag
        if tag == TEXT:
            size += len(node.text_content or "")
            if size > _CELL_CHARS:
                return False
        elif not (tag in _INLINE_TAGS or tag in ("br", "p", "td", "th", COMMENT)):
            return False
    return True


def join_words(text: str) -> str:
    """One line: white space joined, zero-width spaces out; joiners and soft hyphens stay, they belong to words."""
    if not text.isascii():
        text = text.replace("\u200b", "").replace("\ufeff", "")
    return " ".join(text.split())


def split_lines(raw: str) -> list[str]:
    """Paragraphs of a run of text in which ``\\x00`` marks line breaks; single breaks inside a sentence join."""
    if "\x01" in raw:
        raw = " | ".join(cell for cell in (cell.replace("\x00", " ").strip() for cell in raw.split("\x01")) if cell)
    if "\x00" not in raw:
        text = join_words(raw)
        return [text] if text else []
    found: list[list[str]] = []
    gap = True
    for piece in raw.split("\x00"):
        text = join_words(piece)
        if not text:
            gap = True
            continue
        if gap or not found or _SENTENCE_END.search(found[-1][-1]):
            found.append([text])
        else:
            found[-1].append(text)
        gap = False
    return [" ".join(lines) for lines in found]
