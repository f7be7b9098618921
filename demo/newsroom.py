"""The sample newsroom: every outlet of ``demo/stories/`` as a real HTTP server on loopback.

    with Newsroom() as newsroom:
        for source in newsroom.sources(): …

Stories are dated back from ``now`` (default: the present), so that they are of today; for a given
``now`` every byte is the same, ports apart.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from demo.faults import Fault, break_connection, change_page, redirect_in_circles, send_cut, send_slowly
from demo.pages import Page, answer_path, show_facts
from demo.sites import STORIES, Fact, Site, Story, read_sites, read_story
from wirewatch import clock
from wirewatch.source import Listing, Source

LOGGED_HEADERS = ("Host", "User-Agent", "Accept", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Referer")


@dataclass(slots=True)
class Request:
    """One request that reached a site; ``status`` is 0 until (or where never) answered, ``time`` is UTC."""

    site: str
    method: str
    path: str
    headers: dict[str, str]
    time: datetime
    status: int = 0


class Newsroom:
    """The outlets as servers in one background thread; a context manager.

    Args:
        now: the instant from which stories are dated back (aware; default: the present).
        ports: port of a site by its id; the others get free ones.
        folder: another folder of outlets.
        spread: give each outlet a loopback address of its own (127.0.0.2, …) so that crawlers that pace
            by host name treat them as hosts of their own. Linux only; elsewhere all stay on 127.0.0.1.
    """

    def __init__(
        self,
        now: datetime | None = None,
        ports: Mapping[str, int] | None = None,
        folder: Path = STORIES,
        spread: bool = False,
    ) -> None:
        self.now = (now or clock.now()).astimezone(UTC).replace(second=0, microsecond=0)
        self.requests: list[Request] = []
        self._sites = read_sites(folder)
        self._ports = dict(ports or {})
        self._spread = spread
        self._roots: dict[str, str] = {}
        self._dead: socket.socket | None = None
        self._faults: dict[tuple[str, str], Fault] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # --- life ---------------------------------------------------------------------------------

    def start(self) -> Self:
        """Bind all sites and serve; returns when every site answers.

        Raises:
            OSError: a port asked for is taken.
        """
        sockets = self._bind_all()
        self._dead = _bind_silent_socket()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(sockets, ready), name="newsroom", daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError("the newsroom's servers did not come up within 10 s")
        return self

    def stop(self) -> None:
        """End all connections and free the ports; harmless when not started."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
        if self._dead is not None:
            self._dead.close()
        self._loop = self._thread = self._dead = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bind_all(self) -> dict[str, socket.socket]:
        sockets: dict[str, socket.socket] = {}
        try:
            for number, site in enumerate(self._sites):
                sockets[site] = self._bind(site, number)
        except OSError:
            for bound in sockets.values():
                bound.close()
            raise
        return sockets

    def _bind(self, site: str, number: int) -> socket.socket:
        port = self._ports.get(site, 0)
        address = f"127.0.0.{number + 2}" if self._spread else "127.0.0.1"
        try:
            bound = socket.create_server((address, port))
        except OSError:
            if not self._spread:
                raise
            bound = socket.create_server(("127.0.0.1", port))
        host, port = bound.getsockname()[:2]
        self._roots[site] = f"http://{host}:{port}"
        return bound

    def _run(self, sockets: dict[str, socket.socket], ready: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        runners = loop.run_until_complete(self._serve(sockets))
        ready.set()
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(_close(runners))
            loop.close()

    async def _serve(self, sockets: dict[str, socket.socket]) -> list[web.ServerRunner]:
        runners = []
        for site, bound in sockets.items():
            runner = web.ServerRunner(web.Server(partial(self._answer, site), access_log=None), shutdown_timeout=0.05)
            await runner.setup()
            await web.SockSite(runner, bound).start()
            runners.append(runner)
        return runners

    # --- what the sites hold ------------------------------------------------------------------

    @property
    def sites(self) -> dict[str, Site]:
        """The outlets by id, as they stand now."""
        return dict(self._sites)

    def root(self, site: str) -> str:
        """The address of a site without final slash."""
        return self._roots[site]

    def sources(self) -> list[Source]:
        """The outlets as the catalogue would describe them."""
        return [describe_source(site, self._roots[site.id]) for site in self._sites.values()]

    def expected(self) -> list[Fact]:
        """What a right reader finds: every story of every outlet, as shown now."""
        return [fact for site in self._sites.values() for fact in self._facts(site)]

    def fact(self, site: str, story: str) -> Fact:
        """One story as shown now.

        Raises:
            KeyError: there is no such story.
        """
        for fact in self._facts(self._sites[site]):
            if fact.id == story:
                return fact
        raise KeyError(f"{site} has no story {story!r}")

    def _facts(self, site: Site) -> list[Fact]:
        return show_facts(site, self._roots[site.id], self._dead_root, self.now)

    @property
    def _dead_root(self) -> str:
        return "" if self._dead is None else f"http://127.0.0.1:{self._dead.getsockname()[1]}"

    def asked(self, site: str, path: str | None = None) -> list[Request]:
        """The requests that reached a site, or one path of it, in order."""
        return [entry for entry in self.requests if entry.site == site and path in (None, entry.path)]

    def publish(self, site: str, story: Story | Mapping[str, Any]) -> Fact:
        """Put a story on a site (the newest, unless it has an ``age``); a mapping needs id, path, title, text."""
        new = story if isinstance(story, Story) else read_story(story, self._sites[site].languages[0])
        self._sites[site] = self._sites[site].with_story(new)
        return self.fact(site, new.id)

    def edit(self, site: str, story: str, **changes: Any) -> Fact:
        """Change fields of a story (:class:`demo.sites.Story`); pass ``updated`` to show a time of change."""
        self._sites[site] = self._sites[site].with_story(replace(self._sites[site].find_story(story), **changes))
        return self.fact(site, story)

    def withdraw(self, site: str, story: str, status: int = 404) -> Fact:
        """Take a story down: out of feeds and listings; its page answers 404, or 410 with ``status=410``."""
        return self.edit(site, story, listed=False, fate="gone" if status == 410 else "missing")

    def set_fault(self, site: str, fault: Fault | None, path: str = "") -> None:
        """Give a site a fault, on all paths but robots.txt or on one ``path``; None takes it away again."""
        if fault is None:
            self._faults.pop((site, path), None)
        else:
            self._faults[site, path] = fault

    # --- answering ----------------------------------------------------------------------------

    async def _answer(self, site_id: str, request: web.BaseRequest) -> web.StreamResponse:
        kept = {name: request.headers[name] for name in LOGGED_HEADERS if name in request.headers}
        entry = Request(site_id, request.method, request.path_qs, kept, clock.now())
        self.requests.append(entry)
        site, root = self._sites[site_id], self._roots[site_id]
        page = answer_path(site, root, self._dead_root, self.now, request.path, request.query_string)
        fault = self._find_fault(site_id, request.path)
        if fault is None:
            return _answer_with(_negotiate(site, page, request), entry, site.compress)
        return await _send_fault(request, fault, page, entry)

    def _find_fault(self, site: str, path: str) -> Fault | None:
        if (site, path) in self._faults:
            return self._faults[site, path]
        for (faulty, start), fault in self._faults.items():
            if faulty == site and start and fault.kind == "redirect-loop" and path.startswith(f"{start}/loop-"):
                return fault
        return None if path == "/robots.txt" else self._faults.get((site, ""))


def describe_source(site: Site, root: str) -> Source:
    """The catalogue entry of an outlet that is served at ``root``."""
    listings: tuple[Listing, ...] = ()
    if site.listing:
        row = site.listing
        listings = (
            Listing(root + row["path"], row.get("link", "a"), row.get("match"), row.get("follow"), row.get("pages", 1)),
        )
    return Source(
        id=site.id,
        name=site.name,
        country=site.country,
        languages=site.languages,
        kind=site.kind,
        ownership=site.ownership,
        home=f"{root}/",
        zone=site.zone,
        feeds=tuple(root + feed.path for feed in site.feeds),
        listings=listings,
        family=site.family or site.id,
    )


def _bind_silent_socket() -> socket.socket:
    """A port that is taken but listens to nobody: connections to it are refused, also by a later program."""
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    return silent


async def _close(runners: list[web.ServerRunner]) -> None:
    for runner in runners:
        await runner.cleanup()
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


def _negotiate(site: Site, page: Page, request: web.BaseRequest) -> Page:
    """The page with its validators, or 304 where the reader has it already."""
    if page.status != 200:
        return page
    etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
    headers = dict(page.headers)
    if "etag" in site.validators:
        headers["ETag"] = etag
    if "modified" in site.validators and page.changed:
        headers["Last-Modified"] = format_datetime(page.changed.astimezone(UTC), usegmt=True)
    if _is_known(headers, request):
        return Page(304, b"", page.content_type, headers)
    return replace(page, headers=headers)


def _is_known(headers: dict[str, str], request: web.BaseRequest) -> bool:
    asked = request.headers.get("If-None-Match")
    if asked is not None:
        return headers.get("ETag") in {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    since, modified = request.headers.get("If-Modified-Since"), headers.get("Last-Modified")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except ValueError:
        return False


def _answer_with(page: Page, entry: Request, compress: bool = False) -> web.StreamResponse:
    entry.status = page.status
    headers = {"Content-Type": page.content_type, **page.headers}
    response = web.Response(status=page.status, body=page.body, headers=headers)
    if compress and page.body:
        response.enable_compression()
    return response


async def _send_fault(request: web.BaseRequest, fault: Fault, page: Page, entry: Request) -> web.StreamResponse:
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "reset":
        await break_connection(request)
        return web.Response()
    if fault.kind in ("slow-body", "cut-body"):
        return await _send_broken(request, fault, page, entry)
    if fault.kind == "redirect-loop":
        page = redirect_in_circles(request.path, fault)
    elif fault.kind == "always-304":
        page = Page(304, b"", page.content_type, fault.headers)
    elif fault.kind != "ignore-validators":
        page = change_page(fault, page)
    return _answer_with(page, entry)


async def _send_broken(request: web.BaseRequest, fault: Fault, page: Page, entry: Request) -> web.StreamResponse:
    entry.status = page.status
    response = web.StreamResponse(status=page.status, headers={"Content-Type": page.content_type})
    if fault.kind == "slow-body":
        await send_slowly(request, response, page.body, fault.seconds)
    else:
        await send_cut(request, response, page.body)
    return response
