"""The standing searches of the house: the topics and searches of config.yaml, compiled once to check them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from matching.query import compile_query
from matching.topics import load_topics
from wirewatch.config import Config
from wirewatch.config_file import place_of
from wirewatch.errors import ConfigError, QueryError
from wirewatch.search import Search


def house_searches(config: Config) -> list[Search]:
    """Topics and searches whose finds are stored, topics first; ids are their names."""
    topics = load_topics()
    chosen = [Search(name, topics[name].query) for name in config.settings.topics if name in topics]
    return chosen + [Search(each.name, each.query) for each in config.settings.searches]


def check_searches(config: Config) -> None:
    """Check topics, queries and what subscribers refer to.

    Raises:
        ConfigError: with every mistake at once, each with line and path.
    """
    problems = [*_check_topics(config), *_check_queries(config), *_check_subscribers(config)]
    if problems:
        raise ConfigError(
            str(config.file), [f"{place_of(config.file, config.lines, path)}: {text}" for path, text in problems]
        )


_Problem = tuple[tuple[str | int, ...], str]


def _check_topics(config: Config) -> Iterator[_Problem]:
    for place, name in enumerate(config.settings.topics):
        yield from _check_name(name, load_topics(), "topic", ("topics", place))


def _check_queries(config: Config) -> Iterator[_Problem]:
    names: set[str] = set(config.settings.topics)
    for place, search in enumerate(config.settings.searches):
        if search.name in names:
            yield ("searches", place, "name"), f"the name {search.name!r} stands twice"
        names.add(search.name)
        yield from _check_query(search.query, ("searches", place, "query"))


def _check_subscribers(config: Config) -> Iterator[_Problem]:
    searches = {search.name for search in config.settings.searches}
    for place, reader in enumerate(config.settings.subscribers):
        for at, name in enumerate(reader.topics):
            yield from _check_name(name, load_topics(), "topic", ("subscribers", place, "topics", at))
        for at, name in enumerate(reader.searches):
            yield from _check_name(name, searches, "search", ("subscribers", place, "searches", at))
        if reader.query is not None:
            yield from _check_query(reader.query, ("subscribers", place, "query"))


def _check_query(query: str, path: tuple[str | int, ...]) -> Iterator[_Problem]:
    try:
        compile_query(query)
    except QueryError as error:
        hint = f" ({error.suggestion})" if error.suggestion else ""
        yield path, f"character {error.position + 1}: {error.problem}{hint}"


def _check_name(name: str, known: Iterable[str], what: str, path: tuple[str | int, ...]) -> Iterator[_Problem]:
    if name not in (names := list(known)):
        near = difflib.get_close_matches(name, names, n=1)
        yield (
            path,
            f"no {what} {name!r}" + (f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(names)}"),
        )
