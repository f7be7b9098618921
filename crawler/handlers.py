"""Scrapy download handlers: the network with a record of it, or an archive instead of the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.transport import GuardedHandler

if TYPE_CHECKING:  # archives are seldom read or written, and warcio loads a good deal
    from crawler.warc import Archive, ArchiveWriter


class RecordingHandler(GuardedHandler):
    """The handler of a live run; with WIREWATCH_RECORD set it also writes each exchange to that archive."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        name = crawler.settings.get("WIREWATCH_RECORD")
        self._archive = _open_writer(name) if name else None

    async def download_request(self, request: Request) -> Response:
        """Ask the network."""
        response = await super().download_request(request)
        if self._archive:
            self._archive.write(request, response)
        return response


class ReplayHandler:
    """Download handler that touches no network: what the archive does not hold is a 404."""

    lazy = True
    _archives: ClassVar[dict[str, Archive]] = {}

    def __init__(self, crawler: Any) -> None:
        from crawler.warc import Archive

        name = crawler.settings["WIREWATCH_REPLAY"]
        if name not in self._archives:
            self._archives[name] = Archive(Path(name))
        self._archive = self._archives[name]

    @classmethod
    def from_crawler(cls, crawler: Any) -> ReplayHandler:
        """Made by Scrapy."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """The recorded answer, as it came over the wire."""
        found = self._archive.answer(request.url)
        status, pairs, body = found or (404, [("X-Wirewatch", "not-in-archive")], b"")
        headers = Headers()
        for name, value in pairs:
            headers.appendlist(name, value.encode("utf-8", "surrogateescape"))
        kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return kind(url=request.url, status=status, headers=headers, body=body, request=request)

    async def close(self) -> None:
        """Nothing is held open."""


def _open_writer(name: str) -> ArchiveWriter:
    from crawler.warc import ArchiveWriter

    return ArchiveWriter.for_file(name)
