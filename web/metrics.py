"""Figures for Prometheus, in its text format: what ``status`` knows, so that a monitor can draw and alarm.

Each is read from the database when it is asked for, so the daemon, ``serve`` or both may answer.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlite_utils import Database

from storage.health import Health, look
from storage.last_day import LastDay, read_last_day
from wirewatch import __version__, clock
from wirewatch.article import format_time
from wirewatch.config import Config

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Report:
    """What a monitor is told."""

    health: Health
    day: LastDay


def read_report(db: Database, config: Config) -> Report:
    """The state of things now."""
    now = clock.now()
    return Report(look(db, config, now), read_last_day(db, now))


def render_health(report: Report, *, strict: bool = False) -> tuple[int, bytes, str]:
    """HTTP status, body and content type of the sign of life; ``strict``: 503 when something needs a person.

    It names no source and no error, so that it may be public; ``wirewatch status`` says what is wrong.
    """
    health = report.health
    body = {
        "ok": True,
        "well": not health.troubles,
        "troubles": len(health.troubles),
        "last_run": format_time(health.finished.started) if health.finished else None,
        "next_run": format_time(health.next_run),
    }
    status = 503 if strict and health.troubles else 200
    return status, json.dumps(body).encode(), "application/json"


def render_metrics(report: Report) -> bytes:
    """All metrics of docs/metrics.md, and those of this process (CPU, memory, open files)."""
    registry = CollectorRegistry()
    registry.register(_Collector(report.health, report.day))
    ProcessCollector(namespace="wirewatch", registry=registry)
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, health: Health, day: LastDay) -> None:
        self._health, self._day = health, day

    def collect(self) -> Iterable[Metric]:
        """The families, one after the other."""
        yield from _state(self._health)
        yield from _runs(self._health, self._day)
        yield from _sources(self._day)
        yield from _mail(self._health, self._day)
        yield from _storage(self._health)


def _gauge(name: str, words: str, value: float | None) -> Iterator[Metric]:
    """A metric without labels; nothing where there is no value yet."""
    if value is not None:
        yield GaugeMetricFamily(f"wirewatch_{name}", words, value=float(value))


def _labelled(name: str, words: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(f"wirewatch_{name}", words, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], float(value))
    return family


def _state(health: Health) -> Iterator[Metric]:
    info = GaugeMetricFamily("wirewatch_info", "Versions of program and SQLite", labels=["version", "sqlite"])
    info.add_metric([__version__, health.sqlite], 1)
    yield info
    yield from _gauge("healthy", "1 when nothing needs a person, else 0", not health.troubles)
    yield from _gauge("troubles", "Things that need a person", len(health.troubles))
    yield from _gauge("daemon_running", "1 while a daemon or a crawl by hand holds the database", bool(health.holder))
    yield from _gauge("notices_open", "Notices open: silent, stale, blocked … sources and parts", len(health.notices))


def _runs(health: Health, day: LastDay) -> Iterator[Metric]:
    finished = health.finished
    yield from _gauge(
        "last_run_start_timestamp_seconds",
        "When the last finished run began",
        _seconds(finished.started if finished else None),
    )
    if finished and finished.finished:
        seconds = (finished.finished - finished.started).total_seconds()
        yield from _gauge("last_run_duration_seconds", "How long the last finished run took", seconds)
    yield from _gauge("next_run_timestamp_seconds", "When the next run is due at the latest", _seconds(health.next_run))
    yield _labelled("items_last_day", "Items found in the last 24 hours by the state they ended in", "state", day.items)
    yield from _gauge("runs_last_day", "Runs that ended in the last 24 hours", day.runs)


def _sources(day: LastDay) -> Iterator[Metric]:
    yield _labelled(
        "source_failures", "Times in a row in which the best feed of a source gave nothing", "source", day.failures
    )
    yield _labelled(
        "source_last_good_timestamp_seconds", "When a feed of a source last answered well", "source", day.last_good
    )


def _mail(health: Health, day: LastDay) -> Iterator[Metric]:
    box = health.outbox
    counts = {state: float(count) for state, count in box.counts.items()}
    yield _labelled("outbox_mails", "Mails in the outbox by state", "state", counts)
    oldest = datetime.fromisoformat(box.oldest) if box.oldest else None
    yield from _gauge(
        "outbox_oldest_timestamp_seconds", "When the mail that waits longest was queued", _seconds(oldest)
    )
    yield from _gauge("mail_paused", "1 while the mail server is left alone, else 0", bool(box.paused_until))
    yield _labelled(
        "mail_delay_seconds",
        "From an article's publication to its instant mail, of the last 24 hours",
        "quantile",
        day.delays,
    )
    yield _labelled("subscribers", "Subscribers by state", "state", day.subscribers)


def _storage(health: Health) -> Iterator[Metric]:
    yield from _gauge("articles", "Articles in the archive", health.articles)
    yield from _gauge("articles_last_day", "Articles published in the last 24 hours", health.last_day)
    yield from _gauge("database_bytes", "Size of the database file with its log", health.size)
    yield from _gauge("disk_free_bytes", "Free space on the disk of the database", health.free)
    yield from _gauge("backup_timestamp_seconds", "When the last backup was made", _seconds(health.backup))


def _seconds(when: datetime | None) -> float | None:
    return when.timestamp() if when else None
