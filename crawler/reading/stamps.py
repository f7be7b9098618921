"""Short lines that are a date, a time or a reading time."""

from __future__ import annotations

import re

_SENTENCE_SIGNS = frozenset(".!?…։۔:;»”\"')。！？」")
_TIME_OR_DATE = re.compile(
    r"(?:19|20)\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|(?:hours?|days?|minutes?|mins?) ago|мин|hours?$"
)
_AGO = re.compile(r"\bago$|назад$|əvvəl$|önce$|առաջ$|წინ$|پیش$", re.IGNORECASE)
_READING_TIME = re.compile(
    r"(?:min(?:uten?|utes?|utos?|uti|utter)?\.?|minut\w*)\s*(?:read|lesezeit|de lecture|lesetid|di lettura)?$",
    re.IGNORECASE,
)


_BOTH_TIMES = re.compile(
    r"(?:published|posted|опубликован\w*|дата публикации|yayın\w*|eklen\w*|giriş|oluşturulma|dərc olunub|"
    r"հրապարակվ\w*|გამოქვეყნ\w*|تاریخ انتشار)(?: tarihi)?\b[^.!?]{6,60}\b"
    r"(?:updated|обновлен\w*|изменен\w*|(?:son )?güncelle\w*|yenilən\w*|թարմաց\w*|განახლ\w*|به.?روز)",
    re.IGNORECASE,
)
"""The line of both times, of publication and of the last change."""


def ends_sentence(text: str) -> bool:
    """Whether the last sign of ``text`` is one that ends a sentence."""
    return text.rstrip()[-1:] in _SENTENCE_SIGNS


def is_stamp(text: str) -> bool:
    """True for a short line that is a date, a time or a reading time."""
    if len(text) > 60:
        return len(text) < 120 and bool(_BOTH_TIMES.match(text))
    digits = sum(map(str.isdigit, text))
    words = len(re.findall(r"[^\W\d]{2,}", text))
    if words >= 5 and ends_sentence(text):
        return False
    if digits and len(text) < 30 and _AGO.search(text):
        return True
    if digits >= 3 and words <= 6 and _TIME_OR_DATE.search(text):
        return True
    return digits > 0 and len(text) < 40 and bool(_READING_TIME.search(text))
