"""What a hostile case is, and the pieces that cases are put together from."""

from __future__ import annotations

import asyncio
import html
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from wirewatch.outcome import FeedState, State

Group = Literal["transport", "feed", "page", "address", "identity", "robots"]
Reply = bytes | Callable[[], AsyncIterator[bytes]]
"""A whole answer as raw HTTP bytes, or a function that streams one; :data:`RESET` ends it by a TCP reset."""
Site = Mapping[str, Reply]
"""Replies by path; ``*`` answers every other path. What is missing is a plain 404."""
Kind = Literal["feed", "listing"]

RESET = b"\x00reset\x00"
SECRET = "s3cret-of-the-feed"  # noqa: S105 - not a password of anything
"""Stands where a password would; must never show in logs, mails, pages or the database."""
FILE_MARK = "root:x:0:0"
"""How a file of the machine would show that an external entity was read."""

TAKEN = frozenset({FeedState.OK, FeedState.PARTIAL, FeedState.EMPTY})
NOT_TAKEN = frozenset({FeedState.FAILED, FeedState.REFUSED, FeedState.NOT_A_FEED, FeedState.PARTIAL})
ANY_FEED = frozenset(FeedState)
READ = frozenset({State.STORED, State.OFF_TOPIC, State.COPY, State.OLD, State.KNOWN})
NOT_READ = frozenset({State.UNREADABLE, State.REFUSED, State.FAILED})
ANY_STATE = frozenset(State)


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a site speaks TLS: with this context for its host, or with an answer to the handshake that is none."""

    context: Callable[[str], ssl.SSLContext] | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Addresses a case may name, without final slash: its own, its neighbour's, the guarded ones.

    ``guarded`` are roots at which the canary listens, on addresses that no crawler may connect to, in many
    spellings (``http://127.1.2.3:…``, ``http://2130772483:…`` …).
    """

    root: str
    neighbour: str
    guarded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile publisher.

    Attributes:
        name: what tests call it.
        group: which part of a crawler it attacks.
        says: what it does, in one sentence.
        site: builds the replies.
        feed_states: how its feed or listing may end.
        item_states: how its items may end, if it has any.
        never: texts that must not stand in anything Wirewatch stores, sends, logs or prints.
        never_markup: texts that must not stand in HTML of Wirewatch's (mails, pages); as text they may be stored.
        kind: whether ``/feed.xml`` is a feed or a listing page.
        encryption: how the site speaks TLS; None for plain HTTP.
    """

    name: str
    group: Group
    says: str
    site: Callable[[Where], Site]
    feed_states: frozenset[FeedState] = TAKEN
    item_states: frozenset[State] = ANY_STATE
    never: tuple[str, ...] = field(default=(SECRET, FILE_MARK))
    never_markup: tuple[str, ...] = ()
    kind: Kind = "feed"
    encryption: Encryption | None = None


CASES: dict[str, Case] = {}
"""Every case by name; filled by :func:`case`."""


def case(
    name: str,
    group: Group,
    feed_states: frozenset[FeedState] = TAKEN,
    item_states: frozenset[State] = ANY_STATE,
    *,
    never: tuple[str, ...] = (),
    never_markup: tuple[str, ...] = (),
    kind: Kind = "feed",
    encryption: Encryption | None = None,
) -> Callable[[Callable[[Where], Site]], Callable[[Where], Site]]:
    """Register the decorated function as the site of a case; its docstring says what the case does."""

    def register(site: Callable[[Where], Site]) -> Callable[[Where], Site]:
        if name in CASES:
            raise ValueError(f"two cases are called {name!r}")
        CASES[name] = Case(
            name=name,
            group=group,
            says=(site.__doc__ or "").strip(),
            site=site,
            feed_states=feed_states,
            item_states=item_states,
            never=(SECRET, FILE_MARK, *never),
            never_markup=never_markup,
            kind=kind,
            encryption=encryption,
        )
        return site

    return register


# --- pieces -----------------------------------------------------------------------------------

RSS_TYPE = "application/rss+xml; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
GOOD_TEXT = (
    "The foreign ministries of Armenia and Azerbaijan have agreed on a further round of talks in Tbilisi.",
    "Experts of both countries will discuss the railway and the border crossing, a spokesperson said.",
    "Georgia has offered to host the meeting, which is planned for the second half of the month.",
)


def http(body: bytes | str, kind: str = RSS_TYPE, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP/1.1 answer; header names with ``_`` for ``-``; a given ``Content_Length`` is kept."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    lines = {"Content-Type": kind, "Content-Length": str(len(raw)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return head(status, lines) + raw


def head(status: str, lines: Mapping[str, str]) -> bytes:
    """Status line and headers with the empty line after them."""
    text = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return text.encode("utf-8", "surrogatepass") + b"\r\n"


def stream(chunks: Callable[[], Iterable[bytes]], kind: str = RSS_TYPE, **headers: str) -> Reply:
    """An answer without a length whose body is what ``chunks`` gives, however long."""

    async def send() -> AsyncIterator[bytes]:
        lines = {"Content-Type": kind, "Connection": "close"}
        yield head("200 OK", lines | {name.replace("_", "-"): value for name, value in headers.items()})
        for chunk in chunks():
            yield chunk

    return send


def rss(items: str, prolog: str = "", attributes: str = "") -> str:
    """An RSS 2.0 feed around the items."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{prolog}<rss version="2.0" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"{attributes}><channel><title>Hostile sample</title>'
        f"<link>http://hostile.example/</link><description>sample</description>{items}</channel></rss>"
    )


def item(link: str, title: str = "Talks in Tbilisi", extra: str = "", guid: str = "") -> str:
    """One RSS item; ``title`` and ``extra`` are markup, ``link`` is text."""
    quoted = html.escape(link)
    return f"<item><title>{title}</title><link>{quoted}</link><guid>{guid or quoted}</guid>{extra}</item>"


def page(title: str = "Talks in Tbilisi", body: str = "", extra_head: str = "") -> str:
    """An article page whose own text is harmless; ``title``, ``body`` and ``extra_head`` are markup."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in GOOD_TEXT)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{extra_head}</head>'
        f"<body><article><h1>{title}</h1>{text}{body}</article></body></html>"
    )


GOOD_PAGE = http(page(), HTML_TYPE)
"""An article page that anybody can read."""


def one_story(where: Where, story: Reply, extra: str = "", title: str = "Talks in Tbilisi") -> Site:
    """A good feed with one item, whose page is ``story``."""
    return {"/feed.xml": http(rss(item(f"{where.root}/story", title, extra))), "/story": story}
