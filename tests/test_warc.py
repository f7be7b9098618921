"""The archive of a crawl by itself: what other tools read of it, and what a killed recording leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse
from warcio.archiveiterator import ArchiveIterator

from crawler.warc import Archive, ArchiveWriter
from wirewatch.errors import UsageError

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""warcio leaves its temporary files to the collector."""
SITE = "http://wire.example"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "day.warc.gz"
    ArchiveWriter._open.clear()


def write(file: Path, *answers: tuple[str, int]) -> None:
    writer = ArchiveWriter(file)
    for path, status in answers:
        page = HtmlResponse(SITE + path, status=status, body=f"<html>{path * 2000}".encode())
        writer.write(Request(SITE + path), page)
    writer.close()


def statuses(file: Path) -> list[str]:
    with file.open("rb") as handle:
        return [
            record.http_headers.statusline.strip()
            for record in ArchiveIterator(handle, check_digests="raise")
            if record.rec_type == "response" and record.content_stream().read()
        ]


def test_the_status_line_says_what_the_status_means(file: Path) -> None:
    write(file, ("/a", 200), ("/b", 404), ("/c", 599))
    assert statuses(file) == ["200 OK", "404 Not Found", "599"]


@pytest.mark.parametrize("lost", [1, 100, 500])
def test_recording_goes_on_behind_the_last_whole_record(file: Path, lost: int) -> None:
    write(file, ("/a", 200), ("/b", 200))
    whole = file.read_bytes()
    file.write_bytes(whole[:-lost])
    write(file, ("/c", 200))
    archive = Archive(file)
    assert archive.answer(SITE + "/a") is not None
    assert archive.answer(SITE + "/c") is not None
    assert file.read_bytes().startswith(whole[: -lost - 400])


def test_an_archive_cut_at_its_end_answers_with_what_is_whole(file: Path) -> None:
    write(file, ("/a", 200), ("/b", 200))
    file.write_bytes(file.read_bytes()[:-20])
    assert Archive(file).answer(SITE + "/a") is not None


def test_damage_is_named(file: Path) -> None:
    write(file, ("/a", 200), ("/b", 200), ("/c", 200))
    data = bytearray(file.read_bytes())
    with file.open("rb") as handle:
        reader = ArchiveIterator(handle)
        ends = [reader.get_record_offset() for record in reader if record.content_stream().read() is not None]
    data[ends[3] : ends[3] + 60] = bytes(60)
    file.write_bytes(data)
    with pytest.raises(UsageError, match=r"damaged|not a WARC archive"):
        Archive(file)


def test_what_is_no_archive_is_named(file: Path) -> None:
    file.write_bytes(b"hello")
    with pytest.raises(UsageError, match="not a WARC archive"):
        Archive(file)
