"""Whether a crawl of the bench ended as it must: cases in a right state, neighbour whole, canary silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from demo.hostile.case import READ, Case
from demo.hostile.server import NEIGHBOUR, HostileBench
from wirewatch.outcome import SourceResult


def judge_crawl(bench: HostileBench, results: Iterable[SourceResult]) -> list[str]:
    """What is wrong, one line each; empty when all is well. ``results`` are of one run over ``bench.sources()``.

    Time, memory, logs, mails and pages are for the caller to check (``Case.never``, ``Case.never_markup``).
    """
    by_source = {result.source: result for result in results}
    complaints = [f"canary: reached at {hit}" for hit in bench.canary_hits]
    complaints += judge_neighbour(bench, by_source.get(NEIGHBOUR))
    for name, case in bench.cases.items():
        if name in by_source:
            complaints += judge_case(case, by_source[name])
        else:
            complaints.append(f"{name}: has no result")
    return complaints


def judge_case(case: Case, result: SourceResult) -> Iterator[str]:
    """Complaints about one case."""
    if not result.feeds:
        yield f"{case.name}: its feed has no state"
    for feed in result.feeds:
        if feed.state not in case.feed_states:
            yield f"{case.name}: its feed ended as {feed.state} ({feed.reason}), not {_list(case.feed_states)}"
    for item in result.items:
        allowed = case.item_states & READ if item.state is None else case.item_states & {item.state}
        if not allowed:
            yield f"{case.name}: {item.url[:80]} ended as {item.state} ({item.reason}), not {_list(case.item_states)}"
    kept = "\n".join(_texts(result))
    for text in case.never:
        if text in kept:
            yield f"{case.name}: {text!r} came through"


def judge_neighbour(bench: HostileBench, result: SourceResult | None) -> Iterator[str]:
    """Complaints about the good source beside the cases."""
    if result is None:
        yield f"{NEIGHBOUR}: has no result"
        return
    read = {item.url: item.article for item in result.items if item.article is not None}
    for url in bench.neighbour_stories():
        article = read.get(url)
        if article is None:
            yield f"{NEIGHBOUR}: {url} was not read"
        elif not article.title.startswith("Neighbour's report"):
            yield f"{NEIGHBOUR}: {url} has the title {article.title[:80]!r}"


def _list(states: Iterable[str]) -> str:
    return " or ".join(sorted(states))


def _texts(result: SourceResult) -> Iterator[str]:
    """Everything of a result that is text."""
    for feed in result.feeds:
        yield feed.reason
    for item in result.items:
        yield f"{item.url}\n{item.title}\n{item.reason}"
        if item.article is not None:
            article = item.article
            yield "\n".join((article.url, article.canonical_url or "", article.title, article.text, *article.authors))
