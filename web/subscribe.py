"""Mail me this: what a search would have sent, a sample of it, and the form that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from matching.query import Query, compile_query
from matching.topics import load_topics
from storage.backtest import Forecast, forecast_topic, run_backtest
from storage.finding import Hit
from storage.rhythm import Rhythm
from storage.searches import house_searches
from storage.signup import sign_up
from storage.subscribers import LONGEST_NAME, Wish
from web.memory import Memory
from web.problem import ProblemError
from web.readers import RHYTHMS
from web.render import render
from web.route import Route
from web.search import show_find
from web.times import Times
from web.visitor import address_of
from wirewatch import clock
from wirewatch.errors import QueryError, UsageError

if TYPE_CHECKING:
    from web.app import ReadingRoom

DAYS = 30
_forecasts: Memory[Forecast] = Memory(300)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be mailed: a query of one's own, or a topic of the house (``follows``)."""

    query: str
    follows: str
    title: str
    compiled: Query | None


async def show_or_ask(request: Request, room: ReadingRoom) -> Response:
    """GET shows forecast, sample and form; POST mails a link by which the address confirms."""
    if request.method == "POST":
        return await _ask(request, room)
    try:
        wanted = _read_wanted(room, request.args.get("q", ""), request.args.get("topic", ""))
    except QueryError as error:
        raise ProblemError(400, "The query is not understood", str(error)) from error
    return await _show(request, room, wanted, {})


def _read_wanted(room: ReadingRoom, query: str, topic: str) -> _Wanted:
    """What the address or the form names.

    Raises:
        QueryError: a query that cannot be understood.
        ProblemError: neither a query nor a topic that there is.
    """
    text = " ".join(query.split())
    if text:
        return _Wanted(text, "", text, compile_query(text))
    if topic in {search.id for search in house_searches(room.config)}:
        known = load_topics().get(topic)
        return _Wanted("", topic, known.title if known else topic, None)
    if topic:
        raise ProblemError(404, "There is no such topic", "It is none of those that are stored here.")
    raise ProblemError(400, "Nothing to mail yet", "Search for something first, then press 'Mail me this'.")


async def _show(
    request: Request, room: ReadingRoom, wanted: _Wanted, form: Mapping[str, str], wrong: str = ""
) -> Response:
    def work(db: Database) -> Response:
        forecast = _forecast(db, room, wanted)
        return render(
            room, request, "subscribe.html", status=422 if wrong else 200, wanted=wanted, forecast=forecast, days=DAYS,
            sample=[_sample(room, article, terms) for article, terms in forecast.sample], form=form, wrong=wrong,
            busiest=max(forecast.by_day.values(), default=0), rhythms=RHYTHMS,
            times=Times(room.config.settings.web.zone),
        )  # fmt: skip

    return await room.connections.read(work)


def _forecast(db: Database, room: ReadingRoom, wanted: _Wanted) -> Forecast:
    since = clock.now() - timedelta(days=DAYS)
    key = (str(room.config.database), wanted.query, wanted.follows)
    query = wanted.compiled
    if query is None:
        return _forecasts.get(key, lambda: forecast_topic(db, wanted.follows, since))
    return _forecasts.get(key, lambda: run_backtest(db, query, room.config.sources, since))


def _sample(room: ReadingRoom, article: Any, terms: Any) -> dict[str, Any]:
    when = article.published or article.fetched
    return show_find(room, Hit(0, int(when.timestamp()), article, terms, "", "", None))


async def _ask(request: Request, room: ReadingRoom) -> Response:
    form = await request.post_vars()
    try:
        wanted = _read_wanted(room, form.get("q", ""), form.get("topic", ""))
    except QueryError as error:
        raise ProblemError(400, "The query is not understood", str(error)) from error
    wish = Wish(
        name=wanted.title[:LONGEST_NAME],
        query=wanted.query,
        follows=wanted.follows,
        every=cast(Rhythm, form.get("every", "instant")),
        at=form.get("at", "").strip() or None,
        quiet=form.get("quiet", "").strip() or None,
        languages=tuple(form.get("languages", "").replace(",", " ").lower().split())[:20],
    )
    email, zone, host = form.get("email", "").strip(), form.get("zone", "").strip() or "UTC", address_of(request)
    try:
        await room.connections.write(lambda db: sign_up(db, email, wish, zone, host, clock.now()))
    except UsageError as error:
        return await _show(request, room, wanted, form, str(error))
    text = (
        "If the address can get mail from us, a letter with a link is on its way. Alerts begin when the link is"
        " confirmed; it works for three days."
    )
    return render(room, request, "notice.html", title="Look into your mail", text=text)


ROUTES = (Route("/subscribe", show_or_ask, "Ask for alerts of a search", methods=("GET", "POST"), listed=False),)
