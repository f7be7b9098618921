"""The topics shipped with Wirewatch: a name and a query each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from matching.datafiles import read_yaml
from wirewatch.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: ``id`` stands in receipts and configuration, ``title`` is for readers."""

    id: str
    title: str
    query: str


@cache
def load_topics() -> dict[str, Topic]:
    """The shipped topics by id.

    Raises:
        ConfigError: the file has mistakes.
    """
    file = read_yaml("topics.yaml")
    parts: dict[str, str] = {}
    for name, query in file["parts"].items():
        parts[name] = _fill(name, query, parts)
    rows = file["topics"]
    bad = [name for name, row in rows.items() if set(row) != {"title", "query"}]
    if bad:
        raise ConfigError("topics.yaml", [f"{name}: a topic has a title and a query" for name in bad])
    return {name: Topic(name, row["title"], _fill(name, row["query"], parts)) for name, row in rows.items()}


def _fill(name: str, query: str, parts: Mapping[str, str]) -> str:
    """The query with each ``{part}`` in place, on one line."""
    try:
        return " ".join(query.format_map(parts).split())
    except (KeyError, ValueError, IndexError) as error:
        raise ConfigError("topics.yaml", [f"{name}: no part called {error}"]) from error
