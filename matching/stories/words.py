"""Words that say little about which event a report is on (see ``words.yaml`` and ``common.txt``)."""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files
from typing import Any

from matching.datafiles import read_yaml


@cache
def _read() -> dict[str, Any]:
    return read_yaml("stories/words.yaml")


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


@cache
def rate_common(turkic: bool) -> dict[int, float]:
    """How much common words tell of an event: CRC-32 of the stem → share (0–1) of what an unheard word does.

    ``turkic``: for Turkish and Azerbaijani; else for English, Russian and Persian, whose scripts tell them apart. For
    Armenian and Georgian there is no list.
    """
    text = files("matching.stories").joinpath("common.txt").read_text(encoding="utf-8")
    shares: dict[int, float] = {}
    for line in text.splitlines():
        language, share, *stems = line.split()
        if language != "#" and (language == "tr") == turkic:
            shares.update(dict.fromkeys((zlib.crc32(stem.encode()) for stem in stems), int(share) / 100))
    return shares
