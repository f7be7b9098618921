"""The zone of a page's local times where neither its source nor its publisher's entry names one.

Two things tell it: the country of the address, where that has one zone, and an offset that the page states with
another of its times. Countries of several zones and domains that the whole world uses (.com, .tv, .me) tell nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from crawler.reading.canonical import split_address

_ZONES = {
    "Asia": "az Baku, am Yerevan, ge Tbilisi, ir Tehran, iq Baghdad, il Jerusalem, jo Amman, lb Beirut, sy Damascus, "
    "sa Riyadh, ae Dubai, qa Qatar, kw Kuwait, tm Ashgabat, uz Tashkent, kg Bishkek, tj Dushanbe, "
    "af Kabul, pk Karachi, in Kolkata, np Kathmandu, bd Dhaka, lk Colombo, cn Shanghai, tw Taipei, kr Seoul, jp Tokyo, "
    "vn Ho_Chi_Minh, th Bangkok, sg Singapore, ph Manila, cy Nicosia",
    "Europe": "tr Istanbul, by Minsk, ua Kyiv, md Chisinau, ro Bucharest, bg Sofia, gr Athens, lt Vilnius, lv Riga, "
    "ee Tallinn, fi Helsinki, se Stockholm, no Oslo, dk Copenhagen, de Berlin, at Vienna, ch Zurich, li Vaduz, "
    "nl Amsterdam, be Brussels, lu Luxembourg, fr Paris, it Rome, mt Malta, pl Warsaw, cz Prague, sk Bratislava, "
    "hu Budapest, si Ljubljana, hr Zagreb, rs Belgrade, ba Sarajevo, mk Skopje, al Tirane, uk London, ie Dublin",
    "Africa": "eg Cairo, ke Nairobi, tz Dar_es_Salaam, ng Lagos, gh Accra, za Johannesburg, na Windhoek, ls Maseru",
}
"""Country domains with one zone, by IANA area."""
_BY_COUNTRY = {
    country: f"{area}/{city}"
    for area, pairs in _ZONES.items()
    for country, city in (pair.split() for pair in pairs.split(", "))
}
_OFFSET = re.compile(r"\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?([+-])(\d\d):?(\d\d)$")
NEAR = timedelta(days=14)
"""An offset stated for one time holds for another no further from it (summer time may lie between others)."""


def zone_of_country(url: str) -> tzinfo | None:
    """The zone of the country whose domain the address has; None where it has none, or several zones."""
    country = (split_address(url).hostname or "").rpartition(".")[2]
    return ZoneInfo(_BY_COUNTRY[country]) if country in _BY_COUNTRY else None


def zone_stated_near(text: str) -> tzinfo | None:
    """The offset that an ISO 8601 time states; None for UTC, in which programs write whatever the place."""
    match = _OFFSET.search(text.strip())
    if not match:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset) if offset and offset <= timedelta(hours=14) else None


def is_near(one: datetime, other: datetime) -> bool:
    """True where an offset stated for ``other`` may be taken for ``one`` (both aware)."""
    return abs(one.astimezone(UTC) - other.astimezone(UTC)) <= NEAR
