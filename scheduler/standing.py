"""How sources stand to each other: who leads, who reprints, who is late, over a time and through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from sqlite_utils import Database

from storage.figures import SourceFigures, read_figures
from wirewatch.article import format_time
from wirewatch.errors import UsageError
from wirewatch.source import Source, find_relatives


@dataclass(frozen=True, slots=True)
class Standing:
    """A source's figures from ``since`` up to ``until``."""

    source: str
    since: datetime
    until: datetime
    figures: SourceFigures

    def to_json(self) -> dict[str, Any]:
        """Plain values; times as ISO 8601, lag in seconds, shares 0 to 1 or null."""
        span = {"since": format_time(self.since), "until": format_time(self.until)}
        return {"source": self.source, **span, **self.figures.to_json()}


def follow(
    db: Database,
    sources: Mapping[str, Source],
    names: Iterable[str],
    now: datetime,
    days: int,
    every: int | None,
) -> list[Standing]:
    """The sources that published in the last ``days`` days, the busiest first; with ``every`` in spans of so many days.

    Raises:
        UsageError: a name is no source of the configuration.
    """
    wanted = list(names) or list(sources)
    unknown = [name for name in wanted if name not in sources]
    if unknown:
        raise UsageError(f"there is no source {unknown[0]!r}; 'wirewatch sources list' names them")
    starts = range(0, days, every or days)
    spans = [(now - timedelta(days=days - start), now - timedelta(days=max(0, days - start - (every or days))))
             for start in starts]  # fmt: skip
    rows = {name: [_look(db, sources, name, *span) for span in spans] for name in wanted}
    busy = sorted(rows.values(), key=lambda each: -sum(row.figures.articles for row in each))
    return [row for each in busy for row in each if names or row.figures.articles]


def _look(db: Database, sources: Mapping[str, Source], name: str, since: datetime, until: datetime) -> Standing:
    relatives = find_relatives(sources[name], sources.values())
    figures = read_figures(db, name, int(since.timestamp()), int(until.timestamp()), relatives)
    return Standing(name, since, until, figures)


def standing_table(rows: Iterable[Standing]) -> Table:
    """A line for each source and span."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("source", no_wrap=True)
    table.add_column("from", no_wrap=True)
    for name in ("articles", "taken", "stories", "contested", "first", "median lag"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        found = row.figures
        table.add_row(
            row.source,
            f"{row.since:%Y-%m-%d}",
            str(found.articles),
            _percent(found.taken_share),
            str(found.stories),
            str(found.contested),
            _percent(found.led_share),
            "" if found.lag is None else str(timedelta(seconds=round(found.lag))),
        )
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
