"""Metrics: each is documented, each documented one exists, and the dashboard asks for no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from storage.database import open_database
from storage.plans import Plan, write_plan
from tests.mailing import NOW, make_config, tell, wish
from web.metrics import read_report, render_health, render_metrics
from wirewatch.pacing import Rhythm

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
DASHBOARD = ROOT / "deploy/grafana-dashboard.json"


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """All families of a database in which every figure has a value."""
    file = tmp_path_factory.mktemp("metrics") / "wire.db"
    now = datetime.now(UTC)
    with closing(open_database(file)) as db:
        tell(db, "story", wish(db, "anna@x.test", "Border"), at=NOW)
        db.execute("UPDATE runs SET finished = ?, started = ?", [now.isoformat(), (now - timedelta(1)).isoformat()])
        db.execute("UPDATE outbox SET state = 'sent', finished = ?", [int(now.timestamp())])
        tell(db, "other", wish(db, "anna@x.test", "Border"), at=NOW)
        db.execute(
            "INSERT INTO feeds (url, source, state, reason, asked, answered, failures) VALUES ('u', 'hillpost', 'ok',"
            " '', ?, ?, 0)",
            [now.isoformat(), now.isoformat()],
        )
        db.execute("INSERT INTO meta (key, value) VALUES ('backup', ?)", [now.isoformat()])
        write_plan(db, Plan("hillpost", now, now + timedelta(hours=1), timedelta(hours=1), "as always"), Rhythm())
        text = render_metrics(read_report(db, make_config(file))).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def documented() -> set[str]:
    return set(re.findall(r"^\| `(wirewatch_\w+)", PAGE, re.MULTILINE))


def test_every_metric_is_documented_and_every_documented_one_is_there(metrics):
    names = {sample.name for family in metrics.values() for sample in family.samples}
    assert names == documented()


def test_every_label_is_documented(metrics):
    for family in metrics.values():
        labels = {label for sample in family.samples for label in sample.labels}
        row = re.search(rf"^\| `{family.name}\w*(?:\{{([\w, ]+)\}})?` ", PAGE, re.MULTILINE)
        assert row, family.name
        assert labels == set((row[1] or "").replace(" ", "").split(",")) - {""}, family.name


def test_the_figures_are_those_of_the_database(metrics):
    def value(name: str, **labels: str) -> float:
        return next(s.value for s in metrics[name].samples if s.labels == labels)

    assert value("wirewatch_outbox_mails", state="sent") == 1
    assert value("wirewatch_outbox_mails", state="queued") == 1
    assert value("wirewatch_subscribers", state="active") == 1
    assert value("wirewatch_articles") == 2
    assert value("wirewatch_source_failures", source="hillpost") == 0
    assert value("wirewatch_last_run_duration_seconds") == 86400
    assert value("wirewatch_mail_delay_seconds", quantile="0.5") > 0
    assert value("wirewatch_disk_free_bytes") > 0


def test_health_names_no_source_and_is_strict_where_asked(tmp_path):
    file = tmp_path / "wire.db"
    with closing(open_database(file)) as db:
        report = read_report(db, make_config(file))
    assert report.health.troubles
    status, body, _ = render_health(report)
    assert status == 200
    assert json.loads(body) == {"ok": True, "well": False, "troubles": 1, "last_run": None, "next_run": None}
    assert render_health(report, strict=True)[0] == 503


def expressions(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "query") and isinstance(value, str):
                yield value
            yield from expressions(value)
    elif isinstance(node, list):
        for each in node:
            yield from expressions(each)


def test_the_dashboard_asks_for_documented_metrics_only():
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    asked = {name for text in expressions(dashboard) for name in re.findall(r"wirewatch_\w+", text)}
    assert len(asked) > 10
    assert asked - documented() == set()
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_example_alarms_ask_for_documented_metrics_only():
    asked = set(re.findall(r"wirewatch_\w+", (ROOT / "deploy/prometheus-alarms.yaml").read_text(encoding="utf-8")))
    assert asked
    assert asked - documented() == set()
