"""The crawl process: it can be killed, and it never outlives who started it."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from crawler.job import CrawlJob, Finished, SourceJob
from crawler.launch import CrawlProcess
from crawler.process import read_message, write_message
from demo.faults import Fault
from demo.newsroom import Newsroom
from scheduler.run import Order, Run
from storage.database import open_database, open_for_reading
from storage.ledger import last_run
from tests.crawling import EVERYTHING, crawl_rules, run_crawl
from wirewatch import clock
from wirewatch.outcome import FeedState, SourceResult
from wirewatch.source import Source

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes through /proc")


@pytest.fixture
def newsroom():
    with Newsroom(spread=True) as room:
        yield room


def children_of(pid):
    """Process ids below ``pid``."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def hang_one(newsroom):
    """A run that reads one outlet whole and hangs on another's pages, so that it is under way when it is hit."""
    newsroom.set_fault("araks", Fault("hang"))
    return [source for source in newsroom.sources() if source.id in ("daryal", "araks")]


def asks(newsroom):
    return lambda: any(request.path.endswith("atom.xml") for request in newsroom.asked("araks"))


def test_a_crawl_ends_with_the_word_that_it_has_finished(newsroom):
    job = CrawlJob(tuple(map(SourceJob, newsroom.sources()[:1])), crawl_rules(), clock.now())
    with CrawlProcess(job) as process:
        messages = list(process.messages())
    assert isinstance(messages[-1], Finished)
    assert [message.source for message in messages if isinstance(message, SourceResult)] == ["aftab"]


def crawl_processes():
    """The crawl processes of this one."""
    found = []
    for pid in children_of(os.getpid()):
        try:
            if b"crawler.process" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                found.append(pid)
        except OSError:
            continue
    return found


def is_accounted(file, source):
    """True when the database has the account of ``source``."""
    with closing(open_for_reading(file)) as db:
        return bool(db.execute("SELECT 1 FROM source_runs WHERE source = ?", [source]).fetchone())


def kill_crawl(newsroom, file):
    """A thread that kills the crawl once one outlet is stored and the hanging one was asked; then that answers."""

    def kill():
        assert wait_until(lambda: newsroom.asked("araks", "/hy/atom.xml") and is_accounted(file, "daryal"), 90)
        newsroom.set_fault("araks", None)
        for pid in crawl_processes():
            os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_what_a_killed_crawl_leaves_is_asked_again_by_another_process(newsroom, tmp_path):
    sources = hang_one(newsroom)
    killer = kill_crawl(newsroom, tmp_path / "wire.db")
    outcome = run_crawl(tmp_path / "wire.db", sources, crawl=crawl_rules(timeout="60s"))
    killer.join()
    assert {account.source: account.state for account in outcome.report.accounts} == {
        "araks": FeedState.OK,
        "daryal": FeedState.OK,
    }
    assert outcome.count("araks", "stored") > 0
    assert len(newsroom.asked("daryal", "/export/rss.xml")) == 1, "a source that was done is not asked again"


def test_a_run_can_be_stopped_from_another_thread(newsroom, tmp_path):
    sources = hang_one(newsroom)
    db = open_database(tmp_path / "wire.db")
    run = Run(db, db, crawl_rules(timeout="60s"))

    def stop():
        assert wait_until(asks(newsroom))
        run.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    began = time.monotonic()
    report = run.execute(Order(tuple(sources), (EVERYTHING,)))
    stopper.join()
    assert time.monotonic() - began < 30
    assert not report.finished
    assert last_run(db).finished is None
    db.close()


PARENT = """
import sys, pickle
from crawler.launch import CrawlProcess
from crawler.process import read_message, write_message
job = pickle.load(open(sys.argv[1], "rb"))
with CrawlProcess(job) as process:
    print(process._process.pid, flush=True)
    for message in process.messages():
        pass
"""


def test_no_process_outlives_a_parent_that_is_killed(newsroom, tmp_path):
    import pickle

    sources = hang_one(newsroom)
    job = CrawlJob(tuple(map(SourceJob, sources)), crawl_rules(timeout="60s"), clock.now())
    (tmp_path / "job").write_bytes(pickle.dumps(job))
    command = [sys.executable, "-c", PARENT, str(tmp_path / "job")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert wait_until(lambda: asks(newsroom)() and len(newsroom.asked("daryal")) >= 6)
        family = {child, *children_of(child)}
        assert len(family) >= 3  # the crawl, the fork server and a reader
        parent.kill()
        parent.wait()
    assert wait_until(lambda: not any(map(is_alive, family))), {
        pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in family if is_alive(pid)
    }


def test_no_reader_outlives_a_crawl_that_is_killed(newsroom):
    sources = hang_one(newsroom)
    job = CrawlJob(tuple(map(SourceJob, sources)), crawl_rules(timeout="60s"), clock.now())
    with CrawlProcess(job) as process:
        assert wait_until(lambda: asks(newsroom)() and len(newsroom.asked("daryal")) >= 6)
        family = children_of(process._process.pid)
        assert family
    assert wait_until(lambda: not any(map(is_alive, family)))


def test_a_large_job_reaches_the_process_whole():
    """A pipe gives 64 KiB at a time: twenty thousand known links are more."""
    known = frozenset(f"{number:032x}" for number in range(20_000))
    job = CrawlJob((SourceJob(Source("x", "X"), known=known),), crawl_rules(), clock.now())
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as out, os.fdopen(writing, "wb") as into:
        writer = threading.Thread(target=write_message, args=(into, job))
        writer.start()
        assert read_message(out) == job
        writer.join()
