"""The topics shipped with Wirewatch: a name and a query each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

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
    import yaml

    text = resources.files("matching").joinpath("topics.yaml").read_text("utf-8")
    rows = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["topics"]
    bad = [name for name, row in rows.items() if set(row) != {"title", "query"}]
    if bad:
        raise ConfigError("topics.yaml", [f"{name}: a topic has a title and a query" for name in bad])
    return {name: Topic(name, row["title"], " ".join(row["query"].split())) for name, row in rows.items()}
