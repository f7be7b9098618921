"""What the archive knows of a source in figures: how much it publishes, takes over, leads and lags."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from sqlite_utils import Database

from wirewatch.outcome import FeedState

_TIMED = "published_precision IN ('second', 'minute')"
"""Only reports that state a time of day can be first or late."""

SURELY = 60
"""Seconds by which a report must be the earlier one to be surely first: times are stated to the minute."""

Part = Literal["led", "followed", "edited"]


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Over a span of time. Of the stories that others reported too (``contested``), in how many the source was out
    first by the times stated (``led``); ``lag``: median seconds after the first report where it was not, None
    where there is no such story. ``taken``: articles that are copies or rewrites; ``edited``: articles that were
    seen to change later."""

    articles: int
    taken: int
    stories: int
    contested: int
    led: int
    lag: float | None
    edited: int

    @property
    def taken_share(self) -> float | None:
        """Share of its articles that are copies or rewrites; None without articles."""
        return self.taken / self.articles if self.articles else None

    @property
    def edited_share(self) -> float | None:
        """Share of its articles that it changed after they were stored; None without articles."""
        return self.edited / self.articles if self.articles else None

    @property
    def led_share(self) -> float | None:
        """Share of the contested stories in which it was first; None without any."""
        return self.led / self.contested if self.contested else None

    def to_json(self) -> dict[str, Any]:
        """Plain values; the lag in whole seconds."""
        return {
            "articles": self.articles,
            "taken": self.taken,
            "taken_share": self.taken_share,
            "stories": self.stories,
            "contested": self.contested,
            "led": self.led,
            "led_share": self.led_share,
            "edited": self.edited,
            "edited_share": self.edited_share,
            "median_lag": None if self.lag is None else round(self.lag),
        }


def read_figures(
    db: Database, source: str, since: int, until: int = 2**62, relatives: Collection[str] = ()
) -> SourceFigures:
    """The figures of ``source`` for articles published (else fetched) from ``since`` up to ``until`` (seconds).

    ``relatives``: ids of the sources of its family; they are no others to be first or late against.
    """
    articles, taken, stories = db.execute(
        "SELECT count(*), coalesce(sum(relation IN ('copy', 'rewrite')), 0), count(DISTINCT story_id)"
        " FROM articles INDEXED BY articles_by_source WHERE source = ? AND sort_time >= ? AND sort_time < ?",
        [source, since, until],
    ).fetchone()
    lags = [mine - others for _, mine, others in _compare(db, source, since, until, relatives)]
    late = [lag for lag in lags if lag > 0]
    return SourceFigures(
        articles=articles,
        taken=taken,
        stories=stories,
        contested=len(lags),
        led=sum(lag <= -SURELY for lag in lags),
        lag=median(late) if late else None,
        edited=len({number for number, *_ in _edited(db, source, since, until)}),
    )


def find_stories(
    db: Database, source: str, since: int, part: Part, relatives: Collection[str] = ()
) -> list[tuple[int, str]]:
    """The stories in which the source was first, or was not, or changed a report later.

    Each with the time of the source's report (seconds); newest first, of one time by id.
    """
    if part == "edited":
        newest = {story: when for _, story, when in reversed(_edited(db, source, since))}
        found = [(when, story) for story, when in newest.items()]
    else:
        found = [
            (mine, story)
            for story, mine, others in _compare(db, source, since, relatives=relatives)
            if (mine <= others - SURELY if part == "led" else mine > others)
        ]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def _edited(db: Database, source: str, since: int, until: int = 2**62) -> list[tuple[int, str, int]]:
    """Row id, story and time of the articles that have a later version, newest first."""
    rows = db.execute(
        "SELECT a.id, a.story_id, a.sort_time FROM versions v"
        " JOIN articles a INDEXED BY articles_facts ON a.id = v.article_id"
        " WHERE v.number = 2 AND a.source = ? AND a.sort_time >= ? AND a.sort_time < ? ORDER BY a.sort_time DESC",
        [source, since, until],
    )
    return rows.fetchall()


def _compare(
    db: Database, source: str, since: int, until: int = 2**62, relatives: Collection[str] = ()
) -> list[tuple[str, int, int]]:
    """Story, the source's first report and the others' first report, for each contested story, newest first."""
    rows = db.execute(
        "SELECT story_id, min(sort_time) AS mine,"
        " (SELECT min(sort_time) FROM articles b WHERE b.story_id = a.story_id"
        f" AND b.source NOT IN (SELECT value FROM json_each(?)) AND {_TIMED})"
        " AS others FROM articles a INDEXED BY articles_by_source WHERE source = ? AND sort_time >= ? AND sort_time < ?"
        f" AND {_TIMED} GROUP BY story_id ORDER BY mine DESC",
        [json.dumps([source, *relatives]), source, since, until],
    )
    return [(story, mine, others) for story, mine, others in rows if others is not None]


@dataclass(frozen=True, slots=True)
class SourceRun:
    """How a source answered in one run; ``finished`` is ISO 8601."""

    run: int
    finished: str
    state: FeedState
    reason: str
    found: int
    stored: int


def recent_runs(db: Database, source: str, limit: int = 10) -> list[SourceRun]:
    """The newest runs that asked ``source``."""
    rows = db.execute(
        "SELECT run_id, finished, state, reason, found, stored FROM source_runs WHERE source = ?"
        " ORDER BY run_id DESC LIMIT ?",
        [source, limit],
    )
    return [SourceRun(row[0], row[1], FeedState(row[2]), row[3], row[4], row[5]) for row in rows]


def last_answers(db: Database) -> dict[str, SourceRun]:
    """The newest run of every source that was ever asked."""
    rows = db.execute(
        "SELECT source, run_id, finished, state, reason, found, stored FROM source_runs r"
        " WHERE run_id = (SELECT max(run_id) FROM source_runs WHERE source = r.source)"
    )
    return {row[0]: SourceRun(row[1], row[2], FeedState(row[3]), row[4], row[5], row[6]) for row in rows}


def count_by_source(db: Database, since: int) -> dict[str, int]:
    """Articles of each source published (else fetched) since ``since``."""
    rows = db.execute(
        "SELECT source, count(*) FROM articles INDEXED BY articles_for_lists WHERE sort_time >= ? GROUP BY source",
        [since],
    )
    return dict(rows.fetchall())
