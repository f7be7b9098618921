"""Publishers that send anything: scripted hostile answers on loopback, each a named case.

with HostileBench() as bench:
    crawl(bench.sources())
assert not bench.canary_hits
"""

from demo.hostile import addresses, feeds, pages, transport  # noqa: F401 - importing them registers their cases
from demo.hostile.case import CASES, Case
from demo.hostile.server import ALLOWED_NETWORK, HostileBench, Visit

__all__ = ["ALLOWED_NETWORK", "CASES", "Case", "HostileBench", "Visit"]
