"""From a publisher's bytes to text that a feed parser can take: charset, kind of document, guards.

Charsets are decided here once, from a short list, because publishers declare wrong ones and because some of
Python's codecs (punycode, unicode_escape) are no charsets or take quadratic time.
"""

from __future__ import annotations

import codecs
import re
import zlib
from html import escape
from html.entities import html5

from wirewatch.errors import UnreadableError

MAX_UNPACKED = 16 * 2**20
"""Bytes taken of a gzipped document, against bombs."""

_GZIP = b"\x1f\x8b\x08"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE_STARTS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"), (b"{\x00", "utf-16-le"), (b"\x00{", "utf-16-be"))

_CHARSET = re.compile(r"(?:windows-?|cp|iso-?8859-?|koi8-?|macintosh|gb|big5|euc-|shift|iso-2022-|us-ascii|latin|utf)")
_DECLARED = re.compile(rb"""\A\s{0,100}<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]+")

# Attributes this long occur in attacks only; feedparser and libxml2 take quadratic time over them.
_LONG_TAG = re.compile(r"<[^!<>][^<>]{65535}")
_PERSON = re.compile(
    r"<(?:[\w.-]{1,30}:)?(?:author|creator|name|contributor|managingEditor|webMaster|publisher|owner)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_MAX_PERSON = 1_000
_SPACE = re.compile(r"\s*")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:(\w{1,32});)?")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def decode(body: bytes, content_type: str | None) -> str:
    """The text of ``body``: by its byte-order mark, else as UTF-8 if it is that, else as declared, else guessed.

    A document that is gzipped itself (``sitemap.xml.gz``) is unpacked, up to ``MAX_UNPACKED`` bytes.
    """
    if body.startswith(_GZIP):
        body = _unpack(body)
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    for start, charset in _WIDE_STARTS:
        if body.startswith(start):
            return body.decode(charset, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(body, content_type)


def _unpack(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_UNPACKED)
    except zlib.error:
        return b""


def _decode_other(body: bytes, content_type: str | None) -> str:
    for charset in _declared_charsets(body, content_type):
        if charset == "utf-8":
            continue  # it is not, or not wholly
        try:
            return body.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode(_guess_charset(body), "replace")


def _declared_charsets(body: bytes, content_type: str | None) -> list[str]:
    in_xml = _DECLARED.match(body)
    in_header = _HEADER_CHARSET.search(content_type or "")
    names = [in_xml[1].decode("ascii", "replace")] if in_xml else []
    names += [in_header[1]] if in_header else []
    return [_normal_charset(name) for name in names if _CHARSET.match(name.lower())]


def _normal_charset(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return "utf-8"
    # Browsers read these two as their supersets; so do publishers.
    return {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "utf-7": "utf-8"}.get(codec, codec)


def _guess_charset(body: bytes) -> str:
    """UTF-8 with a few broken characters, Cyrillic (whole words of high bytes) or Western Europe."""
    sample = body[:200_000]
    wrong = sample.decode("utf-8", "replace").count("\ufffd")
    runs = _HIGH.findall(sample)
    high = sum(map(len, runs))
    if wrong * 10 < high or not runs:
        return "utf-8"
    return "cp1251" if high / len(runs) > 3 else "cp1252"


def drop_prolog(text: str) -> str:
    """``text`` from its first element on: without declaration, comments and DOCTYPE, so without own entities.

    Entity bombs and addresses in DTDs go with it. A document that ends before an element gives ''.
    """
    position = 0
    while True:
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
        if text.startswith("<!--", position):
            end = text.find("-->", position) + 3
        elif text.startswith("<?", position):
            end = text.find(">", position) + 1
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            end = _end_of_doctype(text, position)
        else:
            return text[position:]
        if end <= position:
            return ""
        position = end


def _end_of_doctype(text: str, start: int) -> int:
    """Behind ``<!DOCTYPE … [ … ]>``; 0 where it is not closed."""
    close = text.find(">", start)
    subset = text.find("[", start, max(close, 0))
    if subset >= 0:
        close = text.find(">", text.find("]>", subset))
        return close + 1 if "]>" in text[subset : close + 1] else 0
    return close + 1


def clean_xml(text: str) -> str:
    """``text`` without characters that no XML document may hold and without a person's name of a novel's length.

    Raises:
        UnreadableError: a tag is so long that parsers would take minutes (``too-complex``).
    """
    if _LONG_TAG.search(text):
        raise UnreadableError("too-complex", "a tag of more than 65,536 characters")
    return _cut_persons(_escape_ampersands(_NOT_XML.sub("", text)))


def _escape_ampersands(text: str) -> str:
    """Bare ampersands escaped and HTML's named characters written out, everywhere but in CDATA.

    Without this one ``R&D`` turns a whole feed over to a parser that guesses (and reads ``R&D;``).
    """
    parts, position = [], 0
    while (begin := text.find("<![CDATA[", position)) >= 0:
        end = text.find("]]>", begin)
        end = len(text) if end < 0 else end
        parts += [_AMPERSAND.sub(_escape_one, text[position:begin]), text[begin:end]]
        position = end
    parts.append(_AMPERSAND.sub(_escape_one, text[position:]))
    return "".join(parts)


def _escape_one(match: re.Match[str]) -> str:
    char = html5.get(f"{match[1]};") if match[1] else None
    return escape(char) if char else f"&amp;{match[0][1:]}"


def _cut_persons(text: str) -> str:
    """Feedparser looks for mail addresses in names in quadratic time: no name is longer than a line."""
    kept, begin = [], 0
    for match in _PERSON.finditer(text):
        if match.end() < begin or text.find("</", match.end(), match.end() + _MAX_PERSON) >= 0:
            continue
        close = text.find("</", match.end())
        kept.append(text[begin : match.end()])
        begin = len(text) if close < 0 else close
    return "".join(kept) + text[begin:] if kept else text
