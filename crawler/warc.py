"""Archives of a crawl: recording every answer as WARC 1.1, and answering every request from one.

WARC is ISO 28500; written and read with warcio, so other WARC tools read what we record.
"""

from __future__ import annotations

import io
import logging
import zlib
from collections import defaultdict
from collections.abc import Iterator
from http.client import responses
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.exchange import RECORDED_AT
from crawler.reading.feed_bytes import decode
from crawler.reading.feed_repair import find_root
from wirewatch import __version__
from wirewatch.article import parse_time
from wirewatch.errors import UsageError
from wirewatch.urls import canonical_url

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Headers, Response

_LOG = logging.getLogger(__name__)
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "urlset", "sitemapindex", "channel"})


class ArchiveWriter:
    """Appends request and response records to a .warc.gz file, each its own gzip member."""

    _open: ClassVar[dict[str, ArchiveWriter]] = {}

    def __init__(self, file: Path) -> None:
        cut_damaged_end(file)
        self._handle = file.open("ab")
        self._writer = WARCWriter(self._handle, gzip=True, warc_version="1.1")
        if not file.stat().st_size:
            info = self._writer.create_warcinfo_record(
                file.name, {"software": f"wirewatch {__version__}", "format": "WARC File Format 1.1"}
            )
            self._writer.write_record(info)

    @classmethod
    def for_file(cls, name: str) -> ArchiveWriter:
        """The one writer of this process for ``name`` (http and https have a handler each)."""
        return cls._open.setdefault(name, cls(Path(name))) if name not in cls._open else cls._open[name]

    def write(self, request: Request, response: Response) -> None:
        """One exchange: the response as received (still compressed) and the request that led to it."""
        phrase = responses.get(response.status, "")
        status = StatusAndHeaders(f"{response.status} {phrase}".strip(), _response_headers(response), "HTTP/1.1")
        address = {"WARC-IP-Address": str(response.ip_address)} if response.ip_address else {}
        answer = self._writer.create_warc_record(
            request.url, "response", payload=io.BytesIO(response.body), http_headers=status, warc_headers_dict=address
        )
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line = StatusAndHeaders(
            f"{target} HTTP/1.1", [("Host", parts.netloc), *_pairs(request.headers)], request.method
        )
        asked = self._writer.create_warc_record(
            request.url,
            "request",
            payload=io.BytesIO(request.body),
            http_headers=line,
            warc_headers_dict={"WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")},
        )
        self._writer.write_record(answer)
        self._writer.write_record(asked)
        self._handle.flush()

    def close(self) -> None:
        """Close the file; all that was written is in it already."""
        self._handle.close()


def cut_damaged_end(file: Path) -> None:
    """Take off a last record that a killed recording left unfinished: what is appended behind it could not be read."""
    if not file.exists() or not file.stat().st_size:
        return
    whole = _whole_length(file)
    if 0 < whole < file.stat().st_size:
        _LOG.warning("%s: its last record was never finished and is taken off", file)
        with file.open("r+b") as handle:
            handle.truncate(whole)


def _whole_length(file: Path) -> int:
    """Bytes up to the end of the last whole gzip member."""
    whole = at = 0
    member = zlib.decompressobj(wbits=31)
    with file.open("rb") as handle:
        while data := handle.read(1 << 20):
            while data:
                try:
                    member.decompress(data)
                except zlib.error:
                    return whole
                at += len(data) - len(member.unused_data)
                data = member.unused_data
                if member.eof:
                    whole, member = at, zlib.decompressobj(wbits=31)
    return whole


def _response_headers(response: Response) -> list[tuple[str, str]]:
    """Headers as received, with the length that the stored body has (chunking is undone by then)."""
    dropped = {"content-length", "transfer-encoding"}
    kept = [(name, value) for name, value in _pairs(response.headers) if name.lower() not in dropped]
    return [*kept, ("Content-Length", str(len(response.body)))]


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values]


class Archive:
    """A WARC file as a place that answers requests; reads one record at a time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._offsets: dict[str, list[int]] = defaultdict(list)
        self._asked: dict[str, int] = defaultdict(int)
        for records, record in iterate_responses(file):
            self._offsets[canonical_url(_address(record))].append(records.get_record_offset())

    def answer(self, url: str) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Status, headers and body of the next recorded answer for ``url`` (the last one again after that)."""
        offsets = self._offsets.get(canonical_url(url))
        if not offsets:
            return None
        turn = min(self._asked[url], len(offsets) - 1)
        self._asked[url] += 1
        with self.file.open("rb") as handle:
            handle.seek(offsets[turn])
            record = next(iter(ArchiveIterator(handle)))
            return _parse_record(record)


def _parse_record(record: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [(name, value) for name, value in record.http_headers.headers if name.lower() != RECORDED_AT]
    recorded = parse_time(record.rec_headers.get_header("WARC-Date"), "WARC-Date")
    if recorded:
        headers.append((RECORDED_AT, recorded.isoformat()))
    return int(record.http_headers.get_statuscode()), headers, record.raw_stream.read()


def iterate_responses(file: Path) -> Iterator[tuple[Any, Any]]:
    """The reader and each response record in the file, one after the other.

    ``reader.get_record_offset()`` skips the rest of the record: ask for it after the body was read.

    Raises:
        UsageError: the file is not there or is no WARC archive.
    """
    record = None
    try:
        with file.open("rb") as handle:
            reader = ArchiveIterator(handle)
            for record in reader:
                if record.rec_type == "response" and record.http_headers:
                    yield reader, record
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from error
    except ArchiveLoadFailed as error:
        if record is not None:
            last = record.rec_headers.get_header("WARC-Record-ID")
            raise UsageError(f"{file}: is damaged behind its record {last}: {str(error)[:80]!a}") from error
        raise UsageError(f"{file}: is not a WARC archive: {error}") from error
    if record is None:
        raise UsageError(f"{file}: is not a WARC archive: it holds no record")


def _address(record: Any) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI")).strip("<>")


def list_feeds(file: Path) -> list[str]:
    """Addresses of all feeds and sitemaps in the archive, in its order, each once."""
    found: dict[str, None] = {}
    for _, record in iterate_responses(file):
        if _is_feed(record):
            found.setdefault(_address(record))
    return list(found)


def list_addresses(file: Path) -> set[str]:
    """Canonical addresses of all answers in the archive."""
    return {canonical_url(_address(record)) for _, record in iterate_responses(file)}


def _is_feed(record: Any) -> bool:
    if record.http_headers.get_statuscode() != "200":
        return False
    kind = record.http_headers.get_header("Content-Type")
    head = decode(record.content_stream().read(8192), kind).lstrip("\ufeff \t\r\n")
    if head.startswith("{"):
        return "jsonfeed.org/version" in head
    return find_root(head) in _FEED_ROOTS
