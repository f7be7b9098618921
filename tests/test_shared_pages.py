"""Pages that go to a reading process through memory that both have open."""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
from collections.abc import Iterator

import pytest

from crawler.readers import Readers
from crawler.shared_pages import LARGE_BYTES, PLACES, SharedPages, take_from, unpack
from tests.reader_jobs import count_bytes

LARGE = b"<p>Two sides met.</p>" * 20_000


@pytest.fixture
def shared() -> Iterator[tuple[SharedPages, int]]:
    """The crawl's side of a memory, and the reading process's."""
    pages = SharedPages()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pages.give_to(ours)
        memory = take_from(theirs)
    yield pages, memory
    pages.close()
    os.close(memory)


def test_a_large_page_is_not_in_the_pickle_and_comes_whole(shared: tuple[SharedPages, int]) -> None:
    pages, memory = shared
    data, place, size = pages.pack(count_bytes, (LARGE, "https://wire.example/1"))
    assert place is not None
    assert len(data) < 1000
    assert unpack(data, memory, place, size) == (count_bytes, (LARGE, "https://wire.example/1"))


@pytest.mark.parametrize("page", [b"", b"<p>Short.</p>", b"x" * (LARGE_BYTES - 1)])
def test_a_small_page_is_in_the_pickle(shared: tuple[SharedPages, int], page: bytes) -> None:
    pages, memory = shared
    data, place, size = pages.pack(count_bytes, (page,))
    assert (place, size) == (None, 0)
    assert unpack(data, memory, 0, size)[1] == (page,)


def test_pages_beyond_the_places_go_through_the_socket_until_one_is_free(shared: tuple[SharedPages, int]) -> None:
    pages, memory = shared
    sent = [LARGE + bytes([number]) for number in range(PLACES + 1)]
    packed = [pages.pack(count_bytes, (page,)) for page in sent]
    assert [place is None for _, place, _ in packed] == [False] * PLACES + [True]
    assert [unpack(data, memory, place or 0, size)[1][0] for data, place, size in packed] == sent
    first = packed[0][1]
    assert first is not None
    pages.free(first)
    assert pages.pack(count_bytes, (LARGE,))[1] == first


def test_where_there_is_no_memory_a_page_goes_through_the_socket(
    shared: tuple[SharedPages, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError("no space left")

    monkeypatch.setattr("crawler.shared_pages.os.pwrite", refuse)
    data, place, _ = shared[0].pack(count_bytes, (LARGE,))
    assert place is None
    assert pickle.loads(data)[1] == (LARGE,)


def test_without_memory_files_of_linux_a_file_without_a_name_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.memfd_create", raising=False)
    pages = SharedPages()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pages.give_to(ours)
        memory = take_from(theirs)
    data, place, size = pages.pack(count_bytes, (LARGE,))
    assert place is not None
    assert unpack(data, memory, place, size)[1] == (LARGE,)
    pages.close()
    os.close(memory)


async def test_many_large_pages_at_once_come_as_they_were_sent() -> None:
    sent = [LARGE[: LARGE_BYTES + 1000 * number] + b"%d" % number for number in range(60)]
    with Readers(2, 10.0) as readers:
        found = await asyncio.gather(*(readers.run(count_bytes, page) for page in sent))
    assert found == [count_bytes(page) for page in sent]
