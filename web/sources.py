"""The pages of sources: who they are, how they answer, how much they publish, take over, lead and lag."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from storage.figures import Part, SourceRun, count_by_source, find_stories, last_answers, read_figures, recent_runs
from storage.finding import Filters, count_days
from storage.stories import newest_stories, read_stories
from web.capitals import capital_of, order_of
from web.cards import make_card
from web.charts import DAY, Bar, draw_bars, group_days
from web.front import BEFORE, REPORTS, STORIES, list_cards, list_stories, read_before
from web.lists import FRESH, Entry, Listing, respond
from web.problem import ProblemError
from web.render import render
from web.route import FORMATS, Parameter, Route, variable, wanted_format
from web.times import Times
from wirewatch import clock
from wirewatch.article import parse_time
from wirewatch.cleaning import clean_line, clean_link
from wirewatch.clock import from_seconds
from wirewatch.source import Source, find_relatives
from wirewatch.wording import say_country

if TYPE_CHECKING:
    from web.app import ReadingRoom

DAYS = 90
"""Over how many days a source's figures and its chart go."""
_RECENT = 7
_PARTS = {
    "led": "Stories in which {} was first",
    "followed": "Stories in which {} was later than another",
    "edited": "Stories in which {} changed its report later",
}


def since_days(days: int) -> int:
    """The instant so many days ago, in seconds since 1970 UTC."""
    return int(clock.now().timestamp()) - days * DAY


async def show_sources(request: Request, room: ReadingRoom) -> Response:
    """All sources of the catalogue by capital."""
    form = wanted_format(request)

    def work(db: Database) -> Response:
        rows = [_row(source, count, answer) for source, count, answer in _survey(db, room)]
        listing = Listing("Wirewatch: sources", "/sources", rows, COLUMNS, [_entry(row) for row in rows])
        if form != "html":
            return respond(room, listing, form)
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(row["capital"], []).append(row)
        ordered = sorted(groups.items(), key=lambda pair: order_of(pair[0]))
        return render(room, request, "sources.html", fresh=FRESH, groups=ordered, listing=listing, days=_RECENT)

    return await room.connections.read(work)


def _survey(db: Database, room: ReadingRoom) -> list[tuple[Source, int, SourceRun | None]]:
    counts, answers = count_by_source(db, since_days(_RECENT)), last_answers(db)
    sources = sorted(room.config.sources.values(), key=lambda source: source.name.casefold())
    return [(source, counts.get(source.id, 0), answers.get(source.id)) for source in sources]


def _row(source: Source, count: int, answer: SourceRun | None) -> dict[str, Any]:
    return {
        "source": source.id,
        "name": source.name,
        "capital": capital_of(source),
        "country": source.country,
        "languages": list(source.languages),
        "kind": source.kind,
        "ownership": source.ownership,
        "home": clean_link(source.home) or None,
        "enabled": source.enabled,
        f"articles_{_RECENT}_days": count,
        "state": answer.state.value if answer else None,
        "reason": answer.reason if answer else None,
        "asked": answer.finished if answer else None,
        "page": f"/source/{source.id}",
    }


COLUMNS = {
    name: (lambda row, name=name: " ".join(row[name]) if isinstance(row[name], list) else row[name])
    for name in (
        "source", "name", "capital", "country", "languages", "kind", "ownership", "home", "enabled",
        f"articles_{_RECENT}_days", "state", "reason", "asked",
    )
}  # fmt: skip


def _entry(row: dict[str, Any]) -> Entry:
    asked = parse_time(row["asked"]) or from_seconds(0)
    text = f"{row['kind']}, {row['capital']}. {row['state'] or 'not asked yet'} {row['reason'] or ''}"
    return Entry(row["source"], row["name"], asked, row["page"], text, link=row["home"] or "")


async def show_source(request: Request, room: ReadingRoom) -> Response:
    """One source, and its newest stories."""
    source_id, form, before = variable(request, "source"), wanted_format(request), read_before(request)
    return await room.connections.read(lambda db: _show(db, request, room, source_id, form, before))


def _show(db: Database, request: Request, room: ReadingRoom, source_id: str, form: str, before: int | None) -> Response:
    source = _get(db, room, source_id)
    filters = Filters(sources=(source_id,))
    cards, following = list_cards(db, room, filters, before)
    relatives = find_relatives(source, room.config.sources.values())
    figures = read_figures(db, source_id, since_days(DAYS), relatives=relatives)
    facts = _row(source, 0, None) | {"days": DAYS, "figures": figures.to_json()}
    for transient in ("page", f"articles_{_RECENT}_days", "state", "reason", "asked"):
        del facts[transient]
    listing = list_stories(source.name, f"/source/{source_id}", cards, following, before, facts)
    if form != "html":
        return respond(room, listing, form)
    low = since_days(DAYS)
    volume = count_days(db, None, Filters(since=low, sources=(source_id,)))
    bars = group_days(volume.days, low, int(clock.now().timestamp()))
    return render(
        room, request, "source.html", fresh=FRESH, source=source, capital=capital_of(source),
        country=say_country(source.country), home=clean_link(source.home), figures=figures, cards=cards,
        listing=listing, runs=[_say_run(run) for run in recent_runs(db, source_id)], days=DAYS,
        chart=draw_bars(bars, f"Articles of {source.name} over time", lambda bar: _narrow(room, source_id, bar)),
        times=Times(room.config.settings.web.zone), since=from_seconds(low).date().isoformat(),
    )  # fmt: skip


def _get(db: Database, room: ReadingRoom, source_id: str) -> Source:
    """The source as the catalogue has it; one that is no longer there but in the archive has its id as a name.

    Raises:
        ProblemError: neither knows it.
    """
    source = room.config.sources.get(source_id)
    if source is None and newest_stories(db, Filters(sources=(source_id,)), limit=1):
        return Source(source_id, clean_line(source_id, 100))
    if source is None:
        raise ProblemError(404, "There is no such source", "All sources are on the page 'Sources'.")
    return source


def _narrow(room: ReadingRoom, source_id: str, bar: Bar) -> str:
    low, high = from_seconds(bar.low).date(), from_seconds(bar.high - 1).date()
    question = urlencode({"source": source_id, "from": low.isoformat(), "to": high.isoformat()})
    return f"{room.address('/search')}?{question}"


def _say_run(run: SourceRun) -> dict[str, Any]:
    return {
        "number": run.run,
        "when": parse_time(run.finished),
        "state": run.state.value,
        "reason": clean_line(run.reason, 200),
        "found": run.found,
        "stored": run.stored,
    }


async def show_part(request: Request, room: ReadingRoom) -> Response:
    """The stories behind a figure: those in which the source led, or followed."""
    source_id, part, form = variable(request, "source"), variable(request, "part"), wanted_format(request)
    if part not in _PARTS:
        raise ProblemError(404, "There is no such list", f"There are: {', '.join(_PARTS)}.")
    after = _read_after(request.args.get("after"))

    def work(db: Database) -> Response:
        source = _get(db, room, source_id)
        relatives = find_relatives(source, room.config.sources.values())
        found = find_stories(db, source_id, since_days(DAYS), cast(Part, part), relatives)
        rest = [pair for pair in found if after is None or (-pair[0], pair[1]) > (-after[0], after[1])]
        stories = read_stories(db, [story for _, story in rest[:STORIES]], REPORTS)
        cards = [make_card(story, room.chains, room.config.sources) for story in stories]
        title = _PARTS[part].format(source.name)
        listing = replace(
            list_stories(title, f"/source/{source_id}/{part}", cards, None, None),
            question=(("after", _write_after(after)),) if after else (),
            next={"after": _write_after(rest[STORIES - 1])} if len(rest) > STORIES else None,
        )
        if form != "html":
            return respond(room, listing, form)
        note = f"By the times the reports state, over the last {DAYS} days."
        times = Times(room.config.settings.web.zone)
        return render(
            room,
            request,
            "stories.html",
            fresh=FRESH,
            title=title,
            note=note,
            cards=cards,
            listing=listing,
            times=times,
        )

    return await room.connections.read(work)


def _read_after(given: str | None) -> tuple[int, str] | None:
    """Time and id of the story behind which a list goes on.

    Raises:
        ProblemError: it was not written by :func:`_write_after`.
    """
    if given is None:
        return None
    when, _, story = given.partition("-")
    if not (when.isascii() and when.isdigit() and len(when) < 13 and story):
        raise ProblemError(400, "Not understood", "after= is taken from the link 'older'.")
    return int(when), story


def _write_after(place: tuple[int, str]) -> str:
    return f"{place[0]}-{place[1]}"


ROUTES = (
    Route("/sources", show_sources, "All sources, with their state", formats=FORMATS),
    Route(
        "/source/{source}",
        show_source,
        "A source: its figures and newest stories",
        formats=FORMATS,
        parameters=(BEFORE,),
    ),
    Route(
        "/source/{source}/{part}",
        show_part,
        "Stories in which a source led, followed, or changed its report",
        formats=FORMATS,
        parameters=(Parameter("after", "where the list goes on; from 'next'"),),
    ),
)
