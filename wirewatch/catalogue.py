"""The catalogue of publishers: reading ``sources.yaml`` and the ``sources:`` section of config.yaml.

Both have one form (docs/sources.md). Every mistake is found in one reading and named with its line.
Values are read from the YAML tree itself, not from converted values, so that ``country: NO`` stays text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import yaml

from wirewatch.clock import is_zone
from wirewatch.errors import ConfigError
from wirewatch.source import REGION, Listing, Source
from wirewatch.suggest import suggest
from wirewatch.urls import host_of

SHIPPED = "sources.yaml"
MAX_LISTING_PAGES = 50

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_BAD_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


class _WrongValueError(Exception):
    """One value is not as it must be; carries the node it stands at."""

    def __init__(self, node: yaml.Node | None, problem: str) -> None:
        super().__init__(problem)
        self.node = node


def load_catalogue(path: Path | None = None) -> dict[str, Source]:
    """All sources of a catalogue file by id, in the file's order; None is the shipped catalogue.

    Raises:
        ConfigError: the file cannot be read, or entries are wrong (``problems`` has every mistake with its line).
    """
    file = str(path) if path else SHIPPED
    sources, problems = parse_sources(_compose_file(path, file), file)
    if problems:
        raise ConfigError(file, problems)
    return {source.id: source for source in sources}


def find_owner(sources: Iterable[Source], url: str) -> Source | None:
    """The publisher that an address belongs to, by the hosts of its home, its feeds and its mirrors."""
    host = host_of(url).removeprefix("www.")
    for source in sources:
        hosts = {host_of(source.home), *map(host_of, source.feeds), *source.hosts}
        if host and host in {each.removeprefix("www.") for each in hosts}:
            return source
    return None


def _compose_file(path: Path | None, file: str) -> yaml.Node | None:
    try:
        data = path.read_bytes() if path else resources.files("wirewatch").joinpath(SHIPPED).read_bytes()
        root = yaml.compose(data, Loader=_LOADER)
    except OSError as error:
        raise ConfigError(file, [f"cannot be read: {error.strerror or error}"]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigError(file, [_say_yaml_error(error, file)]) from error
    if isinstance(root, yaml.MappingNode):
        return next((value for key, value in root.value if key.value == "sources"), root)
    return root


def _say_yaml_error(error: Exception, file: str) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"{file}:{mark.line + 1}" if mark else file
    return f"{place}: not YAML: {getattr(error, 'problem', None) or error}"


def parse_sources(rows: Any, where: str) -> tuple[list[Source], list[str]]:
    """Read a list of source entries; wrong entries are left out and every mistake is reported.

    Args:
        rows: a ``yaml.SequenceNode`` (mistakes then name their line) or plain lists and dicts.
        where: the file's path, put before each mistake.

    Returns:
        The right sources in order, and the mistakes as ``file:line: source 'id': key: what is wrong``.
    """
    node = rows if isinstance(rows, yaml.Node) else _to_node(rows)
    if _is_null(node):
        return [], []
    if not isinstance(node, yaml.SequenceNode):
        return [], [f"{_place(where, node)}: must be a list of sources, each beginning with '- id:'"]
    reader = _SourceReader(where)
    sources = [source for position, row in enumerate(node.value) if (source := reader.read(row, position))]
    return sources, reader.problems


class _SourceReader:
    """Reads entries one after the other; remembers ids and feeds to find what stands twice."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems: list[str] = []
        self._ids: dict[str, str] = {}
        self._feeds: dict[str, str] = {}

    def read(self, row: yaml.Node, position: int) -> Source | None:
        """The source of one entry, or None after reporting its mistakes."""
        before = len(self.problems)
        if not isinstance(row, yaml.MappingNode):
            self._report(row, f"sources[{position}]", "must be a mapping with id, name, feeds …")
            return None
        label = _label(row, position)
        values = self._read_keys(row, label, SOURCE_KEYS)
        self._check_whole(row, label, values)
        if len(self.problems) > before:
            return None
        values["listings"] = values.pop("listing", ())
        values.setdefault("name", values["id"])
        values.setdefault("family", values["id"])
        return Source(**values)

    def _read_keys(self, row: yaml.MappingNode, label: str, readers: dict[str, _Reader]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, node in row.value:
            if key.value not in readers:
                self._report(key, label, f"unknown key {key.value!r}{suggest(str(key.value), readers)}")
            elif key.value in values:
                self._report(key, label, f"key {key.value!r} stands twice")
            elif not _is_null(node):
                try:
                    values[key.value] = readers[key.value](node)
                except _WrongValueError as wrong:
                    self._report(wrong.node or node, label, f"{key.value}: {wrong}")
                    values[key.value] = None
        return values

    def _check_whole(self, row: yaml.MappingNode, label: str, values: dict[str, Any]) -> None:
        if "id" not in values:
            self._report(row, label, "id is missing")
        if not {"feeds", "listing", "spider"} & values.keys():
            self._report(row, label, "has nothing to ask: give feeds, listing or spider")
        self._check_twice(row, label, values)

    def _check_twice(self, row: yaml.MappingNode, label: str, values: dict[str, Any]) -> None:
        place = _place(self.where, row)
        name = values.get("id")
        if name and self._ids.setdefault(name, place) != place:
            self._report(row, label, f"this id stands already at {self._ids[name]}")
        for feed in values.get("feeds") or ():
            if self._feeds.setdefault(feed, label) != label:
                self._report(row, label, f"feeds: {feed} belongs to {self._feeds[feed]} already")

    def _report(self, node: yaml.Node, label: str, problem: str) -> None:
        self.problems.append(f"{_place(self.where, node)}: {label}: {problem}")


_Reader = Callable[[yaml.Node], Any]


def _label(row: yaml.MappingNode, position: int) -> str:
    for key, node in row.value:
        if key.value == "id" and isinstance(node, yaml.ScalarNode) and node.value:
            return f"source {node.value!r}"
    return f"sources[{position}]"


def _place(where: str, node: yaml.Node) -> str:
    return f"{where}:{node.start_mark.line + 1}" if node.start_mark else where


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")


def _to_node(value: Any) -> yaml.Node:
    """Plain data as a YAML tree without line numbers."""
    tag = "tag:yaml.org,2002:"
    if isinstance(value, dict):
        return yaml.MappingNode(tag + "map", [(_to_node(str(key)), _to_node(item)) for key, item in value.items()])
    if isinstance(value, (list, tuple)):
        return yaml.SequenceNode(tag + "seq", [_to_node(item) for item in value])
    if value is None:
        return yaml.ScalarNode(tag + "null", "")
    return yaml.ScalarNode(tag + "str", str(value).lower() if isinstance(value, bool) else str(value))


# ---- values --------------------------------------------------------------------------------------


def _read_text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _WrongValueError(node, "must be one text")
    text = " ".join(node.value.split())
    if not text:
        raise _WrongValueError(node, "is empty")
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise _WrongValueError(node, "holds control characters")
    return text


def _read_pattern(pattern: re.Pattern[str], means: str) -> _Reader:
    def read(node: yaml.Node) -> str:
        text = _read_text(node)
        if not pattern.fullmatch(text):
            raise _WrongValueError(node, f"{text!r} is not {means}")
        return text

    return read


def _read_address(node: yaml.Node) -> str:
    text = _read_text(node)
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or _BAD_IN_ADDRESS.search(text):
        raise _WrongValueError(node, f"{text!r} is not an http or https address")
    if parts.username is not None:
        raise _WrongValueError(node, "an address must not hold a user name or password")
    return text


def _read_zone(node: yaml.Node) -> str:
    text = _read_text(node)
    if not is_zone(text):
        raise _WrongValueError(node, f"{text!r} is not an IANA time zone{suggest(text, available_timezones())}")
    return text


def _read_bool(node: yaml.Node) -> bool:
    text = _read_text(node).lower()
    if text not in _TRUE + _FALSE:
        raise _WrongValueError(node, f"{text!r} is neither true nor false")
    return text in _TRUE


def _read_pages(node: yaml.Node) -> int:
    text = _read_text(node)
    if not text.isdecimal() or not 1 <= int(text) <= MAX_LISTING_PAGES:
        raise _WrongValueError(node, f"{text!r} is not a number from 1 to {MAX_LISTING_PAGES}")
    return int(text)


def _read_regex(node: yaml.Node) -> str:
    text = _read_text(node)
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise _WrongValueError(node, f"{text!r} is not a regular expression: {error}") from error
    return text


def _read_selector(node: yaml.Node) -> str:
    text = _read_text(node)
    if not re.fullmatch(r"[\w .#>-]+", text):  # the usual selectors need no check, so no import either
        from cssselect import GenericTranslator, SelectorError

        try:
            GenericTranslator().css_to_xpath(text)
        except SelectorError as error:
            raise _WrongValueError(node, f"{text!r} is not a CSS selector: {error}") from error
    return text


def _read_list(read_item: _Reader) -> _Reader:
    """A list of values; a single value stands for a list of one."""

    def read(node: yaml.Node) -> tuple[Any, ...]:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(dict.fromkeys(read_item(item) for item in items))

    return read


def _read_listing(node: yaml.Node) -> Listing:
    if isinstance(node, yaml.ScalarNode):
        return Listing(url=_read_address(node))
    if not isinstance(node, yaml.MappingNode):
        raise _WrongValueError(node, "must be an address or a mapping with url, link, match, follow, pages")
    values: dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in LISTING_KEYS:
            raise _WrongValueError(key, f"unknown key {key.value!r}{suggest(str(key.value), LISTING_KEYS)}")
        try:
            values[key.value] = LISTING_KEYS[key.value](value)
        except _WrongValueError as wrong:
            raise _WrongValueError(wrong.node, f"{key.value}: {wrong}") from wrong
    if "url" not in values:
        raise _WrongValueError(node, "url is missing")
    return Listing(**values)


LISTING_KEYS: dict[str, _Reader] = {
    "url": _read_address,
    "link": _read_selector,
    "match": _read_regex,
    "follow": _read_selector,
    "pages": _read_pages,
}

SOURCE_KEYS: dict[str, _Reader] = {
    "id": _read_pattern(_ID, "a short name of a-z, 0-9, - and _"),
    "name": _read_text,
    "country": _read_pattern(re.compile("[A-Z]{2}"), "a country code of two capitals"),
    "languages": _read_list(_read_pattern(re.compile("[a-z]{2,3}"), "a language code such as az")),
    "kind": _read_text,
    "ownership": _read_text,
    "home": _read_address,
    "zone": _read_zone,
    "feeds": _read_list(_read_address),
    "listing": _read_list(_read_listing),
    "hosts": _read_list(_read_pattern(_HOST, "a host name")),
    "family": _read_pattern(_ID, "a short name of a-z, 0-9, - and _"),
    "spider": _read_pattern(re.compile(r"[a-z][a-z0-9_]*"), "the name of a spider"),
    "user_agent": _read_text,
    "enabled": _read_bool,
    "region": _read_pattern(REGION, "a label such as AZ or eu-west"),
}
