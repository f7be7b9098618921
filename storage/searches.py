"""The standing searches of the house: the topics and searches of config.yaml, compiled once to check them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from matching.query import compile_query
from matching.topics import load_topics
from wirewatch.config import Config
from wirewatch.config_file import ConfigTree, load_config
from wirewatch.errors import ConfigError, QueryError
from wirewatch.search import Search
from wirewatch.suggest import suggest


def house_searches(config: Config) -> list[Search]:
    """Topics and searches whose finds are stored, topics first; ids are their names."""
    topics = load_topics()
    chosen = [Search(name, topics[name].query) for name in config.settings.topics if name in topics]
    return chosen + [Search(each.name, each.query) for each in config.settings.searches]


def find_problems(data: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """What is wrong with the topics, queries and references of a configuration, as (path, problem).

    ``data`` is config.yaml as plain values; parts of the wrong shape are the business of the settings' own check.
    """
    if not isinstance(data, dict):
        return []
    return [*_check_topics(data), *_check_queries(data), *_check_subscribers(data)]


_Problem = tuple[tuple[str | int, ...], str]


def _check_topics(data: dict[str, Any]) -> Iterator[_Problem]:
    for place, name in enumerate(_list(data.get("topics"))):
        yield from _check_name(name, load_topics(), "topic", ("topics", place))


def _check_queries(data: dict[str, Any]) -> Iterator[_Problem]:
    names: set[str] = {name for name in _list(data.get("topics")) if isinstance(name, str)}
    for place, search in _entries(data.get("searches")):
        name = search.get("name")
        if isinstance(name, str) and name in names:
            yield ("searches", place, "name"), f"the name {name!r} stands twice"
        names.add(str(name))
        yield from _check_query(search.get("query"), ("searches", place, "query"))


def _check_subscribers(data: dict[str, Any]) -> Iterator[_Problem]:
    searches = [str(search.get("name")) for _, search in _entries(data.get("searches"))]
    for place, reader in _entries(data.get("subscribers")):
        for at, name in enumerate(_list(reader.get("topics"))):
            yield from _check_name(name, load_topics(), "topic", ("subscribers", place, "topics", at))
        for at, name in enumerate(_list(reader.get("searches"))):
            yield from _check_name(name, searches, "search", ("subscribers", place, "searches", at))
        yield from _check_query(reader.get("query"), ("subscribers", place, "query"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _entries(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((place, row) for place, row in enumerate(_list(value)) if isinstance(row, dict))


def _check_query(query: Any, path: tuple[str | int, ...]) -> Iterator[_Problem]:
    if not isinstance(query, str):
        return
    try:
        compile_query(query)
    except QueryError as error:
        hint = f" ({error.suggestion})" if error.suggestion else ""
        yield path, f"character {error.position + 1}: {error.problem}{hint}"


def _check_name(name: Any, known: Iterable[str], what: str, path: tuple[str | int, ...]) -> Iterator[_Problem]:
    if not isinstance(name, str) or name in (names := list(known)):
        return
    hint = suggest(name, names) or f"; there are: {', '.join(names) or 'none'}"
    yield path, f"no {what} {name!r}{hint}"


def load_checked(file: Path) -> Config:
    """Read ``file`` and check all of it: settings, sources, topics, queries.

    Raises:
        ConfigError: with every mistake at once, each with line and path.
    """
    tree = ConfigTree(file)
    problems = [tree.say(path, text) for path, text in find_problems(tree.to_data())]
    try:
        config = load_config(file, tree)
    except ConfigError as error:
        raise ConfigError(str(file), sort_by_line(error.problems + problems)) from error
    if problems:
        raise ConfigError(str(file), sort_by_line(problems))
    return config


def sort_by_line(problems: list[str]) -> list[str]:
    """Mistakes in the order of their lines (``file:12: …``)."""
    return sorted(problems, key=lambda text: int(found[1]) if (found := re.search(r":(\d+): ", text)) else 0)
