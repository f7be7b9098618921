"""The pages of topics and names: how much is written over time, by whom, and in which spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from matching.names import Entity, load_names
from matching.query import compile_query
from matching.topics import load_topics
from storage.finding import Filters, Volume, count_days, find_page
from storage.searches import house_searches
from storage.spellings import Spellings, spellings_of_query, spellings_of_topic
from storage.stories import read_stories
from web.capitals import capital_of, order_of
from web.cards import make_card, name_source
from web.charts import Bar, draw_bars, group_days
from web.front import BEFORE, REPORTS, list_cards, list_stories, read_before
from web.lists import FRESH, Entry, Listing, respond
from web.memory import Memory
from web.problem import ProblemError
from web.render import render
from web.route import FORMATS, Route, variable, wanted_format
from web.sources import DAYS, since_days
from web.times import Times
from wirewatch import clock
from wirewatch.cleaning import clean_line
from wirewatch.clock import from_seconds

if TYPE_CHECKING:
    from web.app import ReadingRoom

_NEWEST = 60
"""Articles of a name whose stories its page shows."""
_MOST_FORMS = 8
_memory: Memory[tuple[Volume, Spellings]] = Memory(60)


async def show_topics(request: Request, room: ReadingRoom) -> Response:
    """The topics, and the searches of the house."""
    names = {search.id: search.query for search in house_searches(room.config)}
    rows = [
        {"topic": name, "title": topic.title, "stored": name in names, "page": f"/topic/{name}"}
        for name, topic in load_topics().items()
    ]
    rows += [
        {"topic": name, "title": name, "stored": True, "page": f"/topic/{name}"}
        for name in names
        if name not in load_topics()
    ]
    return _index(request, room, "Topics", "/topics", rows, "topic")


async def show_names(request: Request, room: ReadingRoom) -> Response:
    """All names that ``@name`` knows, by kind."""
    rows = [
        {
            "name": entity.id,
            "title": _title(entity),
            "kind": entity.type,
            "spellings": {language: list(forms) for language, forms in entity.forms.items()},
            "page": f"/name/{entity.id}",
        }
        for entity in load_names().entities.values()
    ]
    rows += [
        {
            "name": group,
            "title": group.replace("-", " ").capitalize(),
            "kind": "group",
            "spellings": {},
            "page": f"/name/{group}",
        }
        for group in load_names().groups
    ]
    return _index(request, room, "Names", "/names", rows, "name")


def _title(entity: Entity) -> str:
    return next(iter(entity.forms.get("en") or next(iter(entity.forms.values()))))


def _index(
    request: Request, room: ReadingRoom, title: str, path: str, rows: list[dict[str, Any]], key: str
) -> Response:
    columns = {name: (lambda row, name=name: row[name]) for name in rows[0] if name not in ("page", "spellings")}
    begun = from_seconds(0)
    entries = [Entry(row[key], row["title"], begun, row["page"]) for row in rows]
    listing = Listing(f"Wirewatch: {title.lower()}", path, rows, columns, entries)
    form = wanted_format(request)
    if form != "html":
        return respond(room, listing, form)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["title"].casefold()):
        groups.setdefault(row.get("kind", ""), []).append(row)
    return render(room, request, "index.html", fresh=FRESH, title=title, groups=sorted(groups.items()), listing=listing)


async def show_topic(request: Request, room: ReadingRoom) -> Response:
    """A topic or house search: its newest stories, its volume, the spellings of its terms."""
    topic, form, before = variable(request, "topic"), wanted_format(request), read_before(request)
    titles = {name: found.title for name, found in load_topics().items()}
    titles |= {search.id: search.id for search in house_searches(room.config) if search.id not in titles}
    if topic not in titles:
        raise ProblemError(404, "There is no such topic", "All topics are on the page 'Topics'.")

    def work(db: Database) -> Response:
        cards, following = list_cards(db, room, Filters(topic=topic), before)
        low = since_days(DAYS)
        volume, spellings = _memory.get(
            ("topic", str(room.config.database), topic),
            lambda: (count_days(db, None, Filters(since=low, topic=topic)), spellings_of_topic(db, topic)),
        )
        listing = list_stories(titles[topic], f"/topic/{topic}", cards, following, before, _facts(volume, spellings))
        if form != "html":
            return respond(room, listing, form)
        bars = group_days(volume.days, low, int(clock.now().timestamp()))
        chart = draw_bars(bars, "Articles over time", lambda bar: _narrow(room, {"topic": topic}, bar))
        return _page(
            request, room, titles[topic], chart, spellings, cards=cards, listing=listing, volume=volume, query="",
            search=urlencode({"topic": topic}), follow=urlencode({"topic": topic}), written=(),
        )  # fmt: skip

    return await room.connections.read(work)


async def show_name(request: Request, room: ReadingRoom) -> Response:
    """A name: who writes of it, how much, and how each outlet spells it."""
    identifier, form = variable(request, "name"), wanted_format(request)
    found = load_names().look_up(identifier)
    if len(found) != 1:
        words = f"It may be one of: {', '.join(found)}." if found else "All names are on the page 'Names'."
        raise ProblemError(404, "There is no such name", words)
    if found[0] != identifier:
        return Response.redirect(room.address(f"/name/{found[0]}") + (f".{form}" if form != "html" else ""))
    query, entities = compile_query(f"@{identifier}"), load_names().members(identifier)
    title = _title(entities[0]) if len(entities) == 1 else identifier.replace("-", " ").capitalize()

    def work(db: Database) -> Response:
        low = since_days(DAYS)
        volume, spellings = _memory.get(
            ("name", str(room.config.database), identifier),
            lambda: (
                count_days(db, query, Filters(since=low)),
                spellings_of_query(db, query, room.config.sources),
            ),
        )
        hits = find_page(db, query, room.config.sources, Filters(), limit=_NEWEST, seconds=1.0).hits
        stories = read_stories(db, dict.fromkeys(hit.story for hit in hits), REPORTS)[:20]
        cards = [make_card(story, room.chains, room.config.sources) for story in stories]
        listing = list_stories(
            title, f"/name/{identifier}", cards, None, None, _facts(volume, spellings) | {"query": query.text}
        )
        if form != "html":
            return respond(room, listing, form)
        bars = group_days(volume.days, low, int(clock.now().timestamp()))
        chart = draw_bars(bars, "Articles over time", lambda bar: _narrow(room, {"name": identifier}, bar))
        return _page(
            request, room, title, chart, spellings, cards=cards, listing=listing, volume=volume,
            query=query.text, search=urlencode({"name": identifier}), follow=urlencode({"q": query.text}),
            written=_written(entities),
        )  # fmt: skip

    return await room.connections.read(work)


def _written(entities: list[Entity]) -> tuple[tuple[str, list[str]], ...]:
    """All spellings by language."""
    forms: dict[str, list[str]] = {}
    for entity in entities:
        for language, mine in entity.forms.items():
            forms.setdefault(language, []).extend(mine)
    return tuple(forms.items())


def _page(request: Request, room: ReadingRoom, title: str, chart: Any, spellings: Spellings, **values: Any) -> Response:
    return render(
        room, request, "subject.html", fresh=FRESH, title=title, chart=chart, days=DAYS,
        spellings=_table(room, spellings), times=Times(room.config.settings.web.zone), **values,
    )  # fmt: skip


def _table(room: ReadingRoom, spellings: Spellings) -> list[dict[str, Any]]:
    rows = [
        {
            "source": source_id,
            "outlet": name_source(room.config.sources, source_id),
            "capital": capital_of(room.config.sources.get(source_id)),
            "forms": [(clean_line(form, 60), count) for form, count in counts.most_common(_MOST_FORMS)],
        }
        for source_id, counts in spellings.items()
    ]
    return sorted(rows, key=lambda row: (order_of(row["capital"]), row["outlet"]))


def _facts(volume: Volume, spellings: Spellings) -> dict[str, Any]:
    return {
        "days": DAYS,
        "by_day": {from_seconds(day).date().isoformat(): count for day, count in volume.days.items()},
        "by_day_is_exact": volume.exact,
        "spellings": {source: dict(counts.most_common(_MOST_FORMS)) for source, counts in spellings.items()},
    }


def _narrow(room: ReadingRoom, fixed: Mapping[str, str], bar: Bar) -> str:
    low, high = from_seconds(bar.low).date(), from_seconds(bar.high - 1).date()
    return f"{room.address('/search')}?{urlencode({**fixed, 'from': low.isoformat(), 'to': high.isoformat()})}"


ROUTES = (
    Route("/topics", show_topics, "Topics and searches of the house", formats=FORMATS),
    Route("/topic/{topic}", show_topic, "A topic: stories, volume, spellings", formats=FORMATS, parameters=(BEFORE,)),
    Route("/names", show_names, "All names that @name knows, with their spellings", formats=FORMATS),
    Route("/name/{name}", show_name, "A name: stories, volume, and how each outlet spells it", formats=FORMATS),
)
