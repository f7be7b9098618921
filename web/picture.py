"""The provenance of a story as a picture: reports by time, each tied to the one it was taken from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from lxml import etree
from markupsafe import Markup

from web.cards import Card, Outlet
from wirewatch.cleaning import clean_line
from wirewatch.wording import say_lag

MOST_ROWS = 30
_ROW, _TOP = 30, 16
_NAMES, _LEFT, _RIGHT, _WIDTH = 240, 270, 690, 860
_NAME_LENGTH = 22
"""Characters of a name: more do not fit before the lines in the larger letters of a narrow screen."""


@dataclass(frozen=True, slots=True)
class _Dot:
    """One line of the picture. ``parent`` is the key of the line it came from."""

    key: str
    name: str
    words: str
    x: float
    kind: str
    parent: str | None


def draw_chain(card: Card) -> Markup:
    """The picture as ``<svg>``; '' for a single report that credits nobody."""
    dots = [*_unseen(card), *_seen(card)][:MOST_ROWS]
    if len(dots) < 2:
        return Markup()
    height = _TOP + _ROW * len(dots)
    words = f"Who took the story from whom: {len(dots)} reports and origins by time; the table below says the same."
    root = etree.Element(
        "svg", {"class": "chain", "viewBox": f"0 0 {_WIDTH} {height}", "role": "img", "aria-label": words}
    )
    places = {dot.key: (dot.x, _TOP + _ROW * row) for row, dot in enumerate(dots)}
    for dot in dots:
        if dot.parent in places:
            _draw_tie(root, places[dot.parent or ""], places[dot.key])
    for dot in dots:
        _draw_dot(root, dot, *places[dot.key])
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - made by lxml, which escapes


def _unseen(card: Card) -> list[_Dot]:
    """Origins that are credited though no report of theirs was seen."""
    names = dict.fromkeys(outlet.step.credited for outlet in card.outlets if outlet.step and outlet.step.credited)
    words = "credited, its own report not seen"
    return [_Dot(f"credit:{name}", clean_line(name, _NAME_LENGTH), words, _LEFT, "unseen", None)
            for name in names if name]  # fmt: skip


def _seen(card: Card) -> list[_Dot]:
    longest = max((outlet.lag or 0 for outlet in card.outlets), default=0)
    return [_dot(outlet, longest, card) for outlet in card.outlets]


def _dot(outlet: Outlet, longest: int, card: Card) -> _Dot:
    step = outlet.step
    parent = (step.taken_from or (f"credit:{step.credited}" if step.credited else None)) if step else None
    return _Dot(
        key=outlet.report.address,
        name=clean_line(outlet.name, _NAME_LENGTH),
        words=_say(outlet, card),
        x=_RIGHT if outlet.lag is None else _scale(outlet.lag, longest),
        kind="own" if step is None or step.is_own else "taken",
        parent=parent,
    )


def _say(outlet: Outlet, card: Card) -> str:
    if outlet.lag is None:
        return "time not stated"
    return "first" if card.first is outlet else say_lag(timedelta(seconds=outlet.lag))


def _scale(lag: int, longest: int) -> float:
    """Minutes stand far apart, days close together."""
    if longest <= 0:
        return _LEFT
    return _LEFT + (_RIGHT - _LEFT) * math.log1p(max(lag, 0) / 60) / math.log1p(longest / 60)


def _draw_tie(root: etree._Element, start: tuple[float, float], end: tuple[float, float]) -> None:
    (x1, y1), (x2, y2) = start, end
    middle = (y1 + y2) / 2
    path = f"M{x1:.1f} {y1:.1f} C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    etree.SubElement(root, "path", {"class": "tie", "d": path})


def _draw_dot(root: etree._Element, dot: _Dot, x: float, y: float) -> None:
    etree.SubElement(
        root, "line", {"class": "row", "x1": str(_NAMES + 8), "x2": str(_WIDTH), "y1": f"{y}", "y2": f"{y}"}
    )
    name = etree.SubElement(root, "text", {"class": "name", "x": str(_NAMES), "y": f"{y + 4}", "text-anchor": "end"})
    name.text = dot.name
    etree.SubElement(root, "circle", {"class": dot.kind, "cx": f"{x:.1f}", "cy": f"{y}", "r": "6"})
    words = etree.SubElement(root, "text", {"class": "words", "x": f"{x + 12:.1f}", "y": f"{y + 4}"})
    words.text = dot.words
