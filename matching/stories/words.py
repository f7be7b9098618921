"""Words that say nothing about which event a report is on, in seven languages (see ``words.yaml``)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _read() -> dict[str, Any]:
    text = files("matching.stories").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def list_words(kind: str) -> list[str]:
    """The words of one kind: ``function``, ``news`` or ``outlet``."""
    words: str = _read()[kind]
    return words.split()


def name_months() -> dict[int, list[str]]:
    """Month number → its names in all languages, with their cases."""
    return {number: names.split() for number, names in _read()["months"].items()}


def name_weekdays() -> dict[int, list[str]]:
    """Weekday number (1 Monday … 7 Sunday) → its names in all languages."""
    return {number: names.split() for number, names in _read()["weekdays"].items()}
