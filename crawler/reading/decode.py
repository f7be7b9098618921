"""Bytes of a page to text: byte order mark, HTTP header, the page's own declaration, then a careful guess."""

from __future__ import annotations

import re

from w3lib.encoding import html_to_unicode

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
_GUESS_BYTES = 60_000


def decode_page(body: bytes, content_type: str | None = None) -> str:
    """The text of ``body`` without control characters; bytes that fit no encoding become U+FFFD.

    Bytes that are valid UTF-8 beyond ASCII are read so, whatever the page declares; a declared charset
    that breaks many characters gives way to the best guess.
    """
    if _is_multibyte_utf8(body):
        return _without_controls(body.decode("utf-8"))
    text = html_to_unicode(content_type, body, default_encoding="utf-8", auto_detect_fun=_guess_encoding)[1]
    if text.count("\ufffd") > 5 and body.count(b"\xef\xbf\xbd") < 5:
        text = _read_again(body, text)
    return _without_controls(text)


def _is_multibyte_utf8(body: bytes) -> bool:
    """Valid UTF-8 with several multi-byte characters: no other encoding looks so by chance, whatever is declared."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or body.isascii():
        return False
    try:
        return len(body.decode("utf-8")) < len(body) - 3
    except UnicodeDecodeError:
        return False


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


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
    if body[:200].count(b"\x00") > 40:
        return "utf-16-le" if body[1:2] == b"\x00" else "utf-16-be"
    from charset_normalizer import from_bytes  # slow to import, seldom needed

    sample = re.sub(rb"<[^>]{0,2000}>", b" ", body[:_GUESS_BYTES])
    best = from_bytes(sample).best()
    return best.encoding if best else None
