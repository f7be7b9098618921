"""Words that dates are written with: months, weekdays, filling words and zone abbreviations.

All keys are in the form that :func:`fold` gives: case folded, dotless ı as i, ё as е, Arabic ya and kaf as
Persian ones, Persian and Arabic digits as 0-9, no zero-width characters.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

_DIGITS = {ord(char): str(value) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for value, char in enumerate(digits)}
_LETTERS = str.maketrans(
    {
        "ı": "i",
        "\u0307": None,
        "ё": "е",
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        "\u2212": "-",
        "։": ":",
        "٫": ".",
        "،": ",",
        "\\": " ",
    }
)
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xAD, 0x640]
)
_FOLD = {**_DIGITS, **_LETTERS, **_INVISIBLE}
_ESCAPED_SPACE = re.compile(r"\\[nrt]")


def fold(text: str) -> str:
    """``text`` in the form that the tables of this module are in."""
    if text.isascii():
        return _ESCAPED_SPACE.sub(" ", text).lower() if "\\" in text else text.lower()
    return text.casefold().translate(_FOLD)


def _number(rows: str) -> dict[str, int]:
    """One line a weekday, all its words: ``{word: line number from 1}``."""
    lines = rows.strip().splitlines()
    return {fold(word): number for number, line in enumerate(lines, 1) for word in line.split()}


def _read_months(solar: bool) -> dict[str, int]:
    """``{folded form: month}`` of months.txt: of the Gregorian calendar, or of the Solar Hijri one.

    A form that two languages use for different months is left out: better no date than a wrong one.
    """
    text = resources.files("crawler.reading").joinpath("months.txt").read_text("utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    months: dict[str, int] = {}
    for language, *groups in re.findall(r"^(\S+)\n((?:  .*\n?)+)", body, re.MULTILINE):
        if (language == "solar") == solar:
            for number, forms in enumerate(" ".join(groups).split(), 1):
                for form in map(fold, forms.split(",")):
                    months[form] = number if months.setdefault(form, number) == number else 0
    return {form: number for form, number in months.items() if number}


MONTHS: Final = _read_months(solar=False)
SOLAR_MONTHS: Final = _read_months(solar=True)

WEEKDAYS: Final = _number(
    """
mon monday пн пон понедельник pazartesi pzt երկուշաբթի երկ ორშაბათი ორშ lundi lun montag mo lunes lunedi lunedì δευ
tue tues tuesday вт вторник salı sal երեքշաբթի երք სამშაბათი სამ mardi dienstag di martes martedì τρι
wed wednesday ср среда среду çarşamba չորեքշաբթի չրք ოთხშაბათი ოთხ mercredi mer mittwoch mi miércoles mercoledì τετ
thu thur thurs thursday чт четверг perşembe per հինգշաբթի հնգ ხუთშაბათი ხუთ jeudi jeu donnerstag do jueves giovedì πεμ
fri friday пт пятница пятницу cuma cum ուրբաթ ուրբ პარასკევი პარ vendredi ven freitag fr viernes venerdì παρ
sat saturday сб суббота субботу cumartesi cmt շաբաթ շբթ შაბათი შაბ samedi sam samstag sa sábado sabato σαβ
sun sunday вс воскресенье pazar paz կիրակի կիր კვირა კვი dimanche dim sonntag so domingo domenica κυρ
"""
)

MONTH_OR_WEEKDAY: Final = frozenset({"mar"})
"""French, Spanish and Italian write Tuesday like March."""

TODAY: Final = {
    fold(word): days
    for days, words in (
        (0, "today сегодня сьогодні bugün այսօր დღეს امروز اليوم aujourd’hui heute hoy oggi"),
        (1, "yesterday вчера вчора dünən dün երեկ გუშინ دیروز أمس hier gestern ayer ieri"),
    )
    for word in words.split()
}

PUBLISHED: Final = frozenset(
    fold(
        """
published posted date release released added on at in the of t am um uhr klo le à a el de del il du alle ore
опубликовано дата публикации добавлено в г год года рік року час ч о
tarix tarixi dərc olunub yayımlanıb saat il ilin ci cu cü cı
yayın yayınlanma yayımlanma tarihi ekleme eklenme giriş yılı
bazar ertəsi çərşənbə axşamı axşami cümə şənbə b.e bu gün
հրապարակված հրապարակվել է թ թվական թվականի ժամը ժամ გამოქვეყნდა გამოქვეყნებულია თარიღი წ წელი წლის საათი საათზე
تاریخ انتشار ساعت مورخ روز سه چهار پنج دو یک شنبه یکشنبه دوشنبه سهشنبه چهارشنبه پنجشنبه پنجشنبه جمعه
publié veröffentlicht publicado pubblicato
"""
    ).split()
)
"""Words that may stand around a date of publication without changing it."""

UPDATED: Final = frozenset(
    fold(
        """updated update modified edited changed last обновлено изменено обновлена güncelleme güncellenme yenilənib
        yenilənmə թարմացվել თարմացված განახლდა განახლებულია بروزرسانی به‌روزرسانی mise aktualisiert"""
    ).split()
)

MORNING: Final = frozenset({"오전"})
AFTERNOON: Final = frozenset({"오후"})


def _fixed(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


ZONES: Final[dict[str, tzinfo]] = {
    **{name: _fixed(0) for name in ("z", "ut", "utc", "gmt", "wet")},
    **{name: _fixed(4) for name in ("amt", "azt", "get", "samt", "gst", "msd")},
    **{name: _fixed(3) for name in ("msk", "мск", "trt", "tsi", "eest", "idt", "eat")},
    "azst": _fixed(5), "amst": _fixed(5), "irst": _fixed(3.5), "irdt": _fixed(4.5), "pkt": _fixed(5),
    "bst": _fixed(1), "west": _fixed(1), "cet": _fixed(1), "met": _fixed(1), "mez": _fixed(1),
    "cest": _fixed(2), "mest": _fixed(2), "mesz": _fixed(2), "eet": _fixed(2), "sast": _fixed(2),
    "est": _fixed(-5), "edt": _fixed(-4), "cdt": _fixed(-5), "mst": _fixed(-7), "mdt": _fixed(-6),
    "pst": _fixed(-8), "pdt": _fixed(-7), "akst": _fixed(-9), "akdt": _fixed(-8), "hst": _fixed(-10),
    "nst": _fixed(-3.5), "ndt": _fixed(-2.5), "adt": _fixed(-3),
    "jst": _fixed(9), "kst": _fixed(9), "hkt": _fixed(8), "sgt": _fixed(8), "awst": _fixed(8),
    "acst": _fixed(9.5), "acdt": _fixed(10.5), "aest": _fixed(10), "aedt": _fixed(11),
    "nzst": _fixed(12), "nzdt": _fixed(13),
    "cst": _fixed(-6), "ast": _fixed(-4),
    "et": ZoneInfo("America/New_York"), "ct": ZoneInfo("America/Chicago"),
    "mt": ZoneInfo("America/Denver"), "pt": ZoneInfo("America/Los_Angeles"), "at": ZoneInfo("America/Halifax"),
}  # fmt: skip
"""Abbreviations with one usual meaning in news; IST (India, Israel, Ireland) has none without the source's zone."""

ZONE_OR_WORD: Final = frozenset({"at", "et", "ct", "mt", "pt", "get", "met", "west", "ut"})
"""Abbreviations that are words too: a zone only behind a time of day."""

_ZONE_NAMES: Final = {
    "azt": "azerbaijan (?:standard )?time|baku time|bakı vaxtı(?: ilə)?|(?:по )?бакинско(?:му времени|е время)|по баку",
    "amt": "armenian? (?:standard )?time|caucasus standard time|yerevan time|по ереванскому времени|по еревану",
    "get": "georgian? (?:standard )?time|tbilisi time|по тбилисскому времени|по тбилиси|თბილისის დროით",
    "msk": "russian? standard time|moscow (?:standard )?time|(?:по )?московско(?:му времени|е время)|по москве",
    "trt": "turkey (?:standard )?time|türkiye saati(?: ile)?",
    "irst": "iran standard time|tehran time|به وقت تهران|به وقت ایران",
}
_NAMED_ZONE: Final = {
    abbreviation: re.compile(rf"\(?\b(?:{names.translate(_FOLD)})\b\)?") for abbreviation, names in _ZONE_NAMES.items()
}
_TELLS_ZONE: Final = re.compile(r"time|vaxt|време|время|москв|баку|ерев|тбил|saati|დროით|وقت")
_REMARK: Final = re.compile(r"(?<=[+-]\d{4}) ?\([^()]{1,40} time\)")
"""The zone's name in words behind its offset, as JavaScript writes it."""


def shorten_zones(text: str) -> str:
    """``text`` (folded) with zones named in words, such as `Baku time`, as their abbreviations."""
    if not _TELLS_ZONE.search(text):
        return text
    text = _REMARK.sub("", text)
    for abbreviation, pattern in _NAMED_ZONE.items():
        text = pattern.sub(f" {abbreviation} ", text)
    return text
