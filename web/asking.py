"""What a visitor asked of the archive: query and filters, read from the address and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from datasette.utils.asgi import Request

from matching.names import load_names
from matching.query import Query, compile_query
from matching.topics import load_topics
from storage.finding import Cursor, Filters
from web.capitals import CAPITALS
from web.charts import bar_of_day
from web.problem import ProblemError
from wirewatch.errors import QueryError
from wirewatch.source import Source
from wirewatch.wording import say_country

if TYPE_CHECKING:
    from web.app import ReadingRoom

FIELDS = ("q", "from", "to", "source", "country", "lang", "topic", "name", "relation")
_LONGEST = 4000
RELATIONS = {"original": ("original",), "report": ("report",), "taken": ("copy", "rewrite"), "copy": ("copy",),
             "rewrite": ("rewrite",)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters as given, and what they mean. ``error`` is set where the query is not understood."""

    given: Mapping[str, str]
    query: Query | None
    error: QueryError | None
    filters: Filters
    after: Cursor | None

    @property
    def text(self) -> str:
        """The query as written, with the name's part."""
        return whole_query(self.given)

    @property
    def question(self) -> tuple[tuple[str, str], ...]:
        """The parameters that are set, for addresses."""
        return tuple((key, value) for key, value in self.given.items() if value)

    def with_changes(self, **changes: str) -> str:
        """The query part of an address with some parameters replaced."""
        changed = {**self.given, **{key.rstrip("_"): value for key, value in changes.items()}}
        return urlencode({key: value for key, value in changed.items() if value})


def whole_query(given: Mapping[str, str]) -> str:
    """``q`` and ``name`` together as one query; '' where neither is given."""
    name = f'@"{given["name"]}"' if " " in given.get("name", "") else f"@{given['name']}" if given.get("name") else ""
    query = given.get("q", "")
    return f"({query}) AND {name}" if query and name else query or name


def read_asked(request: Request, room: ReadingRoom) -> Asked:
    """What the address asks.

    Raises:
        ProblemError: a date, source, country, topic or cursor that is none.
    """
    given = {field: " ".join(request.args.get(field, "").split()) for field in FIELDS}
    if any(len(value) > _LONGEST for value in given.values()):
        raise ProblemError(400, "Not understood", f"A query may have {_LONGEST} characters.")
    query, error = _compile(whole_query(given))
    filters = Filters(
        since=_read_day(given["from"])[0] if given["from"] else None,
        until=_read_day(given["to"])[1] if given["to"] else None,
        sources=_choose_sources(given["source"], given["country"], room.config.sources),
        language=given["lang"] or None,
        topic=given["topic"] or None,
        relations=_read_relation(given["relation"]),
    )
    return Asked(given, query, error, filters, _read_after(request))


def _compile(text: str) -> tuple[Query | None, QueryError | None]:
    if not text:
        return None, None
    try:
        return compile_query(text), None
    except QueryError as error:
        return None, error


def _read_day(given: str) -> tuple[int, int]:
    try:
        return bar_of_day(given)
    except ValueError as error:
        raise ProblemError(400, "Not understood", f"{given[:40]!r} is not a date; write it as 2026-11-02.") from error


def _read_relation(given: str) -> tuple[str, ...] | None:
    if not given:
        return None
    if given not in RELATIONS:
        raise ProblemError(400, "Not understood", f"relation= is one of {', '.join(RELATIONS)}.")
    return RELATIONS[given]


def _choose_sources(source: str, country: str, sources: Mapping[str, Source]) -> tuple[str, ...] | None:
    if not source and not country:
        return None
    if source:
        mine = sources.get(source)
        return (source,) if not country or (mine and mine.country == country.upper()) else ()
    return tuple(each.id for each in sources.values() if each.country == country.upper())


def _read_after(request: Request) -> Cursor | None:
    given = request.args.get("after", "")
    when, dash, number = given.partition("-")
    if not given:
        return None
    if not (dash and when.isascii() and when.isdigit() and number.isascii() and number.isdigit() and len(given) < 30):
        raise ProblemError(400, "Not understood", "after= is taken from the link 'older'.")
    return int(when), int(number)


def choices(room: ReadingRoom) -> dict[str, list[tuple[str, str]]]:
    """What the filters of the form offer: (value, words) each."""
    sources = sorted(room.config.sources.values(), key=lambda source: source.name.casefold())
    countries = {source.country for source in sources if source.country}
    languages = sorted({language for source in sources for language in source.languages})
    return {
        "source": [(source.id, source.name) for source in sources],
        "country": sorted(((code, _say_country(code)) for code in countries), key=lambda pair: pair[1]),
        "lang": [(code, code) for code in languages],
        "topic": [(name, topic.title) for name, topic in load_topics().items()],
        "name": [(entity.id, entity.forms.get("en", (entity.id,))[0]) for entity in load_names().entities.values()],
    }


def _say_country(code: str) -> str:
    capital = CAPITALS.get(code)
    return f"{say_country(code)} ({capital})" if capital else say_country(code)
