"""Hosts that stop answering: after two time limits in a row a host is not waited for again in the run."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict

from crawler.exchange import Answer, Ask, Fetch
from wirewatch.outcome import State
from wirewatch.urls import site_of

MOST_TIMEOUTS = 2
"""Answers in a row that ran out of time before a host counts as silent; a hundred pages would take half an hour."""


class PatientFetch:
    """A fetch that gives up on silent hosts: what waits for one is left for the next run."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._timeouts: Counter[str] = Counter()
        self._under_way: defaultdict[str, set[asyncio.Future[Answer]]] = defaultdict(set)
        self._silent: set[str] = set()

    async def __call__(self, ask: Ask) -> Answer:
        """The answer; DEFERRED where the host is silent, also while the request is waiting for its turn."""
        host = site_of(ask.url)
        silent = Answer(ask.url, failure=State.DEFERRED, reason="timeout: the publisher stopped answering")
        if host in self._silent:
            return silent
        asking = asyncio.ensure_future(self._fetch(ask))
        self._under_way[host].add(asking)
        try:
            return self._count(host, await asking)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if host in self._silent and task and not task.cancelling():  # the request was, not who waits for it
                return silent
            raise
        finally:
            self._under_way[host].discard(asking)

    def _count(self, host: str, answer: Answer) -> Answer:
        self._timeouts[host] = self._timeouts[host] + 1 if answer.reason == "timeout" else 0
        if self._timeouts[host] >= MOST_TIMEOUTS:
            self._silent.add(host)
            for asking in self._under_way[host]:
                asking.cancel()
        return answer
