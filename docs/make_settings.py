"""Write the tables of docs/configuration.md anew from the models: ``python docs/make_settings.py``.

The page keeps what stands outside its two marks. ``tests/test_docs.py`` fails when page and models differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("configuration.md")
sys.path.insert(0, str(PAGE.parents[1]))

from wirewatch.config import Settings  # noqa: E402

BEGIN, END = "<!-- settings: made by docs/make_settings.py -->", "<!-- end of settings -->"
_PER_CORE = {"crawl.readers": "one a core"}
"""Defaults that depend on the machine."""


def make_tables() -> str:
    """All settings as Markdown, a table for each section."""
    schema = Settings.model_json_schema(mode="serialization")  # defaults as people write them: 1h
    models = schema["$defs"]
    parts = []
    for heading, prefix, model in _sections(schema, models):
        rows = [_row(prefix, name, field, model) for name, field in model["properties"].items() if "$ref" not in field]
        text = " ".join(model["description"].replace("``", "`").split())
        parts.append(f"### {heading}\n\n{text}\n\n| setting | default | form | meaning |\n|---|---|---|---|\n")
        parts[-1] += "\n".join(rows)
    return "\n\n".join(parts) + "\n"


def _sections(schema: dict[str, Any], models: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "At the top", "", schema
    for name, field in schema["properties"].items():
        if "$ref" in field:
            yield f"`{name}:`", f"{name}.", models[field["$ref"].rsplit("/", 1)[1]]
        elif "$ref" in field.get("items", {}):
            yield f"An entry of `{name}:`", "", models[field["items"]["$ref"].rsplit("/", 1)[1]]


def _row(prefix: str, name: str, field: dict[str, Any], model: dict[str, Any]) -> str:
    path = prefix + name
    needed = name in model.get("required", ())
    default = "needed" if needed else _PER_CORE.get(path) or _say_default(field.get("default"))
    return f"| `{path}` | {default} | {_say_form(field)} | {field['description']} |"


def _say_default(value: Any) -> str:
    if value in (None, [], ()):
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{', '.join(value)}`" if isinstance(value, list) else f"`{value}`"


def _say_form(field: dict[str, Any]) -> str:
    if choices := [each for each in field.get("anyOf", ()) if each.get("type") != "null"]:
        return _say_form(choices[0])
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    if "[smhdw]" in field.get("pattern", ""):
        return "span"
    if field.get("items", {}).get("type") != "string" and field.get("type") == "array":
        return "list of entries"
    kinds = {"boolean": "true or false", "array": "list", "string": "text", "integer": "number", "number": "number"}
    form = "file" if field.get("format") == "path" else kinds[field["type"]]
    low, high = field.get("minimum"), field.get("maximum")
    if low is None:
        return form
    return f"{low:g} to {high:g}" if high is not None else f"{low:g} or more"


def renew(text: str) -> str:
    """The page with its tables made anew."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{make_tables()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renew(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
