"""The front page: today's stories, and those of any other day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from storage.finding import Filters
from storage.stories import newest_stories, newest_time, read_stories
from web.cards import Card, make_card
from web.charts import DAY, bar_of_day
from web.lists import FRESH, Entry, Listing, respond
from web.problem import ProblemError
from web.render import render
from web.route import FORMATS, Parameter, Route, variable, wanted_format
from web.times import Times
from wirewatch import clock

if TYPE_CHECKING:
    from web.app import ReadingRoom

STORIES = 30
REPORTS = 60
"""Reports of a story that a list reads; the story's own page has all."""


async def show_today(request: Request, room: ReadingRoom) -> Response:
    """Stories of the last 24 hours; of the newest day there is where nothing came in since."""
    now = int(clock.now().timestamp())
    return await room.connections.read(
        lambda db: _show(db, request, room, Filters(since=now - DAY), "Today", "/stories")
    )


async def show_day(request: Request, room: ReadingRoom) -> Response:
    """Stories that were reported on one day (UTC)."""
    day = variable(request, "day")
    try:
        low, high = bar_of_day(day)
    except ValueError as error:
        raise ProblemError(404, "There is no such day", "Write it as /day/2026-11-02.") from error
    return await room.connections.read(
        lambda db: _show(db, request, room, Filters(since=low, until=high), day, f"/day/{day}")
    )


def _show(db: Database, request: Request, room: ReadingRoom, filters: Filters, title: str, path: str) -> Response:
    before = read_before(request)
    cards, following = list_cards(db, room, filters, before)
    latest = newest_time(db) if not cards and before is None and filters.until is None else None
    listing = list_stories(title, path, cards, following, before)
    form = wanted_format(request)
    if form != "html":
        return respond(room, listing, form)
    times = Times(room.config.settings.web.zone)
    return render(
        room, request, "front.html", fresh=FRESH, listing=listing, cards=cards, times=times, latest=latest,
        is_today=filters.until is None, day=title, before=before,
    )  # fmt: skip


def read_before(request: Request) -> int | None:
    """Where a list of stories goes on.

    Raises:
        ProblemError: the parameter is no number.
    """
    given = request.args.get("before")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 13):
        raise ProblemError(400, "Not understood", "before= is taken from the link 'older'.")
    return int(given)


def list_cards(db: Database, room: ReadingRoom, filters: Filters, before: int | None) -> tuple[list[Card], int | None]:
    """The next STORIES stories, and where the list goes on (None at its end)."""
    ids = newest_stories(db, filters, before=before, limit=STORIES + 1)
    stories = read_stories(db, ids, REPORTS)
    cards = [make_card(story, room.chains, room.config.sources) for story in stories[:STORIES]]
    if len(stories) <= STORIES:
        return cards, None
    shown = stories[STORIES - 1].reports
    inside = [each.sort_time for each in shown if filters.until is None or each.sort_time < filters.until]
    return cards, max(inside)


def list_stories(
    title: str,
    path: str,
    cards: list[Card],
    following: int | None,
    before: int | None,
    facts: Mapping[str, Any] | None = None,
) -> Listing:
    """Cards as a list in all forms."""
    return Listing(
        title=f"Wirewatch: {title}",
        path=path,
        rows=[card.to_json() | {"page": f"/story/{card.story.id}"} for card in cards],
        columns=COLUMNS,
        entries=[_entry(card) for card in cards],
        question=(("before", str(before)),) if before is not None else (),
        next={"before": str(following)} if following is not None else None,
        facts=facts or {},
    )


COLUMNS = {
    "latest": lambda row: row["latest"],
    "title": lambda row: row["title"],
    "language": lambda row: row["language"],
    "first": lambda row: (row["first"] or {}).get("outlet"),
    "first_published": lambda row: (row["first"] or {}).get("published"),
    "reports": lambda row: row["reports"],
    "independent_origins": lambda row: row["independent_origins"],
    "outlets": lambda row: "; ".join(dict.fromkeys(f"{each['outlet']} ({each['capital']})" for each in row["outlets"])),
    "why": lambda row: "; ".join(f"{each['title']}: {', '.join(each['forms'])}" for each in row["why"]),
    "url": lambda row: (row["first"] or row["outlets"][0])["url"],
    "story": lambda row: row["story"],
}


def _entry(card: Card) -> Entry:
    head = card.head
    outlets = ", ".join(dict.fromkeys(outlet.name for outlet in card.outlets))
    return Entry(
        key=card.story.id,
        title=head.title,
        updated=clock.from_seconds(card.story.latest),
        path=f"/story/{card.story.id}",
        text=f"{head.report.article.lead}\n\nReported by {outlets}.",
        author=head.name,
        link=head.link,
        language=head.language,
    )


BEFORE = Parameter(
    "before", "goes on with stories whose newest report is older than this, in seconds since 1970", "integer"
)
ROUTES = (
    Route("/", show_today, "Front page: stories of the last 24 hours", listed=False),
    Route("/stories", show_today, "Stories of the last 24 hours", formats=FORMATS, parameters=(BEFORE,)),
    Route("/day/{day}", show_day, "Stories reported on one day (UTC)", formats=FORMATS, parameters=(BEFORE,)),
)
