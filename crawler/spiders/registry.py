"""Which Collector a source's ``spider:`` means, found among the spiders of this folder."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from crawler import spiders
from crawler.collect import Collector
from crawler.spiders.base import WireSpider
from wirewatch.errors import UsageError


@cache
def spiders_by_name() -> dict[str, type[WireSpider]]:
    """All spiders of the project."""
    for module in pkgutil.iter_modules(spiders.__path__):
        import_module(f"{spiders.__name__}.{module.name}")
    return {kind.name: kind for kind in WireSpider.__subclasses__()}


def collector_for(name: str) -> type[Collector]:
    """The Collector of the spider called ``name``.

    Raises:
        UsageError: there is no such spider.
    """
    try:
        return spiders_by_name()[name].collector_class
    except KeyError as error:
        known = ", ".join(sorted(spiders_by_name()))
        raise UsageError(f"no spider {name!r} in crawler/spiders; there are: {known}") from error
