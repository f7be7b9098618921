"""Reading config.yaml: every mistake at once, each with its line and the path of the setting."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from wirewatch.catalogue import load_catalogue, parse_sources
from wirewatch.config import Config, Settings
from wirewatch.errors import ConfigError
from wirewatch.source import Source
from wirewatch.suggest import suggest

DEFAULT_FILE = "config.yaml"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path_ = tuple[str | int, ...]


def find_config(named: Path | None = None) -> Path:
    """The configuration file: the one named, else ``$WIREWATCH_CONFIG``, else ``config.yaml`` here."""
    return named or Path(os.environ.get("WIREWATCH_CONFIG") or DEFAULT_FILE)


def load_config(file: Path, tree: ConfigTree | None = None) -> Config:
    """Read and check ``file`` (or its ``tree``, where that is read already) and the sources it chooses.

    Raises:
        ConfigError: it cannot be read, or has mistakes; ``problems`` names each with line and path.
    """
    tree = tree or ConfigTree(file)
    settings, problems = tree.read_settings()
    own, own_problems = parse_sources(tree.node_at("sources"), str(file)) if tree.node_at("sources") else ([], [])
    problems += own_problems
    sources = {**load_catalogue(), **{source.id: source for source in own}}
    if settings:
        problems += tree.check_ids(settings, sources)
    if problems or settings is None:
        raise ConfigError(str(file), problems)
    return Config(file=file, settings=settings, sources=_choose(settings, sources, own), lines=tree.lines)


def _choose(settings: Settings, sources: dict[str, Source], own: Iterable[Source]) -> dict[str, Source]:
    """The sources of the run: the chosen part of the catalogue, and always the file's own."""
    mine = {source.id for source in own}
    choice = settings.catalogue
    chosen = set(choice.only) or (set() if choice.none else set(sources))
    return {
        name: source
        for name, source in sources.items()
        if name in mine or (name in chosen and name not in choice.without)
    }


class ConfigTree:
    """The YAML tree of a configuration file and the line of each of its settings."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self.root = yaml.compose(file.read_bytes(), Loader=_LOADER)
        except FileNotFoundError as error:
            raise ConfigError(
                str(file), [f"{file}: no such file; copy config.yaml from the project or name one with --config"]
            ) from error
        except OSError as error:
            raise ConfigError(str(file), [f"{file}: cannot be read: {error.strerror}"]) from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            place = f"{file}:{mark.line + 1}" if mark else str(file)
            raise ConfigError(str(file), [f"{place}: not YAML: {getattr(error, 'problem', None) or error}"]) from error
        self.lines: dict[Path_, int] = dict(_find_lines(self.root, ()))

    def node_at(self, key: str) -> yaml.Node | None:
        """The node of a key at the top."""
        pairs = self.root.value if isinstance(self.root, yaml.MappingNode) else []
        return next((value for name, value in pairs if name.value == key), None)

    def read_settings(self) -> tuple[Settings | None, list[str]]:
        """The settings, or None with all mistakes in words."""
        data = self.to_data()
        if data is not None and not isinstance(data, dict):
            return None, [f"{self.file}:1: must be a mapping of settings such as 'topics: […]'"]
        given = {key: value for key, value in (data or {}).items() if key != "sources"}
        try:
            return Settings.model_validate(given), []
        except ValidationError as error:
            return None, [self.say(tuple(each["loc"]), _explain(each)) for each in error.errors()]

    def to_data(self) -> Any:
        """The file as plain values; None where it is empty."""
        if self.root is None:
            return None
        loader = _LOADER("")
        try:
            return loader.construct_document(self.root)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f"{self.file}:{mark.line + 1}" if mark else str(self.file)
            raise ConfigError(str(self.file), [f"{place}: {getattr(error, 'problem', error)}"]) from error
        finally:
            loader.dispose()

    def check_ids(self, settings: Settings, sources: dict[str, Source]) -> list[str]:
        """Ids that name no source of the catalogue."""
        lists = {"only": settings.catalogue.only, "without": settings.catalogue.without}
        return [
            self.say(("catalogue", key, place), f"no source {name!r} in the catalogue{suggest(name, sources)}")
            for key, names in lists.items()
            for place, name in enumerate(names)
            if name not in sources
        ]

    def say(self, path: Path_, problem: str) -> str:
        """``file:line: path: problem``."""
        return f"{place_of(self.file, self.lines, path)}: {problem}"


def place_of(file: Path | None, lines: dict[Path_, int], path: Path_) -> str:
    """``config.yaml:12: searches.0.query``: the line is that of the nearest part of the path that is written."""
    known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in lines), ())
    line = f":{lines[known]}" if known else ""
    return f"{file or 'config'}{line}: {'.'.join(map(str, path))}"


def _find_lines(node: yaml.Node | None, path: Path_) -> Iterator[tuple[Path_, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            yield inner, key.start_mark.line + 1
            yield from _find_lines(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield (*path, place), value.start_mark.line + 1
            yield from _find_lines(value, (*path, place))


def _explain(error: Any) -> str:
    path, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        return f"unknown setting{suggest(str(path[-1]), _settings_at(path[:-1]))}"
    if kind == "missing":
        return "is missing"
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    is_secret = "password" in path or "url" in path or not isinstance(error["input"], str | int | float)
    return message if is_secret else f"{message} (it is {error['input']!r})"


def _settings_at(path: Path_) -> list[str]:
    """Names of the settings of the section at ``path``."""
    model: Any = Settings
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        field = model.model_fields.get(part)
        found = [field.annotation, *get_args(field.annotation)] if field else []
        model = next((each for each in found if isinstance(each, type) and issubclass(each, BaseModel)), None)
    return list(model.model_fields) if model else []
