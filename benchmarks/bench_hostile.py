"""The hostile bench through the real crawl: how each case ends, how long it takes, how much memory.

python -m benchmarks.bench_hostile                  # all cases in one run, and the verdict
python -m benchmarks.bench_hostile --each           # a run a case: time and memory of each
python -m benchmarks.bench_hostile --each gzip-bomb
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from crawler.job import Progress
from crawler.launch import CrawlProcess
from crawler.plan import plan_run
from demo.hostile import ALLOWED_NETWORK, CASES, HostileBench, judge_crawl
from wirewatch import clock
from wirewatch.config import Crawl
from wirewatch.outcome import SourceResult


def read_memory(root: int) -> int:
    """Bytes of memory of a process and all below it, shared pages counted once a process that has them."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        with suppress(OSError, IndexError, ValueError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += 1024 * int(text.split("\nPss:", 1)[1].split()[0])
    return total


class Watch:
    """Samples the memory of the crawl process until it is left; ``peak`` is in bytes."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak = pid, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._end.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._end.wait(0.05):
            self.peak = max(self.peak, read_memory(self.pid))


def crawl(bench: HostileBench, *, delay: float = 0.0) -> tuple[list[SourceResult], dict[str, float], int]:
    """Results of one run over the bench, the seconds after which each source ended, peak memory in bytes."""
    rules = Crawl(delay=delay, allow_private=(ALLOWED_NETWORK,), readers=2)
    job = plan_run(None, bench.sources(), rules, clock.now())
    results: list[SourceResult] = []
    ended: dict[str, float] = {}
    began = time.perf_counter()
    with CrawlProcess(job) as process, Watch(process._process.pid) as watch:
        for message in process.messages():
            if isinstance(message, SourceResult):
                results.append(message)
                ended[message.source] = time.perf_counter() - began
            elif not isinstance(message, Progress):
                ended["*"] = time.perf_counter() - began
    return results, ended, watch.peak


def say(result: SourceResult) -> str:
    """How a source ended, in a few words."""
    feeds = "; ".join(f"{feed.state}{f' ({feed.reason[:60]})' if feed.reason else ''}" for feed in result.feeds[:2])
    counts: dict[str, int] = {}
    for item in result.items:
        word = f"{item.state or 'read'}{f' ({item.reason[:40]})' if item.reason else ''}"
        counts[word] = counts.get(word, 0) + 1
    items = ", ".join(f"{count} {word}" for word, count in list(counts.items())[:3])
    return f"{feeds} | {items}"


def run_together(names: Iterable[str]) -> None:
    """One run over all cases."""
    with HostileBench(names) as bench:
        results, ended, peak = crawl(bench)
        complaints = judge_crawl(bench, results)
    for result in sorted(results, key=lambda each: ended[each.source]):
        print(f"{ended[result.source]:7.1f} s  {result.source:34} {say(result)}")
    print(f"\n{len(results) - 1} cases, {ended.get('*', 0):.1f} s, peak {peak / 2**20:.0f} MB")
    print("\n".join(complaints) or "no complaint")


def run_each(names: Iterable[str]) -> None:
    """A run a case, beside a run over the good neighbour alone."""
    with HostileBench([]) as bench:
        _, ended, base = crawl(bench)
    print(f"{'neighbour alone':34} {ended.get('*', 0):6.1f} s  {base / 2**20:6.0f} MB", flush=True)
    for name in names:
        with HostileBench([name]) as bench:
            results, ended, peak = crawl(bench)
            complaints = judge_crawl(bench, results)
        line = next((say(result) for result in results if result.source == name), "NO RESULT")
        took = ended.get(name, 0)
        mark = "!" if complaints or took > 60 or peak - base > 200 * 2**20 else " "
        print(f"{mark} {name:34} {took:6.1f} s  {(peak - base) / 2**20:+6.0f} MB  {line}", flush=True)
        for complaint in complaints:
            print(f"    {complaint}", flush=True)


def main() -> None:
    """Entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="cases (default: all)")
    parser.add_argument("--each", action="store_true", help="a run a case")
    options = parser.parse_args()
    (run_each if options.each else run_together)(options.names or list(CASES))


if __name__ == "__main__":
    main()
