"""SQL scripts in a migration."""

from __future__ import annotations


def split_statements(script: str) -> list[str]:
    """The statements of an SQL script without triggers; ``executescript`` would commit in between."""
    lines = [line.split("--", 1)[0] for line in script.splitlines()]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]
