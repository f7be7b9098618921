"""How much of what was found a receipt names."""

from __future__ import annotations

from collections.abc import Iterable

from wirewatch.search import Term

PLACES_SHOWN = 3
"""Places that a receipt names for each form of a term: the first ones; the text itself shows the rest."""
FORMS_SHOWN = 12
"""Different forms of one term that a receipt names."""


def show(terms: Iterable[Term]) -> list[Term]:
    """The first places of each form."""
    shown: list[Term] = []
    seen: dict[str, int] = {}
    for term in terms:
        times = seen.get(term.form, 0)
        if times < PLACES_SHOWN and (times or len(seen) < FORMS_SHOWN):
            seen[term.form] = times + 1
            shown.append(term)
    return shown
