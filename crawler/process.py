"""One crawl in a process of its own: the job comes in on standard input, results go out on standard output.

A process a run keeps the daemon's clock free of Scrapy, and can be ended at any moment: nothing is
lost, since only the parent writes. It ends itself when its parent is gone.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import select
import struct
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from typing import IO

from crawler.job import CrawlJob, Errand, Finished, Message
from crawler.reader import PRELOADED
from wirewatch.garbage import no_collection
from wirewatch.outcome import SourceResult

_LENGTH = struct.Struct(">Q")
NICENESS = 4
"""The crawl and its readers give way to the one process that writes: what it does not do in time, it does alone at the
end."""


def write_message(stream: IO[bytes], message: object) -> None:
    """One message: its length (8 bytes, big-endian), then its pickle."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_message(stream: IO[bytes]) -> object | None:
    """The next message of :func:`write_message`, None at the end of the stream (or in the middle of one)."""
    head = _read(stream, _LENGTH.size)
    data = _read(stream, _LENGTH.unpack(head)[0]) if head else None
    return pickle.loads(data) if data else None  # noqa: S301 - our own child or parent


def _read(stream: IO[bytes], size: int) -> bytes | None:
    """``size`` bytes, None where the stream ends before (an unbuffered one gives them in parts)."""
    data = bytearray()
    while len(data) < size:
        part = stream.read(size - len(data))
        if not part:
            return None
        data += part
    return bytes(data)


def make_settings(job: CrawlJob) -> dict[str, object]:
    """Scrapy settings of one run, from the ``crawl:`` section of config.yaml."""
    crawl = job.crawl
    settings: dict[str, object] = {
        "USER_AGENT": crawl.user_agent,
        "ROBOTSTXT_OBEY": crawl.obey_robots,
        "DOWNLOAD_DELAY": crawl.delay,
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.per_host,
        "DOWNLOAD_TIMEOUT": crawl.timeout.total_seconds(),
        "DOWNLOAD_MAXSIZE": max(crawl.max_page_bytes, crawl.max_feed_bytes),
        "WIREWATCH_ALLOW_PRIVATE": list(crawl.allow_private),
        "WIREWATCH_RECORD": str(job.record) if job.record else None,
        "WIREWATCH_REPLAY": str(job.replay) if job.replay else None,
    }
    if job.replay:
        handler = "crawler.handlers.ReplayHandler"
        settings |= {
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "DOWNLOAD_DELAY": 0,
            "RETRY_ENABLED": False,
        }
    return settings


def run_job(job: CrawlJob, out: IO[bytes]) -> None:
    """Crawl ``job`` with Scrapy; each message is written to ``out`` as it comes."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler import settings as ours
    from crawler.spiders.feeds import FeedsSpider

    settings = Settings()
    settings.setmodule(ours, priority="project")
    settings.setdict({**ours.LEAN, **make_settings(job)}, priority="cmdline")

    def send(message: Message) -> None:
        write_message(out, message)

    class RunSpider(FeedsSpider):
        report = staticmethod(send)
        exports_articles = False

    def send_result(result: SourceResult) -> None:
        write_message(out, result)

    settings.set("WIREWATCH_SEND", send_result, priority="cmdline")
    RunSpider.job = job
    process = AsyncCrawlerProcess(settings, install_root_handler=False)
    process.crawl(RunSpider)
    process.start()
    write_message(out, Finished("done"))


def _die_with_parent(lease: float | None) -> None:
    """End this process when standard input closes (the parent holds its other end open while it lives), or when
    nothing came in for ``lease`` seconds: then the parent has lost whoever gave it the job.
    """
    while select.select([0], [], [], lease)[0]:
        if not os.read(0, 4096):
            os._exit(70)
    os._exit(71)


def _load_and_read() -> object | None:
    """The job from standard input, read while Scrapy is loaded: neither this process nor its parent waits for that."""
    with no_collection(), ThreadPoolExecutor(1) as hand:
        order = hand.submit(read_message, os.fdopen(0, "rb", buffering=0, closefd=False))
        import scrapy.crawler  # noqa: F401 - used in run_job

        import crawler.spiders.feeds  # noqa: F401

        return order.result()


def main() -> None:
    """Entry of ``python -m crawler.process``."""
    warnings.filterwarnings("ignore")
    logging.getLogger().addHandler(logging.NullHandler())  # what went wrong is told by outcomes, not in Scrapy's lines
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints goes to standard error
    multiprocessing.set_forkserver_preload(PRELOADED)
    forkserver.ensure_running()  # it loads the readers while Scrapy is loaded here
    order = _load_and_read()
    if not isinstance(order, Errand):
        sys.exit(2)
    threading.Thread(target=_die_with_parent, args=(order.lease,), daemon=True).start()
    os.nice(NICENESS)
    run_job(order.job, out)
    out.flush()
    os._exit(0)  # no waiting for threads of a resolver that may hang


if __name__ == "__main__":
    main()
