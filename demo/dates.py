"""Dates as wires print them: month names in seven languages and the Solar Hijri calendar."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from email.utils import format_datetime

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "hy": "հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի",
    "ka": "იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
}
"""The form used beside a day's number (the genitive in Russian and Armenian)."""

HIJRI_MONTHS = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_HIJRI_LEAP = {1, 5, 9, 13, 17, 22, 26, 30}
_HIJRI_START = (1375, date(1996, 3, 20))
_AGE = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


def parse_age(text: str) -> timedelta:
    """``2d3h20m`` (each part optional) as a length of time.

    Raises:
        ValueError: the text has another form.
    """
    found = _AGE.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise ValueError(f"an age is written like 2d3h20m, not {text!r}")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def to_hijri(day: date) -> tuple[int, int, int]:
    """Year, month and day of the Solar Hijri calendar (33-year leap rule; right from 1996 to 2090).

    Raises:
        ValueError: the day is before 20 March 1996.
    """
    year, start = _HIJRI_START
    rest = (day - start).days
    if rest < 0:
        raise ValueError(f"no Solar Hijri date for {day}")
    while rest >= _hijri_year_days(year):
        rest -= _hijri_year_days(year)
        year += 1
    if rest < 186:
        return year, rest // 31 + 1, rest % 31 + 1
    return year, (rest - 186) // 30 + 7, (rest - 186) % 30 + 1


def _hijri_year_days(year: int) -> int:
    return 366 if year % 33 in _HIJRI_LEAP else 365


def date_fields(when: datetime, language: str) -> dict[str, str]:
    """What a date line or an address may name in braces, e.g. ``{Month} {day}``, ``{jday} {jmonth}``."""
    month = MONTHS.get(language, MONTHS["en"]).split()[when.month - 1]
    hijri_year, hijri_month, hijri_day = to_hijri(when.date())
    return {
        "day": str(when.day),
        "dd": f"{when:%d}",
        "mm": f"{when:%m}",
        "year": f"{when:%Y}",
        "hh": f"{when:%H}",
        "mi": f"{when:%M}",
        "month": month,
        "Month": _upper(month[0], language) + month[1:],
        "MONTH": _upper(month, language),
        "mon": month[:3],
        "offset": f"{when:%z}"[:3] + ":" + f"{when:%z}"[3:],
        "iso": when.isoformat(timespec="seconds"),
        "jyear": _persian(hijri_year),
        "jmonth": HIJRI_MONTHS[hijri_month - 1],
        "jday": _persian(hijri_day),
        "jclock": _persian(f"{when:%H:%M}"),
    }


def _upper(text: str, language: str) -> str:
    return (text.replace("i", "İ") if language in ("az", "tr") else text).upper()


def _persian(number: int | str) -> str:
    return str(number).translate(_PERSIAN_DIGITS)


def format_mail_date(when: datetime, zone_name: str = "") -> str:
    """RFC 822 as feeds use it; with ``zone_name`` (``MSK``) in place of the offset, as some publishers do."""
    text = format_datetime(when)
    return f"{text.rsplit(' ', 1)[0]} {zone_name}" if zone_name else text
