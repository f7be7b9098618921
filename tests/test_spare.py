"""A crawl process that is started before its job is known."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from crawler import spare
from crawler.job import CrawlJob, Finished, Message
from crawler.launch import CrawlProcess
from crawler.process import NICENESS
from tests.crawling import crawl_rules
from wirewatch import clock


@pytest.fixture(autouse=True)
def no_spare_is_left() -> Iterator[None]:
    yield
    spare.drop()


def empty_job() -> CrawlJob:
    return CrawlJob((), crawl_rules(), clock.now())


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_next_job_gets_it_and_the_one_after_that_a_new_one() -> None:
    spare.prepare()
    spare.prepare()  # twice is once
    prepared = spare._spare[0].pid
    used: list[int] = []
    for _ in range(2):
        with CrawlProcess(empty_job()) as process:
            used.append(process._process.pid)
            said: list[Message] = list(process.messages())
        assert isinstance(said[-1], Finished)
    assert used[0] == prepared
    assert used[1] != prepared


def test_it_gives_way_to_the_process_that_writes() -> None:
    with CrawlProcess(empty_job()) as process:
        next(process.messages())
        assert os.getpriority(os.PRIO_PROCESS, process._process.pid) == min(19, os.nice(0) + NICENESS)


def test_one_that_died_is_not_given_a_job() -> None:
    spare.prepare()
    spare._spare[0].kill()
    spare._spare[0].wait()
    with CrawlProcess(empty_job()) as process:
        assert isinstance(list(process.messages())[-1], Finished)


def test_one_that_is_not_needed_can_be_dropped() -> None:
    spare.prepare()
    process = spare._spare[0]
    spare.drop()
    assert process.poll() is not None


def test_it_does_not_outlive_a_caller_that_has_no_job_for_it() -> None:
    program = "from crawler import spare; spare.prepare(); print(spare._spare[0].pid)"
    said = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    until = time.monotonic() + 60
    while is_alive(int(said.stdout)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not is_alive(int(said.stdout))
