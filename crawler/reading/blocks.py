"""A page's tree to text blocks (paragraph-like runs of text) and the boxes that hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

SKIPPED_TAGS = frozenset(
    "script style noscript template svg math iframe button select option textarea input nav footer object embed "
    "audio video canvas map dialog menu head link meta source track frame frameset applet datalist".split()
)
_INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big center cite code data del dfn em font i img ins kbd label mark nobr q rb rt ruby s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
_JUNK_WORDS = frozenset(
    "share shares sharing sharebar sharethis social socials socialmedia addthis addtoany newsletter newsletters subscribe subscription "
    "signup related relateds relatednews recommend recommended recommendation recommendations outbrain taboola promo promos promoted promotion "
    "advert adverts advertisement advertising ad ads adv advertorial dfp sponsor sponsored banner banners sidebar sidebars breadcrumb breadcrumbs "
    "cookie cookies consent gdpr popup modal overlay lightbox tooltip comment comments disqus respond caption captions "
    "figcaption credit credits copyright byline bylines author authors authorbox bio biography taglist toptags topics "
    "keywords timestamp pubdate kicker sronly toolbar tools pagination pager paginator navigation nav navbar menu footer widget widgets "
    "gallery slideshow carousel slider player poll quiz survey teaser teasers trending popular mostread mostpopular "
    "latest ticker rating ratings vote donate donation login register readmore seealso alsoread morestories "
    "moreon moreover nextprev prevnext embed print noprint skip skiplink horoscope infobar "
    "cta callout crosslink crosslinks crosslinking upsell regwall masthead topbar recirculation whatsapp messenger factbox "
    "disclaimer oembed popover placeholder infobox readtime readingtime estimated".split()
)
_HARD_JUNK = frozenset(
    "cookie cookies consent gdpr comment comments disqus respond sidebar sidebars newsletter newsletters related "
    "recommended recommendations outbrain taboola footer nav menu modal popup mostread ticker".split()
)
_HIDDEN_NAMES = frozenset({"hidden", "is-hidden", "d-none", "visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text", "hide"})
_WIDGET_TEXT = frozenset({"article", "elementor", "text", "content"})
_MODIFIERS = frozenset("has with without no not enabled disabled layout template".split())
_JUNK_STEM = re.compile(r"related-|-related|related_?(?:post|news|article)|newsletter|recommend|recirc|sharethis|cookie|onetrust|read-?more|teaser[a-z]|[a-z]teaser|postmeta|post-meta|tag-?list|pull-?quote|ai-?summary|affiliate|mediainfo")
_SCRAP_WORDS = frozenset("date published publish updated update info metainfo metadata meta postinfo time label commercial overline kicker".split())
_BODY_SIGN = re.compile(
    r"article[-_ ]*(?:body|text|content|main|detail|story)|(?:entry|post|story|news|page|main|single|blog|full|inner|td-post)"
    r"[-_ ]*(?:content|body|text|article|detail|inner)|articlebody|body[-_ ]*(?:text|copy|content)|rich[-_ ]*text|newsbody",
    re.IGNORECASE,
)
_SPLIT_CLASS = re.compile(r"[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…։۔:»”\"')。！？]\s*$")
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2028\u2029\u3000\u200b\ufeff]+")
_PICTURE_TAGS = frozenset({"div", "figure", "section", "picture", "dl", "center", "table"})
_PARAGRAPH_TAGS = frozenset({"p", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
MAX_DEPTH = 300


@dataclass(slots=True)
class Box:
    """A block-level element: the blocks ``start`` to ``end`` (exclusive) lie in it."""

    tag: str
    parent: int
    names: str
    start: int
    end: int = -1
    junk: int = 0
    """0 no, 1 a name that often means junk, 2 one that nearly always does, or hidden."""
    body: bool = False
    image: bool = False
    """An image stands in it, or in a box right inside it."""


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
        self.boxes: list[Box] = [Box("root", -1, "", 0)]
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._link_chars = 0
        self._bold_chars = 0
        self._in_link = 0
        self._in_bold = 0

    def read(self, body: Any) -> None:
        """Collect everything under ``body``."""
        self._enter(body, 0, 0)
        self._flush(0, "div")
        for box in self.boxes:
            box.end = len(self.blocks) if box.end < 0 else box.end

    def _enter(self, element: Any, box: int, depth: int) -> None:
        """Read an element's text and children into ``box``."""
        tag = self.boxes[box].tag
        if element.text:
            self._add(element.text)
        for child in element:
            name = child.tag
            if isinstance(name, str) and name not in SKIPPED_TAGS:
                if name == "img":
                    self.boxes[box].image = True
                elif name == "br":
                    self._parts.append("\x00")
                elif name in _INLINE_TAGS or (name == "p" and tag == "tr"):
                    self._enter_inline(child, name, box, depth)
                elif name in ("td", "th") and tag == "tr" and is_plain_cell(child):
                    self._parts.append(" \x01 " if self._parts else "")
                    self._enter(child, box, depth + 1)
                else:
                    self._enter_block(child, name, box, depth, tag)
            if child.tail:
                self._add(child.tail)

    def _enter_inline(self, element: Any, name: str, box: int, depth: int) -> None:
        attributes = element.attrib
        if attributes and name != "a" and self._is_junk(element):
            return
        link, bold = name == "a", name in ("b", "strong")
        self._in_link += link
        self._in_bold += bold
        if depth < MAX_DEPTH:
            self._enter(element, box, depth + 1)
        self._in_link -= link
        self._in_bold -= bold

    def _enter_block(self, element: Any, name: str, box: int, depth: int, outer: str) -> None:
        self._flush(box, outer)
        names = element.get("class") or ""
        every = f"{names} {element.get('id') or ''}"
        hidden = element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or "")
        junk = 2 if hidden or name == "aside" else max(name in ("figcaption", "form"), junk_grade(every))
        if name == "figure" and element.find(".//table") is None:
            junk = max(junk, 1)
        sign = element.get("itemprop") == "articleBody" or bool(_BODY_SIGN.search(every))
        mine = len(self.boxes)
        if junk == 1 and (sign or name in ("tr", "td", "tbody")):
            junk = 0
        elif junk == 2 and not hidden and (sign or name in ("article", "main")):
            junk = 1
        self.boxes.append(Box(name, box, names, len(self.blocks), junk=junk, body=sign))
        if depth < MAX_DEPTH:
            self._enter(element, mine, depth + 1)
        self._flush(mine, name)
        self._close(self.boxes[mine])

    def _close(self, box: Box) -> None:
        """End a box; one that holds an image and little text besides is the image's, and its text a caption."""
        box.end = len(self.blocks)
        if not box.image or box.tag not in _PICTURE_TAGS:
            return
        texts = [block.text for block in self.blocks[box.start : box.end]]
        if len(texts) > 3 or sum(map(len, texts)) > 400:
            return
        box.junk = max(box.junk, 1)
        outer = self.boxes[box.parent]
        outer.image = outer.image or outer.start == box.start

    @staticmethod
    def _is_junk(element: Any) -> bool:
        names = element.get("class")
        if names and junk_grade(names):
            return True
        return bool(_HIDDEN_STYLE.search(element.get("style") or ""))

    def _add(self, text: str) -> None:
        self._parts.append(text)
        if self._in_link:
            self._link_chars += len(text)
        elif self._in_bold:
            self._bold_chars += len(text)

    def _flush(self, box: int, tag: str) -> None:
        """Close the current run of text as one block, or several where line breaks part paragraphs."""
        if not self._parts:
            return
        raw = "".join(self._parts)
        self._parts.clear()
        links, bold = self._link_chars, self._bold_chars
        self._link_chars = self._bold_chars = 0
        for text in split_lines(raw):
            share = len(text) / max(1, len(raw))
            outer = self.boxes[box].parent if tag in _PARAGRAPH_TAGS else box
            self.blocks.append(Block(text, tag, box, int(links * share), bold * share > 0.8 * len(text), outer))


def is_plain_cell(cell: Any) -> bool:
    """True for a table cell that holds a figure or a name rather than a page's column."""
    size = len(cell.text or "")
    for element in cell.iterdescendants():
        if not (element.tag in _INLINE_TAGS or element.tag in ("br", "p")):
            return False
        size += len(element.text or "") + len(element.tail or "")
        if size > 200:
            return False
    return size <= 200


def split_lines(raw: str) -> list[str]:
    """Paragraphs of a run of text in which ``\\x00`` marks line breaks; single breaks inside a sentence join."""
    if "\x01" in raw:
        raw = " | ".join(cell for cell in (cell.replace("\x00", " ").strip() for cell in raw.split("\x01")) if cell)
    if "\x00" not in raw:
        text = _SPACE.sub(" ", raw).strip()
        return [text] if text else []
    found: list[str] = []
    gap = True
    for piece in raw.split("\x00"):
        text = _SPACE.sub(" ", piece).strip()
        if not text:
            gap = True
            continue
        if gap or not found or _SENTENCE_END.search(found[-1]):
            found.append(text)
        else:
            found[-1] += " " + text
        gap = False
    return found


@lru_cache(maxsize=4096)
def junk_grade(names: str) -> int:
    """How surely a class or id says that a box is no part of the article's text: 0 no, 1 often, 2 nearly always."""
    grade = 0
    for name in names.split():
        if ":" in name or "[" in name:
            continue
        if name in _HIDDEN_NAMES:
            return 2
        words = {word.lower() for word in _SPLIT_CLASS.split(name)}
        if words & _JUNK_WORDS and not words & _MODIFIERS and not ("widget" in words and words & _WIDGET_TEXT):
            grade = max(grade, 2 if words & _HARD_JUNK else 1)
        elif _JUNK_STEM.search(name.lower()):
            grade = max(grade, 1)
    return grade
