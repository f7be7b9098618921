"""Charts as SVG inside the page: drawn by pygal, coloured by the site's style sheet.

pygal's own style and script are taken out (the site's policy forbids both); each bar is a link with its number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pygal
from lxml import etree
from markupsafe import Markup

from wirewatch.clock import from_seconds

# pygal adds a finder for its maps in a form that Python is giving up; we have no use for maps
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

DAY = 86400
_WIDTH, _HEIGHT = 860, 190
_XLINK = "{http://www.w3.org/1999/xlink}"
_LABELS = 6
_FEWEST = 14
"""Days shown at least: one bar alone tells nothing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One period: from ``low`` to before ``high`` (seconds since 1970 UTC), and how many fell in it."""

    low: int
    high: int
    count: int

    @property
    def label(self) -> str:
        """``2026-11-02``, or the first and last day."""
        first, last = _day(self.low), _day(self.high - 1)
        return first if first == last else f"{first} to {last}"


def _day(seconds: int) -> str:
    return from_seconds(seconds).date().isoformat()


def group_days(days: Mapping[int, int], low: int | None = None, high: int | None = None) -> list[Bar]:
    """Bars from the counts of days: a day, a week or a month each, so that there are at most about 60."""
    known = [day for day, count in days.items() if count]
    if not known:
        return []
    begin = low - low % DAY if low is not None else min(min(known), max(known) - (_FEWEST - 1) * DAY)
    end = max(high if high is not None else 0, max(known) + DAY)
    span = (end - begin) // DAY
    edges = _months(begin, end) if span > 420 else list(range(begin, end, DAY if span <= 62 else 7 * DAY))
    edges.append(max(end, edges[-1] + DAY))
    counts = [0] * (len(edges) - 1)
    place = 0
    for day in sorted(known):
        while place < len(counts) - 1 and day >= edges[place + 1]:
            place += 1
        if day >= begin:
            counts[place] += days[day]
    return [Bar(edges[at], edges[at + 1], count) for at, count in enumerate(counts)]


def _months(begin: int, end: int) -> list[int]:
    month = from_seconds(begin).replace(day=1, hour=0, minute=0, second=0)
    edges = []
    while month.timestamp() < end:
        edges.append(int(month.timestamp()))
        month = (month + timedelta(days=32)).replace(day=1)
    return edges


def draw_bars(bars: list[Bar], title: str, link: Callable[[Bar], str]) -> Markup:
    """The bars as an ``<svg>`` for the page; '' where there is nothing to draw."""
    if not bars:
        return Markup()
    chart = pygal.Bar(
        js=(), css=(), no_prefix=True, width=_WIDTH, height=_HEIGHT, show_legend=False, margin=8, margin_left=36,
        margin_bottom=26, spacing=2, show_minor_x_labels=False, truncate_label=-1, min_scale=2, max_scale=4,
    )  # fmt: skip
    chart.y_labels = _steps(bars)
    chart.x_labels = [_day(bar.low) for bar in bars]
    step = max(1, len(bars) // _LABELS)
    chart.x_labels_major = [_day(bar.low) for bar in bars[::step]]
    chart.add("reports", [{"value": bar.count, "xlink": {"href": link(bar), "target": "_self"}} for bar in bars])
    root = chart.render_tree()
    _strip(root)
    _name_bars(root, bars)
    root.set("class", "chart")
    root.set("role", "group")
    root.set("aria-label", title)
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - pygal's markup; it escapes what we gave it


def _steps(bars: list[Bar]) -> list[int]:
    """The numbers at the side: whole ones, from 0 to at least the highest bar."""
    top = max(bar.count for bar in bars)
    size: int = next(10**power * digit for power in range(12) for digit in (1, 2, 5) if 10**power * digit * 3 >= top)
    return list(range(0, max(top, 1) + size, size))


def _strip(root: etree._Element) -> None:
    """Take out script, style, comments, tooltips and machine-readable leftovers."""
    del root.attrib["id"]
    for node in list(root.iter()):
        wanted_out = not isinstance(node.tag, str) or node.tag in ("defs", "desc", "title")
        overlay = "overlay" in (node.get("class") or "") or node.get("class") == "titles"
        parent = node.getparent()
        if parent is not None and (wanted_out or overlay):
            parent.remove(node)
    for node in root.iter():
        if "style" in node.attrib:
            del node.attrib["style"]


def _name_bars(root: etree._Element, bars: list[Bar]) -> None:
    """Each link gets its period and number as a name; a bar of nothing is no stop for the keyboard."""
    for anchor, bar in zip(list(root.iter("a")), bars, strict=True):
        anchor.set("href", anchor.attrib.pop(f"{_XLINK}href"))
        del anchor.attrib["target"]
        words = f"{bar.label}: {bar.count}"
        anchor.set("aria-label", words)
        name = etree.SubElement(anchor, "title")
        name.text = words
        if bar.count == 0:
            parent = anchor.getparent()
            assert parent is not None
            parent.remove(anchor)


def bar_of_day(day: str) -> tuple[int, int]:
    """First second of an ISO date (UTC), and of the day after.

    Raises:
        ValueError: it is no date.
    """
    begin = datetime.fromisoformat(day)
    low = int(datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp())
    return low, low + DAY
