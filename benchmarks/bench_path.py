"""The whole path against others and against the floor, in one run, on the same real pages from loopback.

    python -m benchmarks.bench_path FOLDER [FOLDER…]                    the race, three rounds
    python -m benchmarks.bench_path --pages 2195 FOLDER…                the same with each page several times
    python -m benchmarks.bench_path --grow FOLDER…                      100 to 100,000 pages, 10 to 5,000 sources
    python -m benchmarks.bench_path --step 40 100000 --seconds 1800 FOLDER…   one step of it, with a time limit
    python -m benchmarks.bench_path --step 40 20000 --slices 2000 FOLDER…     the same, and its cost every 2,000 pages
    python -m benchmarks.bench_path --write FOLDER…                     the single writer alone
    python -m benchmarks.bench_path --docs docs FOLDER…                 tables and plots land in docs/scale.md as well

FOLDER holds ``pages.jsonl`` ({"id", "url", "text", …} a line) and ``html/ID.gz``; without one the pages of the
sample newsroom are taken. The path is fetch (robots.txt kept, one request at a time to a host), read, match
10,000 searches, group, store. Peers that Wirewatch does not use itself (newspaper4k, news-please, Fundus) are
installed from benchmarks/requirements-peers.txt into an environment of their own (``--peers FOLDER``).

Processor time is that of all processes of a contestant, from its start to its end; the server's is not in it. Each
first runs once over a few pages, so that its modules are compiled, as in any installation that has run before.
Each round lets every contestant run once, one after the other, so that a busy machine troubles all alike;
ratios are of the same round, and the median round is shown.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.path import draw, writer
from benchmarks.path.measure import Cost, run
from benchmarks.path.ways import OURS, PEERS, write_searches
from benchmarks.peer_environment import make_environment

PINS = Path(__file__).with_name("requirements-peers.txt")
HOSTS = 40
SLOW = {"news_please": 60}
"""Contestants that get so many pages only (figures are for each page)."""
PAGES = (100, 1_000, 10_000, 100_000)
SOURCES = (10, 100, 1_000, 5_000)


@contextmanager
def serving(hosts: int, pages: int, folders: list[Path]) -> Iterator[int]:
    """The port of a running site."""
    command = [sys.executable, "-m", "benchmarks.path.site", str(hosts), str(pages), *map(str, folders)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def ask(
    name: str,
    python: str | Path,
    port: int,
    hosts: int,
    pages: int,
    folders: list[Path],
    seconds: float,
    slices: int | None = None,
) -> Cost:
    command = [str(python), "-m", "benchmarks.path.ways", name, str(port), str(hosts), str(pages), *map(str, folders)]
    return run(command, 3 * seconds, slices, PYTHONPATH=str(Path.cwd()), BENCH_SECONDS=str(seconds))


def warm_up(name: str, python: str | Path, folders: list[Path]) -> None:
    """Let a contestant compile its modules."""
    with serving(4, 20, folders) as port, suppress(RuntimeError):  # one that fails says so in the race
        ask(name, python, port, 4, 20, folders, 600)


def count_pages(folders: list[Path]) -> int:
    return sum(len((folder / "pages.jsonl").read_text("utf-8").splitlines()) for folder in folders)


def race(folders: list[Path], rounds: int, peers: Path | None, seconds: float, pages: int) -> str:
    """The table of the race."""
    contestants: list[tuple[str, str | Path]] = [(way.__name__, sys.executable) for way in OURS]
    if peers:
        contestants += [(way.__name__, make_environment(peers, PINS)) for way in PEERS]
    costs: dict[str, list[Cost]] = {name: [] for name, _ in contestants}
    for name, python in contestants:
        warm_up(name, python, folders)
    for turn in range(rounds):
        for name, python in contestants:
            share = min(pages, SLOW.get(name, pages))
            with serving(HOSTS, pages, folders) as port:
                try:
                    costs[name].append(ask(name, python, port, HOSTS, share, folders, seconds))
                except RuntimeError as error:
                    print(f"{name}: {error}", file=sys.stderr)
                    continue
            print(f"round {turn + 1}: {name}: {say(costs[name][-1])}", file=sys.stderr, flush=True)
    return table(costs)


def say(cost: Cost) -> str:
    pages = max(1, cost.said["pages"])
    return f"{pages / cost.wall:.0f} pages/s, {1e3 * cost.cpu / pages:.1f} ms CPU a page, {cost.memory:.0f} MB"


def table(costs: dict[str, list[Cost]]) -> str:
    """A line for each contestant; the ratios are to Scrapy + trafilatura (per core) and to bare Scrapy (pages/s)."""
    lines = [
        "| | pages | articles | pages/s | CPU a page | peak memory | pages a core-second, to Scrapy + trafilatura"
        " | pages/s, to bare Scrapy |\n|---|---|---|---|---|---|---|---|"
    ]
    for name, own in costs.items():
        if not own:
            lines.append(f"| {name} | did not end | | | | | | |")
            continue
        per_core = _ratio(own, costs["scrapy_trafilatura"], lambda cost: cost.said["pages"] / cost.cpu)
        rate = _ratio(own, costs["scrapy_bare"], lambda cost: cost.said["pages"] / cost.wall)
        middle = sorted(own, key=lambda cost: cost.cpu)[len(own) // 2]
        pages = max(1, middle.said["pages"])
        lines.append(
            f"| {name} | {middle.said['pages']} | {middle.said['articles']} | {pages / middle.wall:.0f} |"
            f" {1e3 * middle.cpu / pages:.1f} ms | {middle.memory:.0f} MB | {per_core} | {rate} |"
        )
    return "\n".join(lines)


def _ratio(own: list[Cost], others: list[Cost], figure: draw.Figure) -> str:
    pairs = list(zip(own, others, strict=False))
    return f"{statistics.median(figure(a) / figure(b) for a, b in pairs):.2f}" if pairs else "–"


def grow(
    folders: list[Path], steps: list[tuple[int, int]], seconds: float, slices: int | None = None
) -> list[dict[str, float]]:
    """Our cost at each (sources, pages); a step that takes longer than ``seconds`` ends with what it has read."""
    found = []
    warm_up("wirewatch", sys.executable, folders)
    for hosts, pages in steps:
        with serving(hosts, pages, folders) as port:
            try:
                cost = ask("wirewatch", sys.executable, port, hosts, pages, folders, seconds, slices)
            except RuntimeError as error:
                print(f"{hosts} sources, {pages} pages: {error}", file=sys.stderr)
                continue
        print(f"{hosts} sources, {pages} pages: {say(cost)}", file=sys.stderr, flush=True)
        if slices:
            print(draw.slices_table(cost.slices))
        done = max(1, cost.said["pages"])
        found.append(
            {
                "sources": hosts,
                "announced": pages,
                "pages": done,
                "rate": done / cost.wall,
                "cpu": 1e3 * cost.cpu / done,
                "memory": cost.memory,
            }
        )
    return found


def save_sample(folder: Path) -> list[Path]:
    """The sample newsroom's pages in the form of FOLDER."""
    from urllib.request import urlopen

    from demo.newsroom import Newsroom

    (folder / "html").mkdir()
    with Newsroom() as room, (folder / "pages.jsonl").open("w", encoding="utf-8") as rows:
        for number, fact in enumerate(room.expected()):
            try:
                html = urlopen(fact.url, timeout=10).read()
            except OSError:  # the newsroom has missing and broken pages as well
                continue
            (folder / "html" / f"{number}.gz").write_bytes(gzip.compress(html))
            rows.write(json.dumps({"id": str(number), "url": fact.url, "title": fact.title, "text": fact.text}) + "\n")
    return [folder]


def fill_in(file: Path, name: str, text: str) -> None:
    """Put a table between its marks (``<!-- NAME -->``, ``<!-- end of NAME -->``); at the end where there are none."""
    before = file.read_text("utf-8")
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    head, _, rest = before.partition(start)
    tail = rest.partition(end)[2]
    file.write_text(f"{head}{start}{text}\n{end}{tail}", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--pages", type=int, help="so many pages, saved ones again as other stories (default: each once)"
    )
    parser.add_argument("--peers", type=Path, help="environment of the peers (made where it is missing)")
    parser.add_argument("--grow", action="store_true")
    parser.add_argument(
        "--step", nargs=2, type=int, action="append", metavar=("SOURCES", "PAGES"), help="only this step of the growth"
    )
    parser.add_argument("--slices", type=int, metavar="PAGES", help="of a step or growth: what so many pages cost")
    parser.add_argument("--write", action="store_true", help="the single writer: articles a second")
    parser.add_argument("--most-pages", type=int, default=PAGES[-1])
    parser.add_argument("--most-sources", type=int, default=SOURCES[-1])
    parser.add_argument(
        "--seconds", type=float, default=3600, help="for one contestant or step; Wirewatch then defers what is left"
    )
    parser.add_argument("--docs", type=Path, help="folder of scale.md, into which tables and plots go")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folders = options.folders or save_sample(Path(made))
        parts: dict[str, str] = {}
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(made) / "compiled")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["BENCH_SEARCHES"] = str(Path(made) / "searches.json")
        write_searches(folders, Path(made) / "searches.json")
        if options.step:
            found = grow(folders, [tuple(step) for step in options.step], options.seconds, options.slices)
            print(draw.growth_table(found, []))
        elif options.grow:
            steps = [(HOSTS, pages) for pages in PAGES if pages <= options.most_pages]
            by_pages = grow(folders, steps, options.seconds, options.slices)
            sources = [count for count in SOURCES if count <= options.most_sources]
            by_sources = grow(folders, [(n, max(n, min(2 * n, 5_000))) for n in sources], options.seconds)
            parts["growth"] = draw.growth_table(by_pages, by_sources)
            if options.docs:
                draw.draw_growth(by_pages, "pages", options.docs / "figures" / "growth-pages.svg")
                draw.draw_growth(by_sources, "sources", options.docs / "figures" / "growth-sources.svg")
        elif options.write:
            parts["writer"] = writer.measure(folders)
        else:
            pages = options.pages or count_pages(folders)
            parts[f"race-{pages}"] = race(folders, options.rounds, options.peers, options.seconds, pages)
        for name, text in parts.items():
            print(text)
            if options.docs:
                fill_in(options.docs / "scale.md", name, text)


if __name__ == "__main__":
    main()
