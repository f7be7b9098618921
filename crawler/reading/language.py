"""The language of an article: what its text shows, with the page's declaration as a hint."""

from __future__ import annotations

import importlib
import re
from typing import Any


def recognise(text: str, hint: str | None) -> str | None:
    """ISO 639-1 code of ``text``, or None where neither text nor hint shows one."""
    code = normalise_code(hint)
    try:
        languages: Any = importlib.import_module("matching.languages")  # loads models: only when asked
    except ImportError:
        return code
    found: str | None = languages.recognise_language(text, code)
    return found


def normalise_code(tag: str | None) -> str | None:
    """``az`` from ``az-Latn-AZ``, ``az_AZ`` or ``AZ``; None where it is no language tag."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", tag or "")
    return found[1].lower() if found else None
