"""Publishers that send anything: scripted hostile answers on loopback, each a named case.

with HostileBench() as bench:
    results = crawl(bench.sources(), allow_private=[ALLOWED_NETWORK])
    assert judge_crawl(bench, results) == []
"""

from demo.hostile import (  # noqa: F401 - importing them registers their cases
    addresses,
    documents,
    encryption,
    feeds,
    pages,
    paths,
    transport,
    wire,
)
from demo.hostile.case import CASES, Case
from demo.hostile.judge import judge_crawl
from demo.hostile.server import ALLOWED_NETWORK, HostileBench, Visit

__all__ = ["ALLOWED_NETWORK", "CASES", "Case", "HostileBench", "Visit", "judge_crawl"]
