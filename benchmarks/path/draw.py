"""Tables and plots of how the cost grows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pygal

from benchmarks.path.measure import Cost, Slice

Figure = Callable[[Cost], float]
Rows = list[dict[str, float]]


def growth_table(by_pages: Rows, by_sources: Rows) -> str:
    """Both series as one Markdown table."""
    lines = ["| sources | pages announced | read | pages/s | CPU a page | peak memory |\n|---|---|---|---|---|---|"]
    for row in (*by_pages, *by_sources):
        lines.append(
            f"| {row['sources']:,.0f} | {row['announced']:,.0f} | {row['pages']:,.0f} | {row['rate']:.0f} |"
            f" {row['cpu']:.1f} ms | {row['memory']:.0f} MB |"
        )
    return "\n".join(lines)


def slices_table(slices: list[Slice]) -> str:
    """What some pages after each other cost, by kind of process (processor time a page, memory at the end of each).

    What the crawl and its readers have read for a later slice is counted where it was spent.
    """
    kinds = ("writer", "readers", "crawl")
    lines = [f"| stored | {' | '.join(kinds)} | together | memory, {', '.join(kinds)} |", "|---|---|---|---|---|---|"]
    for each in slices:
        spent = " | ".join(f"{1e3 * each.cpu[kind] / each.count:.1f} ms" for kind in kinds)
        sizes = ", ".join(f"{each.memory[kind]:.0f}" for kind in kinds)
        lines.append(f"| {each.pages:,} | {spent} | {1e3 * each.cpu.total() / each.count:.1f} ms | {sizes} MB |")
    return "\n".join(lines)


def draw_growth(rows: Rows, over: str, file: Path) -> None:
    """CPU a page (ms) and peak memory (MB) over ``pages`` or ``sources``, both axes logarithmic."""
    file.parent.mkdir(parents=True, exist_ok=True)
    chart = pygal.XY(
        title=f"Cost over the number of {over}", x_title=over, xrange=None, logarithmic=True, height=400, js=[],
        x_labels=[row[over] for row in rows],
    )  # fmt: skip
    chart.add("CPU a page, ms", [(row[over], row["cpu"]) for row in rows])
    chart.add("peak memory, MB", [(row[over], row["memory"]) for row in rows])
    chart.render_to_file(str(file))
