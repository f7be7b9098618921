"""Bytes of a page to text: byte order mark, HTTP header, the page's own declaration, then a careful guess."""

from __future__ import annotations

import re

from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

_CONTROL_BYTES = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_GUESS_BYTES = 60_000
_WEB_ENCODINGS = (
    "cp1252", "cp1254", "cp1251", "cp1256", "cp1250", "cp1253", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
)  # fmt: skip
_NO_CHARSETS = frozenset(
    {
        "base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib",
        "idna", "punycode", "unicodeescape", "rawunicodeescape", "undefined",
    }
)  # fmt: skip
"""Codecs of Python that turn bytes into something else than text, or take quadratic time for it."""


def decode_page(body: bytes, content_type: str | None = None) -> str:
    """The text of ``body`` without control characters; bytes that fit no encoding become U+FFFD.

    Bytes that are valid UTF-8 beyond ASCII are read so, whatever the page declares; a declared charset
    that breaks many characters gives way to the best guess.
    """
    return decode_both(body, content_type)[0]


def decode_both(body: bytes, content_type: str | None = None) -> tuple[str, bytes | None]:
    """What :func:`decode_page` gives, and its UTF-8 where ``body`` is in it already (None otherwise)."""
    wide = _wide_encoding(body)
    if wide:
        return body.decode(wide, "replace").replace("\x00", "").lstrip("\ufeff"), None
    body = body.translate(None, _CONTROL_BYTES)
    bare = body.removeprefix(b"\xef\xbb\xbf")
    text = _as_utf8(bare)
    if text is not None and len(text) < len(body) - 3:
        return text, bare
    text = _as_declared(body, content_type)
    if text.count("\ufffd") > 5 and body.count(b"\xef\xbf\xbd") < 5:
        text = _read_again(body, text)
    return text, None


def _as_utf8(body: bytes) -> str | None:
    """The text of valid UTF-8, None for other bytes; several multi-byte characters do not look so by chance."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _as_declared(body: bytes, content_type: str | None) -> str:
    """By the header, else by the page, unless what they name is no charset; else by the best guess."""
    in_header = http_content_type_encoding(content_type)
    if _is_no_charset(in_header):
        in_header = content_type = None
    if not in_header and _is_no_charset(html_body_declared_encoding(body)):
        return body.decode(_guess_encoding(body) or "utf-8", "replace")
    return html_to_unicode(content_type, body, default_encoding="utf-8", auto_detect_fun=_guess_encoding)[1]


def _is_no_charset(codec: str | None) -> bool:
    return (codec or "").replace("-", "").replace("_", "") in _NO_CHARSETS


def _wide_encoding(body: bytes) -> str | None:
    """UTF-16 where a byte order mark or every other byte being zero shows it."""
    if body.startswith(_WIDE_MARKS):
        return "utf-16"
    if body[:200].count(b"\x00") > 40:
        return "utf-16-le" if body[1:2] == b"\x00" else "utf-16-be"
    return None


def _read_again(body: bytes, text: str) -> str:
    encoding = _guess_encoding(body)
    if encoding is None:
        return text
    again = body.decode(encoding, "replace")
    return again if again.count("\ufffd") < text.count("\ufffd") else text


def _guess_encoding(body: bytes) -> str | None:
    """The encoding that the bytes themselves show, or None."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(body) - 4:
            return "utf-8"
    else:
        return "utf-8"
    from charset_normalizer import from_bytes  # slow to import, seldom needed

    sample = re.sub(rb"<[^<>]{0,2000}>", b" ", body[:_GUESS_BYTES])
    if _is_cyrillic(sample):
        return "cp1251"
    best = from_bytes(sample, cp_isolation=list(_WEB_ENCODINGS)).best()
    return best.encoding if best else None


def _is_cyrillic(sample: bytes) -> bool:
    """Windows-1251: nearly all bytes beyond ASCII are small Cyrillic letters, as in running text."""
    high = [byte for byte in sample if byte > 127]
    small = sum(byte >= 0xE0 or byte == 0xB8 for byte in high)
    return len(high) > 20 and small > 0.75 * len(high) and len(high) > 0.2 * len(sample)
