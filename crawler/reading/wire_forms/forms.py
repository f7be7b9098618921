"""Read the wire forms of a report: where, when, by whom, from whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from wirewatch.article import Credit

_STORED_DATE = re.compile(r"\Adate\s+(\d{4})-(\d\d)-(\d\d)\s+")
_MENAFN = re.compile(r"\A\(\s*MENAFN\s*(?:[-–]\s*([^()]{2,80}?)\s*)?\)\s*")
_STATEMENT_TO = re.compile(
    r"\b(?:in (?:his|her|their|an?) (?:statement|interview|comment|remarks?)s? (?:to|with)|citing|told)\s+"
    r"(AZERTAC|Agenda|Trend|APA|Report|Armenpress|TASS|Interfax|Reuters|AFP)\b"
)


@dataclass(slots=True)
class WireForms:
    """What the forms of a report say; ``text`` is the report without dateline and house boilerplate."""

    text: str
    place: str | None = None
    agency: str | None = None
    authors: tuple[str, ...] = ()
    credits: list[Credit] = field(default_factory=list)
    stated_day: date | None = None


def read_wire_forms(text: str, *, houses: tuple[str, ...] = ()) -> WireForms:
    """Read the forms of ``text`` (paragraphs split by blank lines).

    ``houses`` are the names of the publisher itself: a credit to one of them is no origin.
    """
    forms = WireForms(text.strip())
    stored = _STORED_DATE.match(forms.text)
    if stored:
        forms.stated_day = _day(*map(int, stored.groups()))
        forms.text = forms.text[stored.end() :]
    _read_distributor(forms)
    _read_origin(forms, houses)
    return forms


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_distributor(forms: WireForms) -> None:
    found = _MENAFN.match(forms.text)
    if not found:
        return
    evidence = found.group().strip()
    forms.credits.append(Credit("MENAFN", "distributor", evidence))
    if found[1]:
        forms.credits.append(Credit(found[1], "origin", evidence))
    forms.text = forms.text[found.end() :]


def _read_origin(forms: WireForms, houses: tuple[str, ...]) -> None:
    own = {name.casefold() for name in houses}
    for found in _STATEMENT_TO.finditer(forms.text):
        name = found[1]
        known = {credit.name.casefold() for credit in forms.credits}
        if name.casefold() in own | known:
            continue
        forms.credits = [Credit(c.name, "via", c.evidence) if c.role == "origin" else c for c in forms.credits]
        forms.credits.append(Credit(name, "origin", " ".join(found.group().split())))
        return
