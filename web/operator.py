"""The operator's page: runs, ledger, outbox, readers. Closed to everybody without the operator's word."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from storage.ledger import get_run, read_accounts, read_items
from storage.notices import open_notices
from storage.outbox import summary
from storage.overview import list_outbox, list_runs
from storage.subscribers import Subscriber, Subscription, list_subscribers
from web.operator_access import COOKIE, STAY, check_token, make_cookie
from web.problem import ProblemError
from web.render import render
from web.route import Route, variable, wanted_format
from web.times import Times

if TYPE_CHECKING:
    from web.app import ReadingRoom

_MOST_WRONG, _WITHIN = 10, 60.0
"""Wrong words taken in so many seconds, from everybody together; then nobody is let in for that long."""
_PAUSE = 0.5


class Attempts:
    """When a wrong word was given."""

    def __init__(self) -> None:
        self._wrong: list[float] = []

    def are_many(self) -> bool:
        """Whether to refuse another try for now."""
        limit = time.monotonic() - _WITHIN
        self._wrong = [when for when in self._wrong if when > limit]
        return len(self._wrong) >= _MOST_WRONG

    def note(self) -> None:
        """One more."""
        self._wrong.append(time.monotonic())


async def show_operator(request: Request, room: ReadingRoom) -> Response:
    """The page, or the form that asks for the word."""
    if not request.actor:
        return _closed(request, room)

    def work(db: Database) -> Response:
        facts = _facts(db)
        if wanted_format(request) == "json":
            return Response.json(facts, headers={"Cache-Control": "no-store"}, default=str)
        return render(room, request, "operator.html", times=Times(room.config.settings.web.zone), **_objects(db))

    return await room.connections.read(work)


def _closed(request: Request, room: ReadingRoom, wrong: str = "", status: int = 401) -> Response:
    if room.operator_token is None:
        words = "Set WIREWATCH_WEB_TOKEN or web.token_file (12 characters or more) and start again to open this page."
        raise ProblemError(403, "The operator's page is closed", words)
    if wanted_format(request) == "json":
        raise ProblemError(401, "For the operator", "Send the word as 'Authorization: Bearer …'.")
    return render(room, request, "enter.html", status=status, wrong=wrong)


def _objects(db: Database) -> dict[str, Any]:
    return {
        "runs": list_runs(db),
        "outbox": summary(db).to_json(),
        "mails": list_outbox(db),
        "readers": list_subscribers(db),
        "notices": open_notices(db),
    }


def _facts(db: Database) -> dict[str, Any]:
    return {
        "runs": [run.to_json() for run in list_runs(db)],
        "outbox": summary(db).to_json(),
        "mails": [mail.to_json() for mail in list_outbox(db)],
        "subscribers": [_reader_json(who, searches) for who, searches in list_subscribers(db)],
        "notices": [notice.to_json() for notice in open_notices(db)],
    }


def _reader_json(who: Subscriber, searches: list[Subscription]) -> dict[str, Any]:
    fields = asdict(who)
    del fields["secret"]  # it signs the reader's links
    return fields | {"searches": [asdict(search) for search in searches]}


async def enter(request: Request, room: ReadingRoom) -> Response:
    """Take the operator's word, and keep it as a cookie for some hours."""
    if room.operator_token is None or room.attempts.are_many():
        return _closed(request, room, "Too many wrong tries; wait a minute.", 429)
    form = await request.post_vars()
    if not check_token(room, form.get("word", "")):
        room.attempts.note()
        await asyncio.sleep(_PAUSE)
        return _closed(request, room, "That is not the word.")
    return _go(room, make_cookie(room), STAY)


async def leave(request: Request, room: ReadingRoom) -> Response:  # noqa: ARG001 - a view
    """Forget the word."""
    return _go(room, "", 0)


def _go(room: ReadingRoom, cookie: str, seconds: int) -> Response:
    answer = Response.redirect(room.address("/operator"), status=303)
    answer.set_cookie(
        COOKIE, cookie, max_age=seconds, path=room.address("/"), secure=room.is_secure, httponly=True, samesite="strict"
    )
    return answer


async def show_run(request: Request, room: ReadingRoom) -> Response:
    """The ledger of one run: what became of every item."""
    if not request.actor:
        return _closed(request, room)
    number = variable(request, "run")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise ProblemError(404, "There is no such run", "")

    def work(db: Database) -> Response:
        run = get_run(db, int(number))
        if run is None:
            raise ProblemError(404, "There is no such run", "")
        accounts, items = read_accounts(db, run.id), read_items(db, run.id)
        if wanted_format(request) == "json":
            facts = {"run": run.id, "accounts": [each.to_json() for each in accounts], "items": items}
            return Response.json(facts, headers={"Cache-Control": "no-store"})
        times = Times(room.config.settings.web.zone)
        shown = [each for each in items if each["state"] != "stored"][:500]
        return render(room, request, "run.html", run=run, accounts=accounts, items=shown, all=len(items), times=times)

    return await room.connections.read(work)


ROUTES = (
    Route("/operator", show_operator, "The operator's page", formats=("json",), listed=False),
    Route("/operator/enter", enter, "Enter", methods=("POST",), listed=False),
    Route("/operator/leave", leave, "Leave", methods=("POST",), listed=False),
    Route("/operator/run/{run}", show_run, "The ledger of a run", formats=("json",), listed=False),
)
