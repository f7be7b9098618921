"""Credits inside a text: which house reports, and from whom it has the report.

A mention of a house is judged by the words right before and after it. Words that cite ("citing X", "in his
statement to X", "X-ə istinadən", «со ссылкой на X») name an origin; words that report ("X reports", "X xəbər
verir ki") name the house that puts the report out, which is the publisher itself more often than not: a self
credit is no origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crawler.reading.wire_forms.houses import Mention, find_house, find_mentions, house_of_host

Kind = Literal["cites", "reports"]
_HEAD, _TAIL = 6000, 1200
_NEAR = 70
FOOT = 3
"""Paragraphs at the end of a text in which its source may stand alone."""
_MAX_FOOT = 200

_ARTICLE = (
    r"(?:the |an? |to |with |agency |news agency |state news agency |агентств\w+ |информагентств\w+ |телеканал\w* )*"
)
_CITES_BEFORE = re.compile(
    r"(?:\b(?:citing|cites|cited|quoting|quotes|referring to|refers to|with reference to|in reference to|"
    r"(?:in (?:his|her|their|an?) )?(?:\w+ )?"
    r"(?:statement|interview|comments?|remarks?|commentary|talk|conversation)s? (?:to|with|for|given to)|"
    r"(?:speaking|spoke|talking|talked) (?:to|with)|told|tells|quoted by|reported by|carried by|cited by|published by|"
    r"aired by|obtained by|as reported by|submitted by|according to|appeared first on|"
    r"read more @|read more at)\s+(?:\S+ ){0,3}?"
    rf"{_ARTICLE}|"
    r"\b(?:со ссылкой на|ссылаясь на|по (?:данным|информации|сообщению|словам)|"
    r"в (?:интервью|беседе с|комментарии|разговоре с)|"
    r"(?:сообщает|сообщил[аи]?|передает|передаёт|передал[аи]?|пишет|цитирует|заявил[аи]?|рассказал[аи]?|сказал[аи]?)"
    r"(?: \S+){0,3}?|источник\s?:)\s*"
    rf"{_ARTICLE}|"
    r"\b(?:Kaynak|Source|Mənbə|Источник|Աղբյուր(?:ը)?|წყარო|منبع)\s?[:՝]\s*|"
    r"(?:տեղեկացնում է|հաղորդում է|փոխանցում է|գրում է|հայտնում է|տեղեկացրել է)\s+|"
    r"(?:იუწყება|წერს|ავრცელებს|გადმოსცემს|ციტირებს)\s+|"
    r"(?:به نقل از|گفت\s?‌?و\s?‌?گو با|مصاحبه با|به گفته|نقلا عن|وفقا ل)\s*(?:خبرگزاری |خبرگزاري |شبکه )?)$",
    re.IGNORECASE,
)
_CITES_AFTER = re.compile(
    r"^(?:\s*(?:(?:haber )?(?:ajans|agentliyi|agentlik)\S* )?"
    r"(?:istinad(?:ən|la|en)|məlumatına (?:görə|əsasən)|xəbərinə görə|müsahibəsində|açıqlamasında|verdiyi|"
    r"mətbuat xidmətinə istinadən|haberine göre|bildirdiğine göre|aktardığına göre|göre\b|(?:ya|ye) konuş|"
    r"konuşan|muhabirin(?:e\b|in (?:edindiği|haberine))|"
    r"(?:ռադիոկայան\S* )?(?:փոխանցմամբ|հաղորդմամբ|տեղեկացմամբ|հետ (?:զրույցում|հարցազրույցում)|"
    r"տված հարցազրույց|տեղեկությամբ)|"
    r"(?:ცნობით|ინფორმაციით|მონაცემებით|თან (?:საუბარში|ინტერვიუში)|საუბარში|ინტერვიუში|განმარტებით)))",
    re.IGNORECASE,
)
_REPORTS_AFTER = re.compile(
    r"^[,\s]*(?:\S+ ){0,2}?(?:reports?|reported|informs?|informed|writes?|wrote|says|said|added|adds|notes|learned|"
    r"has learned|correspondent reports|xəbər verir|məlumat verir|bildirir|yazır|"
    r"(?:agentliyi )?(?:xəbər|məlumat) (?:verib|yayıb)|yazıb|bildirib|"
    r"müxbiri(?:nə)? (?:xəbər verir|bildirib)|bildirdi|yazdı|"
    r"сообщает|передает|передаёт|пишет|информирует|сообщили|сообщил[аи]?|"
    r"հաղորդում է|տեղեկացնում է|գրում է|փոխանցում է|იუწყება|წერს|ავრცელებს|გადმოსცემს|گزارش داد|نوشت|خبر داد)\b",
    re.IGNORECASE,
)
_REPORTS_BEFORE = re.compile(
    r"(?:как (?:сообщает|пишет|передает|передаёт)|(?:сообщает|передает|передаёт|пишет)(?: корреспондент)?|"
    r"ինչպես (?:հաղորդում|գրում) է|როგორც|به گزارش)\s*(?:خبرگزاری |خبرگزاري )?"
    rf"{_ARTICLE}$",
    re.IGNORECASE,
)
_MINISTRY = re.compile(
    r"\b(?:citing|with reference to|referring to)\s+the\s+(?P<name>(?:[A-Z][\w’'-]+\s){0,3}"
    r"(?:Ministry|MFA|Office|Service|Administration|Committee|Government|Embassy|Parliament)(?:\sof(?:\sthe)?(?:\s[A-Z][\w’'-]+){1,3})?)"
)
_MINISTRY_HINTS = ("citing", "reference to", "referring to")
_PRESS_SERVICE = re.compile(
    r"(?:տեղեկացնում|հաղորդում|հայտնում|տեղեկացրել) (?:է|են|ենք) "
    r"(?P<name>(?:[^\s,։:]+ ){1,4}?(?:մամուլի|լրատվական) ծառայությ\w+)"
)
_SIGNED = re.compile(r"(?:^|(?<=[.!?…»”\"’')։:])\s*)[—–]\s?(?P<name>[^\W\d_][^\n—–]{1,30}?)\.?\Z")
"""A house that signs behind a dash at the end of its text: "… was open. —The Wire"."""
_LINK_FOOT = re.compile(
    r"(?:(?:read more\s*@?|source(?: link)?|original (?:source|article)|read the original(?: article)?|via|"
    r"источник|ссылка на источник|оригинал|mənbə|mənbəyə keçid|kaynak|haberin kaynağı|աղբյուր(?:ը)?|"
    r"წყარო|ორიგინალი|منبع|لینک خبر)\s*[:՝]?\s*)?"
    r"(?:https?://)?(?P<host>(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:am|az|ge|ru|com|org|net|ir|tr|info|eu|co\.uk))(?:/\S*)?",
    re.IGNORECASE,
)
_SOURCE_FOOT = re.compile(
    r"(?:kaynak|source|mənbə|источник|աղբյուր(?:ը)?|წყარო|منبع)\s*[:՝]\s*(?P<name>[^\n:]{2,60})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One credit found: who, how, and the words that show it."""

    name: str
    kind: Kind
    evidence: str


def find_hops(text: str) -> Iterator[Hop]:
    """Credits in a report, in the order they stand."""
    for part in (text,) if len(text) <= _HEAD + _TAIL else (text[:_HEAD], text[-_TAIL:]):
        for mention in find_mentions(part):
            hop = _judge(part, mention)
            if hop:
                yield hop
        for found in _MINISTRY.finditer(part) if any(word in part for word in _MINISTRY_HINTS) else ():
            yield Hop(found["name"], "cites", one_line(found.group()))
        for found in _PRESS_SERVICE.finditer(part) if "ծառայ" in part else ():
            yield Hop(found["name"], "cites", one_line(found.group()))
    yield from _foot_hops(text)


def _judge(text: str, mention: Mention) -> Hop | None:
    before = text[max(0, mention.start - _NEAR) : mention.start].rpartition("\n\n")[2]
    after = text[mention.end : mention.end + _NEAR].partition("\n\n")[0]
    name = mention.name
    own_words = text[mention.start : mention.end]
    opening = _REPORTS_BEFORE.search(before)
    cites = _CITES_BEFORE.search(before)
    reports = _REPORTS_AFTER.match(after)
    if cites and not (opening and _is_self_form(before)):
        return Hop(name, "cites", one_line(cites.group() + own_words))
    following = _CITES_AFTER.match(after)
    if following:
        return Hop(name, "cites", one_line(own_words + following.group()))
    if reports:
        return Hop(name, "reports", one_line(own_words + reports.group()))
    if opening:
        return Hop(name, "reports", one_line(opening.group() + own_words))
    return None


def _is_self_form(before: str) -> bool:
    """ "Как сообщает X" opens a report of X's own as often as one of another's."""
    return bool(re.search(r"как (?:сообщает|пишет|передает|передаёт)\s*$", before, re.IGNORECASE))


def find_signature(text: str) -> re.Match[str] | None:
    """The house that signs at the very end of a text, as its ``name``; None where none does."""
    found = _SIGNED.search(text[-60:])
    return _SIGNED.search(text, len(text) - len(text[-60:])) if found and find_house(found["name"]) else None


def _foot_hops(text: str) -> Iterator[Hop]:
    signed = find_signature(text.rstrip())
    if signed:
        yield Hop(find_house(signed["name"]) or signed["name"], "reports", one_line(signed.group()))
    for line in text.split("\n\n")[-FOOT:]:
        name = _named_in_foot(line.strip())
        if name:
            yield Hop(_house_in_foot(name) or name, "cites", line.strip())


def is_source_line(line: str) -> bool:
    """Whether a line does nothing but name a known house, or its site, as the source ("Kaynak: AA", a bare address)."""
    if len(line) > _MAX_FOOT or not ("." in line or ":" in line or "՝" in line):
        return False
    name = _named_in_foot(line.strip())
    return bool(name and _house_in_foot(name))


def _house_in_foot(name: str) -> str | None:
    return house_of_host(name) if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", name) else find_house(name)


def _named_in_foot(line: str) -> str:
    """Whom a line at a text's foot gives as its source: a host without www., or what stands behind «Source:»."""
    if link := _LINK_FOOT.fullmatch(line):
        return link["host"].removeprefix("www.")
    source = _SOURCE_FOOT.fullmatch(line)
    return source["name"].strip() if source else ""


def one_line(text: str) -> str:
    """Evidence as one line, without a straight quote that only ends it."""
    line = " ".join(text.split())
    return line.strip('"') if line.count('"') == 1 else line
