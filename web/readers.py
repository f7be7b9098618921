"""A reader's own pages: confirming a search, changing or stopping each, leaving, being forgotten.

Links are signed, there are no passwords. Opening a page changes nothing, its buttons do: mail scanners and link
previews open links, and opt nobody in or out by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from matching.topics import load_topics
from storage.forgetting import forget
from storage.managing import Account, change_search, change_zone, read_account, stop_search
from storage.search_feed import sign_feed_token
from storage.signup import SignUp, confirm, find_sign_up
from storage.subscribers import Wish, unsubscribe
from web.problem import ProblemError
from web.render import render
from web.route import Route, variable
from wirewatch import clock
from wirewatch.errors import UsageError

if TYPE_CHECKING:
    from web.app import ReadingRoom

RHYTHMS = ("instant", "hourly", "daily", "weekly")


async def show_or_confirm(request: Request, room: ReadingRoom) -> Response:
    """GET shows the search that somebody asked for, POST begins it."""
    token = variable(request, "token")
    if request.method == "POST":
        made = await room.connections.write(lambda db: confirm(db, token, clock.now()))
        if made is None:
            raise _is_over()
        text = "Each mail has a link to change or stop it."
        return render(room, request, "notice.html", title="Your search has begun", text=text)
    found = await room.connections.read(lambda db: find_sign_up(db, token, clock.now()))
    if found is None:
        raise _is_over()
    return render(room, request, "confirm.html", found=found, what=_say_wish(found))


def _is_over() -> ProblemError:
    return ProblemError(
        404, "This link is not valid", "It works for three days. Copy it whole from the mail, or sign up once more."
    )


def _say_wish(found: SignUp) -> str:
    return found.wish.query or _name(found.wish.follows)


def _name(follows: str) -> str:
    topic = load_topics().get(follows)
    return topic.title if topic else "all stories" if follows == "*" else follows


async def manage(request: Request, room: ReadingRoom) -> Response:
    """GET shows the searches of a reader; POST does what the pressed button says, and shows them again."""
    token = variable(request, "token")
    said, wrong = "", ""
    if request.method == "POST":
        form = await request.post_vars()
        try:
            said = await room.connections.write(lambda db: _act(db, _known(db, token), form))
        except UsageError as error:
            wrong = str(error)
        except (LookupError, ValueError) as error:
            raise ProblemError(400, "This form is not complete", "Open the page again from the mail.") from error
        if said in _LAST_WORDS:
            return render(room, request, "notice.html", title=said, text=_LAST_WORDS[said])
    account = await room.connections.read(lambda db: _known(db, token))
    tokens = {each.id: sign_feed_token(each, account.reader) for each in account.searches}
    return render(
        room,
        request,
        "manage.html",
        status=422 if wrong else 200,
        account=account,
        names={each.id: each.query or _name(each.follows) for each in account.searches},
        feeds={number: room.public_address(f"/feeds/{feed}") for number, feed in tokens.items()},
        rhythms=RHYTHMS,
        said=said,
        wrong=wrong,
    )


_LAST_WORDS = {
    "You have left": "No more alerts are sent to you.",
    "You are forgotten": "Your address, your searches and all mails to you are erased.",
}


def _known(db: Database, token: str) -> Account:
    account = read_account(db, token)
    if account is None:
        raise ProblemError(404, "This link is not valid", "It may have been cut in your mail program: copy it whole.")
    return account


def _act(db: Database, account: Account, form: Mapping[str, str]) -> str:
    """Do what the form's button says; returns what to tell the reader.

    Raises:
        UsageError: a setting that cannot be used; it says which.
        LookupError, ValueError: no form of ours.
    """
    action, now = form["action"], clock.now()
    if action == "change":
        change_search(db, account, int(form["search"]), _read_wish(form), now)
        return "Saved"
    if action == "stop":
        stop_search(db, account, int(form["search"]), now)
        return "The search has ended"
    if action == "zone":
        change_zone(db, account, form["zone"].strip())
        return "Saved"
    if action == "leave":
        unsubscribe(db, account.reader.email, now=now)
        return "You have left"
    if action == "forget":
        forget(db, account.reader.email)
        return "You are forgotten"
    raise ValueError(action)


def _read_wish(form: Mapping[str, str]) -> Wish:
    """The settings of a search as the form gives them; empty fields are the defaults.

    Raises:
        UsageError: a limit that is no number.
    """
    limit = form.get("limit", "").strip()
    if limit and not (limit.isascii() and limit.isdigit() and len(limit) < 7):
        raise UsageError(f"{limit[:20]!r} is no number of mails a day")
    every = form["every"]
    if every not in RHYTHMS:
        raise ValueError(every)
    return Wish(
        name="",
        every=every,  # type: ignore[arg-type]
        at=form.get("at", "").strip().lower() or None,
        quiet=form.get("quiet", "").strip() or None,
        languages=tuple(form.get("languages", "").replace(",", " ").lower().split())[:20],
        per_day=int(limit) if limit else None,
        nothing_new="nothing_new" in form,
    )


ROUTES = (
    Route("/confirm/{token}", show_or_confirm, "Confirm a search", methods=("GET", "POST"), listed=False),
    Route("/manage/{token}", manage, "Change or stop searches", methods=("GET", "POST"), listed=False),
)
