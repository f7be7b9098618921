"""Outlets by the capital from which they are written."""

from __future__ import annotations

from wirewatch.source import Source
from wirewatch.wording import say_country

CAPITALS = {
    "AZ": "Baku",
    "AM": "Yerevan",
    "GE": "Tbilisi",
    "RU": "Moscow",
    "TR": "Ankara",
    "IR": "Tehran",
    "EU": "Brussels",
    "BE": "Brussels",
    "US": "Washington",
}
"""The capitals the pages are arranged by, in this order; Belgium's outlets write on the Union."""
_FURTHER = {
    "AT": "Vienna", "CH": "Bern", "CN": "Beijing", "DE": "Berlin", "ES": "Madrid", "FR": "Paris", "GB": "London",
    "IL": "Jerusalem", "IN": "New Delhi", "IT": "Rome", "JO": "Amman", "KZ": "Astana", "NL": "The Hague",
    "PL": "Warsaw", "QA": "Doha", "UA": "Kyiv",
}  # fmt: skip
ELSEWHERE = "Elsewhere"
_ORDER = {name: place for place, name in enumerate(dict.fromkeys(CAPITALS.values()))}


def capital_of(source: Source | None) -> str:
    """The capital of the outlet's country; the country's name where it is none of ours, ELSEWHERE without one."""
    country = source.country if source else ""
    return CAPITALS.get(country) or _FURTHER.get(country) or say_country(country) or ELSEWHERE


def order_of(capital: str) -> tuple[int, bool, str]:
    """To sort capitals by: ours in their order, then the others by name, the unknown last."""
    return _ORDER.get(capital, len(_ORDER)), capital == ELSEWHERE, capital
