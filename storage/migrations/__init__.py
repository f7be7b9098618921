"""The schema of the one SQLite file, as named, append-only steps: a module a step, in the order listed here.

A step that has been released is never edited; a change is a new module and a line at the end of ``STEPS``.
sqlite-utils runs each in a transaction together with the record that it ran. Times are ISO 8601 text with
offset where people read them and INTEGER seconds since 1970 UTC where the database sorts or compares.
"""

from __future__ import annotations

from sqlite_utils import Migrations

from storage.migrations import (
    m0001_initial,
    m0002_notices,
    m0003_threads,
    m0004_plans,
    m0005_lists,
    m0006_versions,
    m0007_robots,
    m0008_restores,
    m0009_chains,
    m0010_articles_by_fetched,
)

STEPS = (
    m0001_initial,
    m0002_notices,
    m0003_threads,
    m0004_plans,
    m0005_lists,
    m0006_versions,
    m0007_robots,
    m0008_restores,
    m0009_chains,
    m0010_articles_by_fetched,
)

migrations = Migrations("wirewatch")
for _step in STEPS:
    migrations(name=_step.__name__.rpartition(".")[2])(_step.apply)
