"""The quality floor of page reading: our own test pages must be read no worse than floor_extract.json says.

python benchmarks/floor_extract.py                          exit 1 where a figure is below its floor
python benchmarks/floor_extract.py --set                    raise the floor to the present figures
python benchmarks/floor_extract.py --set --lower "REASON"   lower it; the reason is kept in the file
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import scores
from crawler.reading.feed_model import FeedEntry
from crawler.reading.page import read_page

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
FLOOR = Path(__file__).with_name("floor_extract.json")
FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_ROUNDING = 0.05


def measure() -> dict[str, float]:
    """Figures in per cent over all golden pages."""
    texts: list[scores.Score] = []
    fields: dict[str, list[bool]] = {}
    for path in sorted(GOLDEN.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        hint = FeedEntry(case["url"], **case["entry"]) if "entry" in case else None
        row = read_page(path.with_suffix(".html").read_bytes(), case["url"], fetched=FETCHED, hint=hint).to_json()
        row["credits"] = [[credit["name"], credit["role"]] for credit in row["credits"]]
        texts.append(scores.score_text(case["text"], row["text"]))
        for field, right in case["expect"].items():
            fields.setdefault(field, []).append(row[field] == right)
    f1, precision, recall = scores.mean_f1(texts)
    figures = {"text F1": f1, "text precision": precision, "text recall": recall}
    figures |= {field: 100 * statistics.mean(right) for field, right in sorted(fields.items())}
    return {name: round(value, 1) for name, value in figures.items()}


def find_drops(figures: dict[str, float], floor: dict[str, Any]) -> list[str]:
    """What fell below its floor, in words."""
    return [
        f"{name}: {figures.get(name, 0.0):.1f}, the floor is {least:.1f}"
        for name, least in floor["figures"].items()
        if figures.get(name, 0.0) < least - _ROUNDING
    ]


def write_floor(figures: dict[str, float], floor: dict[str, Any], reason: str) -> None:
    """Write the figures as the new floor.

    Raises:
        SystemExit: a figure would be lowered without a reason.
    """
    drops = find_drops(figures, floor)
    if drops and not reason:
        raise SystemExit("not lowered without --lower REASON:\n" + "\n".join(drops))
    lowered = [*floor.get("lowered", []), *([{"what": drops, "why": reason}] if drops else [])]
    FLOOR.write_text(json.dumps({"figures": figures, "lowered": lowered}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="store_true")
    parser.add_argument("--lower", metavar="REASON", default="")
    options = parser.parse_args()
    floor = json.loads(FLOOR.read_text("utf-8")) if FLOOR.exists() else {"figures": {}}
    figures = measure()
    print("\n".join(f"{name}: {value:.1f}" for name, value in figures.items()))
    if options.set:
        write_floor(figures, floor, options.lower)
        return 0
    drops = find_drops(figures, floor)
    print("\n".join(drops), file=sys.stderr)
    return 1 if drops else 0


if __name__ == "__main__":
    raise SystemExit(main())
