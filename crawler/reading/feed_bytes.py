"""From a publisher's bytes to text: which charset they are in.

Charsets are decided here once, from a short list, because publishers declare wrong ones and because some of
Python's codecs (punycode, unicode_escape) are no charsets or take quadratic time.
"""

from __future__ import annotations

import codecs
import re
import zlib

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
