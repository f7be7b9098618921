"""Searching the archive in the language of alerts: finds newest first, and how many there are over time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from storage.finding import Hit, Page, Volume, count_days, find_page
from web.asking import Asked, choices, read_asked
from web.cards import name_source
from web.charts import DAY, Bar, draw_bars, group_days
from web.lists import FRESH, Entry, Listing, respond
from web.memory import Memory
from web.problem import ProblemError
from web.render import render
from web.route import FORMATS, Parameter, Route, wanted_format
from web.times import Times
from wirewatch.cleaning import clean_line, clean_link, is_rtl
from wirewatch.clock import from_seconds
from wirewatch.context import Piece, find_context, mark_all
from wirewatch.errors import QueryError
from wirewatch.search import Match

if TYPE_CHECKING:
    from web.app import ReadingRoom

HITS = 30
MOST_HITS = 200
_volumes: Memory[Volume] = Memory(60)
"""Counts over time: they are asked for with each part of a list."""


async def show_search(request: Request, room: ReadingRoom) -> Response:
    """The form, and what was found."""
    asked, form = read_asked(request, room), wanted_format(request)
    if asked.error:
        return _show_error(request, room, asked, asked.error, form)
    if not asked.question and form == "html":
        return _render(request, room, asked, Page(), None, _list(room, asked, Page(), None))
    limit = _read_limit(request) if form != "html" else HITS
    return await room.connections.read(lambda db: _show(db, request, room, asked, form, limit))


def _show(db: Database, request: Request, room: ReadingRoom, asked: Asked, form: str, limit: int) -> Response:
    page = find_page(db, asked.query, room.config.sources, asked.filters, after=asked.after, limit=limit)
    volume = _settle(_count(db, room, asked), page, asked) if form in ("html", "json") else None
    listing = _list(room, asked, page, volume)
    if form != "html":
        return respond(room, listing, form)
    return _render(request, room, asked, page, volume, listing)


def _count(db: Database, room: ReadingRoom, asked: Asked) -> Volume:
    key = (str(room.config.database), asked.text, asked.filters)
    return _volumes.get(key, lambda: count_days(db, asked.query, asked.filters))


def _settle(volume: Volume, page: Page, asked: Asked) -> Volume:
    """A count that the index alone could not give, where all finds stand in one part of the list."""
    if volume.exact or asked.after or page.next:
        return volume
    return Volume(Counter(hit.sort_time // DAY * DAY for hit in page.hits), exact=True)


def _read_limit(request: Request) -> int:
    given = request.args.get("limit", str(HITS))
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:6]) <= MOST_HITS):
        raise ProblemError(400, "Not understood", f"limit= is a number from 1 to {MOST_HITS}.")
    return int(given)


def _show_error(request: Request, room: ReadingRoom, asked: Asked, error: QueryError, form: str) -> Response:
    if form != "html":
        body = {
            "ok": False, "status": 400, "error": error.problem, "query": error.query, "position": error.position,
            "suggestion": error.suggestion,
        }  # fmt: skip
        return Response.json(body, status=400)
    empty = Page()
    return _render(request, room, asked, empty, None, _list(room, asked, empty, None), status=400)


def _render(
    request: Request, room: ReadingRoom, asked: Asked, page: Page, volume: Volume | None, listing: Listing,
    status: int = 200,
) -> Response:  # fmt: skip
    bars = group_days(volume.days, asked.filters.since, asked.filters.until) if volume else []
    chart = draw_bars(bars, "Articles found over time", lambda bar: _narrow(room, asked, bar))
    return render(
        room, request, "search.html", status=status, fresh=FRESH if status == 200 else 0, asked=asked,
        hits=[show_find(room, hit) for hit in page.hits], page=page, volume=volume, chart=chart, listing=listing,
        choices=choices(room), times=Times(room.config.settings.web.zone),
    )  # fmt: skip


def _narrow(room: ReadingRoom, asked: Asked, bar: Bar) -> str:
    low, high = from_seconds(bar.low).date(), from_seconds(bar.high - 1).date()
    return room.address("/search") + "?" + asked.with_changes(from_=low.isoformat(), to=high.isoformat())


def show_find(room: ReadingRoom, hit: Hit) -> dict[str, Any]:
    """What the page shows of a find."""
    article = hit.article
    forms = [clean_line(term.form, 120) for term in hit.terms if term.field == "title"]
    lines = find_context(article, [term for term in hit.terms if term.field != "title"])
    return {
        "hit": hit,
        "title": mark_all(clean_line(article.title), forms) or (Piece("(no headline)", False),),
        "outlet": name_source(room.config.sources, article.source or ""),
        "language": clean_line(article.language, 12),
        "direction": "rtl" if is_rtl(article.language) else "ltr",
        "link": clean_link(article.canonical_url) or clean_link(article.url),
        "lines": lines,
        "lead": "" if lines else clean_line(article.lead, 240),
    }


def _list(room: ReadingRoom, asked: Asked, page: Page, volume: Volume | None) -> Listing:
    facts: dict[str, Any] = {"query": asked.text}
    if volume:
        facts |= {
            "count": volume.total if volume.known else None,
            "count_is_exact": volume.exact,
            "by_day": {from_seconds(day).date().isoformat(): count for day, count in volume.days.items()},
        }
    return Listing(
        title=f"Wirewatch: {asked.text or 'the archive'}",
        path="/search",
        rows=[_row(hit) for hit in page.hits],
        columns=COLUMNS,
        entries=[entry_of_hit(room, hit) for hit in page.hits],
        question=asked.question,
        next={"after": f"{page.next[0]}-{page.next[1]}"} if page.next else None,
        facts=facts,
    )


def _row(hit: Hit) -> dict[str, Any]:
    whole = hit.article.to_json()
    del whole["text"]
    receipt = [Match("query", hit.terms).to_json()] if hit.terms else []
    return {
        "article": hit.id, **whole, "matches": receipt, "story": hit.story, "relation": hit.relation,
        "origin": hit.origin, "page": f"/article/{hit.id}",
    }  # fmt: skip


COLUMNS = {
    name: (lambda row, name=name: row[name])
    for name in ("published", "fetched", "source", "language", "title", "canonical_url", "story", "relation", "article")
}


def entry_of_hit(room: ReadingRoom, hit: Hit) -> Entry:
    """A find as an entry of a feed."""
    article = hit.article
    return Entry(
        key=str(hit.id),
        title=clean_line(article.title) or "(no headline)",
        updated=from_seconds(hit.sort_time),
        path=f"/article/{hit.id}",
        text=article.summary or article.lead,
        author=name_source(room.config.sources, article.source or ""),
        link=clean_link(article.canonical_url),
        language=clean_line(article.language, 12),
    )


PARAMETERS = (
    Parameter("q", "query in the language of alerts"),
    Parameter("from", "first day, as 2026-11-02 (UTC)"),
    Parameter("to", "last day (UTC)"),
    Parameter("source", "id of a source"),
    Parameter("country", "ISO 3166-1 code of the outlet's country"),
    Parameter("lang", "ISO 639-1 code of the article's language"),
    Parameter("topic", "id of a topic or search of the house"),
    Parameter("name", "id or spelling of a name: what an article must mention"),
    Parameter("relation", "original, report, taken (copy or rewrite), copy, rewrite"),
    Parameter("limit", f"how many, up to {MOST_HITS} (not on the page)", "integer"),
    Parameter("after", "where the list goes on; from 'next'"),
)
ROUTES = (
    Route(
        "/search",
        show_search,
        "Articles a query and filters find, newest first",
        formats=FORMATS,
        parameters=PARAMETERS,
    ),
)
