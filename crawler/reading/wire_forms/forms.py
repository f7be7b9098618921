"""Read the wire forms of a report: where and when it was filed, by whom, from whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from crawler.reading.byline import looks_like_name, split_names
from crawler.reading.stamps import is_stamp
from crawler.reading.wire_forms.credit import FOOT, Hop, find_hops, find_signature, is_source_line, one_line
from crawler.reading.wire_forms.dateline import DISTRIBUTED, read_dateline, read_stored_date
from crawler.reading.wire_forms.foot import (
    clean_paragraph,
    is_boilerplate,
    read_byline,
    read_desk_line,
    read_labelled_byline,
)
from crawler.reading.wire_forms.houses import find_house, is_same_house, key_of
from wirewatch.article import Credit, Role

_WHEN = re.compile(r"\s+[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}.*\Z")
_LONE_NAME = re.compile(r"[^\W\d_][\w.'’-]+(?:\s[^\W\d_][\w.'’-]+){1,2}")
_FOLDED = re.compile(r"\btold (?P<agency>[A-Z][\w.]+)(?: on)? (?P<month>[A-Z][a-z]{2,8})\.?\s?\d{1,2}\b")
_STAFF = re.compile(r"\b(?:staff|agencies|agency|desk|web|news|team|editor|redaksiya|редакция)\b", re.IGNORECASE)


@dataclass(slots=True)
class WireForms:
    """What the forms of a report say; ``text`` is the report without the house's own lines.

    ``stated_day`` is the day of a stored page's prefix, ``stated_time`` the time line that stood above the text.
    """

    text: str
    place: str | None = None
    agency: str | None = None
    authors: tuple[str, ...] = ()
    credits: list[Credit] = field(default_factory=list)
    stated_day: date | None = None
    stated_time: str = ""


def read_wire_forms(text: str, *, houses: tuple[str, ...] = ()) -> WireForms:
    """Read the forms of ``text`` (paragraphs split by blank lines).

    ``houses`` are the names of the publisher itself: a credit to one of them is no origin.
    """
    day, prefix = read_stored_date(text)
    forms = WireForms(text[prefix:].strip(), stated_day=day)
    distributed = _read_distributor(forms)
    names = _take_bylines(forms)
    dateline = read_dateline(forms.text)
    if dateline:
        forms.place, forms.agency = dateline.place, dateline.agency
        names += [dateline.author] if dateline.author else []
    names += _take_house_lines(forms)
    forms.authors = _people(names)
    hops = list(find_hops(text[prefix:]))
    if forms.agency and dateline:
        hops.insert(0, Hop(forms.agency, "reports", dateline.text))
    hops += [Hop(name, "reports", f"By {name}") for name in names if find_house(name)]
    forms.agency = forms.agency or _agency_of_byline(names) or _folded_agency(forms.text)
    if forms.place and not forms.agency and distributed:
        forms.agency = distributed[0].name
    forms.credits += _chain(hops, distributed, houses)
    return forms


def _read_distributor(forms: WireForms) -> list[Hop]:
    """Cut "(MENAFN- AzerNews)"; the houses it names, nearest first."""
    found = DISTRIBUTED.match(forms.text)
    if not found:
        return []
    evidence = one_line(found.group())
    forms.credits.append(Credit(found[1], "distributor", evidence))
    forms.text = forms.text[found.end() :].lstrip()
    return [Hop(name.strip(), "reports", evidence) for name in re.split(r"\s[-–]\s", found[2] or "") if name.strip()]


def _take_bylines(forms: WireForms) -> list[str]:
    """Cut the byline paragraphs at the head of the text; the names in them."""
    names: list[str] = []
    paragraphs = forms.text.split("\n\n")
    while len(paragraphs) > 1:
        first = paragraphs[0].strip()
        byline = read_byline(_WHEN.sub("", first)) or _house_published(first)
        if byline is None and forms.stated_time and _LONE_NAME.fullmatch(first) and looks_like_name(first):
            byline = first
        if byline is None and _is_house_above(first, paragraphs[1]):
            byline = first
        if byline is None and not is_stamp(first):
            break
        if is_stamp(first):
            forms.stated_time = forms.stated_time or " ".join(re.sub(r"[\[\]]", " ", first).split())
        names += [name for part in re.split(r"\s+By\s+", byline or "") for name in split_names(part)]
        paragraphs.pop(0)
    forms.text = "\n\n".join(paragraphs)
    return names


def _is_house_above(line: str, following: str) -> bool:
    """A house alone on the line above its own dateline ("Thomson Reuters", then "MOSCOW (Reuters) –")."""
    dateline = read_dateline(following) if find_house(line) else None
    return bool(dateline and dateline.agency and is_same_house(line, dateline.agency))


def _take_house_lines(forms: WireForms) -> list[str]:
    """Cut the house's own paragraphs; the names in its desk lines."""
    names: list[str] = []
    kept: list[str] = []
    paragraphs = forms.text.split("\n\n")
    for at, paragraph in enumerate(paragraphs):
        if at and is_source_line(paragraph):
            continue
        signed = read_labelled_byline(paragraph) if 0 < at >= len(paragraphs) - FOOT else None
        if signed:
            names += [name for name in split_names(signed) if looks_like_name(name) or find_house(name)]
            continue
        desk = read_desk_line(paragraph)
        if desk is not None:
            first = re.sub(r"\s+in\s+[A-Z][\w ]+", "", desk)
            names += [
                name for name in split_names(first.replace(", additional reporting by ", ", ")) if looks_like_name(name)
            ]
        elif not is_boilerplate(paragraph):
            kept.append(clean_paragraph(paragraph))
    forms.text = "\n\n".join(paragraph for paragraph in kept if paragraph)
    signature = find_signature(forms.text)
    if signature:
        forms.text = forms.text[: signature.start()].rstrip()
    return names


def _people(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if not find_house(name) and not _STAFF.search(name)))


def _house_published(line: str) -> str | None:
    """The house in "AFP Published March 14, 2025 …"."""
    found = re.match(r"([^\d|]{2,40}?)\s+(?:Published|Updated)\s+[A-Z][a-z]+\.? \d", line)
    return found[1] if found and find_house(found[1]) else None


def _folded_agency(text: str) -> str | None:
    """The house of a dateline folded into the lead: "… told Trend Dec.31."."""
    head = text[:800]
    found = _FOLDED.search(head) if "told " in head else None
    return found["agency"] if found and find_house(found["agency"]) else None


def _agency_of_byline(names: list[str]) -> str | None:
    return next((house for house in map(find_house, names) if house), None)


def _chain(hops: list[Hop], distributed: list[Hop], houses: tuple[str, ...]) -> list[Credit]:
    """Roles of the houses found: the last cited had it first, those between passed it on; never the publisher."""
    own = {key_of(house) for house in houses if house} | {
        key_of(name) for name in (find_house(house) for house in houses if house) if name
    }
    hops = [hop for hop in hops if key_of(hop.name) not in own and key_of(find_house(hop.name) or hop.name) not in own]
    near = _unique([*distributed, *(hop for hop in hops if hop.kind == "reports")])
    cited = [hop for hop in _unique([hop for hop in hops if hop.kind == "cites"]) if not _among(hop, near)]
    if cited:
        return [_credit(hop, "via") for hop in near] + [_credit(hop, "origin") for hop in cited[:1]]
    return [_credit(hop, "via") for hop in near[:-1]] + [_credit(hop, "origin") for hop in near[-1:]]


def _unique(hops: list[Hop]) -> list[Hop]:
    found: list[Hop] = []
    for hop in hops:
        if not _among(hop, found):
            found.append(hop)
    return found


def _among(hop: Hop, others: list[Hop]) -> bool:
    return any(is_same_house(hop.name, other.name) for other in others)


def _credit(hop: Hop, role: Role) -> Credit:
    name = hop.name if hop.evidence.startswith("(MENAFN") else find_house(hop.name) or hop.name
    return Credit(name, role, hop.evidence)
