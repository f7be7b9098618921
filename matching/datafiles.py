"""The data files that lie beside the code: names, concepts, topics."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any


def read_yaml(file: str) -> dict[str, Any]:
    """One of our own YAML files, read with the fast safe loader where there is one."""
    import yaml

    text = resources.files("matching").joinpath(file).read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: dict[str, Any] = yaml.load(text, Loader=loader) or {}  # noqa: S506 - both loaders are safe ones
    return rows


@cache
def read_ideas() -> dict[str, dict[str, dict[str, str]]]:
    """Group of ideas → identifier → language → spellings split by ";", as in ``stories/ideas.yaml``."""
    return read_yaml("stories/ideas.yaml")


def read_lines(file: str) -> list[str]:
    """The lines of one of our own text files, without comments (``#``) and empty ones."""
    text = resources.files("matching").joinpath(file).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
